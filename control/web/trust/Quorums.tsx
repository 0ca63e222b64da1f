import type { ReactNode } from 'react';
import { SummaryList, Tag } from 'nhsuk-react-components';
import type { Proposal } from '@sallyport/protocol';
import { Fact } from '../ui/Fact.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { formatMoment } from '../ui/london-time.ts';
import { isMet, wordsForProgress, wordsForQuorum } from './proposal-words.ts';

/** Who proposed something and until when it waits, who must agree, and who has. */
export function Quorums({ proposal }: { proposal: Proposal }): ReactNode {
  const { t, language } = useSpeech();
  return (
    <SummaryList noBorder>
      <Fact name={t('proposal.by')}>
        {t('proposal.byAt', { name: proposal.proposedBy, when: formatMoment(proposal.proposedAt, language) })}
      </Fact>
      {proposal.quorums.map((quorum, index) => (
        <Fact key={index} name={wordsForQuorum(proposal, index, t)}>
          <span data-testid="quorum" data-approved={quorum.approvedBy.length} data-needed={quorum.needed}>
            {wordsForProgress(quorum, t)} {isMet(quorum) ? <Tag modifier="green">{t('quorum.met')}</Tag> : null}
          </span>
        </Fact>
      ))}
      <Fact name={t('proposal.until')}>{formatMoment(proposal.expiresAt, language)}</Fact>
    </SummaryList>
  );
}
