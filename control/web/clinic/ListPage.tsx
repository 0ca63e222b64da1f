import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { Table } from 'nhsuk-react-components';
import type { ConsoleAppointment, SignedInPerson } from '@sallyport/protocol';
import { inOrder, isLive, siteName, standingOf } from '../ui/appointments.ts';
import { useAnnounce } from '../ui/Announcer.tsx';
import { DayPicker } from '../ui/DayPicker.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { formatDay, formatTime, londonDay, londonInstant } from '../ui/london-time.ts';
import { LoadedList } from '../ui/LoadedList.tsx';
import { PageHeading } from '../ui/PageHeading.tsx';
import { useNow } from '../ui/Session.tsx';
import { StandingTag } from '../ui/StandingTag.tsx';
import { useDay } from '../ui/use-day.ts';
import { goTo } from '../ui/use-view.ts';

/** The consultant's appointments of a day, with who is waiting and since when. */
export function ListPage({ person, day }: { person: SignedInPerson; day: string }): ReactNode {
  const { t, language } = useSpeech();
  const [list, read] = useDay(day);
  const today = londonDay(useNow());
  const noon = londonInstant(day, '12:00');
  const caption = noon === undefined ? siteName(person) : `${siteName(person)}, ${formatDay(noon, language)}`;
  return (
    <>
      <PageHeading words={t('clinic.list')} caption={caption} />
      <DayPicker
        day={day}
        today={today}
        onDay={(next) => {
          goTo(next === today ? '' : `day/${next}`);
        }}
      />
      <LoadedList list={list} onRetry={read}>
        {({ appointments }) =>
          appointments.length === 0 ? (
            <p data-testid="no-appointments">{t('clinic.noAppointments')}</p>
          ) : (
            <Appointments day={day} appointments={inOrder(appointments)} />
          )
        }
      </LoadedList>
    </>
  );
}

function Appointments({ day, appointments }: { day: string; appointments: readonly ConsoleAppointment[] }) {
  const { t } = useSpeech();
  const now = useNow();
  useArrivals(appointments);
  return (
    <Table responsive firstCellIsHeader>
      <Table.Head>
        <Table.Row>
          <Table.Cell>{t('appointment.time')}</Table.Cell>
          <Table.Cell>{t('appointment.patient')}</Table.Cell>
          <Table.Cell>{t('appointment.prison')}</Table.Cell>
          <Table.Cell>{t('appointment.state')}</Table.Cell>
          <Table.Cell>{t('clinic.room')}</Table.Cell>
        </Table.Row>
      </Table.Head>
      <Table.Body>
        {appointments.map((appointment) => {
          const standing = standingOf(appointment, now);
          return (
            <Table.Row
              key={appointment.id}
              data-testid="appointment"
              data-appointment={appointment.id}
              data-patient={appointment.patientReference}
            >
              <Table.Cell>
                {formatTime(appointment.startsAt)}–{formatTime(appointment.endsAt)}
              </Table.Cell>
              <Table.Cell>{appointment.patientReference}</Table.Cell>
              <Table.Cell>{appointment.prison.name}</Table.Cell>
              <Table.Cell>
                <StandingTag standing={standing} />
              </Table.Cell>
              <Table.Cell>
                <RoomLink day={day} appointment={appointment} live={isLive(standing)} />
              </Table.Cell>
            </Table.Row>
          );
        })}
      </Table.Body>
    </Table>
  );
}

function RoomLink({ day, appointment, live }: { day: string; appointment: ConsoleAppointment; live: boolean }) {
  const { t } = useSpeech();
  if (appointment.cancelledAt !== null) return null;
  const steps = appointment.nextSteps === null ? t('clinic.recordSteps') : t('clinic.readSteps');
  return (
    <a href={`#/room/${day}/${appointment.id}`} data-testid={live ? 'open-room' : 'open-appointment'}>
      {live ? t('clinic.join') : steps}{' '}
      <span className="nhsuk-u-visually-hidden">{t('key.ofPatient', { patient: appointment.patientReference })}</span>
    </a>
  );
}

/** Says it when somebody newly waits. */
function useArrivals(appointments: readonly ConsoleAppointment[]): void {
  const { t } = useSpeech();
  const announce = useAnnounce();
  const known = useRef<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const waiting = appointments.filter((appointment) => appointment.waitingSince !== null);
    for (const appointment of waiting) {
      if (!known.current.has(appointment.id)) {
        announce(t('clinic.arrived', { patient: appointment.patientReference, prison: appointment.prison.name }));
      }
    }
    known.current = new Set(waiting.map((appointment) => appointment.id));
  }, [appointments, announce, t]);
}
