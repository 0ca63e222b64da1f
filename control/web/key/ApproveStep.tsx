import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { Button } from 'nhsuk-react-components';
import type { ConsoleAppointment } from '@sallyport/protocol';
import { useSpeech } from '../ui/Language.tsx';

interface ApproveStepProps {
  appointment: ConsoleAppointment;
  /** The approver's window is open. */
  isWaiting: boolean;
  onApprove: () => void;
  onAgain: () => void;
}

/**
 * The code was right: the person approves the grant on the approver, whose window opens by itself. Where the browser did not
 * let it, or the window was closed, the button opens it.
 */
export function ApproveStep({ appointment, isWaiting, onApprove, onAgain }: ApproveStepProps): ReactNode {
  const { t } = useSpeech();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!isWaiting) button.current?.focus();
  }, [isWaiting]);
  return (
    <section>
      <h2 className="nhsuk-heading-m" data-testid="code-accepted">
        {t('open.step2')}
      </h2>
      <p>{t('open.approveWords', { laptop: appointment.device.name })}</p>
      <div className="nhsuk-button-group">
        <Button ref={button} type="button" aria-disabled={isWaiting} data-testid="approve-open" onClick={onApprove}>
          {isWaiting ? t('approval.waiting') : t('open.approve')}
        </Button>
        <Button type="button" secondary data-testid="start-again" onClick={onAgain}>
          {t('open.again')}
        </Button>
      </div>
    </section>
  );
}
