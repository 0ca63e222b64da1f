import { fromBase64url, sha256, toBase64url } from './primitives.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** A tree's size and its root (RFC 9162, 2.1.1), base64url. */
export interface TreeHead {
  size: number;
  root: string;
}

/** The root of a tree without leaves: SHA-256 of nothing (RFC 9162, 2.1.1). */
export const emptyRoot = '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU';

/** The prefixes that keep a leaf from being taken for a node (RFC 9162, 2.1.1). */
const leafPrefix = 0;
const nodePrefix = 1;

/**
 * Verifies that a leaf is in a tree (RFC 9162, 2.1.3.2).
 * @param leaf the leaf's data, base64url; its place counts from 0
 * @param proof the hashes from the leaf's sibling upwards, base64url
 * @returns false also when anything is malformed. Never throws.
 */
export async function isIncluded(
  leaf: { data: string; index: number },
  tree: TreeHead,
  proof: readonly string[],
): Promise<boolean> {
  const data = fromBase64url(leaf.data);
  const path = decoded(proof);
  if (data === undefined || path === undefined) return false;
  if (!isCount(leaf.index) || !isCount(tree.size) || leaf.index >= tree.size) return false;
  const hash = await sha256(joined(leafPrefix, data));
  const roots = await climb({ before: hash, after: hash }, path, { place: leaf.index, last: tree.size - 1 });
  return roots?.after === tree.root;
}

/**
 * Verifies that a tree goes on from an earlier one: nothing of the earlier one was removed, changed or moved
 * (RFC 9162, 2.1.4.2). Every tree goes on from the empty one, with an empty proof.
 * @param proof the hashes as RFC 9162, 2.1.4.1 orders them, base64url
 * @returns false also when anything is malformed. Never throws.
 */
export async function isConsistent(before: TreeHead, after: TreeHead, proof: readonly string[]): Promise<boolean> {
  const path = decoded(proof);
  if (path === undefined || !isCount(before.size) || !isCount(after.size)) return false;
  if (before.size > after.size || (before.size === 0 && before.root !== emptyRoot)) return false;
  if (before.size === after.size) return path.length === 0 && before.root === after.root;
  return before.size === 0 ? path.length === 0 : isProved(before, after, path);
}

async function isProved(before: TreeHead, after: TreeHead, path: readonly Bytes[]): Promise<boolean> {
  const root = fromBase64url(before.root);
  if (root === undefined) return false;
  const [first, ...rest] = isPowerOfTwo(before.size) ? [root, ...path] : path;
  if (first === undefined) return false;
  const at = { place: before.size - 1, last: after.size - 1 };
  while (isOdd(at.place)) up(at);
  const roots = await climb({ before: first, after: first }, rest, at);
  return roots?.before === before.root && roots.after === after.root;
}

/** Where a climb stands on its level: its own place, and the tree's last. */
interface Position {
  place: number;
  last: number;
}

/**
 * Climbs from a subtree to the root of the tree whose last place is `last`, and, of a tree that ended with the subtree, to
 * that tree's root: the loop of RFC 9162, 2.1.3.2 and 2.1.4.2.
 * @returns both roots, base64url; undefined when the path is too short or too long
 */
async function climb(
  from: { before: Bytes; after: Bytes },
  path: readonly Bytes[],
  start: Position,
): Promise<{ before: string; after: string } | undefined> {
  const at = { ...start };
  let { before, after } = from;
  for (const hash of path) {
    if (at.last === 0) return undefined;
    if (isOdd(at.place) || at.place === at.last) {
      [before, after] = [await nodeHash(hash, before), await nodeHash(hash, after)];
      while (!isOdd(at.place) && at.place !== 0) up(at);
    } else after = await nodeHash(after, hash);
    up(at);
  }
  return at.last === 0 ? { before: toBase64url(before), after: toBase64url(after) } : undefined;
}

function up(at: Position): void {
  at.place = half(at.place);
  at.last = half(at.last);
}

function nodeHash(left: Bytes, right: Bytes): Promise<Bytes> {
  return sha256(joined(nodePrefix, left, right));
}

function joined(prefix: number, ...parts: readonly Bytes[]): Bytes {
  const bytes = new Uint8Array(1 + parts.reduce((sum, part) => sum + part.length, 0));
  bytes[0] = prefix;
  let at = 1;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** SECURITY: 32 bytes each, in their one canonical text; 64 hashes prove any tree there can be (S27). */
function decoded(proof: readonly string[]): Bytes[] | undefined {
  if (proof.length > 64) return undefined;
  const hashes = proof.map((hash) => fromBase64url(hash)).filter((hash) => hash?.length === 32);
  const known = hashes.filter((hash) => hash !== undefined);
  return known.length === proof.length ? known : undefined;
}

// Sizes may exceed 32 bits, so no bit operators.

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function isOdd(value: number): boolean {
  return value % 2 === 1;
}

function half(value: number): number {
  return Math.floor(value / 2);
}

function isPowerOfTwo(value: number): boolean {
  let left = value;
  while (left > 1 && !isOdd(left)) left = half(left);
  return left === 1;
}
