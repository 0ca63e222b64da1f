import type { Answer } from '../ports.ts';

interface Pending {
  timer: NodeJS.Timeout;
  resolve(answer: Answer<unknown>): void;
}

/** Requests that wait for the peer's answer: bounded in number, each with its deadline. */
export class PendingRequests {
  readonly #bound: number;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  /** @param bound how many may wait at once */
  constructor(bound: number) {
    this.#bound = bound;
  }

  /** The highest id used so far. */
  get lastId(): number {
    return this.#lastId;
  }

  /**
   * Opens one more.
   * @param timeout milliseconds until it is answered with `timed-out`
   * @returns its id and its answer to come, or undefined when too many wait already
   */
  open(timeout: number): { id: number; answer: Promise<Answer<unknown>> } | undefined {
    if (this.#pending.size >= this.#bound) return undefined;
    const id = ++this.#lastId;
    const answer = new Promise<Answer<unknown>>((resolve) => {
      const timer = setTimeout(() => this.settle(id, { ok: false, refusal: { reason: 'timed-out' } }), timeout);
      this.#pending.set(id, { timer, resolve });
    });
    return { id, answer };
  }

  /** Answers one; an id that no longer waits (its time was out) is ignored. */
  settle(id: number, answer: Answer<unknown>): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    clearTimeout(pending.timer);
    pending.resolve(answer);
  }

  /** Answers all that wait: the connection is gone. */
  settleAll(answer: Answer<unknown>): void {
    for (const id of [...this.#pending.keys()]) this.settle(id, answer);
  }
}
