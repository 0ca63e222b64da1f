import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createNotifications, type Notifications } from '../db/notifications.ts';
import { createTestDatabase, type TestDatabase } from '../db/testing.ts';
import type { ServerShares } from '../ports.ts';
import { createFileKeys } from './key-file.ts';
import { settleShareKeys, type KeyRotationDeps } from './key-rotation.ts';
import { createServerShares } from './server-shares.ts';
import { ShareKeeper } from './share-keeper.ts';
import type { ShareKeys } from './share-keys.ts';
import { createTestFleet, readAll, type TestFleet } from './testing.ts';

const minute = 60_000;
const clock = { offset: 0, now: () => Date.now() + clock.offset };
let database: TestDatabase;
let notifications: Notifications;
let fleet: TestFleet;
let folder: string;
let keys: ShareKeys;
let deps: KeyRotationDeps;
let shares: ServerShares;
let logged: string;
let keeper: ShareKeeper | undefined;

beforeAll(async () => {
  database = await createTestDatabase();
  notifications = await createNotifications(database.url, database.db, () => undefined);
  fleet = await createTestFleet(database.db);
  folder = await mkdtemp(path.join(tmpdir(), 'sallyport-keeper-'));
  keys = createFileKeys(path.join(folder, 'share-keys.json'), fleet.fleet);
  const audit = { append: () => Promise.resolve() };
  deps = { db: database.db, keys, fleet: fleet.fleet, audit, clock };
  await settleShareKeys(deps);
  shares = createServerShares({ ...deps, logger: { error: () => undefined } });
});
afterAll(async () => {
  await notifications.close();
  await database.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  [clock.offset, logged] = [0, ''];
});
afterEach(() => keeper?.close());

async function keep(rotateAfterMinutes: number, changes: Partial<KeyRotationDeps> = {}): Promise<ShareKeeper> {
  const logger = pino({ level: 'info' }, { write: (line: string) => void (logged += line) });
  // It looks when it is told to or hears of something, and not by itself.
  const timing = { rotateAfterMinutes, lookEvery: 60 * minute };
  keeper = await ShareKeeper.create({ ...deps, ...changes, notifications, logger, ...timing });
  return keeper;
}

async function enrol(): Promise<string> {
  const laptop = await fleet.addLaptop();
  await database.db.transaction().execute((trx) => shares.make(trx, laptop));
  return laptop;
}

const destroy = (laptop: string): Promise<void> =>
  database.db.transaction().execute((trx) => shares.destroy(trx, [laptop], clock.now()));

/** Another file each time the table was written anew. */
async function tableFile(): Promise<string> {
  const { rows } = await sql<{ file: string }>`select pg_relation_filepath('server_shares') as file`.execute(
    database.db,
  );
  return rows[0]?.file ?? '';
}

const currentKey = async (): Promise<string | undefined> => (await keys.held())?.current;

async function becomesAnother(what: () => Promise<unknown>, than: unknown): Promise<void> {
  await vi.waitFor(async () => expect(await what()).not.toEqual(than), { timeout: 10_000 });
}

describe('S35 after a share was destroyed', () => {
  test('its table is written anew as soon as that is committed, and once at each start', async () => {
    const atStart = await tableFile();
    await keep(0);
    await becomesAnother(tableFile, atStart);
    const laptop = await enrol();
    const before = await tableFile();
    await expect(
      database.db.transaction().execute(async (trx) => {
        await shares.destroy(trx, [laptop], clock.now());
        throw new Error('the order was not queued');
      }),
    ).rejects.toThrow();
    expect(await tableFile()).toBe(before);
    await destroy(laptop);
    await becomesAnother(tableFile, before);
  });

  test('a table that cannot be cleared now does not fail the order, and is cleared at the next look', async () => {
    const started = await tableFile();
    const own = await keep(0);
    await becomesAnother(tableFile, started);
    const laptop = await enrol();
    const before = await tableFile();
    await database.db.transaction().execute(async (reader) => {
      await sql`select count(*) from server_shares`.execute(reader);
      await destroy(laptop);
      await vi.waitFor(() => expect(logged).toContain('could not be cleared'), { timeout: 10_000 });
    });
    expect(await tableFile()).toBe(before);
    own.look();
    await becomesAnother(tableFile, before);
  });

  test('the key is exchanged some minutes later, not at once, and not again for the same', async () => {
    await enrol();
    await destroy(await enrol());
    const before = await readAll(database.db, keys, fleet.fleet);
    const key = await currentKey();
    const own = await keep(5);
    await own.idle();
    clock.offset = 4 * minute;
    own.look();
    await own.idle();
    expect(await currentKey()).toBe(key);
    clock.offset = 5 * minute;
    own.look();
    await becomesAnother(currentKey, key);
    await vi.waitFor(() => expect(logged).toContain('Back the database up now'));
    expect(await readAll(database.db, keys, fleet.fleet)).toEqual(before);
    const fresh = await currentKey();
    clock.offset = 60 * minute;
    own.look();
    await own.idle();
    expect(await currentKey()).toBe(fresh);
  });

  test('the key stays when control is told so, or when it is not control’s to exchange', async () => {
    await destroy(await enrol());
    const key = await currentKey();
    for (const [minutes, changes] of [
      [0, {}],
      [5, { keys: { ...keys, upkeep: undefined } }],
    ] as const) {
      clock.offset = 0;
      const own = await keep(minutes, changes);
      await own.idle();
      clock.offset = 60 * minute;
      own.look();
      await own.close();
      expect(await currentKey()).toBe(key);
    }
  });

  test('an exchange that fails is in the log, loses nothing, and is tried again', async () => {
    await destroy(await enrol());
    const before = await readAll(database.db, keys, fleet.fleet);
    let fails = true;
    const audit = {
      append: async () => {
        if (fails) throw new Error('disk full');
      },
    };
    const own = await keep(5, { audit });
    await own.idle();
    clock.offset = 5 * minute;
    own.look();
    await vi.waitFor(() => expect(logged).toContain('the share key was not exchanged'), { timeout: 10_000 });
    expect(await readAll(database.db, keys, fleet.fleet)).toEqual(before);
    fails = false;
    own.look();
    await vi.waitFor(async () => expect((await keys.held())?.others).toEqual([]), { timeout: 10_000 });
    expect(await readAll(database.db, keys, fleet.fleet)).toEqual(before);
    await own.close();
    await own.close();
  });
});
