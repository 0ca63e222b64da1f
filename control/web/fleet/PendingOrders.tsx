import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Approval, Order, Proposal } from '@sallyport/protocol';
import { titleOfProposal } from '../trust/proposal-words.ts';
import { Quorums } from '../trust/Quorums.tsx';
import { useProposals } from '../trust/use-proposals.ts';
import { WaitingNote } from '../trust/WaitingNote.tsx';
import { WithdrawButton } from '../trust/WithdrawButton.tsx';
import { ApproveButton } from '../ui/ApproveButton.tsx';
import { DoneBox } from '../ui/DoneBox.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { LoadedList } from '../ui/LoadedList.tsx';
import { readStatementOf } from '../ui/read-statement.ts';
import { useSession } from '../ui/Session.tsx';
import { wordsForTrouble } from '../ui/trouble.ts';
import { ProblemBox } from '../ui/TroubleBox.tsx';
import { Consequences } from './Consequences.tsx';
import { wordsForLaptops } from './order-draft.ts';

/** Says that an order waits for the officer who is signed in. */
export function PendingOrdersNote(): ReactNode {
  return <WaitingNote kinds={['order']} address="#/orders" />;
}

/**
 * The orders that wait for approvals: what they would do, who has approved, and what the officer can do about them.
 * @param device only those for this laptop; left out: all
 */
export function PendingOrders({ device }: { device?: string }): ReactNode {
  const { t } = useSpeech();
  const [list, read] = useProposals('order');
  const [problem, setProblem] = useState<string>();
  const [done, setDone] = useState<string>();
  return (
    <>
      <ProblemBox words={problem} />
      <DoneBox words={problem === undefined ? done : undefined} />
      <LoadedList list={list} onRetry={read}>
        {(proposals) => {
          const pending = proposals.flatMap((proposal) => {
            const order = readStatementOf('order', proposal.task.statement);
            return order !== undefined && concerns(order, device) ? [{ proposal, order }] : [];
          });
          if (pending.length === 0) return null;
          return (
            <>
              <h2 className="nhsuk-heading-m">{t('trust.waiting')}</h2>
              {pending.map(({ proposal, order }) => (
                <PendingOrder
                  key={proposal.id}
                  proposal={proposal}
                  order={order}
                  onDone={(words) => {
                    setDone(words);
                    read();
                  }}
                  onProblem={setProblem}
                />
              ))}
            </>
          );
        }}
      </LoadedList>
    </>
  );
}

function concerns({ devices }: Order, device: string | undefined): boolean {
  return device === undefined || devices.some(({ id }) => id === device);
}

interface PendingOrderProps {
  proposal: Proposal;
  order: Order;
  onDone: (words: string) => void;
  onProblem: (words: string | undefined) => void;
}

function PendingOrder({ proposal, order, onDone, onProblem }: PendingOrderProps) {
  const { t } = useSpeech();
  const { api } = useSession();
  const title = titleOfProposal(proposal, t);
  const onApproved = async (approval: Approval) => {
    const answer = await api.call('approveOrder', { params: { id: proposal.task.id }, body: { approval } });
    if (!answer.ok) return wordsForTrouble(answer.trouble, t);
    onDone(t(answer.value.orders.length === 0 ? 'order.secondPerson' : 'order.queued'));
    return undefined;
  };
  return (
    <article
      className="app-card"
      data-testid="pending-order"
      data-order={order.order}
      data-awaits-caller={proposal.awaitsCaller}
    >
      <h3 className="nhsuk-heading-s">{title}</h3>
      <p>{t('pending.because', { reason: order.reason })}</p>
      <Quorums proposal={proposal} />
      {proposal.awaitsCaller ? (
        <Consequences
          order={order.order}
          laptops={wordsForLaptops(order.devices, t)}
          isList={order.devices.length > 1}
        />
      ) : (
        <p data-testid="not-awaited">{t('pending.notAwaited')}</p>
      )}
      <div className="app-actions">
        {proposal.awaitsCaller ? (
          <ApproveButton
            task={proposal.task}
            words={t('order.approve')}
            hiddenWords={title}
            warning={order.order === 'brick'}
            testId="approve-pending"
            onApproved={onApproved}
            onProblem={onProblem}
          />
        ) : null}
        <WithdrawButton proposal={proposal} title={title} onDone={onDone} onProblem={onProblem} />
      </div>
    </article>
  );
}
