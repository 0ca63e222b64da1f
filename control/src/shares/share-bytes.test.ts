// What lies on the disk: a real cluster with its ordinary settings, and every byte of every file of control's data.
import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql, type Kysely } from 'kysely';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../db/embedded.ts';
import { migrate } from '../db/migrate.ts';
import { createPool } from '../db/pool.ts';
import type { Database } from '../db/schema.ts';
import type { ServerShares } from '../ports.ts';
import { createFileKeys } from './key-file.ts';
import { rotateShareKey, settleShareKeys, type KeyRotationDeps } from './key-rotation.ts';
import { sealPlainShares } from './plain-shares.ts';
import { createServerShares } from './server-shares.ts';
import { vacuumShares } from './share-vacuum.ts';
import { createTestFleet, readAll, type TestFleet } from './testing.ts';

// It reads every file again and again.
vi.setConfig({ testTimeout: 60_000 });

const audit = { append: () => Promise.resolve() };
let data: string;
let cluster: EmbeddedPostgres;
let db: Kysely<Database>;
let fleet: TestFleet;
let deps: KeyRotationDeps;
let shares: ServerShares;

beforeAll(async () => {
  data = await mkdtemp(path.join(tmpdir(), 'sallyport-bytes-'));
  await chmod(data, 0o711);
  cluster = await startEmbeddedPostgres({ directory: path.join(data, 'postgres'), hold: 'own' });
  db = createPool(cluster.url, { onError: () => undefined });
  await migrate(db);
  fleet = await createTestFleet(db);
  deps = depsFor(db, 'share-keys.json', fleet.fleet);
  await settleShareKeys(deps);
  shares = createServerShares({ ...deps, logger: { error: () => undefined } });
});
afterAll(async () => {
  await db.destroy();
  await cluster.stop();
  await rm(data, { recursive: true });
});

function depsFor(database: Kysely<Database>, file: string, of: string): KeyRotationDeps {
  return { db: database, keys: createFileKeys(path.join(data, file), of), fleet: of, audit, clock: Date };
}

async function enrol(): Promise<string> {
  const laptop = await fleet.addLaptop();
  await db.transaction().execute((trx) => shares.make(trx, laptop));
  return laptop;
}

async function sealedOf(laptop: string): Promise<Buffer> {
  const row = db.selectFrom('server_shares').select('sealed').where('device', '=', laptop);
  return (await row.executeTakeFirstOrThrow()).sealed;
}

const destroy = (laptop: string): Promise<void> =>
  db.transaction().execute((trx) => shares.destroy(trx, [laptop], Date.now()));

/** The bytes as a file may hold them. */
function formsOf(bytes: Buffer): Buffer[] {
  return [bytes, ...(['hex', 'base64', 'base64url'] as const).map((form) => Buffer.from(bytes.toString(form)))];
}

/** The files of the whole data directory that hold any of these, once PostgreSQL has written out what it had in memory. */
async function filesWith(...secrets: Buffer[]): Promise<string[]> {
  await sql`checkpoint`.execute(db);
  const names = await readdir(data, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of names.filter((name) => name.isFile())) {
    const file = path.join(entry.parentPath, entry.name);
    // A file may go while one looks.
    const content = await readFile(file).catch(() => Buffer.alloc(0));
    if (secrets.some((secret) => formsOf(secret).some((form) => content.includes(form)))) {
      found.push(path.relative(path.join(data, 'postgres', 'cluster'), file));
    }
  }
  return found.sort();
}

async function tableFile(table: 'server_shares' | 'devices', of = db): Promise<string> {
  const { rows } = await sql<{ file: string }>`select pg_relation_filepath(${table}) as file`.execute(of);
  return rows[0]?.file ?? '';
}

const inWal = (file: string): boolean => file.startsWith('pg_wal/');

describe('S35 on the disk', () => {
  test('no share is ever there in the clear: enrolled, opened, sealed anew, destroyed, in no file, the log of writes included', async () => {
    const laptops = [await enrol(), await enrol(), await enrol()];
    const clear = [...(await readAll(db, deps.keys, fleet.fleet)).values()].map((share) => Buffer.from(share, 'hex'));
    expect(clear).toHaveLength(3);
    // The search finds what is there: in the table, and in the log of writes.
    expect((await filesWith(await sealedOf(laptops[0] ?? ''))).length).toBeGreaterThan(1);
    expect(await filesWith(...clear)).toEqual([]);
    await db.transaction().execute(async (trx) => {
      await shares.use(trx, laptops[0] ?? '', async (share) => {
        expect(clear).toContainEqual(Buffer.from(share));
        expect(await filesWith(...clear)).toEqual([]);
      });
    });
    await rotateShareKey(deps);
    expect(await filesWith(...clear)).toEqual([]);
    await destroy(laptops[0] ?? '');
    expect(await filesWith(...clear)).toEqual([]);
    await vacuumShares(db);
    expect(await filesWith(...clear)).toEqual([]);
  });

  test('a destroyed share’s sealed bytes leave the table’s file with the vacuum; what remains is in the log of writes alone', async () => {
    const laptop = await enrol();
    const sealed = await sealedOf(laptop);
    const before = await tableFile('server_shares');
    expect(await filesWith(sealed)).toContain(before);
    await destroy(laptop);
    // A deleted row stays where it is.
    expect(await filesWith(sealed)).toContain(before);
    expect(await vacuumShares(db)).toBe(true);
    expect(await tableFile('server_shares')).not.toBe(before);
    const left = await filesWith(sealed);
    expect(left.filter((file) => !inWal(file))).toEqual([]);
  });

  test('a transaction that is older keeps them there, and the vacuum says that it must be done again', async () => {
    const laptop = await enrol();
    const sealed = await sealedOf(laptop);
    await db
      .transaction()
      .setIsolationLevel('repeatable read')
      .execute(async (older) => {
        await sql`select 1 from devices`.execute(older);
        await destroy(laptop);
        expect(await vacuumShares(db)).toBe(false);
        expect(await filesWith(sealed)).toContain(await tableFile('server_shares'));
      });
    expect(await vacuumShares(db)).toBe(true);
    expect((await filesWith(sealed)).filter((file) => !inWal(file))).toEqual([]);
  });

  test('after a brick and a rotation the keys that are there open nothing that the disk still holds', async () => {
    const laptop = await enrol();
    const [stored] = await db.selectFrom('server_shares').selectAll().where('device', '=', laptop).execute();
    if (stored === undefined) throw new Error('no share');
    const key = await readFile(path.join(data, 'share-keys.json'), 'utf8');
    await destroy(laptop);
    await rotateShareKey(deps);
    await vacuumShares(db);
    await expect(deps.keys.open({ fleet: fleet.fleet, device: laptop }, stored)).rejects.toThrow('is not here');
    const [, old = ''] = /"key": "([^"]+)"/.exec(key) ?? [];
    expect(await filesWith(Buffer.from(old, 'base64url'))).toEqual([]);
  });

  test('shares that an older version kept in the clear are sealed at the first start, and their column is gone', async () => {
    await sql`create database older`.execute(db);
    const older = createPool(cluster.urlOf('older'), { connections: 2, onError: () => undefined });
    const migrations = path.join(import.meta.dirname, '../db/migrations');
    const names = (await readdir(migrations)).sort();
    const run = async (name: string): Promise<void> => {
      const { up } = (await import(path.join(migrations, name))) as { up: (on: typeof older) => Promise<void> };
      await up(older);
    };
    const last = names.indexOf('0005-server-shares.ts');
    for (const name of names.slice(0, last)) await run(name);
    const olderFleet = await createTestFleet(older);
    const [live, dead] = [randomBytes(32), randomBytes(32)];
    const id = await addPlain(older, olderFleet.site, live);
    const bricked = await addPlain(older, olderFleet.site, dead);
    await sql`update devices set server_share = null, share_destroyed_at = now() where id = ${bricked}`.execute(older);
    await run('0005-server-shares.ts');
    const olderDeps = depsFor(older, 'older-keys.json', olderFleet.fleet);
    await settleShareKeys(olderDeps);
    expect(await filesWith(dead)).toContain(await tableFile('devices', older));
    expect(await sealPlainShares(olderDeps)).toBe(1);
    expect(await readAll(older, olderDeps.keys, olderFleet.fleet)).toEqual(new Map([[id, live.toString('hex')]]));
    expect((await filesWith(live, dead)).filter((file) => !inWal(file))).toEqual([]);
    expect(await sealPlainShares(olderDeps)).toBe(0);
    await expect(sql`select server_share from devices`.execute(older)).rejects.toThrow('does not exist');
    await older.destroy();
  });
});

/** A laptop as an older version had it: its share in the clear. */
async function addPlain(older: Kysely<Database>, site: string, share: Buffer): Promise<string> {
  const id = randomUUID();
  await sql`
    insert into devices (id, name, site, public_key, sealing_key, server_share)
    values (${id}, ${id}, ${site}, ${Buffer.alloc(91)}, ${Buffer.alloc(65)}, ${share})
  `.execute(older);
  return id;
}
