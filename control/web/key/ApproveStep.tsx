import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { Button } from 'nhsuk-react-components';
import type { Approval, ApprovalTask, ConsoleAppointment } from '@sallyport/protocol';
import { ApproveButton } from '../ui/ApproveButton.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { useSession } from '../ui/Session.tsx';
import { wordsForTrouble } from '../ui/trouble.ts';

interface ApproveStepProps {
  appointment: ConsoleAppointment;
  task: ApprovalTask;
  /** @param until when the laptop locks itself, milliseconds since the epoch */
  onOpened: (until: number) => void;
  onAgain: () => void;
  onProblem: (words: string | undefined) => void;
}

/** The code was right: the person approves the grant on the approver, and control carries it to the laptop. */
export function ApproveStep({ appointment, task, onOpened, onAgain, onProblem }: ApproveStepProps): ReactNode {
  const { t } = useSpeech();
  const { api } = useSession();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
  }, []);
  const onApproved = async (approval: Approval) => {
    const answer = await api.call('open', { params: { id: task.id }, body: { approval } });
    if (answer.ok) {
      onOpened(answer.value.openUntil);
      return undefined;
    }
    onAgain();
    return wordsForTrouble(answer.trouble, t);
  };
  return (
    <section>
      <h2 ref={heading} tabIndex={-1} className="nhsuk-heading-m" data-testid="code-accepted">
        {t('open.step2')}
      </h2>
      <p>{t('open.approveWords', { laptop: appointment.device.name })}</p>
      <div className="nhsuk-button-group">
        <ApproveButton
          task={task}
          words={t('open.approve')}
          testId="approve-open"
          onApproved={onApproved}
          onProblem={onProblem}
        />
        <Button type="button" secondary data-testid="start-again" onClick={onAgain}>
          {t('open.again')}
        </Button>
      </div>
    </section>
  );
}
