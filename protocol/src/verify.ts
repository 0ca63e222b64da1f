import type { Approval } from './approvals.ts';
import { checkAssertion } from './assertion.ts';
import { refusalOfContents } from './contents.ts';
import type { Person, Role } from './people.ts';
import { sha256, toBase64url } from './primitives.ts';
import type { StatementRefusal } from './refusals.ts';
import { decodeStatement } from './statements.ts';
import type { FleetPolicy, Grant, Join, Manifest, Order, Roster, Statement } from './statements.ts';

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
      /** `opening`: within the time to use it. `in-use`: it has been used; judged until the time it opens for is over. */
      at: 'opening' | 'in-use';
    }
  | { type: 'order'; now: number; device: string; afterSequence: number }
  /** `current`: the roster in force, which the next one must follow. */
  | { type: 'roster'; now: number; afterVersion: number; current: RosterInForce | undefined }
  /**
   * Version n + 1: the manifest passed to `verifyStatement` is version n. When `anchored`, any version: the manifest
   * passed is the statement's own contents, which the caller trusts for another reason (an enrolment ticket's anchor,
   * or the founding of the fleet).
   */
  | { type: 'manifest'; now: number; anchored: true }
  | {
      type: 'manifest';
      now: number;
      anchored: false;
      /** SHA-256 of the exact bytes of version n, base64url. */
      previous: string;
    }
  | {
      type: 'join';
      now: number;
      /** The room, the laptop in it, and the consultant who is expected there. */
      appointment: string;
      device: string;
      consultant: string;
      /** The verified roster of the consultant's hospital. */
      roster: Roster;
    };

/** A roster that is in force: its version, and SHA-256 of its exact bytes, base64url. */
export interface RosterInForce {
  version: number;
  digest: string;
}

/** A person whose approval counted. */
export interface Approver {
  person: string;
  name: string;
  role: Role;
  credential: string;
  /** The authenticator's signature counter in this approval; 0 when it keeps none. */
  counter: number;
}

interface StatementOf {
  grant: Grant;
  order: Order;
  roster: Roster;
  manifest: Manifest;
  join: Join;
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
 *
 * The time of a manifest itself is not judged here: a device that was away walks a chain whose middle is over (TUF
 * 5.3.10 checks the last one only), and under a manifest whose own time is over everything but suspend and brick is refused.
 * @param bytes the statement's exact bytes, as they were approved
 * @param approvals the assertions; approvals by people outside the quorum refuse the whole
 * @param manifest the verified trust manifest in force
 * @param policy what the caller expects
 * @param counters the highest signature counter seen of each credential; an approval must exceed it (WebAuthn Level 3,
 *   7.2 step 22)
 * @returns the parsed statement and who approved it, or the first reason against it. Never throws on bad input.
 */
export async function verifyStatement<T extends keyof StatementOf>(
  bytes: Uint8Array<ArrayBuffer>,
  approvals: readonly Approval[],
  manifest: Manifest,
  policy: Extract<VerificationPolicy, { type: T }> & { type: T },
  counters: ReadonlyMap<string, number> = new Map(),
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
  // SECURITY: a counter that does not go up is a second copy of the passkey, or a second use of one gesture. A kill is
  // obeyed all the same: orders may arrive in another sequence than they were approved in (S4, S9).
  const isKill = statement.type === 'order' && statement.order === 'brick';
  if (!isKill && approvers.some(({ credential, counter }) => isBehind(counter, counters.get(credential)))) {
    return refuse('counter-went-back');
  }
  return { accepted: true, statement, approvers };
}

/** SHA-256 of a statement's exact bytes, base64url: what the next version names as `previous`. */
export async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return toBase64url(await sha256(bytes));
}

function isBehind(counter: number, seen: number | undefined): boolean {
  return seen !== undefined && seen > 0 && counter <= seen;
}

function isOfType<T extends keyof StatementOf>(statement: Statement, type: T): statement is StatementOf[T] & Statement {
  return statement.type === type;
}

function quorumsFor(statement: Statement, manifest: Manifest, policy: VerificationPolicy): Quorum[] {
  switch (statement.type) {
    case 'grant':
      return [{ role: 'healthcare', people: staffOf(manifest, policy, 'prison'), threshold: 1 }];
    case 'join':
      // SECURITY: nobody but the booked consultant joins as the booked consultant, or lets a guest in (S25, S38).
      return [{ role: 'consultant', people: consultantOf(statement, manifest, policy), threshold: 1 }];
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

/** SECURITY: a roster speaks for healthcare staff of a prison only, and for consultants of a hospital only (S6). */
function staffOf(manifest: Manifest, policy: VerificationPolicy, kind: 'prison' | 'hospital'): readonly Person[] {
  if (policy.type !== 'grant' && policy.type !== 'join') return [];
  const site = manifest.sites.find((candidate) => candidate.id === policy.roster.site);
  return site?.kind === kind ? policy.roster.people : [];
}

/** The booked consultant: under the name they join with, or as the one who vouches for a guest. */
function consultantOf({ participant }: Join, manifest: Manifest, policy: VerificationPolicy): readonly Person[] {
  if (policy.type !== 'join') return [];
  const booked = staffOf(manifest, policy, 'hospital').filter(({ id }) => id === policy.consultant);
  return participant.kind === 'consultant' ? booked.filter(({ name }) => name === participant.name) : booked;
}

async function countApprovals(
  bytes: Uint8Array<ArrayBuffer>,
  approvals: readonly Approval[],
  quorum: Quorum,
  policy: FleetPolicy,
): Promise<Approver[] | StatementRefusal> {
  const challenge = await digestOf(bytes);
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
  if (approver === undefined) return 'unknown-credential';
  const checked = await checkAssertion(approval, approver.credential, challenge, policy);
  if (typeof checked === 'string') return checked;
  const { id, name } = approver.person;
  return { person: id, name, role: quorum.role, credential: approval.credential, counter: checked.counter };
}
