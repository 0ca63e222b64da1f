import { approvedStatement, decodeStatement, digest, fromBase64url, identifier, maxRosters } from '@sallyport/protocol';
import type { ApprovedStatement, Manifest, Roster } from '@sallyport/protocol';
import { digestOf } from '@sallyport/protocol/verify';
import * as z from 'zod';
import { keptCounters } from './counters.ts';

/** Most sites whose rosters' versions are remembered; a manifest names no more. */
const siteLimit = 500;

/** The newest roster of a site that was ever in force: what comes next must follow it, though it may have fallen since. */
const newestRoster = z.strictObject({ site: identifier, version: z.int().min(1), digest });
export type NewestRoster = z.infer<typeof newestRoster>;

/** What a device keeps of its trust: exact approved bytes, and the highest of everything that only goes up. */
export const keptTrust = z.strictObject({
  manifest: approvedStatement,
  /** Those in force, of its own site and of hospitals: its own first. */
  rosters: z.array(approvedStatement).max(maxRosters),
  newest: z.array(newestRoster).max(siteLimit),
  counters: keptCounters,
  grantSequence: z.int().min(0),
  orderSequence: z.int().min(0),
});
export type KeptTrust = z.infer<typeof keptTrust>;

/** The kept manifest or a kept roster is no statement: the record was written by something else. */
export class TrustFault extends Error {
  constructor() {
    super('kept trust does not decode');
    this.name = 'TrustFault';
  }
}

/** A roster in force: as it was approved, and what it says. */
export interface HeldRoster {
  readonly approved: ApprovedStatement;
  readonly roster: Roster;
}

/**
 * The trust a device starts with at its enrolment; manifest and roster have been verified.
 * @throws TrustFault when they are none
 */
export async function firstTrust(manifest: ApprovedStatement, roster: ApprovedStatement): Promise<KeptTrust> {
  decodeManifest(manifest);
  const held = decodeRoster(roster);
  return {
    manifest,
    rosters: [roster],
    newest: withNewest([], await newestOf(held)),
    counters: [],
    grantSequence: 0,
    orderSequence: 0,
  };
}

/** What is remembered of a roster. */
export async function newestOf({ approved, roster }: HeldRoster): Promise<NewestRoster> {
  return { site: roster.site, version: roster.version, digest: await digestOf(bytesOf(approved)) };
}

/** The newest rosters with one more, or another in the place of the same site's. */
export function withNewest(newest: readonly NewestRoster[], next: NewestRoster): NewestRoster[] {
  return [next, ...newest.filter(({ site }) => site !== next.site)].slice(0, siteLimit);
}

/** The exact bytes of a kept statement. @throws TrustFault when there are none */
export function bytesOf({ statement }: ApprovedStatement): Uint8Array<ArrayBuffer> {
  const bytes = fromBase64url(statement);
  if (bytes === undefined) throw new TrustFault();
  return bytes;
}

/** Reads the kept manifest. @throws TrustFault when it is none */
export function decodeManifest(approved: ApprovedStatement): Manifest {
  const statement = decodeStatement(bytesOf(approved));
  if (statement?.type !== 'manifest') throw new TrustFault();
  return statement;
}

/** Reads a kept roster. @throws TrustFault when it is none */
export function decodeRoster(approved: ApprovedStatement): HeldRoster {
  const statement = decodeStatement(bytesOf(approved));
  if (statement?.type !== 'roster') throw new TrustFault();
  return { approved, roster: statement };
}
