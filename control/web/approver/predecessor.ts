import { decodeStatement, hasRepeats, isCoherent, sha256, toBase64url } from '@sallyport/protocol';
import type { Manifest, Roster, Statement } from '@sallyport/protocol';

/**
 * The manifest that another follows.
 * @param bytes what is claimed to be its exact bytes
 * @returns it, or undefined when these are not the bytes whose digest the next one carries, or not the fleet's
 *   manifest directly before
 */
export async function manifestBefore(
  next: Manifest,
  bytes: Uint8Array<ArrayBuffer> | undefined,
): Promise<Manifest | undefined> {
  const before = await statementBefore(next, bytes);
  const isNext = before?.type === 'manifest' && before.version + 1 === next.version && isCoherent(before);
  return isNext ? before : undefined;
}

/** The roster that another follows, in the same way: an earlier one of the same site. */
export async function rosterBefore(
  next: Roster,
  bytes: Uint8Array<ArrayBuffer> | undefined,
): Promise<Roster | undefined> {
  const before = await statementBefore(next, bytes);
  return before?.type === 'roster' && before.site === next.site && !hasRepeats(before.people) ? before : undefined;
}

async function statementBefore(
  next: Manifest | Roster,
  bytes: Uint8Array<ArrayBuffer> | undefined,
): Promise<Statement | undefined> {
  if (bytes === undefined) return undefined;
  // SECURITY: a difference is shown from the very version that this one follows, or not at all (S20).
  if (toBase64url(await sha256(bytes)) !== next.previous) return undefined;
  const before = decodeStatement(bytes);
  return before !== undefined && isEarlier(before, next) ? before : undefined;
}

function isEarlier(before: Statement, next: Manifest | Roster): boolean {
  return 'version' in before && before.version < next.version && before.fleet === next.fleet;
}
