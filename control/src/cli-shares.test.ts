import { randomBytes } from 'node:crypto';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from './db/testing.ts';
import { testPlan } from './people/testing.ts';
import { createFileKeys } from './shares/key-file.ts';
import { createServerShares, destroyServerShares } from './shares/server-shares.ts';
import { readAll } from './shares/testing.ts';

let database: TestDatabase;
let folder: string;
let file: string;
let fleet: string;
const laptops = ['HB-01', 'HB-02', 'HB-03'];

// Every test starts processes.
vi.setConfig({ testTimeout: 120_000 });

beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(path.join(tmpdir(), 'sallyport-cli-shares-'));
  file = path.join(folder, 'data', 'share-keys.json');
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

async function control(
  environment: Record<string, string>,
  ...args: string[]
): Promise<{ code: number; output: string }> {
  const cli = path.join(import.meta.dirname, 'cli.ts');
  const directory = { SALLYPORT_DATA_DIRECTORY: path.join(folder, 'data') };
  const env = { PATH: process.env['PATH'], DATABASE_URL: database.url, ...directory, ...environment };
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], { env }, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : 0;
      resolve({ code, output: stdout + stderr });
    });
  });
}

function expectWords(said: { code: number; output: string }, code: number, words: string): void {
  expect(said.output).toContain(words);
  expect(said.code).toBe(code);
}

const keysHere = (): ReturnType<typeof createFileKeys> => createFileKeys(file, fleet);
const sharesHere = (): Promise<Map<string, string>> => readAll(database.db, keysHere(), fleet);

async function enrol(name: string): Promise<void> {
  const { db } = database;
  const shares = createServerShares({ keys: keysHere(), fleet, clock: Date, logger: { error: () => undefined } });
  const { id: site } = await db.selectFrom('sites').select('id').where('kind', '=', 'prison').executeTakeFirstOrThrow();
  const row = { name, site, public_key: Buffer.alloc(91), sealing_key: Buffer.alloc(65) };
  await db.transaction().execute(async (trx) => {
    const id = crypto.randomUUID();
    await trx
      .insertInto('devices')
      .values({ id, ...row })
      .execute();
    await shares.make(trx, id);
  });
}

describe('S35 control shares', () => {
  test('before there is a fleet says so', async () => {
    expect(await control({}, 'shares', 'status')).toMatchObject({ code: 2 });
    const plan = path.join(folder, 'plan.json');
    await writeFile(plan, JSON.stringify(testPlan));
    expect(await control({}, 'init', '--plan', plan)).toMatchObject({ code: 0 });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    fleet = (await database.db.selectFrom('fleet').select('id').executeTakeFirstOrThrow()).id;
    for (const laptop of laptops) await enrol(laptop);
  });

  test('status says how many there are, under which key and since when, and that they open', async () => {
    const { code, output } = await control({}, 'shares', 'status');
    const { id, since } = await database.db.selectFrom('share_key').selectAll().executeTakeFirstOrThrow();
    expect(output).toBe(
      `3 shares under the key ${id}, in force since ${since.toISOString()} (the key file ${file}).\n`,
    );
    expect(code).toBe(0);
  });

  test('rotate exchanges the key; status says when a destroyed share is not beyond backups yet', async () => {
    const [first] = [...(await sharesHere()).keys()];
    await database.db.transaction().execute((trx) => destroyServerShares(trx, [first ?? ''], Date.now()));
    const before = await sharesHere();
    const key = (await keysHere().held())?.current ?? '';
    const waiting = await control({}, 'shares', 'status');
    expectWords(waiting, 0, '1 were destroyed under this key');
    const rotated = await control({}, 'shares', 'rotate');
    expectWords(rotated, 0, '2 shares are sealed under a new key');
    expect(rotated.output).toContain('Back the database up now');
    expect(await keysHere().held()).toMatchObject({ others: [] });
    expect(await readFile(file, 'utf8')).not.toContain(key);
    expect(await sharesHere()).toEqual(before);
    expect((await control({}, 'shares', 'status')).output).not.toContain('destroyed');
  });

  test('with the key from the environment rotate says what to do, and does its part of it', async () => {
    const [, file64 = ''] = /"key": "([^"]+)"/.exec(await readFile(file, 'utf8')) ?? [];
    const old = Buffer.from(file64, 'base64url').toString('base64');
    const fresh = randomBytes(32).toString('base64');
    const byHand = await control({ SALLYPORT_SHARE_KEY: old }, 'shares', 'rotate');
    expectWords(byHand, 0, 'SALLYPORT_SHARE_KEYS_OLD');
    const both = { SALLYPORT_SHARE_KEY: fresh, SALLYPORT_SHARE_KEYS_OLD: old };
    const moved = await control(both, 'shares', 'rotate');
    expectWords(moved, 0, '2 shares are sealed under a new key');
    const status = await control({ SALLYPORT_SHARE_KEY: fresh }, 'shares', 'status');
    expectWords(status, 0, '2 shares under the key');
    for (const said of [byHand, moved, status]) {
      for (const secret of [old, fresh]) expect(said.output).not.toContain(secret);
    }
    expect(
      await control({ SALLYPORT_SHARE_KEY: old, SALLYPORT_SHARE_KEYS_OLD: fresh }, 'shares', 'rotate'),
    ).toMatchObject({
      code: 0,
    });
    expect((await sharesHere()).size).toBe(2);
  });

  test('without the key control does not start, in words; nothing is made in its place', async () => {
    const kept = await readFile(file);
    await rm(file);
    const refused = await control({}, 'serve');
    expectWords(refused, 2, 'no new key was made');
    expect(refused.output).not.toContain('    at ');
    const status = await control({}, 'shares', 'status');
    expectWords(status, 1, `${file} is missing`);
    expect(status.output).toMatch(/These do not open: HB-0\d, HB-0\d\./);
    await expect(stat(file)).rejects.toThrow('ENOENT');
    await writeFile(file, kept, { mode: 0o600 });
    expect((await sharesHere()).size).toBe(2);
  });

  test('abandon gives the shares up, but only when their key is gone', async () => {
    expect(await control({}, 'shares', 'abandon')).toMatchObject({ code: 1 });
    expect((await sharesHere()).size).toBe(2);
    await rm(file);
    const abandoned = await control({}, 'shares', 'abandon');
    expectWords(abandoned, 0, '2 shares are given up');
    expect((await sharesHere()).size).toBe(0);
    expectWords(await control({}, 'shares', 'status'), 0, 'no shares yet');
  });
});
