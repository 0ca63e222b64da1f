import type { Kysely } from 'kysely';
import type { Database } from '../db/schema.ts';
import { alone } from './key-lock.ts';
import { byControl, countDestroyed, moveShares, type MoveDeps } from './move-shares.ts';
import { ShareKeyError, type HeldKeys } from './share-keys.ts';

export interface KeyRotationDeps extends MoveDeps {
  db: Kysely<Database>;
}

/** How long to wait for another process that is at the keys already, ms. */
const patience = 30_000;

/**
 * Sees to it that shares and keys fit before anything is opened: makes the first key where nothing was ever sealed,
 * finishes a rotation that was cut off, and destroys what keys it left over.
 * @returns whether it found shares under an older key and sealed them anew
 * @throws ShareKeyError in words when the key the shares are sealed under is not there. It makes no other then
 */
export async function settleShareKeys(deps: KeyRotationDeps): Promise<boolean> {
  const settled = await alone(deps.db, patience, (connection) => settle(deps, connection));
  if (settled === 'busy') throw new ShareKeyError('Another control has been busy with the share keys for too long.');
  return settled;
}

/** What became of a rotation; `by-hand`: these keys are somebody else's to make; `busy`: another process is at it. */
export type Rotation = { outcome: 'rotated'; shares: number } | { outcome: 'by-hand' | 'busy' };

/**
 * Exchanges the key of the shares: a new one is made, every share sealed under it, and the old one destroyed. Cut off at any
 * point, the next start or the next rotation finishes it; no key that a share still needs is ever destroyed.
 * @param isDue asked once nobody else rotates; false: somebody just did
 * @throws ShareKeyError when a share does not open, or the file system's error: then every share still opens
 */
export async function rotateShareKey(
  deps: KeyRotationDeps,
  isDue: () => Promise<boolean> = () => Promise.resolve(true),
): Promise<Rotation> {
  const { upkeep } = deps.keys;
  const rotated = await alone(deps.db, 0, async (connection): Promise<Rotation> => {
    const finished = await settle(deps, connection);
    if (finished || !(await isDue())) return { outcome: 'rotated', shares: await countShares(connection) };
    if (upkeep === undefined) return { outcome: 'by-hand' };
    const fresh = await upkeep.make();
    const shares = await moveShares(deps, connection, fresh);
    await upkeep.keepOnly(fresh);
    return { outcome: 'rotated', shares };
  });
  return rotated === 'busy' ? { outcome: 'busy' } : rotated;
}

async function settle(deps: KeyRotationDeps, db: Kysely<Database>): Promise<boolean> {
  const inForce = await db.selectFrom('share_key').select('id').executeTakeFirst();
  if (inForce === undefined) {
    await begin(deps, db);
    return false;
  }
  const held = await requireKey(deps, inForce.id);
  const isMoving = held.current !== inForce.id;
  if (isMoving) await moveShares(deps, db, held.current);
  if (held.others.length > 0) await deps.keys.upkeep?.keepOnly(held.current);
  return isMoving;
}

/** Nothing was ever sealed: the database lets no share stand without a key in force. */
async function begin({ keys, audit, clock }: KeyRotationDeps, db: Kysely<Database>): Promise<void> {
  const id = (await keys.held())?.current ?? (await keys.upkeep?.make());
  if (id === undefined) throw new ShareKeyError(`There is no share key in ${keys.place}.`);
  await db.transaction().execute(async (trx) => {
    const standing = { id, since: new Date(clock.now()), shares_destroyed: await countDestroyed(trx) };
    await trx.insertInto('share_key').values(standing).execute();
    await audit.append(trx, { actor: byControl, action: 'shares.key-made', subject: null, detail: { key: id } });
  });
}

/** SECURITY: a key that is missing is asked for; a new one in its place would leave every share unopened (S35). */
async function requireKey({ keys }: KeyRotationDeps, id: string): Promise<HeldKeys> {
  const held = await keys.held();
  if (held !== undefined && [held.current, ...held.others].includes(id)) return held;
  const found = held === undefined ? 'There is none' : `There is another one (${held.current})`;
  throw new ShareKeyError(
    `The server shares in this database are sealed under the key ${id}, which is not in ${keys.place}. ${found}. ` +
      'Nothing was changed, and no new key was made. Put that key back; docs/operations.md says under ' +
      '"The share key" what to do when it is lost.',
  );
}

async function countShares(db: Kysely<Database>): Promise<number> {
  const rows = await db
    .selectFrom('server_shares')
    .select((eb) => eb.fn.countAll<number>().as('shares'))
    .executeTakeFirstOrThrow();
  return rows.shares;
}
