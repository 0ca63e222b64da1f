import { differenceOfManifests } from '@sallyport/protocol';
import type { Proposal, Role, Statement, TrustChange } from '@sallyport/protocol';
import type { Translate } from '../ui/messages/catalogue.ts';
import { readStatement } from '../ui/read-statement.ts';
import { changesOfRoster } from './roster-draft.ts';

type Quorum = Proposal['quorums'][number];

/** The role whose members decide on a kind of proposal, and may withdraw it. */
export const deciders = {
  manifest: 'trustee',
  roster: 'manager',
  order: 'fleetOfficer',
} as const satisfies Record<Proposal['kind'], Role>;

/** What a proposal is, in a heading. */
export function titleOfProposal(proposal: Proposal, t: Translate): string {
  const statement = readStatement(proposal.task.statement);
  switch (statement?.type) {
    case 'manifest':
      return t('proposal.manifest', { version: statement.version });
    case 'roster':
      return t('proposal.roster', { site: statement.siteName, version: statement.version });
    case 'order':
      return `${t(`order.${statement.order}`)}: ${statement.devices.map(({ name }) => name).join(', ')}`;
    case 'grant':
    case 'join':
    case undefined:
      return t('proposal.unknown');
    default:
      return statement satisfies never;
  }
}

/** What a proposed list changes; undefined when this page cannot tell. */
export function changesOfProposal({ task }: Pick<Proposal, 'task'>): readonly TrustChange[] | undefined {
  const next = readStatement(task.statement);
  const previous = task.previous === undefined ? undefined : readStatement(task.previous);
  if (next?.type === 'manifest') {
    return previous?.type === 'manifest' ? differenceOfManifests(previous, next) : undefined;
  }
  if (next?.type !== 'roster' || !isRosterOrNone(previous, task.previous)) return undefined;
  return changesOfRoster(previous, next);
}

function isRosterOrNone(
  previous: Statement | undefined,
  bytes: string | undefined,
): previous is Extract<Statement, { type: 'roster' }> | undefined {
  return previous?.type === 'roster' || (previous === undefined && bytes === undefined);
}

/** Who must agree, by the place of a quorum among a proposal's. */
export function wordsForQuorum(proposal: Proposal, index: number, t: Translate): string {
  switch (proposal.kind) {
    case 'order':
      return t('quorum.officers');
    case 'roster':
      return t('quorum.managers', { site: proposal.site?.name ?? '' });
    case 'manifest':
      if (proposal.quorums.length < 2) return t('quorum.trustees');
      return index === 0 ? t('quorum.trusteesBefore') : t('quorum.trusteesNext');
    default:
      return proposal.kind satisfies never;
  }
}

/** How far a quorum has come. */
export function wordsForProgress({ needed, approvedBy }: Quorum, t: Translate): string {
  const count = { have: approvedBy.length, needed };
  return approvedBy.length === 0
    ? t('quorum.nobody', count)
    : t('quorum.progress', { ...count, names: approvedBy.join(', ') });
}

/** Whether a quorum has all the approvals it needs. */
export function isMet({ needed, approvedBy }: Quorum): boolean {
  return approvedBy.length >= needed;
}
