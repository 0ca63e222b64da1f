import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startEmbeddedPostgres, stopEmbeddedPostgres, type EmbeddedPostgres } from './embedded.ts';

async function ask(url: string, query: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return Object.values((await client.query<Record<string, unknown>>(query)).rows[0] ?? {})[0];
  } finally {
    await client.end();
  }
}

describe('S24 the embedded PostgreSQL', () => {
  let directory: string;
  const start = (hold: 'own' | 'share' | 'leave'): Promise<EmbeddedPostgres> =>
    startEmbeddedPostgres({ directory, hold, settings: { fsync: 'off' } });
  const runs = (): Promise<boolean> =>
    stat(path.join(directory, 'cluster/postmaster.pid')).then(
      () => true,
      () => false,
    );

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'sallyport-pg-'));
    await chmod(directory, 0o711);
  });
  afterEach(async () => {
    await stopEmbeddedPostgres(directory);
    await rm(directory, { recursive: true, force: true });
  });

  test('has no TCP port, asks for its password, and keeps what it is told', async () => {
    const first = await start('own');
    expect(await ask(first.url, 'show listen_addresses')).toBe('');
    const password = await readFile(path.join(directory, 'password'), 'utf8');
    await expect(ask(first.url.replace(password, 'guess'), 'select 1')).rejects.toThrow('password');
    await ask(first.url, 'create table kept (number integer)');
    await ask(first.url, 'insert into kept values (7)');
    await first.stop();
    expect(await runs()).toBe(false);
    const again = await start('own');
    expect(await ask(again.url, 'select number from kept')).toBe(7);
    await again.stop();
  });

  test('belongs to one control: a second one is refused and disturbs nothing', async () => {
    const owner = await start('own');
    await expect(start('own')).rejects.toThrow('Another control serves');
    expect(await ask(owner.url, 'select 1')).toBe(1);
    const visitor = await start('share');
    await visitor.stop();
    expect(await ask(owner.url, 'select 1')).toBe(1);
    await owner.stop();
    expect(await runs()).toBe(false);
  });

  test('that a killed control left running is taken over and stopped by the next', async () => {
    await start('leave');
    const owner = await start('own');
    expect(await ask(owner.url, 'select 1')).toBe(1);
    await owner.stop();
    expect(await runs()).toBe(false);
  });

  test('that a command started is left to the control that made it its own meanwhile', async () => {
    const command = await start('share');
    const owner = await start('own');
    await command.stop();
    expect(await ask(owner.url, 'select 1')).toBe(1);
    await owner.stop();
    expect(await runs()).toBe(false);
  });
});
