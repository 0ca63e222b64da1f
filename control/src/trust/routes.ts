import { toBase64url } from '@sallyport/protocol';
import type { ConsoleAnswer, Proposal, Refusal } from '@sallyport/protocol';
import { Refused, type Caller, type Handlers } from '../http/handlers.ts';
import type { Answer, ManifestInForce } from '../ports.ts';
import { approveProposal } from './approving.ts';
import type { ProposalDeps } from './proposal-deps.ts';
import { deleteProposal, findProposal, lockTrust, readProposals, type ProposalScope } from './proposal-store.ts';
import { viewOf } from './proposal-view.ts';
import { proposeManifest, proposeRoster } from './proposing.ts';
import { newestRoster, previousOf } from './verifying.ts';

type TrustRoute =
  | 'trustChain'
  | 'trustRoster'
  | 'proposals'
  | 'proposeManifest'
  | 'proposeRoster'
  | 'approveProposal'
  | 'withdrawProposal';
export type TrustRoutes = Pick<Handlers, TrustRoute>;

/** The consoles' routes of what is in force and what is proposed. */
export function trustRoutes(deps: ProposalDeps): TrustRoutes {
  return {
    trustChain: ({ query }) => deps.trust.manifestsAfter(query.after),
    trustRoster: ({ params }) => rosterOf(deps, params.id),
    proposals: async (_input, caller) => ({ proposals: await listProposals(deps, caller) }),
    proposeManifest: async ({ body }, caller) => answered(await proposeManifest(deps, body.contents, caller)),
    proposeRoster: async ({ body }, caller) => answered(await proposeRoster(deps, body, caller)),
    approveProposal: async ({ params, body }, caller) => {
      const scope = scopeOf(caller);
      if (scope === undefined || scope.type === 'order') return new Refused('not-allowed');
      return answered(await approveProposal(deps, { id: params.id, approval: body.approval }, scope, caller));
    },
    withdrawProposal: async ({ params }, caller) => {
      const reason = await withdraw(deps, params.id, caller);
      return reason === undefined ? {} : new Refused(reason);
    },
  };
}

/** The roster in force; while there is none, the newest that was, so that nobody has to write it from nothing. */
async function rosterOf({ trust, db }: ProposalDeps, site: string): Promise<ConsoleAnswer<'trustRoster'>> {
  const inForce = await trust.roster(site);
  if (inForce !== undefined) return { roster: inForce.approved };
  const newest = await newestRoster(db, site);
  return { roster: null, ...(newest && { lapsed: toBase64url(newest.bytes) }) };
}

function answered<T>(answer: Answer<T>): T | Refused {
  return answer.ok ? answer.result : new Refused(answer.refusal.reason, answer.refusal.retryAfter);
}

/** SECURITY: trustees see and end what is proposed for the manifest, managers their own site's, officers orders (S26). */
function scopeOf({ person }: Caller): ProposalScope | undefined {
  switch (person.role) {
    case 'trustee':
      return { type: 'manifest' };
    case 'manager':
      return person.site === null ? undefined : { type: 'roster', site: person.site.id };
    case 'fleetOfficer':
      return { type: 'order' };
    case 'healthcare':
    case 'consultant':
      return undefined;
    default:
      return person.role satisfies never;
  }
}

async function listProposals(deps: ProposalDeps, caller: Caller): Promise<Proposal[]> {
  const scope = scopeOf(caller);
  if (scope === undefined) return [];
  const inForce = await deps.trust.manifest();
  const previous = await previousFor(deps, scope, inForce);
  const views = (await readProposals(deps.db, scope, deps.clock.now())).map((proposal) =>
    viewOf(proposal, { inForce: inForce.manifest, previous, person: caller.person.id }),
  );
  return views.filter((view) => view !== undefined);
}

/** What every proposal of a scope follows; orders follow nothing. */
async function previousFor(
  { db }: ProposalDeps,
  scope: ProposalScope,
  inForce: ManifestInForce,
): Promise<string | undefined> {
  if (scope.type === 'order') return undefined;
  const followed = scope.type === 'roster' ? await newestRoster(db, scope.site) : undefined;
  return previousOf(scope, inForce, followed);
}

async function withdraw(deps: ProposalDeps, id: string, caller: Caller): Promise<Refusal['reason'] | undefined> {
  const scope = scopeOf(caller);
  const { id: person, name } = caller.person;
  const ended = await deps.db.transaction().execute(async (trx) => {
    await lockTrust(trx);
    const proposal = scope && (await findProposal(trx, id, scope, deps.clock.now()));
    if (proposal === undefined || !(await deleteProposal(trx, id))) return undefined;
    const { statement, proposedBy } = proposal;
    await deps.audit.append(trx, {
      actor: { kind: 'person', id: person, name },
      action: `${statement.type}.withdrawn`,
      subject: statement.type === 'roster' ? statement.site : statement.type === 'manifest' ? statement.fleet : null,
      detail: { proposal: id, proposedBy: proposedBy.name },
    });
    return statement.type;
  });
  if (ended === undefined) return 'not-found';
  await deps.changes.publish(ended === 'order' ? 'orders' : 'trust');
  return undefined;
}
