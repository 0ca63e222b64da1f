import { useContext } from 'react';
import type { JSX } from 'react';
import type { DeviceAppointment } from '@sallyport/protocol';
import { useNow } from '../../bridge/use-now.ts';
import { LanguageContext, useMessages } from '../../messages/catalogue.ts';
import { clockTime, dayInWords, sameDay } from '../../messages/time.ts';
import { Heading } from '../../ui/Heading.tsx';

interface AppointmentPanelProps {
  appointment: DeviceAppointment;
  /** When the laptop locks itself, milliseconds since the Unix epoch. */
  openUntil: number;
}

/** Who is to see whom, and when. */
export function AppointmentPanel({ appointment, openUntil }: AppointmentPanelProps): JSX.Element {
  const messages = useMessages();
  const language = useContext(LanguageContext);
  const today = sameDay(appointment.startsAt, useNow());
  const words = messages.appointment;
  const times = messages.times(clockTime(appointment.startsAt, language), clockTime(appointment.endsAt, language));
  const rows = [
    { key: 'patient', label: words.patient, value: appointment.patientReference },
    { key: 'consultant', label: words.consultant, value: appointment.consultant.name },
    { key: 'hospital', label: words.hospital, value: appointment.consultant.hospital.name },
    {
      key: 'time',
      label: words.time,
      value: today ? times : `${dayInWords(appointment.startsAt, language)}, ${times}`,
    },
  ];
  return (
    <section className="appointment" data-testid="appointment">
      <Heading>{today ? words.heading : words.headingOtherDay}</Heading>
      <dl>
        {rows.map(({ key, label, value }) => (
          <div key={key}>
            <dt>{label}</dt>
            <dd data-testid={`appointment-${key}`}>{value}</dd>
          </div>
        ))}
      </dl>
      <p>{messages.open.openUntil(clockTime(openUntil, language))}</p>
    </section>
  );
}
