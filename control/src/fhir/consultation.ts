import type { GuestKind, NextStep, Phase, RoomEnd } from '@sallyport/protocol';

interface Named {
  id: string;
  name: string;
}

/** A consultation from booking to next steps, as other systems may read it. Times in milliseconds since the epoch. */
export interface Consultation {
  id: string;
  prison: Named;
  hospital: Named;
  device: Named;
  consultant: Named;
  patient: {
    /** The prison's own reference. */
    reference: string;
    name: string;
    /** Ten digits. */
    nhsNumber: string | null;
  };
  guests: readonly { kind: GuestKind; name: string }[];
  startsAt: number;
  endsAt: number;
  /** When the room closes by itself. */
  closesAt: number;
  bookedAt: number;
  cancelledAt: number | null;
  /** Null until somebody joined. */
  room: RoomFacts | null;
  nextSteps: { steps: readonly NextStep[]; recordedAt: number; acknowledgedAt: number | null } | null;
  /** When anything of it last changed. */
  changedAt: number;
}

interface RoomFacts {
  phase: Phase;
  /** Whether the laptop, and with it the patient, is there now. */
  laptopIsThere: boolean;
  admittedAt: number | null;
  endedAt: number | null;
  endReason: RoomEnd | null;
}

/** Where a consultation stands, seen from outside. */
export type Standing =
  | 'booked'
  /** The patient waits. */
  | 'arrived'
  | 'in-progress'
  | 'held'
  /** Cancelled before, or ended before the patient was admitted. */
  | 'cancelled'
  /** Its time is over, and nobody was admitted. */
  | 'missed';

/** @param now milliseconds since the epoch */
export function standingOf({ cancelledAt, closesAt, room }: Consultation, now: number): Standing {
  if (cancelledAt !== null) return 'cancelled';
  if (room === null) return now < closesAt ? 'booked' : 'missed';
  if (room.phase !== 'ended') return standingOfRoom(room);
  if (room.admittedAt !== null) return 'held';
  return room.endReason === 'window-over' ? 'missed' : 'cancelled';
}

function standingOfRoom({ phase, laptopIsThere }: RoomFacts): Standing {
  if (phase !== 'waiting') return 'in-progress';
  return laptopIsThere ? 'arrived' : 'booked';
}
