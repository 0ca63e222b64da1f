/** One part of set-up. */
export interface Step {
  /** Short name, the first column of the progress lines. */
  readonly topic: string;
  /** Quick check (milliseconds): why there is something to do, or nothing when all is there. */
  missing(): string | undefined;
  /** Does what is missing. Throws `SetupFailure` with a plain message when it cannot. */
  provide(reason: string): Promise<void>;
}
