import type { ReactNode } from 'react';
import { useState } from 'react';
import type { ConsoleAppointment } from '@sallyport/protocol';
import { inOrder } from '../ui/appointments.ts';
import { useSpeech } from '../ui/Language.tsx';
import { formatTime } from '../ui/london-time.ts';
import { LoadedList } from '../ui/LoadedList.tsx';
import { PageHeading } from '../ui/PageHeading.tsx';
import { useNow } from '../ui/Session.tsx';
import { ProblemBox } from '../ui/TroubleBox.tsx';
import { useDay } from '../ui/use-day.ts';
import { AppointmentActions, DebriefCodeLink } from './AppointmentActions.tsx';
import { AppointmentFacts } from './AppointmentFacts.tsx';
import { GuestInvites } from './GuestInvites.tsx';
import { Opening } from './Opening.tsx';
import { openingOf } from './opening.ts';

/** Chooses the appointment for which a laptop is opened. */
export function ChoosePage({ day }: { day: string }): ReactNode {
  const { t } = useSpeech();
  const now = useNow();
  const [list, read] = useDay(day);
  return (
    <>
      <PageHeading words={t('key.open')} />
      <LoadedList list={list} onRetry={read}>
        {({ appointments }) => {
          const openable = inOrder(appointments).filter((appointment) => openingOf(appointment, now) === 'now');
          if (openable.length === 0) return <p>{t('open.none')}</p>;
          return (
            <>
              <p>{t('open.choose')}</p>
              <ul className="nhsuk-list">
                {openable.map((appointment) => (
                  <li key={appointment.id} className="app-card">
                    <a href={`#/open/${day}/${appointment.id}`} data-testid="choose-appointment">
                      {t('open.choice', {
                        time: formatTime(appointment.startsAt),
                        patient: appointment.patientReference,
                        laptop: appointment.device.name,
                      })}
                    </a>
                  </li>
                ))}
              </ul>
            </>
          );
        }}
      </LoadedList>
    </>
  );
}

/** An appointment's own page: opens its laptop, says how its room stands, and invites its guests. */
export function OpenPage({ day, id }: { day: string; id: string }): ReactNode {
  const { t } = useSpeech();
  const [list, read] = useDay(day);
  return (
    <div className="nhsuk-grid-row">
      <div className="nhsuk-grid-column-two-thirds">
        <LoadedList list={list} onRetry={read}>
          {({ appointments }) => {
            const appointment = appointments.find((each) => each.id === id);
            return appointment === undefined ? (
              <p>{t('appointment.notFound')}</p>
            ) : (
              <AppointmentView appointment={appointment} onChanged={read} />
            );
          }}
        </LoadedList>
        <p>
          <a href={`#/day/${day}`}>{t('page.back')}</a>
        </p>
      </div>
    </div>
  );
}

function AppointmentView({ appointment, onChanged }: { appointment: ConsoleAppointment; onChanged: () => void }) {
  const { t } = useSpeech();
  const [problem, setProblem] = useState<string>();
  const isOver = openingOf(appointment, useNow()) === 'over';
  return (
    <>
      <ProblemBox words={problem} />
      <PageHeading
        words={isOver ? t('key.appointment') : t('open.heading', { laptop: appointment.device.name })}
        caption={t('key.ofPatient', { patient: appointment.patientReference })}
      />
      {appointment.asksForStaff ? (
        <p>
          <DebriefCodeLink appointment={appointment} />
        </p>
      ) : null}
      <Opening appointment={appointment} onProblem={setProblem} />
      <AppointmentFacts appointment={appointment} />
      <div className="nhsuk-u-margin-bottom-5">
        <AppointmentActions appointment={appointment} onProblem={setProblem} isOwnPage />
      </div>
      <GuestInvites appointment={appointment} onChanged={onChanged} />
    </>
  );
}
