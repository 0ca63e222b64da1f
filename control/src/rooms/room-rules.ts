import type { Phase, Refusal } from '@sallyport/protocol';
import type { RoomPeer } from '../ports.ts';

/** What the database knows about who may join a room and when. Times in milliseconds since the epoch. */
export interface Booking {
  device: string;
  consultant: string;
  opensAt: number;
  closesAt: number;
  cancelled: boolean;
  /** Whether the appointment's laptop has been opened for it and still is. */
  opened: boolean;
}

/**
 * The rule of joining (P6.1, S3): the appointment's own laptop while it is open, or its own consultant, while the
 * room is.
 * @returns why not, or undefined when the peer may
 */
export function joinRefusal(
  booking: Booking | undefined,
  peer: Pick<RoomPeer, 'kind' | 'id'>,
  now: number,
): Refusal['reason'] | undefined {
  if (booking === undefined || booking.cancelled) return 'not-found';
  const expected = peer.kind === 'device' ? booking.device : booking.consultant;
  if (expected !== peer.id) return 'not-allowed';
  if (now < booking.opensAt) return 'too-early';
  if (now >= booking.closesAt) return 'too-late';
  // SECURITY: a laptop that no person opened for this appointment stays out, whatever it says about itself (S3).
  return peer.kind === 'device' && !booking.opened ? 'not-allowed' : undefined;
}

/** The steps a consultant takes a room through; it never goes back (P6.1, P6.4). */
export const steps = {
  'room.admit': { from: 'waiting', to: 'consult', action: 'room.admitted' },
  'room.startDebrief': { from: 'consult', to: 'debrief', action: 'room.debrief' },
} as const satisfies Record<string, { from: Phase; to: Phase; action: string }>;
export type StepMethod = keyof typeof steps;
