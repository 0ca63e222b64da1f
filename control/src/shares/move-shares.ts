import { sql, type Kysely, type Transaction } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { Audit, Clock } from '../ports.ts';
import { buffersOf, destroyedChannel } from './server-shares.ts';
import { ShareKeyError, type ShareKeys } from './share-keys.ts';

export interface MoveDeps {
  keys: ShareKeys;
  fleet: string;
  audit: Audit;
  clock: Clock;
}

/** How control appears in the record. */
export const byControl = { kind: 'control', id: null, name: 'control' } as const;

/**
 * Seals every live share under another key, in one transaction that nobody else writes shares in, and reads each of them
 * back through that key before it commits.
 * @param db a connection of its own
 * @param key the id of a key that is held
 * @returns how many shares
 * @throws ShareKeyError when one of them does not open: then nothing is changed
 */
export function moveShares(deps: MoveDeps, db: Kysely<Database>, key: string): Promise<number> {
  return db.transaction().execute(async (trx) => {
    // SECURITY: durable before anybody destroys the old key, whatever the database's own settings say (S35).
    await sql`set local synchronous_commit = on`.execute(trx);
    const before = await trx.selectFrom('share_key').select('id').forUpdate().executeTakeFirstOrThrow();
    await sql`lock table server_shares in exclusive mode`.execute(trx);
    await sealAnew(deps, trx, key);
    const now = new Date(deps.clock.now());
    const standing = { id: key, since: now, shares_destroyed: await countDestroyed(trx) };
    await trx.updateTable('share_key').set(standing).execute();
    const shares = await checkAll(deps, trx, key);
    const detail = { from: before.id, to: key, shares };
    await deps.audit.append(trx, { actor: byControl, action: 'shares.rotated', subject: null, detail });
    // The rows under the old key are rows to be cleared away.
    await sql`select pg_notify(${destroyedChannel}, '')`.execute(trx);
    return shares;
  });
}

/** How many laptops' shares have been destroyed so far. */
export async function countDestroyed(db: Kysely<Database>): Promise<number> {
  const row = await db
    .selectFrom('devices')
    .select((eb) => eb.fn.countAll<number>().as('destroyed'))
    .where('share_destroyed_at', 'is not', null)
    .executeTakeFirstOrThrow();
  return row.destroyed;
}

async function sealAnew({ keys, fleet, clock }: MoveDeps, trx: Transaction<Database>, key: string): Promise<void> {
  for (const { device, ...stored } of await allShares(trx)) {
    const share = await keys.open({ fleet, device }, stored);
    try {
      const fresh = await keys.seal(key, { fleet, device }, share);
      const row = { ...buffersOf(fresh), sealed_at: new Date(clock.now()) };
      await trx.updateTable('server_shares').set(row).where('device', '=', device).execute();
    } finally {
      share.fill(0);
    }
  }
}

/** SECURITY: what stands in the table opens under the key that stays, before the other one may go (S35). */
async function checkAll({ keys, fleet }: MoveDeps, trx: Transaction<Database>, key: string): Promise<number> {
  const rows = await allShares(trx);
  for (const { device, ...stored } of rows) {
    if (stored.key !== key) throw new ShareKeyError(`The share of laptop ${device} was not sealed anew.`);
    (await keys.open({ fleet, device }, stored)).fill(0);
  }
  return rows.length;
}

function allShares(
  trx: Transaction<Database>,
): Promise<{ device: string; key: string; nonce: Buffer; sealed: Buffer }[]> {
  return trx.selectFrom('server_shares').select(['device', 'key', 'nonce', 'sealed']).execute();
}
