import type { DeviceAppointment, LinkState, RoomEnd } from '@sallyport/protocol';

/** Whether Join can be pressed, and if not, why. `over`: the room has ended for good. */
export type JoinWindow =
  | { state: 'ready' }
  | { state: 'too-early'; wait: number }
  | { state: 'too-late' }
  | { state: 'over' }
  | { state: 'not-connected' };

/** After these the room can be joined again; after any other it is over. */
const again: readonly RoomEnd[] = ['left', 'device-locked', 'connection-lost', 'server', 'debrief'];

/**
 * Whether the booked room can be joined. The main process and control decide for themselves; this only spares a refusal.
 * @param notice why the laptop left the room, when it was in it
 * @param now control's time, milliseconds since the Unix epoch
 * @returns the state; `wait` is in milliseconds
 */
export function joinWindow(
  appointment: Pick<DeviceAppointment, 'opensAt' | 'closesAt'>,
  notice: RoomEnd | null,
  link: LinkState,
  now: number,
): JoinWindow {
  if (notice !== null && !again.includes(notice)) return { state: 'over' };
  if (now >= appointment.closesAt) return { state: 'too-late' };
  if (now < appointment.opensAt) return { state: 'too-early', wait: appointment.opensAt - now };
  return link === 'connected' ? { state: 'ready' } : { state: 'not-connected' };
}
