import type { ReactNode } from 'react';
import type { ConsoleAppointment } from '@sallyport/protocol';
import { useSpeech } from '../ui/Language.tsx';
import { formatMoment } from '../ui/london-time.ts';
import { NextStepsList } from '../ui/NextStepsList.tsx';
import { NextStepsForm } from './NextStepsForm.tsx';

interface NextStepsSectionProps {
  appointment: ConsoleAppointment;
  onRecorded: () => void;
}

/** The next steps of an appointment: to record, or as they were recorded. */
export function NextStepsSection({ appointment, onRecorded }: NextStepsSectionProps): ReactNode {
  const { t, language } = useSpeech();
  const { nextSteps } = appointment;
  if (appointment.cancelledAt !== null) return null;
  return (
    <section aria-labelledby="next-steps-heading">
      <h2 id="next-steps-heading" className="nhsuk-heading-m" tabIndex={-1}>
        {t('key.nextSteps')}
      </h2>
      {nextSteps === null ? (
        <NextStepsForm appointment={appointment.id} onRecorded={onRecorded} />
      ) : (
        <div data-testid="next-steps-recorded">
          <p>
            {t('steps.recordedAt', { when: formatMoment(nextSteps.recordedAt, language) })}{' '}
            {nextSteps.acknowledged === null
              ? t('steps.notAcknowledged')
              : t('steps.acknowledgedAt', {
                  name: nextSteps.acknowledged.by,
                  when: formatMoment(nextSteps.acknowledged.at, language),
                })}
          </p>
          <NextStepsList steps={nextSteps.steps} />
        </div>
      )}
    </section>
  );
}
