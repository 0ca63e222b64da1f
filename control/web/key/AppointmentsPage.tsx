import { useState } from 'react';
import type { ReactNode } from 'react';
import { Button, Table } from 'nhsuk-react-components';
import type { ConsoleAppointment, SignedInPerson } from '@sallyport/protocol';
import { inOrder, isLive, siteName, standingOf } from '../ui/appointments.ts';
import { useAnnounce } from '../ui/Announcer.tsx';
import { ConfirmButton } from '../ui/ConfirmButton.tsx';
import { DayPicker } from '../ui/DayPicker.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { formatDay, formatTime, londonDay, londonInstant } from '../ui/london-time.ts';
import { LoadedList } from '../ui/LoadedList.tsx';
import { PageHeading } from '../ui/PageHeading.tsx';
import { useNow, useSession } from '../ui/Session.tsx';
import { StandingTag } from '../ui/StandingTag.tsx';
import { wordsForTrouble } from '../ui/trouble.ts';
import { ProblemBox } from '../ui/TroubleBox.tsx';
import { useDay } from '../ui/use-day.ts';
import { goTo } from '../ui/use-view.ts';

/** The prison's appointments of a day. */
export function AppointmentsPage({ person, day }: { person: SignedInPerson; day: string }): ReactNode {
  const { t, language } = useSpeech();
  const [list, read] = useDay(day);
  const [problem, setProblem] = useState<string>();
  const today = londonDay(useNow());
  const noon = londonInstant(day, '12:00');
  const caption = noon === undefined ? siteName(person) : `${siteName(person)}, ${formatDay(noon, language)}`;
  return (
    <>
      <ProblemBox words={problem} />
      <PageHeading words={t('key.appointments')} caption={caption} />
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
            <p data-testid="no-appointments">{t('key.noAppointments')}</p>
          ) : (
            <Appointments day={day} appointments={inOrder(appointments)} onProblem={setProblem} />
          )
        }
      </LoadedList>
      <p>
        <Button href={`#/book/${day}`} as="a" data-testid="book">
          {t('key.book')}
        </Button>
      </p>
    </>
  );
}

interface AppointmentsProps {
  day: string;
  appointments: readonly ConsoleAppointment[];
  onProblem: (words: string | undefined) => void;
}

function Appointments({ day, appointments, onProblem }: AppointmentsProps) {
  const { t } = useSpeech();
  const now = useNow();
  return (
    <Table responsive firstCellIsHeader>
      <Table.Head>
        <Table.Row>
          <Table.Cell>{t('appointment.time')}</Table.Cell>
          <Table.Cell>{t('appointment.patient')}</Table.Cell>
          <Table.Cell>{t('appointment.consultant')}</Table.Cell>
          <Table.Cell>{t('appointment.laptop')}</Table.Cell>
          <Table.Cell>{t('appointment.state')}</Table.Cell>
          <Table.Cell>{t('key.actions')}</Table.Cell>
        </Table.Row>
      </Table.Head>
      <Table.Body>
        {appointments.map((appointment) => (
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
            <Table.Cell>
              {appointment.consultant.name}, {appointment.consultant.hospital}
            </Table.Cell>
            <Table.Cell>{appointment.device.name}</Table.Cell>
            <Table.Cell>
              <StandingTag standing={standingOf(appointment, now)} />
            </Table.Cell>
            <Table.Cell>
              <Actions day={day} appointment={appointment} now={now} onProblem={onProblem} />
            </Table.Cell>
          </Table.Row>
        ))}
      </Table.Body>
    </Table>
  );
}

interface ActionsProps {
  day: string;
  appointment: ConsoleAppointment;
  now: number;
  onProblem: (words: string | undefined) => void;
}

function Actions({ day, appointment, now, onProblem }: ActionsProps) {
  const { t } = useSpeech();
  const { api } = useSession();
  const announce = useAnnounce();
  const standing = standingOf(appointment, now);
  const whose = t('key.ofPatient', { patient: appointment.patientReference });
  const cancel = async () => {
    const answer = await api.call('cancelAppointment', { params: { id: appointment.id }, body: {} });
    onProblem(answer.ok ? undefined : wordsForTrouble(answer.trouble, t));
    if (answer.ok) announce(t('key.cancelled'));
  };
  return (
    <div className="app-actions">
      {isLive(standing) ? (
        <a href={`#/open/${day}/${appointment.id}`} data-testid="open-laptop">
          {t('key.openLaptop')} <span className="nhsuk-u-visually-hidden">{whose}</span>
        </a>
      ) : null}
      {appointment.nextSteps === null ? null : (
        <a href={`#/steps/${day}/${appointment.id}`} data-testid="next-steps-link">
          {appointment.nextSteps.acknowledged === null ? t('key.newNextSteps') : t('key.nextSteps')}{' '}
          <span className="nhsuk-u-visually-hidden">{whose}</span>
        </a>
      )}
      {standing.name === 'booked' ? (
        <ConfirmButton
          words={t('key.cancel')}
          hiddenWords={whose}
          question={t('key.cancelQuestion', { patient: appointment.patientReference })}
          testId="cancel-appointment"
          onConfirmed={cancel}
        />
      ) : null}
    </div>
  );
}
