import { encodeStatement, maxStatementBytes } from '@sallyport/protocol';
import type { Manifest, ManifestContents, Person, Proposal, Refusal, Roster } from '@sallyport/protocol';
import { randomUUID } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { Caller } from '../http/handlers.ts';
import type { Answer, ManifestInForce } from '../ports.ts';
import { auditPublicKeyOf } from './audit-key.ts';
import { differenceOf, isSameDecision } from './difference.ts';
import { refusalOfPeople } from './known-people.ts';
import type { ProposalDeps } from './proposal-deps.ts';
import { insertProposal, lockTrust, proposalLife, readProposals, type StoredProposal } from './proposal-store.ts';
import { viewOf } from './proposal-view.ts';
import { newestRoster, previousOf, verifyProposed, type Followed } from './verifying.ts';

/** A document that is over sooner than this would shut everybody out before it is renewed, ms. */
const shortestLife = 24 * 60 * 60_000;

/** A document as it would be, and what it follows. */
interface Draft {
  statement: Manifest | Roster;
  /** The document in force that it replaces; undefined for a site without one. */
  before: Manifest | Roster | undefined;
  /** Of a roster: the one it must follow; undefined for a site's first. */
  followed: Followed | undefined;
}

type Reason = Refusal['reason'];
type Drafting = (trx: Transaction<Database>, inForce: ManifestInForce) => Promise<Draft | Reason>;

/**
 * Proposes the next manifest; nothing is in force until enough trustees of both versions have approved it.
 * @returns the proposal; or `wrong-state` (it changes nothing), `clash` (another one waits, or a person would have two
 *   places), `unknown-credential` (somebody's passkey was not made here), `not-allowed` (it would move the passkeys'
 *   relying party, or the key of the record), `wrong-site` (a site would change its kind), `too-large`, or what the
 *   verifier says against its contents
 */
export function proposeManifest(
  deps: ProposalDeps,
  contents: ManifestContents,
  caller: Caller,
): Promise<Answer<Proposal>> {
  return propose(deps, caller, async (trx, { manifest, digest }) => {
    const { sallyport, fleet, version } = manifest;
    const link = { version: version + 1, previous: digest, issuedAt: deps.clock.now() };
    const statement: Manifest = { sallyport, fleet, type: 'manifest', ...link, ...contents };
    return (await refusalOfPolicy(trx, statement, manifest)) ?? { statement, before: manifest, followed: undefined };
  });
}

/**
 * Proposes the next roster of the caller's site.
 * @returns as `proposeManifest`; `wrong-site` when the manifest does not have it
 */
export function proposeRoster(
  deps: ProposalDeps,
  { people, notAfter }: { people: Person[]; notAfter: number },
  caller: Caller,
): Promise<Answer<Proposal>> {
  return propose(deps, caller, async (trx, { manifest }) => {
    const site = manifest.sites.find(({ id }) => id === caller.person.site?.id);
    if (site === undefined) return 'wrong-site';
    const followed = await newestRoster(trx, site.id);
    const before = (await deps.trust.roster(site.id, trx))?.roster;
    const { sallyport, fleet } = manifest;
    const statement: Roster = {
      ...{ sallyport, fleet, type: 'roster', issuedAt: deps.clock.now(), notAfter, people },
      ...{ site: site.id, siteName: site.name },
      ...{ version: (followed?.version ?? 0) + 1, previous: followed?.digest ?? null },
    };
    return { statement, before, followed };
  });
}

async function propose(deps: ProposalDeps, caller: Caller, drafting: Drafting): Promise<Answer<Proposal>> {
  const outcome = await deps.db.transaction().execute(async (trx) => {
    await lockTrust(trx);
    const inForce = await deps.trust.manifest(trx);
    const draft = await drafting(trx, inForce);
    const reason = typeof draft === 'string' ? draft : await refusalOfDraft(deps, trx, draft, inForce);
    if (typeof draft === 'string' || reason !== undefined) return reason;
    const proposal = await keep(deps, trx, draft, { caller, inForce });
    const previous = previousOf(draft.statement, inForce, draft.followed);
    return viewOf(proposal, { inForce: inForce.manifest, previous, person: caller.person.id });
  });
  if (outcome === undefined) throw new Error('a proposal that nobody can approve');
  if (typeof outcome === 'string') return { ok: false, refusal: { reason: outcome } };
  await deps.changes.publish('trust');
  return { ok: true, result: outcome };
}

/** SECURITY: a manifest that would leave everybody without passkeys, or the record without its key, is not proposed (S26). */
async function refusalOfPolicy(
  trx: Transaction<Database>,
  { policy, sites }: Manifest,
  inForce: Manifest,
): Promise<Reason | undefined> {
  if (policy.rpId !== inForce.policy.rpId) return 'not-allowed';
  const { audit_key: key } = await trx.selectFrom('fleet').select('audit_key').executeTakeFirstOrThrow();
  if (policy.auditKey !== auditPublicKeyOf(key)) return 'not-allowed';
  const kinds = new Map(inForce.sites.map(({ id, kind }) => [id, kind]));
  return sites.some(({ id, kind }) => (kinds.get(id) ?? kind) !== kind) ? 'wrong-site' : undefined;
}

async function refusalOfDraft(
  deps: ProposalDeps,
  trx: Transaction<Database>,
  { statement, before, followed }: Draft,
  inForce: ManifestInForce,
): Promise<Reason | undefined> {
  if (before !== undefined && isSameDecision(before, statement)) return 'wrong-state';
  if (statement.notAfter < statement.issuedAt + shortestLife) return 'expired';
  const now = deps.clock.now();
  const { type } = statement;
  const waiting = await readProposals(trx, type === 'manifest' ? { type } : { type, site: statement.site }, now);
  // SECURITY: one at a time, so that no two documents claim one version number (S26).
  if (waiting.length > 0) return 'clash';
  const bytes = encodeStatement(statement);
  if (bytes.byteLength > maxStatementBytes) return 'too-large';
  // What every laptop would say of it: nothing, but that nobody has approved it yet.
  const verified = await verifyProposed({ statement, bytes }, [], inForce, followed, now);
  if (typeof verified === 'string' && verified !== 'too-few-people') return verified;
  return refusalOfPeople(trx, statement, inForce.manifest);
}

async function keep(
  deps: ProposalDeps,
  trx: Transaction<Database>,
  { statement, before }: Draft,
  { caller, inForce }: { caller: Caller; inForce: ManifestInForce },
): Promise<StoredProposal> {
  const { id, name } = caller.person;
  const now = deps.clock.now();
  const times = { proposedAt: now, expiresAt: now + proposalLife };
  const proposal = { id: randomUUID(), statement, bytes: encodeStatement(statement), ...times };
  await insertProposal(trx, proposal, id);
  await deps.audit.append(trx, {
    actor: { kind: 'person', id, name },
    action: `${statement.type}.proposed`,
    subject: statement.type === 'manifest' ? statement.fleet : statement.site,
    detail: { proposal: proposal.id, ...differenceOf(statement, before, inForce.manifest) },
  });
  return { ...proposal, approvals: [], proposedBy: { id, name } };
}
