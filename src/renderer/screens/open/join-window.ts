import type { DeviceAppointment, LinkState } from '@sallyport/protocol';

/** Whether Join can be pressed, and if not, why. */
export type JoinWindow =
  { state: 'ready' } | { state: 'too-early'; wait: number } | { state: 'too-late' } | { state: 'not-connected' };

/**
 * Whether the booked room can be joined. The main process and control decide for themselves; this only spares a refusal.
 * @param now control's time, milliseconds since the Unix epoch
 * @returns the state; `wait` is in milliseconds
 */
export function joinWindow(
  appointment: Pick<DeviceAppointment, 'opensAt' | 'closesAt'>,
  link: LinkState,
  now: number,
): JoinWindow {
  if (now >= appointment.closesAt) return { state: 'too-late' };
  if (now < appointment.opensAt) return { state: 'too-early', wait: appointment.opensAt - now };
  return link === 'connected' ? { state: 'ready' } : { state: 'not-connected' };
}
