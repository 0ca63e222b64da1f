import { runCommand } from './command.ts';
import { total, verdict, type Counts } from './outcome.ts';

/** One tsconfig a process: a page's code never sees Node's types. */
const tsconfigs = [
  'protocol',
  'room-client',
  'control',
  'control/web',
  'src/main',
  'src/preload',
  'src/renderer',
  'test',
  '.',
] as const;

/** ESLint with the import rules, the formatter, and knip, which finds what nothing uses. */
export async function lint(): Promise<Counts> {
  return runAll([
    ['eslint', '.', '--max-warnings=0'],
    ['prettier', '--check', '--log-level=warn', '.'],
    ['knip', '--no-progress', '--treat-config-hints-as-errors'],
  ]);
}

/** Rewrites every file in the project's format. */
export async function format(): Promise<Counts> {
  return runAll([['prettier', '--write', '--log-level=warn', '.']]);
}

/** The compiler over every part, each with its own settings. */
export async function typecheck(): Promise<Counts> {
  return runAll(tsconfigs.map((folder) => ['tsc', '--noEmit', '--pretty', 'false', '-p', folder]));
}

/** Runs all of them, also after one has failed: one run tells everything. */
async function runAll(commands: readonly (readonly string[])[]): Promise<Counts> {
  const counts: Counts[] = [];
  for (const command of commands) {
    process.stdout.write(`${command.join(' ')}\n`);
    counts.push(verdict(await runCommand(command)));
  }
  return total(counts);
}
