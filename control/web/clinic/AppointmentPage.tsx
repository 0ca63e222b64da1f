import type { ReactNode } from 'react';
import { useState } from 'react';
import type { ConsoleAppointment, SignedInPerson } from '@sallyport/protocol';
import { isLive, standingOf } from '../ui/appointments.ts';
import { useSpeech } from '../ui/Language.tsx';
import { formatTime } from '../ui/london-time.ts';
import { LoadedList } from '../ui/LoadedList.tsx';
import { PageHeading } from '../ui/PageHeading.tsx';
import { useNow } from '../ui/Session.tsx';
import { ProblemBox } from '../ui/TroubleBox.tsx';
import { useDay } from '../ui/use-day.ts';
import { NextStepsSection } from './NextStepsSection.tsx';
import { Room } from './Room.tsx';
import { useRoom } from './use-room.ts';

interface AppointmentPageProps {
  person: SignedInPerson;
  day: string;
  id: string;
}

/** One appointment: its room while there is one, and its next steps. */
export function AppointmentPage({ person, day, id }: AppointmentPageProps): ReactNode {
  const { t } = useSpeech();
  const [list, read] = useDay(day);
  return (
    <>
      <LoadedList list={list} onRetry={read}>
        {({ appointments }) => {
          const appointment = appointments.find((each) => each.id === id);
          return appointment === undefined ? (
            <p>{t('appointment.notFound')}</p>
          ) : (
            <Appointment appointment={appointment} person={person} onChanged={read} />
          );
        }}
      </LoadedList>
      <p>
        <a href="#/">{t('clinic.back')}</a>
      </p>
    </>
  );
}

interface AppointmentProps {
  appointment: ConsoleAppointment;
  person: SignedInPerson;
  onChanged: () => void;
}

function Appointment({ appointment, person, onChanged }: AppointmentProps) {
  const { t } = useSpeech();
  const now = useNow();
  const live = isLive(standingOf(appointment, now));
  const [session, state] = useRoom(appointment, person, live);
  const [problem, setProblem] = useState<string>();
  const begun = appointment.phase !== 'waiting' || (state.state === 'inRoom' && state.phase !== 'waiting');
  const time = t('appointment.span', {
    from: formatTime(appointment.startsAt),
    to: formatTime(appointment.endsAt),
  });
  return (
    <>
      <ProblemBox words={problem} />
      <PageHeading
        words={t('key.ofPatient', { patient: appointment.patientReference })}
        caption={`${appointment.prison.name}, ${time}`}
      />
      <Room appointment={appointment} live={live} session={session} state={state} onProblem={setProblem} />
      {begun || !live ? <NextStepsSection appointment={appointment} onRecorded={onChanged} /> : null}
    </>
  );
}
