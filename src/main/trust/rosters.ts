import { maxRosters } from '@sallyport/protocol';
import type { ApprovedStatement, Manifest, Roster } from '@sallyport/protocol';
import { fromBase64url } from '@sallyport/protocol';
import { verifyStatement } from '@sallyport/protocol/verify';
import type { RosterInForce, Verification } from '@sallyport/protocol/verify';
import type { HeldRoster } from './kept-trust.ts';

/** All rosters together are no longer than this, characters, so that the sealed record holds them; its own site's always fits. */
const characterLimit = 1024 * 1024 * 1.5;

/** What a roster must be to be taken. */
export interface RosterBounds {
  readonly site: string;
  /** The version it must exceed. */
  readonly afterVersion: number;
  /** The roster it follows, when there is one. */
  readonly current: RosterInForce | undefined;
  /** Ms since 1970. */
  readonly now: number;
}

/** Verifies a roster for a site under a manifest. */
export async function verifyRoster(
  { statement, approvals }: ApprovedStatement,
  manifest: Manifest,
  { site, ...policy }: RosterBounds,
): Promise<Verification<'roster'>> {
  const bytes = fromBase64url(statement);
  if (bytes === undefined) return { accepted: false, reason: 'malformed' };
  const verified = await verifyStatement(bytes, approvals, manifest, { type: 'roster', ...policy });
  if (verified.accepted && verified.statement.site !== site) return { accepted: false, reason: 'wrong-site' };
  return verified;
}

/** SECURITY: a laptop of a prison believes its own prison's roster and hospitals' rosters, nobody else's (S6). */
export function mayHold(manifest: Manifest, own: string, site: string): boolean {
  return site === own || manifest.sites.some(({ id, kind }) => id === site && kind === 'hospital');
}

/**
 * The rosters that stand under a manifest: those that the managers it names approved, for sites a laptop may hold.
 * Whether the manifest's time or theirs is over is not judged here: a chain is walked through manifests that are over, and
 * what is over opens nothing anyway.
 */
export async function standingRosters(
  held: readonly HeldRoster[],
  manifest: Manifest,
  own: string,
  now: number,
): Promise<HeldRoster[]> {
  const standing: HeldRoster[] = [];
  for (const each of held) {
    const { site, version, notAfter } = each.roster;
    const at = Math.min(now, notAfter - 1);
    const bounds = { site, afterVersion: version - 1, current: undefined, now: at };
    const inTime = { ...manifest, notAfter: at + 1 };
    const stands = mayHold(manifest, own, site) && (await verifyRoster(each.approved, inTime, bounds)).accepted;
    if (stands) standing.push(each);
  }
  return standing;
}

/**
 * The rosters to hold when there is one more: the own site's first, then those that are wanted now, then the others, as
 * many as a laptop holds.
 */
export function withRoster(
  held: readonly HeldRoster[],
  next: HeldRoster,
  own: string,
  wanted: ReadonlySet<string>,
): HeldRoster[] {
  const rank = ({ site }: Roster): number =>
    site === own ? 0 : site === next.roster.site ? 1 : wanted.has(site) ? 2 : 3;
  const others = held.filter(({ roster }) => roster.site !== next.roster.site);
  const ordered = [next, ...others].sort((left, right) => rank(left.roster) - rank(right.roster));
  let left = characterLimit;
  return ordered.slice(0, maxRosters).filter(({ approved, roster }) => {
    left -= approved.statement.length;
    return left >= 0 || rank(roster) < 2;
  });
}
