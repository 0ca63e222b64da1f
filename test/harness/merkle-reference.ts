import { createHash } from 'node:crypto';
import type { TreeHead } from '@sallyport/protocol';
import { emptyRoot } from '@sallyport/protocol';

// The definitions of RFC 9162, 2.1.1, 2.1.3.1 and 2.1.4.1, word for word and slow: what the product's trees are compared with.
// Hashes are base64url.

/** SHA-256. */
export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url');
}

/** The hash of a node over two children. */
export function nodeOf(left: string, right: string): string {
  return digestOf(Buffer.concat([Buffer.of(1), Buffer.from(left, 'base64url'), Buffer.from(right, 'base64url')]));
}

/** The head of the tree over entries. */
export function headOf(entries: readonly string[]): TreeHead {
  return { size: entries.length, root: rootOf(entries) };
}

/** The proof that entry `m`, from 0, is in the tree. */
export function inclusionOf(m: number, entries: readonly string[]): string[] {
  if (entries.length === 1) return [];
  const k = splitOf(entries.length);
  const [left, right] = [entries.slice(0, k), entries.slice(k)];
  return m < k ? [...inclusionOf(m, left), rootOf(right)] : [...inclusionOf(m - k, right), rootOf(left)];
}

/** The proof that the tree goes on from that over its first `m` entries; none from the empty one. */
export function consistencyOf(m: number, entries: readonly string[]): string[] {
  return m === 0 ? [] : subproof(m, entries, true);
}

function subproof(m: number, entries: readonly string[], isWhole: boolean): string[] {
  if (m === entries.length) return isWhole ? [] : [rootOf(entries)];
  const k = splitOf(entries.length);
  const [left, right] = [entries.slice(0, k), entries.slice(k)];
  if (m <= k) return [...subproof(m, left, isWhole), rootOf(right)];
  return [...subproof(m - k, right, false), rootOf(left)];
}

function rootOf(entries: readonly string[]): string {
  const [only] = entries;
  if (only === undefined) return emptyRoot;
  if (entries.length === 1) return digestOf(Buffer.concat([Buffer.of(0), Buffer.from(only, 'base64url')]));
  const k = splitOf(entries.length);
  return nodeOf(rootOf(entries.slice(0, k)), rootOf(entries.slice(k)));
}

/** The largest power of two below n. */
function splitOf(n: number): number {
  return 2 ** Math.floor(Math.log2(n - 1));
}
