import { useState } from 'react';
import type { ReactNode } from 'react';
import type { SignedInPerson } from '@sallyport/protocol';
import { DoneBox } from '../ui/DoneBox.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { LoadedList } from '../ui/LoadedList.tsx';
import { PageHeading } from '../ui/PageHeading.tsx';
import { ProblemBox } from '../ui/TroubleBox.tsx';
import { ProposalCard } from './ProposalCard.tsx';
import { useProposals } from './use-proposals.ts';

/** The proposed lists that wait for approvals, first those that wait for whoever is signed in. */
export function WaitingPage({ person }: { person: SignedInPerson }): ReactNode {
  const { t } = useSpeech();
  const [list, read] = useProposals('manifest', 'roster');
  const [problem, setProblem] = useState<string>();
  const [done, setDone] = useState<string>();
  const onDone = (words: string) => {
    setDone(words);
    read();
  };
  return (
    <>
      <ProblemBox words={problem} />
      <DoneBox words={problem === undefined ? done : undefined} />
      <PageHeading words={t('trust.waiting')} />
      <LoadedList list={list} onRetry={read}>
        {(proposals) =>
          proposals.length === 0 ? (
            <p data-testid="nothing-waiting">{t('waiting.none')}</p>
          ) : (
            proposals.map((proposal) => (
              <ProposalCard
                key={proposal.id}
                proposal={proposal}
                person={person}
                onDone={onDone}
                onProblem={setProblem}
              />
            ))
          )
        }
      </LoadedList>
    </>
  );
}
