import type { Kysely } from 'kysely';
import type { Database } from '../db/schema.ts';
import { countDestroyed } from './move-shares.ts';
import { ShareKeyError, type ShareKeys } from './share-keys.ts';

/** How the shares and their key stand. */
export interface ShareStatus {
  /** The key in force; undefined before the first start. */
  key: { id: string; since: Date } | undefined;
  shares: number;
  /** Laptops whose share does not open. */
  unreadable: string[];
  /** Why none can, when the keys themselves are at fault. */
  trouble: string | undefined;
  /** Shares that were destroyed under this key: a backup and this key still give them away. */
  destroyedSince: number;
}

/** Looks at every share, and opens it for a moment. */
export async function lookAtShares(db: Kysely<Database>, keys: ShareKeys, fleet: string): Promise<ShareStatus> {
  const key = await db.selectFrom('share_key').select(['id', 'since', 'shares_destroyed']).executeTakeFirst();
  const rows = await db
    .selectFrom('server_shares')
    .innerJoin('devices', 'devices.id', 'server_shares.device')
    .select(['device', 'name', 'key', 'nonce', 'sealed'])
    .orderBy('name')
    .execute();
  const unreadable: string[] = [];
  let trouble: string | undefined;
  for (const { device, name, ...stored } of rows) {
    const fault = await faultOf(keys, { fleet, device }, stored);
    if (fault === undefined) continue;
    unreadable.push(name);
    trouble ??= fault;
  }
  return {
    key: key && { id: key.id, since: key.since },
    shares: rows.length,
    unreadable,
    trouble: trouble ?? (await faultOfKeys(keys, key?.id)),
    destroyedSince: key === undefined ? 0 : (await countDestroyed(db)) - key.shares_destroyed,
  };
}

async function faultOf(
  keys: ShareKeys,
  ...[context, stored]: Parameters<ShareKeys['open']>
): Promise<string | undefined> {
  try {
    (await keys.open(context, stored)).fill(0);
    return undefined;
  } catch (error) {
    if (error instanceof ShareKeyError) return error.message;
    throw error;
  }
}

async function faultOfKeys(keys: ShareKeys, id: string | undefined): Promise<string | undefined> {
  try {
    const held = await keys.held();
    if (id === undefined || [held?.current, ...(held?.others ?? [])].includes(id)) return undefined;
    return `The share key ${id} is not in ${keys.place}.`;
  } catch (error) {
    if (error instanceof ShareKeyError) return error.message;
    throw error;
  }
}
