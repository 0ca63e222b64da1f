// The server shares of a test's world, under a key in memory.
import { randomBytes, randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { Audit, Clock, ServerShares } from '../ports.ts';
import { createEnvironmentKeys } from './environment-keys.ts';
import { settleShareKeys } from './key-rotation.ts';
import { createServerShares } from './server-shares.ts';
import type { ShareKeys } from './share-keys.ts';

export interface TestShares extends ServerShares {
  /** A laptop's share in the clear; null when there is none. */
  read(device: string): Promise<Buffer | null>;
}

/** @returns shares whose key is in force already, without an entry of the record */
export async function createTestShares(deps: {
  db: Kysely<Database>;
  clock: Clock;
  fleet: string;
}): Promise<TestShares> {
  const keys = createEnvironmentKeys({ current: randomBytes(32), old: [] });
  const unrecorded: Audit = { append: () => Promise.resolve() };
  await settleShareKeys({ ...deps, keys, audit: unrecorded });
  const shares = createServerShares({ ...deps, keys, logger: { error: () => undefined } });
  return {
    ...shares,
    read: async (device) => {
      const used = await deps.db
        .transaction()
        .execute((trx) => shares.use(trx, device, (share) => Promise.resolve(Buffer.from(share))));
      return used.outcome === 'used' ? used.value : null;
    },
  };
}

/** A fleet in an empty database, with laptops that have nothing but their rows. */
export interface TestFleet {
  fleet: string;
  site: string;
  /** @returns the id of a laptop that has no share yet */
  addLaptop(): Promise<string>;
}

/** Founds it by rows. */
export async function createTestFleet(db: Kysely<Database>): Promise<TestFleet> {
  const [fleet, site] = [randomUUID(), randomUUID()];
  const named = { rp_id: 'localhost', approver_origin: 'https://localhost:8444', plan: '{}' };
  const keys = { ca_certificate: 'certificate', ca_key: 'key', audit_key: 'key' };
  await db
    .insertInto('fleet')
    .values({ id: fleet, ...named, ...keys })
    .execute();
  await db.insertInto('sites').values({ id: site, kind: 'prison', name: 'HMP Exemplar' }).execute();
  const addLaptop = async (): Promise<string> => {
    const id = randomUUID();
    const row = { id, site, name: id.slice(0, 8), public_key: Buffer.alloc(91), sealing_key: Buffer.alloc(65) };
    await db.insertInto('devices').values(row).execute();
    return id;
  };
  return { fleet, site, addLaptop };
}

/** Reads every share there is, in the clear, by laptop. @throws when one does not open */
export async function readAll(db: Kysely<Database>, keys: ShareKeys, fleet: string): Promise<Map<string, string>> {
  const rows = await db.selectFrom('server_shares').selectAll().orderBy('device').execute();
  const shares = new Map<string, string>();
  for (const { device, ...stored } of rows) {
    shares.set(device, Buffer.from(await keys.open({ fleet, device }, stored)).toString('hex'));
  }
  return shares;
}
