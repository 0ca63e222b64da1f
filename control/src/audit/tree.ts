import { sql, type Kysely } from 'kysely';
import type { TreeHead } from '@sallyport/protocol';
import type { Database } from '../db/schema.ts';
import {
  consistencyRanges,
  inclusionRanges,
  leafHash,
  neighboursOf,
  nodeHash,
  rootOver,
  subtreesOf,
  type LeafRange,
  type TreeNode,
} from './tree-shape.ts';

/** The tree's table lacks a node of the entries there are: somebody has been at it. */
export class AuditTreeError extends Error {
  override readonly name = 'AuditTreeError';
}

/**
 * Adds an entry to the tree, with every subtree it completes, inside the transaction that appends the entry and under
 * the chain's lock.
 */
export async function growTree(trx: Kysely<Database>, number: number, entryHash: string): Promise<void> {
  const neighbours = neighboursOf(number - 1);
  const hashes = await readNodes(trx, neighbours);
  const grown = [{ level: 0, position: number - 1, hash: leafHash(entryHash) }];
  let last = grown[0];
  for (const [index, left] of hashes.entries()) {
    if (last === undefined) break;
    last = { level: index + 1, position: Math.floor(last.position / 2), hash: nodeHash(left, last.hash) };
    grown.push(last);
  }
  await trx.insertInto('audit_nodes').values(grown).execute();
}

/** The tree over all entries that are committed. */
export async function currentHead(db: Kysely<Database>): Promise<TreeHead> {
  const row = await db
    .selectFrom('audit')
    .select((eb) => eb.fn.max('number').as('size'))
    .executeTakeFirst();
  const size = row?.size ?? 0;
  return { size, root: (await rootOf(db, { start: 0, end: size })).toString('base64url') };
}

/**
 * Proves that the tree of `size` entries goes on from that of `before` (RFC 9162, 2.1.4), as `isConsistent` verifies it.
 * @returns the hashes, base64url; none when the earlier one was empty or is the same
 */
export function proveConsistency(db: Kysely<Database>, before: number, size: number): Promise<string[]> {
  const ranges = before === 0 ? [] : consistencyRanges(before, { start: 0, end: size });
  return rootsOf(db, ranges);
}

/** Proves that an entry is in the tree of `size` entries (RFC 9162, 2.1.3), as `isIncluded` verifies it. */
export function proveInclusion(db: Kysely<Database>, number: number, size: number): Promise<string[]> {
  return rootsOf(db, inclusionRanges(number - 1, { start: 0, end: size }));
}

async function rootsOf(db: Kysely<Database>, ranges: readonly LeafRange[]): Promise<string[]> {
  const roots: string[] = [];
  for (const range of ranges) roots.push((await rootOf(db, range)).toString('base64url'));
  return roots;
}

async function rootOf(db: Kysely<Database>, range: LeafRange): Promise<Buffer> {
  return rootOver(await readNodes(db, subtreesOf(range)));
}

/** @throws AuditTreeError when one is missing */
async function readNodes(db: Kysely<Database>, nodes: readonly TreeNode[]): Promise<Buffer[]> {
  if (nodes.length === 0) return [];
  const wanted = sql.join(nodes.map(({ level, position }) => sql`(${level}::smallint, ${position}::bigint)`));
  const rows = await db
    .selectFrom('audit_nodes')
    .selectAll()
    .where(sql<boolean>`(level, position) in (${wanted})`)
    .execute();
  return nodes.map((node) => {
    const row = rows.find(({ level, position }) => level === node.level && position === node.position);
    if (row === undefined) throw new AuditTreeError(`the audit tree lacks node ${node.level}/${node.position}`);
    return row.hash;
  });
}
