import { createHash } from 'node:crypto';

// The tree over the audit entries' hashes (RFC 9162, 2.1). Sizes may exceed 32 bits, so no bit operators.

/** A complete subtree: `2 ** level` leaves, the `position`th such from the left. */
export interface TreeNode {
  level: number;
  position: number;
}

/** Leaves from `start` up to `end`, as the standard's recursion cuts them. */
export interface LeafRange {
  start: number;
  end: number;
}

/** The hash of a leaf: an entry's hash behind 0x00 (RFC 9162, 2.1.1). */
export function leafHash(entryHash: string): Buffer {
  return createHash('sha256').update(Buffer.of(0)).update(Buffer.from(entryHash, 'base64url')).digest();
}

/** The hash of a node: its two children behind 0x01 (RFC 9162, 2.1.1). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return createHash('sha256').update(Buffer.of(1)).update(left).update(right).digest();
}

/** The root over complete subtrees that stand side by side, the largest first; of none, that of the empty tree. */
export function rootOver(subtrees: readonly Buffer[]): Buffer {
  const [last, ...others] = subtrees.toReversed();
  if (last === undefined) return createHash('sha256').digest();
  return others.reduce((right, left) => nodeHash(left, right), last);
}

/** The complete subtrees that make up a range, the largest first. */
export function subtreesOf({ start, end }: LeafRange): TreeNode[] {
  const nodes: TreeNode[] = [];
  for (let from = start; from < end; from += 2 ** (nodes.at(-1)?.level ?? 0)) {
    const level = Math.floor(Math.log2(end - from));
    nodes.push({ level, position: from / 2 ** level });
  }
  return nodes;
}

/** The left neighbours that an appended leaf completes a subtree with, from the leaf upwards. */
export function neighboursOf(leaf: number): TreeNode[] {
  const neighbours: TreeNode[] = [];
  for (let position = leaf; position % 2 === 1; position = (position - 1) / 2) {
    neighbours.push({ level: neighbours.length, position: position - 1 });
  }
  return neighbours;
}

/** The ranges whose roots prove that a leaf is in a tree (RFC 9162, 2.1.3.1). */
export function inclusionRanges(leaf: number, { start, end }: LeafRange): LeafRange[] {
  if (end - start <= 1) return [];
  const middle = start + splitOf(end - start);
  const [left, right] = [
    { start, end: middle },
    { start: middle, end },
  ];
  return leaf < middle ? [...inclusionRanges(leaf, left), right] : [...inclusionRanges(leaf, right), left];
}

/**
 * The ranges whose roots prove that a tree goes on from an earlier one (RFC 9162, 2.1.4.1).
 * @param before how many leaves the earlier one had, at least one
 * @param isWhole whether the range begins with the whole earlier tree: whoever verifies knows its root
 */
export function consistencyRanges(before: number, { start, end }: LeafRange, isWhole = true): LeafRange[] {
  if (before === end) return isWhole ? [] : [{ start, end }];
  const middle = start + splitOf(end - start);
  const [left, right] = [
    { start, end: middle },
    { start: middle, end },
  ];
  if (before <= middle) return [...consistencyRanges(before, left, isWhole), right];
  return [...consistencyRanges(before, right, false), left];
}

/** The largest power of two below a count of at least two. */
function splitOf(count: number): number {
  return 2 ** Math.floor(Math.log2(count - 1));
}
