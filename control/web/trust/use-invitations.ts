import type { Invitation } from '@sallyport/protocol';
import { useList } from '../ui/use-list.ts';
import type { Loaded } from '../ui/use-list.ts';

const topics = ['trust'] as const;

/** The invitations that whoever is signed in may see, kept up to date. */
export function useInvitations(): [Loaded<readonly Invitation[]>, () => void] {
  const [list, read] = useList('invitations', {}, topics);
  return [list.state === 'loaded' ? { ...list, value: list.value.invitations } : list, read];
}
