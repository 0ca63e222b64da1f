import type { Person } from './people.ts';
import type { StatementRefusal } from './refusals.ts';
import type { Grant, Join, Manifest, Order, Roster, Statement } from './statements.ts';
import type { VerificationPolicy } from './verify.ts';

/** Clocks of people's browsers, control and laptops may differ by this much, ms. */
export const clockTolerance = 5 * 60_000;

const hour = 3_600_000;
const day = 24 * hour;

/** The longest a join may live, ms. */
export const longestJoin = 12 * hour;

/** The longest a statement of each kind may live, ms; a grant is bounded by the policy. */
const longestLife = {
  manifest: 3 * 366 * day,
  roster: 366 * day,
  order: 2 * 366 * day,
  join: longestJoin,
  grant: 15 * 60_000,
} as const satisfies Record<Statement['type'], number>;

/**
 * How far beyond the last one a sequence number or roster version may go: numbers that drafts used up leave gaps, but
 * nobody can be brought to approve the last number there is (TUF's fast-forward attack).
 */
export const longestLeap = 1000;

type PolicyOf<T extends VerificationPolicy['type']> = Extract<VerificationPolicy, { type: T }>;

/**
 * What speaks against a statement before any approval is looked at: fleet, times, addressee, sequence, scope.
 * @returns the first reason, or undefined. Pure.
 */
export function refusalOfContents(
  statement: Statement,
  manifest: Manifest,
  policy: VerificationPolicy,
): StatementRefusal | undefined {
  if (statement.fleet !== manifest.fleet) return 'wrong-fleet';
  return (
    refusalOfTime(statement, policy) ??
    refusalUnderManifest(statement, manifest, policy.now) ??
    refusalOfType(statement, manifest, policy)
  );
}

function refusalOfTime(statement: Statement, policy: VerificationPolicy): StatementRefusal | undefined {
  const { issuedAt, notAfter, type } = statement;
  if (issuedAt > policy.now + clockTolerance) return 'not-yet-valid';
  if (notAfter <= issuedAt) return 'expired';
  // SECURITY: nobody can be brought to approve something for ever (S5).
  if (notAfter > issuedAt + longestLife[type]) return 'lives-too-long';
  const isJudgedElsewhere = type === 'manifest' || (policy.type === 'grant' && policy.at === 'in-use');
  return notAfter <= policy.now && !isJudgedElsewhere ? 'expired' : undefined;
}

/** SECURITY: under a manifest whose time is over nothing opens; a laptop can still be shut and killed (S6). */
function refusalUnderManifest(statement: Statement, manifest: Manifest, now: number): StatementRefusal | undefined {
  if (statement.type === 'manifest' || manifest.notAfter > now) return undefined;
  return statement.type === 'order' && statement.order !== 'resume' ? undefined : 'outdated';
}

function refusalOfType(
  statement: Statement,
  manifest: Manifest,
  policy: VerificationPolicy,
): StatementRefusal | undefined {
  if (statement.type !== policy.type) return 'wrong-type';
  // The compiler cannot see that the comparison above keeps statement and policy together.
  switch (policy.type) {
    case 'grant':
      return refusalOfGrant(statement as Grant, manifest, policy);
    case 'order':
      return refusalOfOrder(statement as Order, manifest, policy);
    case 'roster':
      return refusalOfRoster(statement as Roster, manifest, policy);
    case 'manifest':
      return refusalOfManifest(statement as Manifest, manifest, policy);
    case 'join':
      return refusalOfJoin(statement as Join, manifest, policy);
    default:
      return policy satisfies never;
  }
}

function refusalOfGrant(grant: Grant, manifest: Manifest, policy: PolicyOf<'grant'>): StatementRefusal | undefined {
  if (grant.manifestVersion > manifest.version) return 'unknown-manifest';
  if (grant.device.id !== policy.device) return 'wrong-device';
  if (grant.device.site !== policy.site || policy.roster.site !== policy.site) return 'wrong-site';
  const leap = refusalOfSequence(grant.sequence, policy.afterSequence);
  if (leap !== undefined) return leap;
  if (policy.roster.notAfter <= policy.now) return 'outdated';
  const { activationMinutes, grantMinutes } = manifest.policy;
  // SECURITY: a grant cannot be kept for later nor leave the laptop open longer than the fleet's policy (S5).
  if (grant.notAfter > grant.issuedAt + grantMinutes * 60_000) return 'lives-too-long';
  if (grant.openUntil > grant.issuedAt + activationMinutes * 60_000) return 'lives-too-long';
  return grant.openUntil <= policy.now ? 'expired' : undefined;
}

function refusalOfOrder(order: Order, manifest: Manifest, policy: PolicyOf<'order'>): StatementRefusal | undefined {
  if (order.manifestVersion > manifest.version) return 'unknown-manifest';
  if (new Set(order.devices.map((device) => device.id)).size !== order.devices.length) return 'malformed';
  const named = order.devices.find((device) => device.id === policy.device);
  return named === undefined ? 'wrong-device' : refusalOfSequence(named.sequence, policy.afterSequence);
}

function refusalOfSequence(sequence: number, after: number): StatementRefusal | undefined {
  if (sequence <= after) return 'replayed';
  // SECURITY: a number far ahead would leave none for the order that matters (S5).
  return sequence > after + longestLeap ? 'too-far-ahead' : undefined;
}

function refusalOfRoster(roster: Roster, manifest: Manifest, policy: PolicyOf<'roster'>): StatementRefusal | undefined {
  const site = manifest.sites.find((candidate) => candidate.id === roster.site);
  // SECURITY: a roster approved under one site's name is never taken for another's (S6).
  if (site?.name !== roster.siteName) return 'wrong-site';
  if (hasRepeats(roster.people)) return 'malformed';
  const { afterVersion, current } = policy;
  // SECURITY: what people were shown as the difference is a difference from what is in force here (S6).
  const follows = current === undefined || roster.version !== current.version + 1 || roster.previous === current.digest;
  // Whoever has none yet takes the newest there is, however many came before it.
  const leap = afterVersion === 0 ? undefined : refusalOfSequence(roster.version, afterVersion);
  return leap ?? (follows ? undefined : 'wrong-previous');
}

function refusalOfManifest(
  next: Manifest,
  previous: Manifest,
  policy: PolicyOf<'manifest'>,
): StatementRefusal | undefined {
  if (!policy.anchored) {
    // SECURITY: versions go up by one, never back and never skipping (TUF 5.3.5) (S6).
    if (next.version <= previous.version) return 'replayed';
    if (next.version !== previous.version + 1) return 'unknown-manifest';
    if (next.previous !== policy.previous) return 'wrong-previous';
  }
  return isCoherent(next) ? undefined : 'malformed';
}

/**
 * Whether a manifest can be lived with: nobody and no passkey listed twice in a role, thresholds that can be met, sites that
 * differ by number and by name, suspension before erasure, and an approver that its relying party covers.
 */
export function isCoherent({
  trustees,
  fleetOfficers,
  sites,
  policy,
}: Pick<Manifest, 'trustees' | 'fleetOfficers' | 'sites' | 'policy'>): boolean {
  if (hasRepeats(trustees.people) || trustees.threshold > trustees.people.length) return false;
  if (hasRepeats(fleetOfficers)) return false;
  if (sites.some(({ managers, threshold }) => hasRepeats(managers) || threshold > managers.length)) return false;
  if (new Set(sites.map(({ id }) => id)).size !== sites.length) return false;
  if (new Set(sites.map(({ name }) => name)).size !== sites.length) return false;
  return policy.suspendAfterHours <= policy.eraseAfterHours && isUnder(policy.approverOrigin, policy.rpId);
}

/** WebAuthn Level 3, 5.1.3 step 8: the relying party id is the origin's host, or a parent of it. */
function isUnder(origin: string, rpId: string): boolean {
  const host = origin.replace(/^https?:\/\//, '').replace(/:\d+$/, '');
  return host === rpId || host.endsWith(`.${rpId}`);
}

function refusalOfJoin(join: Join, manifest: Manifest, policy: PolicyOf<'join'>): StatementRefusal | undefined {
  const { participant, appointment, device } = join;
  if (join.manifestVersion > manifest.version) return 'unknown-manifest';
  if (participant.kind === 'device') return 'wrong-type';
  if (device.id !== policy.device || appointment !== policy.appointment) return 'wrong-device';
  if (participant.site.id !== policy.roster.site || participant.site.name !== policy.roster.siteName) {
    return 'wrong-site';
  }
  return policy.roster.notAfter <= policy.now ? 'outdated' : refusalOfPerson(join, policy);
}

/** Who may join; whose approval it takes is the verifier's affair. */
function refusalOfPerson({ participant: { kind, id } }: Join, policy: PolicyOf<'join'>): StatementRefusal | undefined {
  if (kind === 'consultant') return id === policy.consultant ? undefined : 'unknown-credential';
  // SECURITY: nobody whom the hospital's roster names comes as a guest (S38).
  return policy.roster.people.some((person) => person.id === id) ? 'wrong-type' : undefined;
}

/** Whether a person or a passkey is listed twice, under whatever number, which would blur who approved. */
export function hasRepeats(people: readonly Person[]): boolean {
  const credentials = people.flatMap((person) => person.credentials);
  const isRepeated = (values: readonly string[]): boolean => new Set(values).size !== values.length;
  return (
    isRepeated(people.map(({ id }) => id)) ||
    isRepeated(credentials.map(({ id }) => id)) ||
    // SECURITY: one key under two numbers is one key (TUF 5.3.4 counts keys once) (S6).
    isRepeated(credentials.map(({ publicKey }) => publicKey))
  );
}
