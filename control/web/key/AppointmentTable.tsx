import type { ReactNode } from 'react';
import { Button, Table } from 'nhsuk-react-components';
import type { ConsoleAppointment } from '@sallyport/protocol';
import { useSpeech } from '../ui/Language.tsx';
import { formatTime, londonDay } from '../ui/london-time.ts';
import { AppointmentActions, Whose } from './AppointmentActions.tsx';
import { PatientWords } from './PatientWords.tsx';
import { StandingWords } from './StandingWords.tsx';

interface AppointmentTableProps {
  appointments: readonly ConsoleAppointment[];
  onProblem: (words: string | undefined) => void;
}

/** The appointments of a day. */
export function AppointmentTable({ appointments, onProblem }: AppointmentTableProps): ReactNode {
  const { t } = useSpeech();
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
          <Table.Row key={appointment.id} {...marksOf(appointment)}>
            <Table.Cell className="app-time">
              {formatTime(appointment.startsAt)}–{formatTime(appointment.endsAt)}
            </Table.Cell>
            <Table.Cell>
              <PatientWords appointment={appointment} />
            </Table.Cell>
            <Table.Cell>
              {appointment.consultant.name}, {appointment.consultant.hospital}
            </Table.Cell>
            <Table.Cell>{appointment.device.name}</Table.Cell>
            <Table.Cell>
              <StandingWords appointment={appointment} />
            </Table.Cell>
            <Table.Cell>
              <AppointmentActions appointment={appointment} onProblem={onProblem} />
            </Table.Cell>
          </Table.Row>
        ))}
      </Table.Body>
    </Table>
  );
}

/** What names an appointment on the page. */
export function marksOf(appointment: ConsoleAppointment): Record<`data-${string}`, string> {
  return {
    'data-testid': 'appointment',
    'data-appointment': appointment.id,
    'data-patient': appointment.patientReference,
  };
}

interface NextUpProps {
  appointment: ConsoleAppointment;
  onProblem: (words: string | undefined) => void;
}

/** The one appointment for which a laptop can be opened now, in front of everything else. */
export function NextUp({ appointment, onProblem }: NextUpProps): ReactNode {
  const { t } = useSpeech();
  const { startsAt, endsAt, id } = appointment;
  return (
    <section className="app-card app-next-up" {...marksOf(appointment)} aria-label={t('key.nextUp')}>
      <h2 className="nhsuk-heading-m">{t('key.nextUpAt', { from: formatTime(startsAt), to: formatTime(endsAt) })}</h2>
      <p>
        <PatientWords appointment={appointment} />
        <span className="app-detail">
          {appointment.consultant.name}, {appointment.consultant.hospital} · {appointment.device.name}
        </span>
      </p>
      <p>
        <StandingWords appointment={appointment} />
      </p>
      <Button
        as="a"
        href={`#/open/${londonDay(startsAt)}/${id}`}
        data-testid="open-laptop"
        className="app-next-up__open"
      >
        {t('key.openLaptop')} <Whose appointment={appointment} />
      </Button>
      <AppointmentActions appointment={appointment} onProblem={onProblem} isOwnPage />
    </section>
  );
}
