// npm run prove [-- NAME]: runs the tests behind a group of promises and prints one line a promise with its evidence.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { z } from 'zod';
import { projectFolder } from '../harness/runtime.ts';
import { filesThatQuote, groups, projects, rulesOfSecurityDocument, rulesQuotedBy } from './rules.ts';

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

/** Where searches write how much they have tried. */
const triedFile = `${projectFolder}.runtime/prove-tried.jsonl`;

/** One project after the other, as `npm test` runs them: each starts servers, displays and browsers of its own. */
async function runTests(rules: ReadonlySet<string>): Promise<Outcome[]> {
  rmSync(triedFile, { force: true });
  const outcomes: Outcome[] = [];
  for (const project of projects) outcomes.push(...(await runProject(project, rules)));
  return outcomes;
}

/** Runs the files of a project that quote one of the rules, whole: their tests stand on each other. */
async function runProject(project: string, rules: ReadonlySet<string>): Promise<Outcome[]> {
  const output = `${projectFolder}.runtime/prove-${project}.json`;
  rmSync(output, { force: true });
  const vitest = spawn(
    process.execPath,
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      `--project=${project}`,
      '--passWithNoTests',
      ...filesThatQuote(rules),
      '--reporter=dot',
      '--reporter=json',
      `--outputFile.json=${output}`,
    ],
    { cwd: projectFolder, stdio: 'inherit', env: { ...process.env, SALLYPORT_PROVE: triedFile } },
  );
  await new Promise((resolve) => vitest.once('exit', resolve));
  const { testResults } = results.parse(JSON.parse(readFileSync(output, 'utf8')));
  return testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      // Those that quote none of the rules ran for the sake of the others.
      .filter(({ fullName }) => rulesQuotedBy(fullName).some((rule) => rules.has(rule)))
      .map(({ fullName, status, duration }) => ({
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

const reportLine = z.union([
  z.object({ what: z.string(), count: z.number() }),
  z.object({ what: z.string(), value: z.string() }),
]);

/** What the searches tried and what was measured, one line each. */
function figures(): string[] {
  const counts = new Map<string, number>();
  const values: string[] = [];
  const text = existsSync(triedFile) ? readFileSync(triedFile, 'utf8').trim() : '';
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const report = reportLine.parse(JSON.parse(line));
    if ('value' in report) values.push(`figure ${report.what}: ${report.value}`);
    else counts.set(report.what, (counts.get(report.what) ?? 0) + report.count);
  }
  const tried = [...counts].map(([what, count]) => `tried  ${count.toLocaleString('en-GB')} ${what}`);
  return [...tried, ...values];
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
  const outcomes = await runTests(wanted);
  const reports = rules.map(({ number, promise }) => reportOf(number, promise, outcomes));
  for (const { line } of reports) process.stdout.write(`${line}\n`);
  const kept = reports.filter((report) => report.kept).length;
  const seconds = outcomes.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000;
  const missing = wanted.size - rules.length;
  if (missing > 0) process.stdout.write(`${missing} rules of this group are not in docs/security.md\n`);
  process.stdout.write(
    `${kept} of ${wanted.size} promises kept, ${outcomes.length} tests, ${seconds.toFixed(0)} s of tests\n`,
  );
  for (const line of figures()) process.stdout.write(`${line}\n`);
  return kept === wanted.size && missing === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv[2]);
