import type { ConsoleAppointment } from '@sallyport/protocol';
import { isLive, standingOf } from '../ui/appointments.ts';

const minute = 60_000;
/** A laptop can be opened for an appointment from this long before its room opens, ms: time to carry it to the patient. */
const earlyOpening = 10 * minute;

type Timed = Pick<ConsoleAppointment, 'cancelledAt' | 'phase' | 'waitingSince' | 'opensAt' | 'closesAt'>;

/** From when on the laptop of an appointment can be opened, ms since the epoch. */
export function openableFrom(appointment: Pick<ConsoleAppointment, 'opensAt'>): number {
  return appointment.opensAt - earlyOpening;
}

/**
 * Whether the laptop of an appointment can be opened: not yet, now, or no more. Control decides in the end.
 * @param now milliseconds since the epoch
 */
export function openingOf(appointment: Timed, now: number): 'early' | 'now' | 'over' {
  if (!isLive(standingOf(appointment, now)) || now >= appointment.closesAt) return 'over';
  return now < openableFrom(appointment) ? 'early' : 'now';
}

/** The one appointment whose laptop can be opened and has not arrived yet; undefined when there is none, or a choice. */
export function onlyOpenable<T extends Timed>(appointments: readonly T[], now: number): T | undefined {
  const openable = appointments.filter(
    (appointment) => openingOf(appointment, now) === 'now' && standingOf(appointment, now).name === 'booked',
  );
  return openable.length === 1 ? openable[0] : undefined;
}
