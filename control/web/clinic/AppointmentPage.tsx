import { useState } from 'react';
import type { ReactNode } from 'react';
import type { ConsoleAppointment, Phase, RoomEnd, SignedInPerson } from '@sallyport/protocol';
import { useSpeech } from '../ui/Language.tsx';
import { formatTime } from '../ui/london-time.ts';
import { LoadedList } from '../ui/LoadedList.tsx';
import { PageHeading } from '../ui/PageHeading.tsx';
import { useNow } from '../ui/Session.tsx';
import { ProblemBox } from '../ui/TroubleBox.tsx';
import { useDay } from '../ui/use-day.ts';
import { arrivedOf } from './arrivals.ts';
import { doorOf } from './door.ts';
import { Guests } from './Guests.tsx';
import { NextStepsSection } from './NextStepsSection.tsx';
import { Room } from './Room.tsx';
import { mayRecord } from './room-state.ts';
import type { RoomState } from './room-state.ts';
import { useArrivals } from './use-arrivals.ts';
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
            <>
              <Appointment
                // Another laptop is another room: what was prepared for the one before is of no use.
                key={appointment.device.id}
                appointment={appointment}
                person={person}
                onChanged={read}
              />
              <AlsoWaiting appointments={appointments} except={id} />
            </>
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
  const door = doorOf(appointment, useNow(5_000));
  const { session, state } = useRoom(appointment, person, door.state === 'open');
  const [problem, setProblem] = useState<string>();
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
      <div className="app-room-columns">
        <div className="app-room-columns__main">
          <Room appointment={appointment} session={session} state={state} onProblem={setProblem} />
        </div>
        <div className="app-room-columns__side">
          {door.state === 'closed' ? null : <Guests appointment={appointment} onChanged={onChanged} />}
          <NextStepsSection
            appointment={appointment}
            recordable={mayRecord(appointment.progress, progressIn(state, appointment))}
            begun={hasBegun(appointment, phaseIn(state, appointment))}
            onRecorded={onChanged}
          />
        </div>
      </div>
    </>
  );
}

/** Ends of a room in which nothing clinical was said. */
const withoutConsultation: readonly (RoomEnd | null)[] = [
  'no-consent',
  'declined-rebook',
  'declined-not-needed',
  'declined-wrong-patient',
  'declined-technical',
];

function hasBegun({ endReason }: ConsoleAppointment, phase: Phase): boolean {
  return phase !== 'waiting' && !withoutConsultation.includes(endReason);
}

/** The room's own word, while the consultant is in it, is newer than the list's. */
function progressIn(state: RoomState, appointment: ConsoleAppointment) {
  return state.state === 'inRoom' ? state.progress : appointment.progress;
}

function phaseIn(state: RoomState, appointment: ConsoleAppointment) {
  return state.state === 'inRoom' ? state.phase : appointment.phase;
}

interface AlsoWaitingProps {
  appointments: readonly ConsoleAppointment[];
  /** The appointment that is shown anyway. */
  except: string;
}

/** Who else waits meanwhile: said, and shown without a way out of the present room. */
function AlsoWaiting({ appointments, except }: AlsoWaitingProps) {
  const { t } = useSpeech();
  const now = useNow();
  useArrivals(appointments);
  const others = arrivedOf(appointments, now).filter(({ id }) => id !== except);
  if (others.length === 0) return null;
  return (
    <ul className="nhsuk-list" data-testid="also-waiting">
      {others.map(({ id, patientReference, prison, since }) => (
        <li key={id}>
          {t('clinic.alsoWaiting', { patient: patientReference, prison: prison.name, time: formatTime(since) })}
        </li>
      ))}
    </ul>
  );
}
