// How a laptop of the tests keeps its trust up to date: it walks every manifest and judges every roster by itself.
import { decodeStatement, deviceRequests, fromBase64url } from '@sallyport/protocol';
import type { ApprovedStatement, Manifest, Roster, Statement } from '@sallyport/protocol';
import { digestOf, verifyStatement } from '@sallyport/protocol/verify';
import type { Answer } from './ports.ts';

/** What a laptop holds. */
export interface HeldTrust {
  manifest: Manifest;
  /** SHA-256 of its exact bytes, base64url. */
  digest: string;
  rosters: Map<string, { roster: Roster; digest: string }>;
}

/** What it holds at first: what the ticket anchored, and the roster it was given with its certificate. */
export async function heldAtEnrolment(manifest: ApprovedStatement, roster: ApprovedStatement): Promise<HeldTrust> {
  const first = read(manifest);
  const own = read(roster);
  if (first.contents?.type !== 'manifest' || own.contents?.type !== 'roster') throw new Error('no documents');
  const held = { roster: own.contents, digest: await digestOf(own.bytes) };
  return {
    manifest: first.contents,
    digest: await digestOf(first.bytes),
    rosters: new Map([[own.contents.site, held]]),
  };
}

function read({ statement }: ApprovedStatement): { bytes: Uint8Array<ArrayBuffer>; contents: Statement | undefined } {
  const bytes = fromBase64url(statement) ?? new Uint8Array();
  return { bytes, contents: decodeStatement(bytes) };
}

type Ask = (method: string, params: unknown) => Promise<Answer<unknown>>;

/** Fetches what is newer. @throws with the reason when control offers what does not verify */
export async function fetchNewer(ask: Ask, held: HeldTrust): Promise<HeldTrust> {
  let { manifest, digest } = held;
  for (;;) {
    const answer = await asked(ask, 'trust.fetch', { afterManifest: manifest.version });
    const { manifests, more, rosters } = deviceRequests['trust.fetch'].result.parse(answer);
    for (const next of manifests) ({ manifest, digest } = await follow(next, { manifest, digest }));
    if (more) continue;
    const wanted = rosters.filter(({ site, version }) => held.rosters.get(site)?.roster.version !== version);
    const taken = new Map(held.rosters);
    for (const { site } of wanted) taken.set(site, await takeRoster(ask, site, { manifest, held }));
    return { manifest, digest, rosters: taken };
  }
}

async function asked(ask: Ask, method: string, params: unknown): Promise<unknown> {
  const answer = await ask(method, params);
  if (!answer.ok) throw new Error(answer.refusal.reason);
  return answer.result;
}

async function follow(
  { statement, approvals }: ApprovedStatement,
  { manifest, digest }: { manifest: Manifest; digest: string },
): Promise<{ manifest: Manifest; digest: string }> {
  const bytes = fromBase64url(statement) ?? new Uint8Array();
  const policy = { type: 'manifest', now: Date.now(), anchored: false, previous: digest } as const;
  const verified = await verifyStatement(bytes, approvals, manifest, policy);
  if (!verified.accepted) throw new Error(verified.reason);
  return { manifest: verified.statement, digest: await digestOf(bytes) };
}

async function takeRoster(
  ask: Ask,
  site: string,
  { manifest, held }: { manifest: Manifest; held: HeldTrust },
): Promise<{ roster: Roster; digest: string }> {
  const answer = await asked(ask, 'trust.roster', { site });
  const { statement, approvals } = deviceRequests['trust.roster'].result.parse(answer).roster;
  const bytes = fromBase64url(statement) ?? new Uint8Array();
  const before = held.rosters.get(site);
  const current = before && { version: before.roster.version, digest: before.digest };
  const policy = { type: 'roster', now: Date.now(), afterVersion: current?.version ?? 0, current } as const;
  const verified = await verifyStatement(bytes, approvals, manifest, policy);
  if (!verified.accepted) throw new Error(verified.reason);
  return { roster: verified.statement, digest: await digestOf(bytes) };
}
