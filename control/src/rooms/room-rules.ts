import type { GuestKind, JoinProof, PeerKind, Phase, Refusal } from '@sallyport/protocol';
import type { RoomPeer } from '../ports.ts';

/** What the database knows about who may join a room and when. Times in milliseconds since the epoch. */
export interface Booking {
  device: string;
  consultant: string;
  /** The proof over which the consultant let the very guest in who asks; undefined for everybody else. */
  approved: JoinProof | undefined;
  opensAt: number;
  closesAt: number;
  cancelled: boolean;
  /** Whether the appointment's laptop has been opened for it and still is. */
  opened: boolean;
}

/** Seconds after which a guest may ask again whether the consultation has begun. */
const guestRetry = 5;

/** In which phases each kind has a part. */
const parts: Readonly<Record<PeerKind, readonly Phase[]>> = {
  device: ['waiting', 'consult', 'debrief'],
  consultant: ['waiting', 'consult', 'debrief'],
  // SECURITY: nobody but staff and clinicians has a part in the debrief, and no guest waits in the room (S38, S39).
  interpreter: ['consult'],
  clinician: ['consult', 'debrief'],
};

/** Somebody whom an appointment names by name, without a passkey of the fleet. */
export function isGuest(kind: PeerKind): kind is GuestKind {
  return kind === 'interpreter' || kind === 'clinician';
}

/** The kinds that have no part in a phase. */
export function kindsWithoutPart(phase: Phase): PeerKind[] {
  return (Object.keys(parts) as PeerKind[]).filter((kind) => !parts[kind].includes(phase));
}

/**
 * The rule of joining (P6.1, S3): the appointment's own laptop while it is open, its own consultant, or a guest whom that
 * consultant let in, while the room is open.
 * @returns why not, with the seconds after which it may be otherwise; or undefined when the peer may
 */
export function joinRefusal(
  booking: Booking | undefined,
  peer: Pick<RoomPeer, 'kind' | 'id'>,
  now: number,
): Refusal | undefined {
  if (booking === undefined || booking.cancelled) return { reason: 'not-found' };
  if (!isNamed(booking, peer)) return { reason: 'not-allowed' };
  // SECURITY: nobody is in a room before it opens or after it closed (S41).
  if (now < booking.opensAt) return { reason: 'too-early', retryAfter: secondsUntil(booking.opensAt, now) };
  if (now >= booking.closesAt) return { reason: 'too-late' };
  // SECURITY: a laptop that no person opened for this appointment stays out, whatever it says about itself (S3).
  return peer.kind === 'device' && !booking.opened ? { reason: 'not-allowed' } : undefined;
}

/**
 * Whether the phase has a part for who wants to join.
 * @param phase undefined when nobody has joined yet
 * @returns why not, or undefined
 */
export function phaseRefusal(kind: PeerKind, phase: Phase | undefined): Refusal | undefined {
  if (phase === 'ended') return { reason: 'wrong-state' };
  if (parts[kind].includes(phase ?? 'waiting')) return undefined;
  return (phase ?? 'waiting') === 'waiting'
    ? { reason: 'wrong-state', retryAfter: guestRetry }
    : { reason: 'not-allowed' };
}

/** Whole seconds until a time, as a refusal can say it: a day at most. Both in milliseconds since the epoch. */
export function secondsUntil(time: number, now: number): number {
  return Math.min(86_400, Math.ceil((time - now) / 1000));
}

function isNamed(booking: Booking, { kind, id }: Pick<RoomPeer, 'kind' | 'id'>): boolean {
  switch (kind) {
    case 'device':
      return booking.device === id;
    case 'consultant':
      return booking.consultant === id;
    case 'interpreter':
    case 'clinician':
      // SECURITY: only a guest whom the appointment names and the consultant has let in (S38).
      return booking.approved !== undefined;
    default:
      return kind satisfies never;
  }
}
