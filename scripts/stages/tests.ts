import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { runCommand } from './command.ts';
import { neverNothing, type Counts } from './outcome.ts';
import { projectDir } from './project.ts';

/** The suites, by the name of their vitest project. */
export type Suite = 'unit' | 'model' | 'e2e' | 'hostile' | 'chaos';

const report = z.object({
  numPassedTests: z.int().min(0),
  numFailedTests: z.int().min(0),
  numPendingTests: z.int().min(0),
  numTodoTests: z.int().min(0),
});

/**
 * Runs a suite with vitest.
 * @param filters parts of file names, or vitest's own switches; all of the suite by default
 */
export async function runSuite(suite: Suite, filters: readonly string[] = []): Promise<Counts> {
  const file = path.join(projectDir, '.runtime/results', `${suite}.json`);
  mkdirSync(path.dirname(file), { recursive: true });
  rmSync(file, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const exitCode = await runCommand(['vitest', 'run', `--project=${suite}`, ...reporters, ...filters]);
  return countsOf(exitCode, readReport(file));
}

function readReport(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * The counts of a run of vitest.
 * @param exitCode vitest's
 * @param json its JSON report; nothing when it wrote none
 * @returns at least one failure when the run failed as a whole, or ran nothing
 */
export function countsOf(exitCode: number, json: string | undefined): Counts {
  if (json === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = report.parse(JSON.parse(json));
  // A file that does not even load fails the run without counting as a failed test.
  const failed = exitCode === 0 ? numFailedTests : Math.max(1, numFailedTests);
  return neverNothing({ passed: numPassedTests, failed, skipped: numPendingTests + numTodoTests });
}
