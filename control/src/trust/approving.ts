import type { Approval, Manifest, Proposal, Refusal, Roster } from '@sallyport/protocol';
import type { Transaction } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { Caller } from '../http/handlers.ts';
import type { Answer, ManifestInForce } from '../ports.ts';
import { refusalOfPeople } from './known-people.ts';
import type { ProposalDeps } from './proposal-deps.ts';
import { findProposal, keepApproval, lockTrust, type ProposalScope, type StoredProposal } from './proposal-store.ts';
import { viewOf } from './proposal-view.ts';
import { publish } from './publishing.ts';
import { approversIn, memberWith, quorumsOf } from './quorums.ts';
import {
  checkOneApproval,
  newestRoster,
  previousOf,
  verifyProposed,
  type Followed,
  type GoodApproval,
} from './verifying.ts';

/** A proposal with what it would follow. */
interface Waiting {
  proposal: StoredProposal<Manifest | Roster>;
  inForce: ManifestInForce;
  followed: Followed | undefined;
}

type Reason = Refusal['reason'];

/**
 * Takes one person's approval of a proposed manifest or roster. The last one puts it in force, in one transaction with
 * everything that follows from it.
 *
 * Whoever sends it is of those concerned, but need not be the one who approved: a new trustee's approval is needed before
 * control knows a new trustee, and is given at a colleague's screen.
 * @returns the proposal as it waits on, or null once it is in force; or `not-found`, `replayed` (this person has
 *   approved already), `counter-went-back`, `unknown-credential`, or what the verifier says
 */
export async function approveProposal(
  deps: ProposalDeps,
  asked: { id: string; approval: Approval },
  scope: ProposalScope,
  caller: Caller,
): Promise<Answer<{ proposal: Proposal | null }>> {
  const outcome = await deps.db.transaction().execute(async (trx) => {
    await lockTrust(trx);
    const waiting = await findWaiting(deps, trx, asked.id, scope);
    if (waiting === undefined) return 'not-found';
    const result = await approve(deps, trx, { waiting, approval: asked.approval, caller });
    if (typeof result === 'string') await recordRefusal(deps, trx, { waiting, caller, reason: result });
    return result;
  });
  if (typeof outcome === 'string') return { ok: false, refusal: { reason: outcome } };
  for (const topic of ['trust', 'devices', 'appointments'] as const) await deps.changes.publish(topic);
  return { ok: true, result: outcome };
}

async function findWaiting(
  deps: ProposalDeps,
  trx: Transaction<Database>,
  id: string,
  scope: ProposalScope,
): Promise<Waiting | undefined> {
  const found = await findProposal(trx, id, scope, deps.clock.now());
  if (found === undefined || found.statement.type === 'order') return undefined;
  const proposal = { ...found, statement: found.statement };
  const inForce = await deps.trust.manifest(trx);
  const followed = proposal.statement.type === 'roster' ? await newestRoster(trx, proposal.statement.site) : undefined;
  return { proposal, inForce, followed };
}

async function approve(
  deps: ProposalDeps,
  trx: Transaction<Database>,
  { waiting, approval, caller }: { waiting: Waiting; approval: Approval; caller: Caller },
): Promise<{ proposal: Proposal | null } | Reason> {
  const { proposal, inForce } = waiting;
  const good = await checkOneApproval(proposal, approval, inForce.manifest);
  if (typeof good === 'string') return good;
  if (hasApproved(waiting, good.person.id)) return 'replayed';
  const quorums = quorumsOf(proposal.statement, inForce.manifest);
  const approvals = [...proposal.approvals, approval].filter(({ credential }) =>
    quorums.some((quorum) => memberWith(credential, quorum) !== undefined),
  );
  const isComplete = quorums.every((quorum) => approversIn(quorum, approvals).length >= quorum.threshold);
  const unfit = await refusalOfWhole(deps, trx, waiting, isComplete ? approvals : undefined);
  if (unfit !== undefined) return unfit;
  if (!(await deps.counters.keep(trx, good))) return 'counter-went-back';
  if (isComplete) {
    await publish(deps, trx, { ...waiting, approvals, last: good, through: caller });
    return { proposal: null };
  }
  await keepApproval(trx, proposal.id, approval);
  await recordApproval(deps, trx, { waiting, good, caller });
  return { proposal: viewAfter(waiting, approvals, caller) };
}

/** What speaks against the document: with all its approvals, or, until there are enough, whoever approves it. */
async function refusalOfWhole(
  deps: ProposalDeps,
  trx: Transaction<Database>,
  { proposal, inForce, followed }: Waiting,
  approvals: Approval[] | undefined,
): Promise<Reason | undefined> {
  const verified = await verifyProposed(proposal, approvals ?? [], inForce, followed, deps.clock.now());
  if (approvals === undefined && verified === 'too-few-people') return undefined;
  // SECURITY: it is in force by the verifier's word on the whole, not by counting (S26).
  if (typeof verified === 'string') return verified;
  // Since it was proposed somebody may have been given another place, or a passkey taken back.
  return refusalOfPeople(trx, proposal.statement, inForce.manifest);
}

function hasApproved({ proposal, inForce }: Waiting, person: string): boolean {
  return quorumsOf(proposal.statement, inForce.manifest).some((quorum) =>
    approversIn(quorum, proposal.approvals).some(({ id }) => id === person),
  );
}

function viewAfter({ proposal, inForce, followed }: Waiting, approvals: Approval[], caller: Caller): Proposal {
  const previous = previousOf(proposal.statement, inForce, followed);
  const view = viewOf({ ...proposal, approvals }, { inForce: inForce.manifest, previous, person: caller.person.id });
  if (view === undefined) throw new Error('a proposal that nobody can approve');
  return view;
}

async function recordApproval(
  { audit }: ProposalDeps,
  trx: Transaction<Database>,
  { waiting: { proposal }, good, caller }: { waiting: Waiting; good: GoodApproval; caller: Caller },
): Promise<void> {
  const { statement } = proposal;
  await audit.append(trx, {
    actor: { kind: 'person', ...good.person },
    action: `${statement.type}.approved`,
    subject: statement.type === 'manifest' ? statement.fleet : statement.site,
    detail: { proposal: proposal.id, version: statement.version, sentBy: caller.person.name },
  });
}

async function recordRefusal(
  { audit }: ProposalDeps,
  trx: Transaction<Database>,
  { waiting, caller, reason }: { waiting: Waiting; caller: Caller; reason: Reason },
): Promise<void> {
  const { id, statement } = waiting.proposal;
  await audit.append(trx, {
    actor: { kind: 'person', id: caller.person.id, name: caller.person.name },
    action: `${statement.type}.approval-refused`,
    subject: statement.type === 'manifest' ? statement.fleet : statement.site,
    detail: { proposal: id, version: statement.version, reason },
  });
}
