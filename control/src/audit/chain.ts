import type { AuditEntry } from '@sallyport/protocol';
import { createHash } from 'node:crypto';

/** What an entry's hash covers: everything but the hash itself. */
export type HashedEntry = Omit<AuditEntry, 'hash'>;

/** What the first entry calls its previous one's hash: 32 zero bytes. */
export const genesis = Buffer.alloc(32).toString('base64url');

/**
 * The hash of an entry: SHA-256, base64url, over the UTF-8 bytes of its canonical JSON (members sorted by their
 * UTF-16 code units at every depth, no white space: RFC 8785 for the values that occur).
 */
export function hashOf(entry: HashedEntry): string {
  const { number, at, actor, action, subject, detail, previous } = entry;
  const text = canonicalJson({ number, at, actor, action, subject, detail, previous });
  return createHash('sha256').update(text).digest('base64url');
}

function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

/** What is wrong with an entry of the chain. */
export type ChainProblem =
  /** Its contents are not what its hash says. */
  | 'altered'
  /** There is no entry of this number. */
  | 'removed'
  /** It does not follow the entry before it: moved, or the one before was replaced. */
  | 'reordered';

/** How far a chain is sound. */
export type ChainState = { number: number; hash: string };

/**
 * Checks that an entry follows a sound chain.
 * @param after the last entry's number and hash; number 0 and `genesis` before the first
 * @returns what is wrong, or undefined
 */
export function problemOf(entry: AuditEntry, after: ChainState): ChainProblem | undefined {
  if (entry.number !== after.number + 1) return 'removed';
  if (entry.previous !== after.hash) return 'reordered';
  return hashOf(entry) === entry.hash ? undefined : 'altered';
}
