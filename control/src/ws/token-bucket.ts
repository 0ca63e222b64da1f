/** How much a peer may ask: a burst at once, then so many a second. */
export interface Rate {
  burst: number;
  perSecond: number;
}

/** A token bucket: bounds how fast one peer may make this process work. */
export class TokenBucket {
  readonly #rate: Rate;
  readonly #now: () => number;
  #tokens: number;
  #filledAt: number;

  /**
   * @param rate the burst and the lasting rate
   * @param now milliseconds on a clock that never goes back
   */
  constructor(rate: Rate, now: () => number) {
    this.#rate = rate;
    this.#now = now;
    this.#tokens = rate.burst;
    this.#filledAt = now();
  }

  /** Takes one token. @returns false when there is none: the peer asks too much */
  take(): boolean {
    const now = this.#now();
    const earned = (Math.max(0, now - this.#filledAt) / 1000) * this.#rate.perSecond;
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + earned);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
