import type { ConsoleAppointment } from '@sallyport/protocol';
import { isLive, standingOf } from '../ui/appointments.ts';

/** Whether there is a way into an appointment's room. */
export type Door =
  { state: 'early'; opensAt: number } | { state: 'open' } | { state: 'closed'; why: 'cancelled' | 'over' | 'ended' };

/**
 * The door of an appointment's room: control keeps it; this only says so before it is tried.
 * @param now milliseconds since the epoch
 */
export function doorOf(appointment: ConsoleAppointment, now: number): Door {
  const standing = standingOf(appointment, now);
  if (!isLive(standing)) return { state: 'closed', why: whyOf(appointment) };
  return now < appointment.opensAt ? { state: 'early', opensAt: appointment.opensAt } : { state: 'open' };
}

function whyOf({ cancelledAt, phase }: ConsoleAppointment): 'cancelled' | 'over' | 'ended' {
  if (cancelledAt !== null) return 'cancelled';
  return phase === 'ended' ? 'ended' : 'over';
}
