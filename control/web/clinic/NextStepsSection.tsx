import { useEffect, useState, useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';
import { InsetText } from 'nhsuk-react-components';
import type { ConsoleAppointment } from '@sallyport/protocol';
import { useAnnounce } from '../ui/Announcer.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { formatMoment } from '../ui/london-time.ts';
import { NextStepsList } from '../ui/NextStepsList.tsx';
import { useMemory } from './ClinicMemory.tsx';
import { NextStepsForm } from './NextStepsForm.tsx';
import { isRecordOf } from './next-steps-draft.ts';

interface NextStepsSectionProps {
  appointment: ConsoleAppointment;
  /** Both sides have confirmed who the patient is. */
  recordable: boolean;
  /** The consultation has begun. */
  begun: boolean;
  onRecorded: () => void;
}

type Recorded = NonNullable<ConsoleAppointment['nextSteps']>;

/** The next steps of an appointment: to record, or as they were recorded. */
export function NextStepsSection({ appointment, recordable, begun, onRecorded }: NextStepsSectionProps): ReactNode {
  const { t } = useSpeech();
  const announce = useAnnounce();
  const [answered, setAnswered] = useState<Recorded | null>(null);
  // What control answered to recording them is known before the list is read again.
  const nextSteps = appointment.nextSteps ?? answered;
  const recorded = (steps: Recorded) => {
    setAnswered(steps);
    announce(t('steps.recordedNow'));
    document.getElementById('next-steps-heading')?.focus();
    onRecorded();
  };
  if (appointment.cancelledAt !== null || (nextSteps === null && !begun)) return null;
  return (
    <section aria-labelledby="next-steps-heading" className="app-next-steps">
      <h2 id="next-steps-heading" className="nhsuk-heading-m" tabIndex={-1}>
        {t('key.nextSteps')}
      </h2>
      {nextSteps === null ? (
        <Unrecorded appointment={appointment} recordable={recordable} onRecorded={recorded} />
      ) : (
        <RecordedSteps appointment={appointment.id} recorded={nextSteps} />
      )}
    </section>
  );
}

interface UnrecordedProps extends Pick<NextStepsSectionProps, 'appointment' | 'recordable'> {
  onRecorded: (recorded: Recorded) => void;
}

/** The form; or, before both sides have confirmed the name, why there is none. */
function Unrecorded({ appointment, recordable, onRecorded }: UnrecordedProps) {
  const { t } = useSpeech();
  if (recordable) return <NextStepsForm appointment={appointment.id} onRecorded={onRecorded} />;
  return (
    <p data-testid="next-steps-not-yet">
      {appointment.phase === 'ended' ? t('steps.neverChecked') : t('steps.notYet')}
    </p>
  );
}

function RecordedSteps({ appointment, recorded }: { appointment: string; recorded: Recorded }) {
  const { t, language } = useSpeech();
  return (
    <div data-testid="next-steps-recorded">
      <p>
        {t('steps.recordedAt', { when: formatMoment(recorded.recordedAt, language) })}{' '}
        {recorded.acknowledged === null
          ? t('steps.notAcknowledged')
          : t('steps.acknowledgedAt', {
              name: recorded.acknowledged.by,
              when: formatMoment(recorded.acknowledged.at, language),
            })}
      </p>
      <NextStepsList steps={recorded.steps} />
      <NotAmongThem appointment={appointment} recorded={recorded} />
    </div>
  );
}

/** What was being written here while other next steps were recorded, in another window: shown, so that it is not lost. */
function NotAmongThem({ appointment, recorded }: { appointment: string; recorded: Recorded }) {
  const { t } = useSpeech();
  const { drafts } = useMemory();
  const { steps } = useSyncExternalStore(drafts.subscribe, () => drafts.of(appointment));
  const isRecorded = isRecordOf(recorded.steps, steps);
  useEffect(() => {
    if (isRecorded) drafts.forget(appointment);
  }, [appointment, drafts, isRecorded]);
  if (isRecorded || !drafts.isUnsaved(appointment)) return null;
  return (
    <div role="status" data-testid="next-steps-unrecorded">
      <InsetText>
        <p>{t('steps.otherRecorded')}</p>
        {steps.map((step, index) => (
          <p key={index} className="app-words">
            {step.words}
          </p>
        ))}
      </InsetText>
    </div>
  );
}
