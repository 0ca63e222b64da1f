/** Milliseconds from any origin that never go back: `performance.now`. */
export type Monotonic = () => number;

/** Control's time, carried on by the page between two snapshots; the laptop's own clock has no say. */
export class ControlClock {
  readonly #told: number;
  readonly #toldAt: number;
  readonly #monotonic: Monotonic;

  /**
   * @param told control's time, milliseconds since the Unix epoch
   * @param monotonic milliseconds that never go back, read now and at every `now`
   */
  constructor(told: number, monotonic: Monotonic) {
    this.#told = told;
    this.#toldAt = monotonic();
    this.#monotonic = monotonic;
  }

  /** Control's time, milliseconds since the Unix epoch, cut to the second. */
  now(): number {
    const now = this.#told + (this.#monotonic() - this.#toldAt);
    return Math.floor(now / 1000) * 1000;
  }
}
