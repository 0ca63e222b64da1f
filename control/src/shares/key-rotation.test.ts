import { randomBytes, randomInt } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../db/testing.ts';
import type { Audit } from '../ports.ts';
import { abandonShares } from './abandon-shares.ts';
import { createEnvironmentKeys } from './environment-keys.ts';
import { createFileKeys } from './key-file.ts';
import { rotateShareKey, settleShareKeys, type KeyRotationDeps } from './key-rotation.ts';
import { createServerShares } from './server-shares.ts';
import type { KeyUpkeep, ShareKeys, StoredShare } from './share-keys.ts';
import { lookAtShares } from './share-status.ts';
import { createTestFleet, readAll, type TestFleet } from './testing.ts';

const laptops = 5;
let database: TestDatabase;
let fleet: TestFleet;
let folder: string;
let file: string;
let keys: ShareKeys;
let deps: KeyRotationDeps;
let recorded: string[];

beforeEach(async () => {
  database = await createTestDatabase();
  fleet = await createTestFleet(database.db);
  folder = await mkdtemp(path.join(tmpdir(), 'sallyport-rotation-'));
  file = path.join(folder, 'share-keys.json');
  keys = createFileKeys(file, fleet.fleet);
  recorded = [];
  const audit: Audit = { append: async (_trx, { action }) => void recorded.push(action) };
  deps = { db: database.db, keys, fleet: fleet.fleet, audit, clock: Date };
  await settleShareKeys(deps);
  for (let made = 0; made < laptops; made += 1) await enrol();
});
afterEach(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

function sharesOf(from: ShareKeys = keys): ReturnType<typeof createServerShares> {
  return createServerShares({ keys: from, fleet: fleet.fleet, clock: Date, logger: { error: () => undefined } });
}

async function enrol(): Promise<string> {
  const laptop = await fleet.addLaptop();
  await database.db.transaction().execute((trx) => sharesOf().make(trx, laptop));
  return laptop;
}

const everything = (from = keys): Promise<Map<string, string>> => readAll(database.db, from, fleet.fleet);
const rows = (): Promise<(StoredShare & { device: string })[]> =>
  database.db.selectFrom('server_shares').selectAll().execute();
const keyInForce = async (): Promise<string> =>
  (await database.db.selectFrom('share_key').select('id').executeTakeFirstOrThrow()).id;

/** The file's keys, whose process ends just before or after one of the two writes of a rotation. */
function keysThatDie(when: 'before making' | 'after making' | 'before destroying' | 'after destroying'): ShareKeys {
  const upkeep: KeyUpkeep = keys.upkeep ?? never();
  const die = (moment: typeof when): void => {
    if (when === moment) throw new Error('killed');
  };
  return {
    ...keys,
    upkeep: {
      make: async () => {
        die('before making');
        const id = await upkeep.make();
        die('after making');
        return id;
      },
      keepOnly: async (key) => {
        die('before destroying');
        await upkeep.keepOnly(key);
        die('after destroying');
      },
    },
  };
}

function never(): never {
  throw new Error('a file is kept by control');
}

describe('S35 exchanging the key', () => {
  test('seals every share anew, and nothing copied before opens with the keys that are there afterwards', async () => {
    const before = await everything();
    const backup = await rows();
    const oldKey = await keyInForce();
    expect(await rotateShareKey(deps)).toEqual({ outcome: 'rotated', shares: laptops });
    expect(await keyInForce()).not.toBe(oldKey);
    expect(await keys.held()).toEqual({ current: await keyInForce(), others: [] });
    expect(await everything()).toEqual(before);
    expect(before.size).toBe(laptops);
    for (const { device, ...stored } of backup) {
      const opened = keys.open({ fleet: fleet.fleet, device }, stored);
      await expect(opened).rejects.toThrow(`The share key ${oldKey} is not here`);
    }
    expect(recorded).toEqual(['shares.key-made', 'shares.rotated']);
  });

  test('puts a bricked laptop’s share beyond a backup that holds it; a stolen copy of the old key file still opens it', async () => {
    const stolen = path.join(folder, 'stolen.json');
    await copyFile(file, stolen);
    const [lost] = await rows();
    if (lost === undefined) throw new Error('no share');
    const { device, ...stored } = lost;
    const context = { fleet: fleet.fleet, device };
    const destroyed = database.db.transaction().execute((trx) => sharesOf().destroy(trx, [device], Date.now()));
    await destroyed;
    // The order alone does not reach a backup: its key is still there.
    expect((await keys.open(context, stored)).length).toBe(32);
    expect(await lookAtShares(database.db, keys, fleet.fleet)).toMatchObject({ shares: 4, destroyedSince: 1 });
    await rotateShareKey(deps);
    await expect(keys.open(context, stored)).rejects.toThrow('is not here');
    expect(await lookAtShares(database.db, keys, fleet.fleet)).toMatchObject({ shares: 4, destroyedSince: 0 });
    expect((await createFileKeys(stolen, fleet.fleet).open(context, stored)).length).toBe(32);
  });

  test.each(['before making', 'after making', 'before destroying', 'after destroying'] as const)(
    'killed %s a key loses no share, and the next start finishes it',
    async (when) => {
      const before = await everything();
      await expect(rotateShareKey({ ...deps, keys: keysThatDie(when) })).rejects.toThrow('killed');
      expect(await everything()).toEqual(before);
      await enrol();
      await settleShareKeys(deps);
      expect(await keys.held()).toEqual({ current: await keyInForce(), others: [] });
      expect((await everything()).size).toBe(laptops + 1);
      expect(new Map([...(await everything())].filter(([device]) => before.has(device)))).toEqual(before);
    },
  );

  test('whose transaction fails changes nothing; a share that does not open stops it before anything is destroyed', async () => {
    const before = await everything();
    const failing: Audit = { append: () => Promise.reject(new Error('disk full')) };
    await expect(rotateShareKey({ ...deps, audit: failing })).rejects.toThrow('disk full');
    expect(await everything()).toEqual(before);
    const [spoilt] = [...before.keys()];
    await database.db
      .updateTable('server_shares')
      .set({ sealed: randomBytes(48) })
      .where('device', '=', spoilt ?? '')
      .execute();
    await expect(rotateShareKey(deps)).rejects.toThrow('was altered');
    const status = await lookAtShares(database.db, keys, fleet.fleet);
    expect(status).toMatchObject({ shares: laptops, unreadable: [spoilt?.slice(0, 8)] });
  });

  test('does not commit a share that the new key does not open', async () => {
    const before = await everything();
    const careless: ShareKeys = {
      ...keys,
      seal: async (key, context, share) => ({ ...(await keys.seal(key, context, share)), nonce: randomBytes(12) }),
    };
    await expect(rotateShareKey({ ...deps, keys: careless })).rejects.toThrow('was altered');
    expect(await everything()).toEqual(before);
    await settleShareKeys(deps);
    expect(await everything()).toEqual(before);
  });

  test('while laptops are enrolled, opened and bricked on another node: none of them notices', async () => {
    const before = await everything();
    const other = sharesOf(createFileKeys(file, fleet.fleet));
    const state = { isRotating: true };
    const opening = (async () => {
      let opened = 0;
      for (; state.isRotating; opened += 1) {
        for (const [device, share] of before) {
          const used = await database.db
            .transaction()
            .execute((trx) => other.use(trx, device, async (clear) => Buffer.from(clear).toString('hex')));
          expect(used).toEqual({ outcome: 'used', value: share });
        }
      }
      return opened;
    })();
    const enrolling = (async () => {
      const enrolled: string[] = [];
      while (state.isRotating) {
        const laptop = await fleet.addLaptop();
        await database.db.transaction().execute((trx) => other.make(trx, laptop));
        enrolled.push(laptop);
        if (enrolled.length % 3 === 0) {
          await database.db.transaction().execute((trx) => other.destroy(trx, [laptop], Date.now()));
          enrolled.pop();
        }
      }
      return enrolled;
    })();
    for (let rotation = 0; rotation < 10; rotation += 1) {
      expect(await rotateShareKey(deps)).toMatchObject({ outcome: 'rotated' });
    }
    state.isRotating = false;
    expect(await opening).toBeGreaterThan(1);
    const enrolled = await enrolling;
    expect(enrolled.length).toBeGreaterThan(1);
    expect(new Set((await everything()).keys())).toEqual(new Set([...before.keys(), ...enrolled]));
  });

  test('between somebody’s look at a share and at its key does not keep it from being opened', async () => {
    const [[device, share] = ['', '']] = await everything();
    let rotated = false;
    const late: ShareKeys = {
      ...keys,
      open: async (context, stored) => {
        if (!rotated) rotated = (await rotateShareKey(deps)).outcome === 'rotated';
        return keys.open(context, stored);
      },
    };
    const used = await database.db
      .transaction()
      .execute((trx) => sharesOf(late).use(trx, device, async (clear) => Buffer.from(clear).toString('hex')));
    expect([rotated, used]).toEqual([true, { outcome: 'used', value: share }]);
  });

  test('by two at once is done by one of them', async () => {
    const outcomes = (await Promise.all([rotateShareKey(deps), rotateShareKey(deps)])).map(({ outcome }) => outcome);
    expect(outcomes.sort()).toEqual(['busy', 'rotated']);
  });

  test(
    'by a process that is killed at any moment loses no share and leaves no key over',
    { timeout: 120_000 },
    async () => {
      const before = await everything();
      const worker = path.join(import.meta.dirname, 'rotation-worker-testing.ts');
      let finished = 0;
      for (let kill = 0; kill < 5 || (finished === 0 && kill < 30); kill += 1) {
        const child = spawn(process.execPath, [worker, database.url, file, fleet.fleet], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        const exited = once(child, 'exit');
        await once(child.stdout, 'data');
        await delay(randomInt(150));
        child.kill('SIGKILL');
        await exited;
        expect(await everything()).toEqual(before);
        const held = await keys.held();
        finished += held?.others.length ?? 0;
        await settleShareKeys(deps);
        expect(await keys.held()).toEqual({ current: await keyInForce(), others: [] });
        expect(await everything()).toEqual(before);
      }
      // Otherwise no kill has hit a rotation.
      expect(finished).toBeGreaterThan(0);
    },
  );
});

describe('S35 keys from the environment', () => {
  const [first, second] = [randomBytes(32), randomBytes(32)];
  const given = (current: Buffer, ...old: Buffer[]): ShareKeys =>
    createEnvironmentKeys({ current: Buffer.from(current), old: old.map((key) => Buffer.from(key)) });

  test('are exchanged by whoever gives them: the new one and the old one together move the shares', async () => {
    const before = await everything();
    // From the file to the environment, by hand.
    const [, text = ''] = /"key": "([^"]+)"/.exec(await readFile(file, 'utf8')) ?? [];
    await settleShareKeys({ ...deps, keys: given(first, Buffer.from(text, 'base64url')) });
    expect(await rotateShareKey({ ...deps, keys: given(first) })).toEqual({ outcome: 'by-hand' });
    const backup = await rows();
    expect(await rotateShareKey({ ...deps, keys: given(second, first) })).toEqual({
      outcome: 'rotated',
      shares: laptops,
    });
    expect(await everything(given(second))).toEqual(before);
    await settleShareKeys({ ...deps, keys: given(second) });
    for (const { device, ...stored } of backup) {
      await expect(given(second).open({ fleet: fleet.fleet, device }, stored)).rejects.toThrow('is not here');
    }
    await expect(settleShareKeys({ ...deps, keys: given(first) })).rejects.toThrow('no new key was made');
  });
});

describe('S35 without its key', () => {
  test('control does not start: a missing or another key file is named, and no new one is made over it', async () => {
    const before = await everything();
    const kept = await readFile(file);
    await rm(file);
    const words = `are sealed under the key ${await keyInForce()}, which is not in the key file ${file}`;
    await expect(settleShareKeys(deps)).rejects.toThrow(words);
    await expect(rotateShareKey(deps)).rejects.toThrow(words);
    await expect(readFile(file)).rejects.toThrow('ENOENT');
    const elsewhere = path.join(folder, 'elsewhere.json');
    await createFileKeys(elsewhere, fleet.fleet).upkeep?.make();
    await copyFile(elsewhere, file);
    await expect(settleShareKeys(deps)).rejects.toThrow('There is another one');
    expect(await lookAtShares(database.db, keys, fleet.fleet)).toMatchObject({ shares: laptops });
    await writeFile(file, kept);
    await settleShareKeys(deps);
    expect(await everything()).toEqual(before);
  });

  test('shares are given up only when the key is gone, and control starts with a new key then', async () => {
    expect(await abandonShares(deps)).toEqual({ outcome: 'key-is-here' });
    expect((await everything()).size).toBe(laptops);
    await rm(file);
    expect(await abandonShares(deps)).toEqual({ outcome: 'abandoned', shares: laptops });
    await settleShareKeys(deps);
    expect(await rows()).toEqual([]);
    const marked = database.db.selectFrom('devices').select('id').where('share_destroyed_at', 'is not', null);
    expect(await marked.execute()).toHaveLength(laptops);
    await enrol();
    expect((await everything()).size).toBe(1);
    expect(recorded).toEqual(['shares.key-made', 'shares.abandoned', 'shares.key-made']);
  });
});
