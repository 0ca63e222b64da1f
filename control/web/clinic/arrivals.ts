import type { ConsoleAppointment } from '@sallyport/protocol';
import { inOrder, standingOf } from '../ui/appointments.ts';

/** An appointment whose laptop waits, and since when: milliseconds since the epoch. */
export type Arrived = ConsoleAppointment & { since: number };

/**
 * The appointments whose patient waits now, whoever has waited longest first.
 * @param now milliseconds since the epoch
 */
export function arrivedOf(appointments: readonly ConsoleAppointment[], now: number): Arrived[] {
  const arrived = inOrder(appointments).flatMap((appointment) => {
    const standing = standingOf(appointment, now);
    return standing.name === 'arrived' ? [{ ...appointment, since: standing.since }] : [];
  });
  return arrived.toSorted((one, other) => one.since - other.since);
}

/**
 * Who has come to wait since the list was last looked at.
 * @param known the ids of those who waited then
 */
export function newlyArrived(known: ReadonlySet<string>, arrived: readonly Arrived[]): Arrived[] {
  return arrived.filter(({ id }) => !known.has(id));
}
