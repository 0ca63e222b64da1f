import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { Button } from 'nhsuk-react-components';
import type { Approval, ApprovalTask, OrderKind } from '@sallyport/protocol';
import { ApproveButton } from '../ui/ApproveButton.tsx';
import { useAnnounce } from '../ui/Announcer.tsx';
import { DoneBox } from '../ui/DoneBox.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { useSession } from '../ui/Session.tsx';
import { wordsForTrouble } from '../ui/trouble.ts';
import { ProblemBox } from '../ui/TroubleBox.tsx';
import { Consequences } from './Consequences.tsx';

interface OrderApprovalProps {
  /** The laptops in words. */
  laptops: string;
  isList: boolean;
  task: ApprovalTask;
  order: OrderKind;
  onOrdered: () => void;
  onBack: () => void;
}

/** The order is written; the officer approves it on the approver. */
export function OrderApproval({ laptops, isList, task, order, onOrdered, onBack }: OrderApprovalProps): ReactNode {
  const { t } = useSpeech();
  const { api } = useSession();
  const announce = useAnnounce();
  const [problem, setProblem] = useState<string>();
  const [waiting, setWaiting] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
  }, []);
  const onApproved = async (approval: Approval) => {
    const answer = await api.call('approveOrder', { params: { id: task.id }, body: { approval } });
    if (!answer.ok) return wordsForTrouble(answer.trouble, t);
    if (answer.value.orders.length === 0) {
      setWaiting(true);
      return undefined;
    }
    announce(t('order.queued'));
    onOrdered();
    return undefined;
  };
  if (waiting) {
    return (
      <div data-testid="second-person">
        <DoneBox words={t('order.secondPerson')} />
        <p>
          <a href="#/orders">{t('fleet.orders')}</a>
        </p>
      </div>
    );
  }
  return (
    <section>
      <ProblemBox words={problem} />
      <h2 ref={heading} tabIndex={-1} className="nhsuk-heading-m">
        {t('order.approveHeading', { order: t(`order.${order}`), laptop: laptops })}
      </h2>
      <Consequences order={order} laptops={laptops} isList={isList} />
      <div className="nhsuk-button-group">
        <ApproveButton
          task={task}
          words={t('order.approve')}
          warning={order === 'brick'}
          testId="approve-order"
          onApproved={onApproved}
          onProblem={setProblem}
        />
        <Button type="button" secondary data-testid="order-back" onClick={onBack}>
          {t('page.back')}
        </Button>
      </div>
    </section>
  );
}
