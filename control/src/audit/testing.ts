// What somebody can do who holds control's database and its audit key.
import { sql, type Kysely } from 'kysely';
import type { AuditEntry } from '@sallyport/protocol';
import { decodeCheckpoint, encodeCheckpoint } from '@sallyport/protocol';
import type { Database } from '../db/schema.ts';
import { genesis, hashOf } from './chain.ts';
import { signWith } from './checkpoints.ts';
import { growTree } from './tree.ts';
import { leafHash, rootOver, subtreesOf, nodeHash } from './tree-shape.ts';

const tables = ['audit', 'audit_nodes', 'audit_checkpoints', 'countersignatures', 'device_heads', 'joins'];

/** Runs with the append-only triggers out of the way. */
export async function unguarded(db: Kysely<Database>, act: () => Promise<void>): Promise<void> {
  const set = async (what: 'disable' | 'enable'): Promise<void> => {
    for (const table of tables) {
      await sql.raw(`alter table ${table} ${what} trigger ${table}_append_only`).execute(db);
    }
  };
  await set('disable');
  try {
    await act();
  } finally {
    await set('enable');
  }
}

/**
 * Rewrites the whole record so that nothing of it contradicts itself: entries numbered, linked and hashed anew, the tree
 * built anew, every checkpoint signed anew. Countersignatures that do not fit any more are thrown away.
 */
export async function rewriteHistory(
  db: Kysely<Database>,
  change: (entries: AuditEntry[]) => AuditEntry[],
): Promise<void> {
  const rows = await db.selectFrom('audit').selectAll().orderBy('number').execute();
  const entries = rechained(change(rows.map((row) => ({ ...row, at: row.at.getTime() }))));
  await unguarded(db, async () => {
    const [checkpoints, countersignatures] = [
      await db.selectFrom('audit_checkpoints').selectAll().execute(),
      await db.selectFrom('countersignatures').selectAll().execute(),
    ];
    for (const table of ['countersignatures', 'audit_checkpoints', 'audit_nodes', 'audit'] as const) {
      await db.deleteFrom(table).execute();
    }
    await insertEntries(db, entries);
    for (const row of checkpoints.filter(({ size }) => size <= entries.length)) {
      const decoded = decodeCheckpoint(row.checkpoint);
      if (decoded === undefined) throw new Error('a kept checkpoint does not decode');
      const root = rootOf(entries.slice(0, row.size));
      const checkpoint = Buffer.from(encodeCheckpoint({ ...decoded, root }));
      const fleet = await db.selectFrom('fleet').select('audit_key').executeTakeFirstOrThrow();
      const signature = signWith(fleet.audit_key, checkpoint);
      await db
        .insertInto('audit_checkpoints')
        .values({ ...row, checkpoint, signature })
        .execute();
      if (!checkpoint.equals(row.checkpoint)) continue;
      const still = countersignatures.filter(({ size }) => size === row.size);
      if (still.length > 0) await db.insertInto('countersignatures').values(still).execute();
    }
  });
}

function rechained(entries: readonly AuditEntry[]): AuditEntry[] {
  const chain: AuditEntry[] = [];
  for (const entry of entries) {
    const next = { ...entry, number: chain.length + 1, previous: chain.at(-1)?.hash ?? genesis };
    chain.push({ ...next, hash: hashOf(next) });
  }
  return chain;
}

async function insertEntries(db: Kysely<Database>, entries: readonly AuditEntry[]): Promise<void> {
  for (const entry of entries) {
    const { actor, detail, at } = entry;
    const row = { ...entry, at: new Date(at), actor: JSON.stringify(actor), detail: JSON.stringify(detail) };
    await db.insertInto('audit').values(row).execute();
    await growTree(db, entry.number, entry.hash);
  }
}

function rootOf(entries: readonly AuditEntry[]): string {
  const leaves = entries.map(({ hash }) => leafHash(hash));
  const subtree = (start: number, end: number): Buffer => {
    if (end - start === 1) return leaves[start] ?? Buffer.alloc(0);
    const middle = (start + end) / 2;
    return nodeHash(subtree(start, middle), subtree(middle, end));
  };
  const nodes = subtreesOf({ start: 0, end: entries.length });
  return rootOver(
    nodes.map(({ level, position }) => subtree(position * 2 ** level, (position + 1) * 2 ** level)),
  ).toString('base64url');
}
