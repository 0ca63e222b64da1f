import type { Refusal } from '@sallyport/protocol';
import type { Clock, Timer } from '../platform/clock.ts';
import type { Answer } from '../ports.ts';

/** Most requests that may wait for control's answers at once. */
export const pendingLimit = 64;

interface Pending {
  readonly resolve: (answer: Answer<unknown>) => void;
  readonly timer: Timer;
}

/** The device's requests that control has not answered yet: numbered, timed, bounded. */
export class PendingRequests {
  readonly #clock: Clock;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Sends a request and waits for its answer.
   * @param send writes the request with this number
   * @param timeout ms
   * @returns the answer still unchecked, or the refusal `too-many`, `timed-out` or that of {@link refuseAll}
   */
  ask(send: (id: number) => void, timeout: number): Promise<Answer<unknown>> {
    if (this.#pending.size >= pendingLimit) return Promise.resolve(refused({ reason: 'too-many', retryAfter: 1 }));
    const id = (this.#lastId = (this.#lastId % (2 ** 31 - 2)) + 1);
    return new Promise((resolve) => {
      const timer = this.#clock.setTimer(timeout, () => this.settle(id, refused({ reason: 'timed-out' })));
      this.#pending.set(id, { resolve, timer });
      send(id);
    });
  }

  /** Hands control's answer to who waits for it. @returns whether anybody did */
  settle(id: number, answer: Answer<unknown>): boolean {
    const pending = this.#pending.get(id);
    if (pending === undefined) return false;
    this.#pending.delete(id);
    pending.timer.cancel();
    pending.resolve(answer);
    return true;
  }

  /** Ends every wait with a refusal. */
  refuseAll(refusal: Refusal): void {
    for (const id of [...this.#pending.keys()]) this.settle(id, refused(refusal));
  }
}

function refused(refusal: Refusal): Answer<never> {
  return { ok: false, refusal };
}
