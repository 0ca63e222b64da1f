import type { Counts } from './outcome.ts';

/**
 * Runs one stage as a script of its own: the exit code tells how it went.
 * @param run the stage
 */
export async function asScript(run: () => Promise<Counts>): Promise<void> {
  const { passed, failed, skipped } = await run();
  process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  process.exitCode = failed === 0 ? 0 : 1;
}
