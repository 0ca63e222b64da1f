import type { ReactNode } from 'react';
import { InsetText } from 'nhsuk-react-components';
import type { Proposal } from '@sallyport/protocol';
import { useSpeech } from '../ui/Language.tsx';
import { useProposals } from './use-proposals.ts';

interface WaitingNoteProps {
  kinds: readonly Proposal['kind'][];
  /** Where the proposals are listed. */
  address: string;
}

/** Says that something waits for the approval of whoever is signed in; nothing while nothing does. */
export function WaitingNote({ kinds, address }: WaitingNoteProps): ReactNode {
  const { t } = useSpeech();
  const [list] = useProposals(...kinds);
  const waiting = list.state === 'loaded' ? list.value.filter(({ awaitsCaller }) => awaitsCaller).length : 0;
  if (waiting === 0) return null;
  return (
    <InsetText data-testid="waiting-note">
      <p>
        <a href={address}>{waiting === 1 ? t('waiting.one') : t('waiting.many', { count: waiting })}</a>
      </p>
    </InsetText>
  );
}
