// npm test: everything, in order, also after a failure. The very last line is for programs.
import { buildEverything } from '../stages/builds.ts';
import { lint, typecheck } from '../stages/checks.ts';
import { neverNothing, total, verdict, type Counts, type StageOutcome } from '../stages/outcome.ts';
import { summaryOf } from '../stages/summary.ts';
import { runSuite } from '../stages/tests.ts';

const stages: readonly (readonly [name: string, run: () => Promise<Counts>])[] = [
  ['lint', lint],
  ['typecheck', typecheck],
  ['build', buildEverything],
  ['unit', () => runSuite('unit')],
  ['model', () => runSuite('model')],
  ['e2e', () => runSuite('e2e')],
  ['hostile', () => runSuite('hostile')],
  ['chaos', () => runSuite('chaos')],
];

function asFailure(error: unknown): Counts {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return verdict(1);
}

const outcomes: StageOutcome[] = [];
for (const [name, run] of stages) {
  process.stdout.write(`\n=== ${name}\n`);
  const started = performance.now();
  const counts = neverNothing(await run().catch(asFailure));
  outcomes.push({ name, ...counts, milliseconds: performance.now() - started });
}
process.stdout.write(`\n${summaryOf(outcomes)}\n`);
process.exitCode = total(outcomes).failed === 0 ? 0 : 1;
