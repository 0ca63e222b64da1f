import type { Proposal } from '@sallyport/protocol';
import { useList } from '../ui/use-list.ts';
import type { Loaded } from '../ui/use-list.ts';

const topics = ['trust', 'orders'] as const;

/**
 * What waits for people's approvals, as far as it concerns whoever is signed in; kept up to date.
 * @param kinds which kinds of proposal
 */
export function useProposals(...kinds: readonly Proposal['kind'][]): [Loaded<readonly Proposal[]>, () => void] {
  const [list, read] = useList('proposals', {}, topics);
  if (list.state !== 'loaded') return [list, read];
  const proposals = list.value.proposals
    .filter(({ kind }) => kinds.includes(kind))
    .toSorted(
      (one, other) => Number(other.awaitsCaller) - Number(one.awaitsCaller) || one.proposedAt - other.proposedAt,
    );
  return [{ ...list, value: proposals }, read];
}
