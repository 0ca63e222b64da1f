import { sql, type Transaction } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { KeyRotationDeps } from './key-rotation.ts';
import { byControl } from './move-shares.ts';
import { buffersOf } from './server-shares.ts';

/**
 * Seals shares that an older version kept as they were (migration 0005 leaves them where they are, because it has no key),
 * and drops their column, in one transaction, before anything listens. Does nothing in a database that has no such column.
 * @returns how many shares
 */
export function sealPlainShares(deps: KeyRotationDeps): Promise<number> {
  return deps.db.transaction().execute(async (trx) => {
    if (!(await hasPlainColumn(trx))) return 0;
    await sql`lock table devices in access exclusive mode`.execute(trx);
    // Another node may have been first.
    if (!(await hasPlainColumn(trx))) return 0;
    const shares = await sealAll(deps, trx);
    await sql`alter table devices drop column server_share`.execute(trx);
    // SECURITY: writes the table anew, without the column's bytes, in this very transaction (S35).
    await sql`cluster devices using devices_pkey`.execute(trx);
    await deps.audit.append(trx, { actor: byControl, action: 'shares.sealed', subject: null, detail: { shares } });
    return shares;
  });
}

async function hasPlainColumn(trx: Transaction<Database>): Promise<boolean> {
  const { rows } = await sql`
    select from pg_attribute where attrelid = 'devices'::regclass and attname = 'server_share' and not attisdropped
  `.execute(trx);
  return rows.length > 0;
}

async function sealAll({ keys, fleet, clock }: KeyRotationDeps, trx: Transaction<Database>): Promise<number> {
  const { id: key } = await trx.selectFrom('share_key').select('id').forKeyShare().executeTakeFirstOrThrow();
  const { rows } = await sql<{ id: string; server_share: Buffer }>`
    select id, server_share from devices where server_share is not null
  `.execute(trx);
  for (const { id: device, server_share: share } of rows) {
    const stored = await keys.seal(key, { fleet, device }, share);
    share.fill(0);
    const row = { device, ...buffersOf(stored), sealed_at: new Date(clock.now()) };
    await trx.insertInto('server_shares').values(row).execute();
  }
  return rows.length;
}
