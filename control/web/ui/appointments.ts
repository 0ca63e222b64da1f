import type { ConsoleAppointment, SignedInPerson } from '@sallyport/protocol';
import type { Translate } from './messages/catalogue.ts';
import { formatTime } from './london-time.ts';

/** Where an appointment stands, for people. */
export type Standing =
  { name: 'cancelled' | 'booked' | 'consult' | 'debrief' | 'ended' | 'over' } | { name: 'arrived'; since: number };

/**
 * Where an appointment stands now.
 * @param now milliseconds since the epoch
 */
export function standingOf(
  appointment: Pick<ConsoleAppointment, 'cancelledAt' | 'phase' | 'waitingSince' | 'closesAt'>,
  now: number,
): Standing {
  if (appointment.cancelledAt !== null) return { name: 'cancelled' };
  if (appointment.phase !== 'waiting') return { name: appointment.phase };
  if (appointment.waitingSince !== null) return { name: 'arrived', since: appointment.waitingSince };
  return { name: now > appointment.closesAt ? 'over' : 'booked' };
}

/** Words for where an appointment stands. */
export function wordsForStanding(standing: Standing, t: Translate): string {
  if (standing.name === 'arrived') return t('standing.arrived', { time: formatTime(standing.since) });
  return t(`standing.${standing.name}`);
}

/** Whether something can still be done in an appointment's room. */
export function isLive(standing: Standing): boolean {
  return standing.name !== 'cancelled' && standing.name !== 'ended' && standing.name !== 'over';
}

/** The appointments in the order of their time. */
export function inOrder(appointments: readonly ConsoleAppointment[]): ConsoleAppointment[] {
  return appointments.toSorted((one, other) => one.startsAt - other.startsAt);
}

/** The name of the place a person works at, for headings. */
export function siteName(person: SignedInPerson): string {
  return person.site?.name ?? '';
}
