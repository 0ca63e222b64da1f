import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { Table } from 'nhsuk-react-components';
import type { ConsoleAppointment, SignedInPerson } from '@sallyport/protocol';
import { inOrder, isLive, siteName, standingOf } from '../ui/appointments.ts';
import { CheckTag } from '../ui/CheckTag.tsx';
import { DayPicker } from '../ui/DayPicker.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { formatDay, formatTime, londonDay, londonInstant } from '../ui/london-time.ts';
import { LoadedList } from '../ui/LoadedList.tsx';
import { PageHeading } from '../ui/PageHeading.tsx';
import { useNow } from '../ui/Session.tsx';
import { StandingTag } from '../ui/StandingTag.tsx';
import { useDay } from '../ui/use-day.ts';
import { goTo } from '../ui/use-view.ts';
import { ArrivalSound } from './arrival-sound.ts';
import { arrivedOf } from './arrivals.ts';
import { NhsNumber } from './NhsNumber.tsx';
import { mayRecord } from './room-state.ts';
import { SoundChoice } from './SoundChoice.tsx';
import { useArrivals } from './use-arrivals.ts';
import { WaitingNow } from './WaitingNow.tsx';

/** The consultant's appointments of a day: first of all who waits, since when, and whether the laptop is good enough. */
export function ListPage({ person, day }: { person: SignedInPerson; day: string }): ReactNode {
  const { t, language } = useSpeech();
  const [list, read] = useDay(day);
  const today = londonDay(useNow());
  const noon = londonInstant(day, '12:00');
  const caption = noon === undefined ? siteName(person) : `${siteName(person)}, ${formatDay(noon, language)}`;
  return (
    <>
      <PageHeading words={t('clinic.list')} caption={caption} />
      <LoadedList list={list} onRetry={read}>
        {({ appointments }) => <Waiting day={day} appointments={appointments} />}
      </LoadedList>
      <DayPicker
        day={day}
        today={today}
        onDay={(next) => {
          goTo(next === today ? '' : `day/${next}`);
        }}
      />
      {list.state === 'loaded' ? <Appointments day={day} appointments={inOrder(list.value.appointments)} /> : null}
    </>
  );
}

interface OfDay {
  day: string;
  appointments: readonly ConsoleAppointment[];
}

function Waiting({ day, appointments }: OfDay) {
  const { t } = useSpeech();
  const now = useNow();
  const [sound] = useState(
    () => new ArrivalSound({ makeSound: () => new AudioContext(), storage: () => window.localStorage }),
  );
  const [ring] = useState(() => () => {
    sound.ring();
  });
  useArrivals(appointments, ring);
  const arrived = arrivedOf(appointments, now);
  const count = arrived.length;
  useEffect(() => {
    // Seen from another tab as well.
    document.title =
      count === 0 ? `${t('clinic.list')} – Sallyport` : `${t('clinic.titleWaiting', { count })} – Sallyport`;
  }, [count, t]);
  return (
    <>
      <WaitingNow day={day} arrived={arrived} now={now} />
      <SoundChoice sound={sound} />
    </>
  );
}

function Appointments({ day, appointments }: OfDay) {
  const { t } = useSpeech();
  const now = useNow();
  if (appointments.length === 0) return <p data-testid="no-appointments">{t('clinic.noAppointments')}</p>;
  return (
    <Table responsive firstCellIsHeader>
      <Table.Head>
        <Table.Row>
          <Table.Cell>{t('appointment.time')}</Table.Cell>
          <Table.Cell>{t('appointment.patient')}</Table.Cell>
          <Table.Cell>{t('appointment.prison')}</Table.Cell>
          <Table.Cell>{t('check.name')}</Table.Cell>
          <Table.Cell>{t('appointment.state')}</Table.Cell>
          <Table.Cell>{t('clinic.room')}</Table.Cell>
        </Table.Row>
      </Table.Head>
      <Table.Body>
        {appointments.map((appointment) => (
          <Row key={appointment.id} day={day} appointment={appointment} now={now} />
        ))}
      </Table.Body>
    </Table>
  );
}

function Row({ day, appointment, now }: { day: string; appointment: ConsoleAppointment; now: number }) {
  const standing = standingOf(appointment, now);
  const { patientName, patientReference, nhsNumber } = appointment;
  return (
    <Table.Row data-testid="appointment" data-appointment={appointment.id} data-patient={patientReference}>
      <Table.Cell>
        <span className="app-whole">
          {formatTime(appointment.startsAt)}–{formatTime(appointment.endsAt)}
        </span>
      </Table.Cell>
      <Table.Cell>
        <bdi className="app-words">{patientName}</bdi>
        <span className="app-detail">{patientReference}</span>
        {nhsNumber === null ? null : (
          <span className="app-detail">
            <NhsNumber digits={nhsNumber} />
          </span>
        )}
      </Table.Cell>
      <Table.Cell>{appointment.prison.name}</Table.Cell>
      <Table.Cell>
        <CheckTag check={appointment.check} />
      </Table.Cell>
      <Table.Cell>
        <StandingTag standing={standing} />
      </Table.Cell>
      <Table.Cell>
        <RoomLink day={day} appointment={appointment} live={isLive(standing)} />
      </Table.Cell>
    </Table.Row>
  );
}

function RoomLink({ day, appointment, live }: { day: string; appointment: ConsoleAppointment; live: boolean }) {
  const { t } = useSpeech();
  if (appointment.cancelledAt !== null) return null;
  return (
    <a href={`#/room/${day}/${appointment.id}`} data-testid={live ? 'open-room' : 'open-appointment'}>
      {t(wordsForLink(appointment, live))}{' '}
      <span className="nhsuk-u-visually-hidden">{t('key.ofPatient', { patient: appointment.patientReference })}</span>
    </a>
  );
}

function wordsForLink({ nextSteps, progress }: ConsoleAppointment, live: boolean) {
  if (live) return 'clinic.join' as const;
  if (nextSteps !== null) return 'clinic.readSteps' as const;
  return mayRecord(progress) ? ('clinic.recordSteps' as const) : ('clinic.details' as const);
}
