import { randomBytes } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import type { Logger } from 'pino';
import type { Database } from '../db/schema.ts';
import type { Clock, ServerShares, UsedShare } from '../ports.ts';
import { ShareKeyError, type ShareKeys, type StoredShare } from './share-keys.ts';

/** The PostgreSQL notification channel that says that shares were destroyed. */
export const destroyedChannel = 'shares_destroyed';

export interface ServerSharesDeps {
  keys: ShareKeys;
  fleet: string;
  clock: Clock;
  logger: Pick<Logger, 'error'>;
}

/** @returns the server shares of a fleet, sealed under keys that are kept outside the database */
export function createServerShares(deps: ServerSharesDeps): ServerShares {
  return {
    make: (trx, device) => makeShare(deps, trx, device),
    use: (trx, device, use) => useShare(deps, trx, device, use),
    destroy: destroyServerShares,
  };
}

/** The key in force stays in force until the transaction ends: a rotation waits for it, and then seals this share anew. */
async function makeShare(
  { keys, fleet, clock }: ServerSharesDeps,
  trx: Transaction<Database>,
  device: string,
): Promise<void> {
  const { id } = await trx.selectFrom('share_key').select('id').forKeyShare().executeTakeFirstOrThrow();
  const share = randomBytes(32);
  try {
    // SECURITY: the database never sees a share that is not sealed, in no statement and so in no file (S35).
    const stored = await keys.seal(id, { fleet, device }, share);
    const row = { device, ...buffersOf(stored), sealed_at: new Date(clock.now()) };
    await trx.insertInto('server_shares').values(row).execute();
  } finally {
    share.fill(0);
  }
}

/** A stored share as a row takes it. */
export function buffersOf({ key, nonce, sealed }: StoredShare): { key: string; nonce: Buffer; sealed: Buffer } {
  return { key, nonce: Buffer.from(nonce), sealed: Buffer.from(sealed) };
}

async function useShare<T>(
  { keys, fleet, logger }: ServerSharesDeps,
  trx: Transaction<Database>,
  device: string,
  use: (share: Uint8Array<ArrayBuffer>) => Promise<T>,
): Promise<UsedShare<T>> {
  const opened = await openStored({ keys, fleet, logger }, trx, device);
  if (!(opened instanceof Uint8Array)) return { outcome: opened };
  try {
    return { outcome: 'used', value: await use(opened) };
  } finally {
    // SECURITY: a share in the clear lives as long as its one use (S35).
    opened.fill(0);
  }
}

async function openStored(
  { keys, fleet, logger }: Omit<ServerSharesDeps, 'clock'>,
  trx: Transaction<Database>,
  device: string,
): Promise<Uint8Array<ArrayBuffer> | 'destroyed' | 'unreadable'> {
  let fault: unknown;
  // A rotation may have ended between the look at the row and the look at the keys: the row is another one then.
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const row = await storedShare(trx, device);
    if (row === undefined) return 'destroyed';
    try {
      return await keys.open({ fleet, device }, row);
    } catch (error) {
      if (!(error instanceof ShareKeyError)) throw error;
      fault = error;
    }
  }
  // SECURITY: without the right key nothing opens, and whoever operates control is told which one is missing (S35).
  logger.error(
    { device, place: keys.place, err: fault },
    'the share of a laptop cannot be opened: see control shares status',
  );
  return 'unreadable';
}

function storedShare(trx: Transaction<Database>, device: string): Promise<StoredShare | undefined> {
  return trx
    .selectFrom('server_shares')
    .select(['key', 'nonce', 'sealed'])
    .where('device', '=', device)
    .executeTakeFirst();
}

/** See `ServerShares.destroy`; it needs no key. */
export async function destroyServerShares(
  trx: Transaction<Database>,
  devices: readonly string[],
  now: number,
): Promise<void> {
  if (devices.length === 0) return;
  const destroyed = await trx
    .updateTable('devices')
    .set({ share_destroyed_at: new Date(now) })
    .where('id', 'in', devices)
    .where('share_destroyed_at', 'is', null)
    .returning('id')
    .execute();
  // SECURITY: gone in this very transaction; the database refuses to commit the mark without it (S9, S35).
  await trx.deleteFrom('server_shares').where('device', 'in', devices).execute();
  // Heard once it commits, and by nobody if it does not.
  if (destroyed.length > 0) await sql`select pg_notify(${destroyedChannel}, '')`.execute(trx);
}
