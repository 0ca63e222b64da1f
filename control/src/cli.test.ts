import { sql } from 'kysely';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from './db/testing.ts';
import { testPlan } from './people/testing.ts';

let database: TestDatabase;
let folder: string;

// Every test starts processes.
vi.setConfig({ testTimeout: 60_000 });

beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(path.join(tmpdir(), 'sallyport-cli-'));
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

/** Runs `control` on the test's database. */
async function control(...args: string[]): Promise<{ code: number; output: string }> {
  const cli = path.join(import.meta.dirname, 'cli.ts');
  const env = { PATH: process.env['PATH'], DATABASE_URL: database.url, SALLYPORT_DATA_DIRECTORY: folder };
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], { env }, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : 0;
      resolve({ code, output: stdout + stderr });
    });
  });
}

async function planFile(contents: unknown): Promise<string> {
  const file = path.join(folder, 'plan.json');
  await writeFile(file, typeof contents === 'string' ? contents : JSON.stringify(contents));
  return file;
}

test.each([
  [[], 'Usage: control COMMAND'],
  [['fly'], 'No such command'],
  [['init'], 'Give either --plan FILE or --new-token'],
  [['init', '--colour'], 'Unknown option'],
  [['init', '--plan', '/nowhere.json'], 'cannot be read'],
  [['init', '--new-token'], 'no fleet to be founded'],
  [['serve', '--config', '/nowhere.json'], 'cannot be read'],
  [['serve'], 'holds no fleet yet'],
  [['audit', 'verify', '--expect', 'x'], 'NUMBER:HASH'],
])('control %j is wrong use, said in words', async (args, words) => {
  const { code, output } = await control(...args);
  expect(output).toContain(words);
  expect(output).not.toContain('    at ');
  expect(code).toBe(2);
});

test('help is not an error', async () => {
  expect(await control('--help')).toMatchObject({ code: 0 });
});

test.each([
  ['not JSON', '{', 'is not JSON'],
  ['a threshold nobody can meet', { ...testPlan, trustees: { threshold: 3, people: ['A'] } }, 'fewer trustees'],
  ['two sites of one name', { ...testPlan, sites: [...testPlan.sites, ...testPlan.sites] }, 'same name'],
  ['an unknown member', { ...testPlan, colour: 'blue' }, 'colour'],
])('a plan with %s is refused in words', async (_what, contents, words) => {
  const { code, output } = await control('init', '--plan', await planFile(contents));
  expect(output).toContain(words);
  expect(code).toBe(2);
});

test('a fleet is prepared once; a lost address can be replaced', async () => {
  const file = await planFile(testPlan);
  const first = await control('init', '--plan', file);
  expect(first.code).toBe(0);
  const address = /http:\/\/localhost:8443\/setup\/#([A-Za-z0-9_-]{43})/;
  expect(first.output).toMatch(address);
  expect(await control('init', '--plan', file)).toMatchObject({ code: 2 });
  const second = await control('init', '--new-token');
  expect(address.exec(second.output)?.[1]).not.toBe(address.exec(first.output)?.[1]);
});

test('S10 the audit chain is verified by exit code and in words', async () => {
  const sound = await control('audit', 'verify');
  expect(sound).toMatchObject({ code: 0 });
  const head = /head (\d+:\S+)/.exec(sound.output)?.[1] ?? '';
  expect(await control('audit', 'verify', '--expect', head)).toMatchObject({ code: 0 });
  await sql`alter table audit disable trigger audit_append_only`.execute(database.db);
  await sql`update audit set action = 'fleet.denied' where number = 1`.execute(database.db);
  const broken = await control('audit', 'verify');
  expect(broken).toMatchObject({ code: 1, output: 'The audit chain is broken: entry 1 was altered.\n' });
});

test('a database that is not there is a failure in words', async () => {
  const { url } = database;
  database.url = 'postgres://nobody@127.0.0.1:9/none';
  const { code, output } = await control('migrate');
  database.url = url;
  expect([code, output]).toEqual([1, expect.stringContaining('The database cannot be reached')]);
});
