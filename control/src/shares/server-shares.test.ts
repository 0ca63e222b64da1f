import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../db/testing.ts';
import type { ServerShares } from '../ports.ts';
import { createEnvironmentKeys } from './environment-keys.ts';
import { settleShareKeys } from './key-rotation.ts';
import { createServerShares } from './server-shares.ts';
import { createTestFleet, type TestFleet } from './testing.ts';

const key = randomBytes(32);
const clock = Date;
const audit = { append: () => Promise.resolve() };
let database: TestDatabase;
let fleet: TestFleet;
let shares: ServerShares;
let logged = '';
let laptop: string;
let other: string;

beforeAll(async () => {
  database = await createTestDatabase();
  fleet = await createTestFleet(database.db);
  const keys = createEnvironmentKeys({ current: Buffer.from(key), old: [] });
  await settleShareKeys({ db: database.db, keys, fleet: fleet.fleet, audit, clock });
  shares = sharesUnder(key);
});
afterAll(() => database.close());
beforeEach(async () => {
  logged = '';
  [laptop, other] = [await newLaptop(), await newLaptop()];
});

function sharesUnder(bytes: Buffer): ServerShares {
  const logger = pino({ level: 'info' }, { write: (line: string) => void (logged += line) });
  const keys = createEnvironmentKeys({ current: Buffer.from(bytes), old: [] });
  return createServerShares({ keys, fleet: fleet.fleet, clock, logger });
}

async function newLaptop(): Promise<string> {
  const id = await fleet.addLaptop();
  await database.db.transaction().execute((trx) => shares.make(trx, id));
  return id;
}

function read(device: string, from = shares): Promise<string> {
  return database.db.transaction().execute(async (trx) => {
    const used = await from.use(trx, device, (share) => Promise.resolve(Buffer.from(share).toString('hex')));
    return used.outcome === 'used' ? used.value : used.outcome;
  });
}

const destroy = (...devices: string[]): Promise<void> =>
  database.db.transaction().execute((trx) => shares.destroy(trx, devices, Date.now()));

describe('S35 a server share', () => {
  test('is made at random, kept sealed, and opened for one use, after which it is zeroed', async () => {
    const share = await read(laptop);
    expect(share).toMatch(/^[0-9a-f]{64}$/);
    expect(await read(laptop)).toBe(share);
    expect(await read(other)).not.toBe(share);
    const row = await database.db.selectFrom('server_shares').selectAll().where('device', '=', laptop).execute();
    expect(row[0]?.sealed.toString('hex')).not.toContain(share.slice(0, 8));
    const kept: Uint8Array[] = [];
    const keep = (fails: boolean): Promise<unknown> =>
      database.db.transaction().execute((trx) =>
        shares.use(trx, laptop, async (opened) => {
          kept.push(opened);
          if (fails) throw new Error('not sealed to the laptop');
        }),
      );
    await keep(false);
    await expect(keep(true)).rejects.toThrow('not sealed to the laptop');
    expect(kept).toEqual([new Uint8Array(32), new Uint8Array(32)]);
  });

  test('that is destroyed is gone with its transaction, or is there', async () => {
    const share = await read(laptop);
    const cut = database.db.transaction().execute(async (trx) => {
      await shares.destroy(trx, [laptop], Date.now());
      expect((await shares.use(trx, laptop, () => Promise.resolve(1))).outcome).toBe('destroyed');
      throw new Error('the order was not queued');
    });
    await expect(cut).rejects.toThrow('not queued');
    expect(await read(laptop)).toBe(share);
    await destroy(laptop);
    expect(await read(laptop)).toBe('destroyed');
    expect(await read(other)).toMatch(/^[0-9a-f]{64}$/);
  });

  test('is destroyed once: its time stays the first', async () => {
    const timeOf = async (): Promise<Date | null> => {
      const query = database.db.selectFrom('devices').select('share_destroyed_at').where('id', '=', laptop);
      return (await query.executeTakeFirstOrThrow()).share_destroyed_at;
    };
    expect(await timeOf()).toBeNull();
    await destroy(laptop);
    const first = await timeOf();
    expect(first).not.toBeNull();
    await database.db.transaction().execute((trx) => shares.destroy(trx, [laptop], Date.now() + 60_000));
    expect(await timeOf()).toEqual(first);
  });

  test('never comes back: the database commits neither a new one, nor a mark with the share still there', async () => {
    const [row] = await database.db.selectFrom('server_shares').selectAll().where('device', '=', laptop).execute();
    if (row === undefined) throw new Error('no share');
    const marked = sql`update devices set share_destroyed_at = now() where id = ${laptop}`.execute(database.db);
    await expect(marked).rejects.toThrow('is destroyed');
    await destroy(laptop);
    await expect(database.db.insertInto('server_shares').values(row).execute()).rejects.toThrow('is destroyed');
    await expect(database.db.transaction().execute((trx) => shares.make(trx, laptop))).rejects.toThrow('is destroyed');
    const foreign = database.db.updateTable('server_shares').set({ key: 'another key' }).where('device', '=', other);
    await expect(foreign.execute()).rejects.toThrow('server_shares_key');
  });

  test('put into another laptop’s row does not open, and the log says so without a secret', async () => {
    const share = await read(other);
    await sql`update server_shares a set nonce = b.nonce, sealed = b.sealed from server_shares b
      where a.device = ${laptop} and b.device = ${other}`.execute(database.db);
    expect(await read(laptop)).toBe('unreadable');
    expect(logged).toContain('was altered');
    expect(logged).toContain(laptop);
    for (const secret of [share, key.toString('base64'), key.toString('hex')]) expect(logged).not.toContain(secret);
  });

  test('does not open under a wrong key, and the log names the key that is missing and where it should be', async () => {
    expect(await read(laptop, sharesUnder(randomBytes(32)))).toBe('unreadable');
    const { id } = await database.db.selectFrom('share_key').select('id').executeTakeFirstOrThrow();
    expect(logged).toContain(`The share key ${id} is not here`);
    expect(logged).toContain('SALLYPORT_SHARE_KEY');
    expect(await read(laptop)).toMatch(/^[0-9a-f]{64}$/);
  });
});
