import { useContext, useId } from 'react';
import type { JSX } from 'react';
import type { UpcomingAppointment } from '@sallyport/protocol';
import { LanguageContext, useMessages } from '../../messages/catalogue.ts';
import { clockTime } from '../../messages/time.ts';

interface UpcomingProps {
  upcoming: readonly UpcomingAppointment[];
  /** So many have room; of the others it is said how many there are. */
  most: number;
}

/** What this laptop is booked for next, for the staff who carry it; nothing when there is nothing. */
export function Upcoming({ upcoming, most }: UpcomingProps): JSX.Element | null {
  const { open } = useMessages();
  const language = useContext(LanguageContext);
  const heading = useId();
  if (upcoming.length === 0) return null;
  const more = upcoming.length - most;
  return (
    <section className="upcoming" aria-labelledby={heading} data-testid="upcoming">
      <h2 id={heading}>{open.next}</h2>
      <ul>
        {upcoming.slice(0, most).map(({ id, startsAt, consultant, patientReference }) => (
          <li key={id}>
            <strong>{clockTime(startsAt, language)}</strong> {open.nextOne(consultant, patientReference)}
          </li>
        ))}
        {more > 0 && <li>{open.nextMore(String(more))}</li>}
      </ul>
    </section>
  );
}
