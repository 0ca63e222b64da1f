import type { ReactNode } from 'react';
import type { Approval, Proposal, SignedInPerson } from '@sallyport/protocol';
import { ApproveButton } from '../ui/ApproveButton.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { useSession } from '../ui/Session.tsx';
import { wordsForTrouble } from '../ui/trouble.ts';
import { ApproveAnew, Difference } from './Difference.tsx';
import { changesOfProposal, deciders, titleOfProposal } from './proposal-words.ts';
import { Quorums } from './Quorums.tsx';
import { WithdrawButton } from './WithdrawButton.tsx';

interface ProposalCardProps {
  proposal: Proposal;
  person: SignedInPerson;
  /** Receives words for what has been done: approved, in force, or withdrawn. */
  onDone: (words: string) => void;
  onProblem: (words: string | undefined) => void;
}

/** A proposed list: what it changes, how far it has come, and what whoever is signed in can do about it. */
export function ProposalCard({ proposal, person, onDone, onProblem }: ProposalCardProps): ReactNode {
  const { t } = useSpeech();
  const title = titleOfProposal(proposal, t);
  const changes = changesOfProposal(proposal);
  const canDecide = deciders[proposal.kind] === person.role;
  return (
    <article
      className="app-card"
      data-testid="proposal"
      data-proposal={proposal.id}
      data-kind={proposal.kind}
      data-awaits-caller={proposal.awaitsCaller}
    >
      <h2 className="nhsuk-heading-m">{title}</h2>
      <h3 className="nhsuk-heading-s">{t('difference.heading')}</h3>
      {changes === undefined ? (
        <p>{t('difference.unknown')}</p>
      ) : (
        <>
          <Difference changes={changes} />
          <ApproveAnew changes={changes} />
        </>
      )}
      <h3 className="nhsuk-heading-s">{t('proposal.progress')}</h3>
      <Quorums proposal={proposal} />
      {canDecide ? <Decision proposal={proposal} title={title} onDone={onDone} onProblem={onProblem} /> : null}
    </article>
  );
}

function Decision({ proposal, title, onDone, onProblem }: Omit<ProposalCardProps, 'person'> & { title: string }) {
  const { t } = useSpeech();
  const { api } = useSession();
  const onApproved = async (approval: Approval) => {
    const answer = await api.call('approveProposal', { params: { id: proposal.id }, body: { approval } });
    if (!answer.ok) return wordsForTrouble(answer.trouble, t, { replayed: 'proposal.already' });
    onDone(t(answer.value.proposal === null ? 'proposal.inForce' : 'proposal.kept'));
    return undefined;
  };
  return (
    <>
      {proposal.awaitsCaller ? null : <p data-testid="not-awaited">{t('proposal.notAwaited')}</p>}
      <div className="app-actions">
        {/* Somebody whom only the new version names cannot sign in yet: they approve at a colleague's screen. */}
        <ApproveButton
          task={proposal.task}
          words={t(proposal.awaitsCaller ? 'proposal.approve' : 'proposal.approveHere')}
          hiddenWords={title}
          testId={proposal.awaitsCaller ? 'approve-proposal' : 'approve-here'}
          onApproved={onApproved}
          onProblem={onProblem}
        />
        <WithdrawButton proposal={proposal} title={title} onDone={onDone} onProblem={onProblem} />
      </div>
    </>
  );
}
