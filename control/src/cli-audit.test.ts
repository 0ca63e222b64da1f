// `control audit export` and `control audit check` as they are typed, and the check as one file of its own.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { buildAuditCheck } from '../../test/harness/audit-check.ts';
import { sampleFleet } from '../../test/harness/sample-fleet.ts';
import { createAuditDay } from './audit-day-testing.ts';
import type { AuditDay } from './audit-day-testing.ts';
import { rewriteHistory } from './audit/testing.ts';

// Every test starts processes.
vi.setConfig({ testTimeout: 60_000 });

let day: AuditDay;
let folder: string;
const inFolder = (name: string): string => path.join(folder, name);

beforeAll(async () => {
  day = await createAuditDay(sampleFleet(Date.now() - 60_000));
  folder = await mkdtemp(path.join(tmpdir(), 'sallyport-audit-'));
}, 120_000);
afterAll(async () => {
  await day.world.close();
  await rm(folder, { recursive: true });
});

interface Outcome {
  code: number;
  output: string;
}

function node(script: string, args: string[], env: NodeJS.ProcessEnv): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...args], { env, cwd: folder }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr });
    });
  });
}

const cli = path.join(import.meta.dirname, 'cli.ts');
const withDatabase = (...args: string[]): Promise<Outcome> =>
  node(cli, args, { DATABASE_URL: day.world.database.url, SALLYPORT_DATA_DIRECTORY: folder });
/** No database, no configuration, no environment at all. */
const alone = (...args: string[]): Promise<Outcome> => node(cli, args, {});

describe('S27 control audit export', () => {
  test('writes the record for whoever may read it alone, and overwrites nothing', async () => {
    const file = inFolder('export.jsonl');
    const written = await withDatabase('audit', 'export', '--to', file);
    expect(written).toMatchObject({ code: 0, output: expect.stringMatching(/^Wrote \d+ entries/) as string });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const before = await readFile(file);
    const again = await withDatabase('audit', 'export', '--to', file);
    expect(again).toEqual({ code: 2, output: `${file} exists already. Nothing was written.\n` });
    expect(await readFile(file)).toEqual(before);
  });

  test.each([
    [['audit', 'export'], '--to FILE is missing'],
    [['audit', 'check'], '--export FILE is missing'],
    [['audit', 'check', '--export', '/nowhere'], '/nowhere cannot be read (ENOENT)'],
    [['audit', 'check', '--export', cli, '--anchor', 'x'], '--anchor is the digest'],
    [['audit', 'check', '--export', cli, '--manifests', cli], 'Line 1 of'],
    [['audit', 'check', '--export', cli, '--head', '12:x'], '12:x cannot be read'],
  ])('control %j is wrong use, said in words', async (args, words) => {
    const { code, output } = await alone(...args);
    expect([code, output]).toEqual([2, expect.stringContaining(words)]);
  });
});

describe('S27 control audit check, with nothing but the export', () => {
  test('an honest record holds', async () => {
    const file = inFolder('honest.jsonl');
    await withDatabase('audit', 'export', '--to', file);
    const head = day.heads.at(-1);
    const { anchor = '' } = day.own;
    const outcome = await alone(
      'audit',
      'check',
      '--export',
      file,
      '--anchor',
      anchor,
      '--head',
      `${head?.size}:${head?.root}`,
    );
    expect(outcome).toMatchObject({ code: 0, output: expect.stringMatching(/^The record holds: /) as string });
    expect(await alone('audit', 'check', '--export', file, '--manifests', file, '--head', file)).toMatchObject({
      code: 0,
    });
  });

  test('a file that is none of it is malformed, line by line', async () => {
    const { code, output } = await alone('audit', 'check', '--export', cli);
    expect(code).toBe(1);
    expect(output).toContain('Line 1 is malformed');
    expect(output).toContain('The end of the export was cut off');
  });

  test('a rewritten record is named by a head that somebody kept, by an earlier export to the very entry; also by the check as one file', async () => {
    const [kept, later] = [inFolder('kept.jsonl'), inFolder('later.jsonl')];
    await withDatabase('audit', 'export', '--to', kept);
    const { number } = day.entry('ticket.created', 1);
    await rewriteHistory(day.world.database.db, (entries) => entries.filter((entry) => entry.number !== number));
    await withDatabase('audit', 'export', '--to', later);
    expect(await alone('audit', 'check', '--export', later)).toMatchObject({ code: 0 });
    const [head] = day.heads;
    const byHead = await alone('audit', 'check', '--export', later, '--head', `${head?.size}:${head?.root}`);
    expect(byHead).toMatchObject({
      code: 1,
      output: expect.stringContaining('Entry 1 or one of those up to') as string,
    });
    const byExport = await alone('audit', 'check', '--export', later, '--head', kept);
    expect(byExport.output).toContain(`Entry ${number} is another entry than the earlier export has there`);
    const script = await oneFile();
    expect(await node(script, ['--export', later, '--head', kept], {})).toEqual(byExport);
    expect(await node(script, ['--export', kept, '--manifests', later], {})).toMatchObject({ code: 0 });
    expect(await node(script, ['--exprot', later], {})).toMatchObject({ code: 2 });
  });

  async function oneFile(): Promise<string> {
    // Where it is there is no folder of packages.
    return buildAuditCheck(folder);
  }
});
