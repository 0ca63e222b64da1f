import type { ReactNode } from 'react';
import { Button } from 'nhsuk-react-components';
import type { ConsoleAppointment } from '@sallyport/protocol';
import { standingOf } from '../ui/appointments.ts';
import { useAnnounce } from '../ui/Announcer.tsx';
import { ConfirmButton } from '../ui/ConfirmButton.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { londonDay } from '../ui/london-time.ts';
import { useNow, useSession } from '../ui/Session.tsx';
import { wordsForTrouble } from '../ui/trouble.ts';
import { openingOf } from './opening.ts';
import { sendCancellation } from './send-booking.ts';

interface ActionsProps {
  appointment: ConsoleAppointment;
  onProblem: (words: string | undefined) => void;
  /** Where the way to the appointment's own page, and to its debrief, stands already. */
  isOwnPage?: boolean;
}

/** What can be done with an appointment now. */
export function AppointmentActions({ appointment, onProblem, isOwnPage = false }: ActionsProps): ReactNode {
  const { t } = useSpeech();
  const standing = standingOf(appointment, useNow());
  const where = `${londonDay(appointment.startsAt)}/${appointment.id}`;
  const whose = <Whose appointment={appointment} />;
  return (
    <div className="app-actions app-no-print">
      {isOwnPage ? null : (
        <>
          <OwnPageLink appointment={appointment} />
          <DebriefCodeLink appointment={appointment} />
        </>
      )}
      {appointment.nextSteps === null ? null : (
        <a href={`#/steps/${where}`} data-testid="next-steps-link">
          {appointment.nextSteps.acknowledged === null ? t('key.newNextSteps') : t('key.nextSteps')} {whose}
        </a>
      )}
      {standing.name === 'booked' ? (
        <>
          <a href={`#/change/${where}`} data-testid="change-appointment">
            {t('key.change')} {whose}
          </a>
          {/* Anew for each revision: nobody confirms to cancel something else than they were asked about. */}
          <CancelButton key={appointment.revision} appointment={appointment} onProblem={onProblem} />
        </>
      ) : null}
    </div>
  );
}

/** Says whose appointment a link is about, for those who do not see where it stands. */
export function Whose({ appointment }: { appointment: ConsoleAppointment }): ReactNode {
  const { t } = useSpeech();
  return (
    <span className="nhsuk-u-visually-hidden">{t('key.ofPatient', { patient: appointment.patientReference })}</span>
  );
}

function OwnPageLink({ appointment }: { appointment: ConsoleAppointment }) {
  const { t } = useSpeech();
  const opens = openingOf(appointment, useNow()) === 'now';
  return (
    <a
      href={`#/open/${londonDay(appointment.startsAt)}/${appointment.id}`}
      data-testid={opens ? 'open-laptop' : 'appointment-details'}
    >
      {opens ? t('key.openLaptop') : t('key.details')} <Whose appointment={appointment} />
    </a>
  );
}

/** The way to the code that the laptop asks its staff for; nothing while it asks for none. */
export function DebriefCodeLink({ appointment }: { appointment: ConsoleAppointment }): ReactNode {
  const { t } = useSpeech();
  if (!appointment.asksForStaff) return null;
  return (
    <Button
      as="a"
      href={`#/debrief/${londonDay(appointment.startsAt)}/${appointment.id}`}
      data-testid="debrief-code-link"
    >
      {t('staffCode.link')} <Whose appointment={appointment} />
    </Button>
  );
}

function CancelButton({ appointment, onProblem }: Omit<ActionsProps, 'isOwnPage'>) {
  const { t } = useSpeech();
  const { api } = useSession();
  const announce = useAnnounce();
  const { patientReference } = appointment;
  const cancel = async () => {
    const answer = await sendCancellation(api, appointment);
    onProblem(answer.ok ? undefined : wordsForTrouble(answer.trouble, t));
    if (answer.ok) announce(t('key.cancelled'));
  };
  return (
    <ConfirmButton
      words={t('key.cancel')}
      hiddenWords={t('key.ofPatient', { patient: patientReference })}
      question={t('key.cancelQuestion', { patient: patientReference })}
      testId="cancel-appointment"
      onConfirmed={cancel}
    />
  );
}
