// npm run prove [-- NAME]: runs the tests behind a group of promises and prints one line a promise with its evidence.
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { z } from 'zod';
import { projectFolder } from '../harness/runtime.ts';
import { groups, rulesOfSecurityDocument, rulesQuotedBy } from './rules.ts';

const results = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string(), duration: z.number().nullish() })),
    }),
  ),
});

interface Outcome {
  title: string;
  file: string;
  passed: boolean;
  milliseconds: number;
}

/** One project after the other, as `npm test` runs them: each starts servers, displays and browsers of its own. */
async function runTests(): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const project of ['unit', 'e2e', 'hostile', 'chaos']) outcomes.push(...(await runProject(project)));
  return outcomes;
}

async function runProject(project: string): Promise<Outcome[]> {
  const output = `${projectFolder}.runtime/prove-${project}.json`;
  rmSync(output, { force: true });
  const vitest = spawn(
    process.execPath,
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      `--project=${project}`,
      '--reporter=dot',
      '--reporter=json',
      `--outputFile.json=${output}`,
    ],
    { cwd: projectFolder, stdio: 'inherit' },
  );
  await new Promise((resolve) => vitest.once('exit', resolve));
  const { testResults } = results.parse(JSON.parse(readFileSync(output, 'utf8')));
  return testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ fullName, status, duration }) => ({
      title: fullName,
      file: name.replace(projectFolder, ''),
      passed: status === 'passed',
      milliseconds: duration ?? 0,
    })),
  );
}

function reportOf(number: string, promise: string, outcomes: readonly Outcome[]): { line: string; kept: boolean } {
  const evidence = outcomes.filter(({ title }) => rulesQuotedBy(title).includes(number));
  const failed = evidence.filter(({ passed }) => !passed);
  const kept = evidence.length > 0 && failed.length === 0;
  const files = [...new Set(evidence.map(({ file }) => file))];
  const first = failed[0];
  const proof =
    first === undefined
      ? `${evidence.length} tests in ${files.join(', ') || 'no file'}`
      : `FAILED: ${first.title} (${first.file})`;
  return { line: `${kept ? 'kept  ' : 'BROKEN'} ${number} ${promise}: ${proof}`, kept };
}

async function main(name: string | undefined): Promise<number> {
  if (name !== undefined && groups[name] === undefined) {
    process.stderr.write(
      `There is no group of promises called “${name}”. There are: ${Object.keys(groups).join(', ')}.\n`,
    );
    return 2;
  }
  const wanted = new Set(name === undefined ? Object.values(groups).flat() : groups[name]);
  const rules = rulesOfSecurityDocument().filter(({ number }) => wanted.has(number));
  const outcomes = await runTests();
  const reports = rules.map(({ number, promise }) => reportOf(number, promise, outcomes));
  for (const { line } of reports) process.stdout.write(`${line}\n`);
  const kept = reports.filter((report) => report.kept).length;
  const seconds = outcomes.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000;
  const missing = wanted.size - rules.length;
  if (missing > 0) process.stdout.write(`${missing} rules of this group are not in docs/security.md\n`);
  process.stdout.write(
    `${kept} of ${wanted.size} promises kept, ${outcomes.length} tests, ${seconds.toFixed(0)} s of tests\n`,
  );
  return kept === wanted.size && missing === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv[2]);
