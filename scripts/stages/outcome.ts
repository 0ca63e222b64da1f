/** How many of a stage's checks went which way. A check is a test, a linter's or compiler's run, a build. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What became of a stage. */
export interface StageOutcome extends Counts {
  readonly name: string;
  readonly milliseconds: number;
}

/**
 * Adds up counts.
 * @returns all zero for none
 */
export function total(all: readonly Counts[]): Counts {
  const sum = (pick: (counts: Counts) => number): number => all.reduce((so, counts) => so + pick(counts), 0);
  return { passed: sum((one) => one.passed), failed: sum((one) => one.failed), skipped: sum((one) => one.skipped) };
}

/** The count of one program that either succeeds or does not. */
export function verdict(exitCode: number): Counts {
  return exitCode === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}

/**
 * A stage in which nothing passed, failed or was skipped has proved nothing: that is a failure of its own.
 * @returns the same counts, or one failure in place of none
 */
export function neverNothing(counts: Counts): Counts {
  return counts.passed + counts.failed + counts.skipped === 0 ? { ...counts, failed: 1 } : counts;
}
