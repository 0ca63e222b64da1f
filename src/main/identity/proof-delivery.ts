import type { ErasureProof } from '@sallyport/protocol';
import type { Clock, Timer } from '../platform/clock.ts';
import type { ControlHttpAnswer, ControlHttpRequest } from './control-http.ts';

/** One way to hand a proof to control. @returns true once control has said that it is durable there */
export type ProofWay = (proof: ErasureProof) => Promise<boolean>;

/** What {@link ProofDelivery} needs. */
export interface ProofDeliveryOptions {
  /** Tried one after the other, each time; one that is not open just now answers false at once. */
  readonly ways: readonly ProofWay[];
  readonly clock: Clock;
  /** Told of each proof that control has taken. */
  readonly onDelivered: (proof: ErasureProof) => void;
}

const firstWait = 1000;
const longestWait = 5 * 60_000;

/** Delivers the newest proof of an erasure, again until control acknowledges that very one. */
export class ProofDelivery {
  readonly #options: ProofDeliveryOptions;
  #newest: ErasureProof | undefined;
  #taken: ErasureProof | undefined;
  readonly #waiting: (() => void)[] = [];
  #wait = firstWait;
  #isUnderWay = false;
  #isStopped = false;
  #timer: Timer | undefined;

  constructor(options: ProofDeliveryOptions) {
    this.#options = options;
  }

  /** Delivers this one from now on; does nothing when it is the one that is being delivered, or was taken. */
  offer(proof: ErasureProof): void {
    if (this.#newest !== undefined && isSame(this.#newest, proof)) return;
    this.#newest = proof;
    this.#timer?.cancel();
    this.#wait = firstWait;
    void this.#deliver();
  }

  /** Resolves once control has taken what was offered last. */
  taken(): Promise<void> {
    if (this.#taken === this.#newest) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Stops trying; what is on its way may still arrive. */
  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  async #deliver(): Promise<void> {
    const proof = this.#newest;
    if (this.#isStopped || this.#isUnderWay || proof === undefined || proof === this.#taken) return;
    this.#isUnderWay = true;
    const isTaken = await this.#send(proof);
    this.#isUnderWay = false;
    if (isTaken) {
      this.#taken = proof;
      this.#wait = firstWait;
      this.#options.onDelivered(proof);
      if (proof === this.#newest) this.#waiting.splice(0).forEach((resolve) => resolve());
    }
    // A newer one that came meanwhile is next, without a wait.
    if (isTaken || proof !== this.#newest) await this.#deliver();
    else this.#retryLater();
  }

  #retryLater(): void {
    if (this.#isStopped) return;
    this.#timer = this.#options.clock.setTimer(this.#wait, () => void this.#deliver());
    this.#wait = Math.min(this.#wait * 2, longestWait);
  }

  async #send(proof: ErasureProof): Promise<boolean> {
    for (const way of this.#options.ways) if (await way(proof).catch(() => false)) return true;
    return false;
  }
}

/** The same way, given up after a while, so that one that hangs does not keep the proof back. @param patience ms */
export function impatient(way: ProofWay, clock: Clock, patience: number): ProofWay {
  return (proof) =>
    new Promise((resolve, reject) => {
      const timer = clock.setTimer(patience, () => resolve(false));
      way(proof)
        .then(resolve, reject)
        .finally(() => timer.cancel());
    });
}

function isSame(left: ErasureProof, right: ErasureProof): boolean {
  return left.notice.notice === right.notice.notice && left.report?.report === right.report?.report;
}

/** How to reach control without an identity: `POST /erasure` over TLS with the pinned authority. */
export interface PostContact {
  /** host:port of control's enrolment port. */
  readonly address: string;
  /** The only certificate authority to trust there, PEM. */
  readonly caCertificate: string;
  readonly exchange: (request: ControlHttpRequest) => Promise<ControlHttpAnswer>;
}

/** The way that is left to a laptop whose own key is destroyed. */
export function postingProof({ address, caCertificate, exchange }: PostContact): ProofWay {
  return async (body) => {
    const answer = await exchange({ address, method: 'POST', path: '/erasure', trust: { caCertificate }, body });
    return answer.outcome === 'answered' && answer.status >= 200 && answer.status < 300;
  };
}
