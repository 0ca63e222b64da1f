import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from './db/testing.ts';
import { clientOf } from './fhir/api-clients.ts';
import { testPlan } from './people/testing.ts';

let database: TestDatabase;
let folder: string;

// Every test starts processes.
vi.setConfig({ testTimeout: 120_000 });

beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(path.join(tmpdir(), 'sallyport-cli-api-client-'));
  const plan = path.join(folder, 'plan.json');
  await writeFile(plan, JSON.stringify(testPlan));
  expect(await control('init', '--plan', plan)).toMatchObject({ code: 0 });
}, 120_000);
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

async function control(...args: string[]): Promise<{ code: number; output: string }> {
  const cli = path.join(import.meta.dirname, 'cli.ts');
  const directory = { SALLYPORT_DATA_DIRECTORY: path.join(folder, 'data') };
  const env = { PATH: process.env['PATH'], DATABASE_URL: database.url, ...directory };
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], { env }, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : 0;
      resolve({ code, output: stdout + stderr });
    });
  });
}

const prison = testPlan.sites.find(({ kind }) => kind === 'prison')?.name ?? '';
const hospital = testPlan.sites.find(({ kind }) => kind === 'hospital')?.name ?? '';

describe('S43 control api-client', () => {
  test('create prints a token once, which reads as that client of that prison; revoke takes it back', async () => {
    const created = await control('api-client', 'create', '--name', 'SystmOne', '--site', prison);
    expect(created.code).toBe(0);
    const [, id = '', token = ''] = /\(([0-9a-f-]{36})\)[^]*shown this once: ([\w-]{43})\n/.exec(created.output) ?? [];
    const { id: site } = await database.db
      .selectFrom('sites')
      .select('id')
      .where('name', '=', prison)
      .executeTakeFirstOrThrow();
    expect(await clientOf(database.db, token)).toEqual({ id, name: 'SystmOne', site });

    const listed = await control('api-client', 'list');
    expect(listed.output).toContain(`${id}  SystmOne  ${prison}`);
    expect(listed.output).not.toContain(token);

    expect(await control('api-client', 'revoke', '--id', id)).toMatchObject({ code: 0 });
    expect(await clientOf(database.db, token)).toBeUndefined();
    expect(await control('api-client', 'revoke', '--id', id)).toMatchObject({ code: 1 });
    expect((await control('api-client', 'list')).output).toContain('revoked');
    const actions = await database.db
      .selectFrom('audit')
      .select('action')
      .where('subject', '=', id)
      .orderBy('number')
      .execute();
    expect(actions.map(({ action }) => action)).toEqual(['api-client.created', 'api-client.revoked']);
  });

  test('a hospital, and a prison that is none, get no client', async () => {
    for (const site of [hospital, 'HMP Nowhere']) {
      expect(await control('api-client', 'create', '--name', 'X', '--site', site)).toMatchObject({ code: 1 });
    }
    const clients = await database.db.selectFrom('api_clients').select('name').where('name', '=', 'X').execute();
    expect(clients).toEqual([]);
  });

  test('wrong use is answered in words', async () => {
    for (const args of [['create', '--name', 'X'], ['create', '--site', prison], ['revoke']]) {
      const answered = await control('api-client', ...args);
      expect(answered.code).toBe(2);
      expect(answered.output).not.toContain('    at ');
    }
  });
});
