import { verifyAuthenticationResponse } from '@simplewebauthn/server';
import type { Approval } from './approvals.ts';
import type { Person, Role } from './people.ts';
import type { StatementRefusal } from './refusals.ts';
import { fromBase64url, parseJson, sha256, toBase64url } from './primitives.ts';
import { decodeStatement } from './statements.ts';
import type { FleetPolicy, Grant, Manifest, Order, Roster, Statement } from './statements.ts';

/** Clocks of people's browsers, control and laptops may differ by this much, ms. */
export const clockTolerance = 5 * 60_000;

/** What the caller is about to obey, and what it knows that bounds it. */
export type VerificationPolicy =
  | {
      type: 'grant';
      now: number;
      /** The device that is asked, its site, and the highest grant sequence it has seen (0: none). */
      device: string;
      site: string;
      afterSequence: number;
      /** The verified roster of that site. */
      roster: Roster;
    }
  | { type: 'order'; now: number; device: string; afterSequence: number }
  | { type: 'roster'; now: number; afterVersion: number }
  /**
   * Version n + 1: the manifest passed to `verifyStatement` is version n. When `anchored`, any version: the manifest
   * passed is the statement's own contents, which the caller trusts for another reason (an enrolment ticket's anchor,
   * or the founding of the fleet).
   */
  | { type: 'manifest'; now: number; anchored: boolean };

/** A person whose approval counted. */
export interface Approver {
  person: string;
  name: string;
  role: Role;
  credential: string;
}

interface StatementOf {
  grant: Grant;
  order: Order;
  roster: Roster;
  manifest: Manifest;
}

export type Verification<T extends keyof StatementOf> =
  { accepted: true; statement: StatementOf[T]; approvers: Approver[] } | { accepted: false; reason: StatementRefusal };

/** People who may approve, in a role, and how many different ones must. */
interface Quorum {
  role: Role;
  people: readonly Person[];
  threshold: number;
}

/**
 * Decides whether exact statement bytes may be obeyed: the one verifier of laptops, control and consoles.
 *
 * Checks, in this order: the bytes are a statement of the expected type and fleet; it is for this device, site and
 * sequence and within its time; every approval is a WebAuthn assertion (W3C WebAuthn Level 3, 7.2) over
 * SHA-256(bytes) given on the manifest's approver origin for its relying party with user verification, by a passkey
 * of a person who holds the role; and enough *different people* approved (TUF 5.3.4 counts keys; people are counted
 * here, so two passkeys of one person are one approval).
 * @param bytes the statement's exact bytes, as they were approved
 * @param approvals the assertions; approvals by people outside the quorum refuse the whole
 * @param manifest the verified trust manifest in force
 * @param policy what the caller expects
 * @returns the parsed statement and who approved it, or the first reason against it. Never throws on bad input.
 */
export async function verifyStatement<T extends keyof StatementOf>(
  bytes: Uint8Array<ArrayBuffer>,
  approvals: readonly Approval[],
  manifest: Manifest,
  policy: Extract<VerificationPolicy, { type: T }> & { type: T },
): Promise<Verification<T>> {
  const refuse = (reason: StatementRefusal): Verification<T> => ({ accepted: false, reason });
  const statement = decodeStatement(bytes);
  if (statement === undefined) return refuse('malformed');
  if (!isOfType(statement, policy.type)) return refuse('wrong-type');
  const reason = refusalOfContents(statement, manifest, policy);
  if (reason !== undefined) return refuse(reason);
  const approvers: Approver[] = [];
  for (const quorum of quorumsFor(statement, manifest, policy)) {
    const counted = await countApprovals(bytes, approvals, quorum, manifest.policy);
    if (typeof counted === 'string') return refuse(counted);
    approvers.push(...counted);
  }
  return { accepted: true, statement, approvers };
}

function isOfType<T extends keyof StatementOf>(statement: Statement, type: T): statement is StatementOf[T] & Statement {
  return statement.type === type;
}

function refusalOfContents(
  statement: Statement,
  manifest: Manifest,
  policy: VerificationPolicy,
): StatementRefusal | undefined {
  if (statement.fleet !== manifest.fleet) return 'wrong-fleet';
  if (statement.issuedAt > policy.now + clockTolerance) return 'not-yet-valid';
  if (statement.notAfter <= policy.now || statement.notAfter <= statement.issuedAt) return 'expired';
  return refusalOfType(statement, manifest, policy);
}

function refusalOfType(
  statement: Statement,
  manifest: Manifest,
  policy: VerificationPolicy,
): StatementRefusal | undefined {
  if (statement.type === 'grant' && policy.type === 'grant') return refusalOfGrant(statement, manifest, policy);
  if (statement.type === 'order' && policy.type === 'order') return refusalOfOrder(statement, manifest, policy);
  if (statement.type === 'roster' && policy.type === 'roster') {
    return refusalOfRoster(statement, manifest, policy.afterVersion);
  }
  if (statement.type === 'manifest' && policy.type === 'manifest') {
    return refusalOfManifest(statement, manifest, policy.anchored);
  }
  return 'wrong-type';
}

function refusalOfGrant(
  grant: Grant,
  manifest: Manifest,
  policy: Extract<VerificationPolicy, { type: 'grant' }>,
): StatementRefusal | undefined {
  if (grant.manifestVersion > manifest.version) return 'unknown-manifest';
  if (grant.device.id !== policy.device) return 'wrong-device';
  if (grant.device.site !== policy.site || policy.roster.site !== policy.site) return 'wrong-site';
  if (grant.sequence <= policy.afterSequence) return 'replayed';
  if (policy.roster.notAfter <= policy.now) return 'outdated';
  const { activationMinutes, grantMinutes } = manifest.policy;
  // SECURITY: a grant cannot be kept for later nor leave the laptop open longer than the fleet's policy (S5).
  if (grant.notAfter > grant.issuedAt + grantMinutes * 60_000) return 'malformed';
  if (grant.openUntil > grant.issuedAt + activationMinutes * 60_000) return 'malformed';
  return grant.openUntil <= policy.now ? 'expired' : undefined;
}

function refusalOfOrder(
  order: Order,
  manifest: Manifest,
  policy: Extract<VerificationPolicy, { type: 'order' }>,
): StatementRefusal | undefined {
  if (order.manifestVersion > manifest.version) return 'unknown-manifest';
  if (new Set(order.devices.map((device) => device.id)).size !== order.devices.length) return 'malformed';
  const named = order.devices.find((device) => device.id === policy.device);
  if (named === undefined) return 'wrong-device';
  return named.sequence <= policy.afterSequence ? 'replayed' : undefined;
}

function refusalOfRoster(roster: Roster, manifest: Manifest, afterVersion: number): StatementRefusal | undefined {
  const site = manifest.sites.find((candidate) => candidate.id === roster.site);
  // SECURITY: a roster approved under one site's name is never taken for another's (S6).
  if (site?.name !== roster.siteName) return 'wrong-site';
  if (hasRepeats(roster.people)) return 'malformed';
  return roster.version <= afterVersion ? 'replayed' : undefined;
}

function refusalOfManifest(next: Manifest, previous: Manifest, anchored: boolean): StatementRefusal | undefined {
  // SECURITY: versions go up by one, never back and never skipping (TUF 5.3.5) (S6).
  if (!anchored && next.version <= previous.version) return 'replayed';
  if (!anchored && next.version !== previous.version + 1) return 'unknown-manifest';
  if (hasRepeats(next.trustees.people) || hasRepeats(next.fleetOfficers)) return 'malformed';
  if (next.trustees.threshold > next.trustees.people.length) return 'malformed';
  if (new Set(next.sites.map((site) => site.id)).size !== next.sites.length) return 'malformed';
  const impossible = next.sites.some((site) => hasRepeats(site.managers) || site.threshold > site.managers.length);
  return impossible ? 'malformed' : undefined;
}

/** Whether a person or a passkey is listed twice, which would blur who approved. */
function hasRepeats(people: readonly Person[]): boolean {
  const credentials = people.flatMap((person) => person.credentials.map((credential) => credential.id));
  return (
    new Set(people.map((person) => person.id)).size !== people.length ||
    new Set(credentials).size !== credentials.length
  );
}

function quorumsFor(statement: Statement, manifest: Manifest, policy: VerificationPolicy): Quorum[] {
  switch (statement.type) {
    case 'grant':
      return [{ role: 'healthcare', people: healthcareOf(manifest, policy), threshold: 1 }];
    case 'order':
      // SECURITY: one tricked person costs one laptop; a list takes two different people (S7).
      return [
        { role: 'fleetOfficer', people: manifest.fleetOfficers, threshold: statement.devices.length > 1 ? 2 : 1 },
      ];
    case 'roster':
      return [managersOf(manifest, statement.site)];
    case 'manifest': {
      const anchored = policy.type === 'manifest' && policy.anchored;
      // SECURITY: the trustees of both versions agree, or trust does not move (TUF 5.3.4) (S6).
      return (anchored ? [statement] : [manifest, statement]).map(({ trustees }) => ({ role: 'trustee', ...trustees }));
    }
    default:
      return statement satisfies never;
  }
}

function managersOf(manifest: Manifest, id: string): Quorum {
  const site = manifest.sites.find((candidate) => candidate.id === id);
  return { role: 'manager', people: site?.managers ?? [], threshold: site?.threshold ?? 1 };
}

/** A roster speaks for healthcare staff only when the manifest says that its site is a prison. */
function healthcareOf(manifest: Manifest, policy: VerificationPolicy): readonly Person[] {
  if (policy.type !== 'grant') return [];
  const site = manifest.sites.find((candidate) => candidate.id === policy.site);
  return site?.kind === 'prison' ? policy.roster.people : [];
}

async function countApprovals(
  bytes: Uint8Array<ArrayBuffer>,
  approvals: readonly Approval[],
  quorum: Quorum,
  policy: FleetPolicy,
): Promise<Approver[] | StatementRefusal> {
  const challenge = toBase64url(await sha256(bytes));
  const counted = new Map<string, Approver>();
  let reason: StatementRefusal | undefined;
  for (const approval of approvals) {
    const checked = await checkApproval(approval, challenge, quorum, policy);
    if (typeof checked === 'string') reason ??= checked;
    else counted.set(checked.person, checked);
  }
  if (counted.size >= quorum.threshold) return [...counted.values()];
  return reason ?? 'too-few-people';
}

async function checkApproval(
  approval: Approval,
  challenge: string,
  quorum: Quorum,
  policy: FleetPolicy,
): Promise<Approver | StatementRefusal> {
  const approver = quorum.people
    .flatMap((person) => person.credentials.map((credential) => ({ person, credential })))
    .find(({ credential }) => credential.id === approval.credential);
  const publicKey = approver && fromBase64url(approver.credential.publicKey);
  if (approver === undefined || publicKey === undefined) return 'unknown-credential';
  // SECURITY: one text for one signature; variants in unused base64url bits would be a second approval (S4).
  if (fromBase64url(approval.signature) === undefined) return 'malformed';
  const reason = refusalOfClientData(approval, challenge, policy) ?? (await refusalOfAuthenticator(approval, policy));
  if (reason !== undefined) return reason;
  try {
    const result = await verifyAuthenticationResponse({
      response: {
        id: approval.credential,
        rawId: approval.credential,
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON: approval.clientDataJSON,
          authenticatorData: approval.authenticatorData,
          signature: approval.signature,
        },
      },
      expectedChallenge: challenge,
      expectedOrigin: policy.approverOrigin,
      expectedRPID: policy.rpId,
      credential: { id: approval.credential, publicKey, counter: 0 },
      requireUserVerification: true,
    });
    if (!result.verified) return 'bad-signature';
  } catch {
    return 'bad-signature';
  }
  const { id, name } = approver.person;
  return { person: id, name, role: quorum.role, credential: approval.credential };
}

/** The client data (WebAuthn Level 3, 5.8.1): what was signed, and on whose page. */
function refusalOfClientData(approval: Approval, challenge: string, policy: FleetPolicy): StatementRefusal | undefined {
  const bytes = fromBase64url(approval.clientDataJSON);
  const parsed = bytes && parseJson(new TextDecoder().decode(bytes), 8192)?.value;
  if (typeof parsed !== 'object' || parsed === null) return 'malformed';
  const { challenge: signed, origin, crossOrigin } = parsed as Record<string, unknown>;
  if (signed !== challenge) return 'wrong-challenge';
  // SECURITY: exact origin, never embedded elsewhere: whoever serves another page cannot collect approvals (S4).
  return origin !== policy.approverOrigin || crossOrigin === true ? 'wrong-origin' : undefined;
}

/** Authenticator data (WebAuthn Level 3, 6.1): 32 bytes SHA-256 of the relying party id, then the flags. */
async function refusalOfAuthenticator(approval: Approval, policy: FleetPolicy): Promise<StatementRefusal | undefined> {
  const data = fromBase64url(approval.authenticatorData);
  const flags = data?.[32];
  if (data === undefined || flags === undefined) return 'malformed';
  const relyingParty = await sha256(new TextEncoder().encode(policy.rpId));
  if (relyingParty.some((byte, index) => byte !== data[index])) return 'wrong-relying-party';
  const userPresentAndVerified = 0x05;
  // SECURITY: without user verification a stolen key alone would open a laptop (S4).
  return (flags & userPresentAndVerified) === userPresentAndVerified ? undefined : 'not-verified';
}
