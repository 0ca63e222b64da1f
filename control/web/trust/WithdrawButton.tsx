import type { ReactNode } from 'react';
import type { Proposal } from '@sallyport/protocol';
import { ConfirmButton } from '../ui/ConfirmButton.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { useSession } from '../ui/Session.tsx';
import { wordsForTrouble } from '../ui/trouble.ts';

interface WithdrawButtonProps {
  proposal: Proposal;
  /** What the proposal is, for those who do not see where the button stands. */
  title: string;
  /** Receives words for what has been done. */
  onDone: (words: string) => void;
  onProblem: (words: string | undefined) => void;
}

/** Ends a proposal that shall not be. */
export function WithdrawButton({ proposal, title, onDone, onProblem }: WithdrawButtonProps): ReactNode {
  const { t } = useSpeech();
  const { api } = useSession();
  const withdraw = async () => {
    const answer = await api.call('withdrawProposal', { params: { id: proposal.id }, body: {} });
    onProblem(answer.ok ? undefined : wordsForTrouble(answer.trouble, t));
    if (answer.ok) onDone(t('proposal.withdrawn'));
  };
  return (
    <ConfirmButton
      words={t('proposal.withdraw')}
      hiddenWords={title}
      question={t('proposal.withdrawQuestion')}
      testId="withdraw-proposal"
      onConfirmed={withdraw}
    />
  );
}
