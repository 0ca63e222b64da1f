/** Closes parts in the reverse of the order in which they were started, each whatever becomes of the others. */
export class ClosingStack {
  readonly #closers: (() => unknown)[] = [];

  /** Remembers how a part that was just started is closed. */
  add(close: () => unknown): void {
    this.#closers.push(close);
  }

  /**
   * Closes everything once.
   * @throws AggregateError of whatever failed, after everything was tried
   */
  async close(): Promise<void> {
    const faults: unknown[] = [];
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) {
      try {
        await close();
      } catch (error) {
        faults.push(error);
      }
    }
    if (faults.length > 0) throw new AggregateError(faults, 'not everything could be closed');
  }
}
