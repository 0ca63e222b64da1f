import type { Phase, Refusal } from '@sallyport/protocol';

const minute = 60_000;

/** How long before its start an appointment's room opens, milliseconds. */
const opensBefore = 10 * minute;
/** How long after its end the room stays open, milliseconds. */
const closesAfter = 5 * minute;
/** How far in the past a start may lie when it is booked, milliseconds: a consultation that begins right now. */
const bookedLate = 5 * minute;
/** How far ahead an appointment can be booked, milliseconds. */
const bookedAhead = 366 * 24 * 60 * minute;
/** How long after its start a consultation's next steps can be recorded, milliseconds: the same day, past midnight too. */
const recordedWithin = 24 * 60 * minute;
/** The longest span that one list covers, milliseconds. */
export const longestSpan = 31 * 24 * 60 * minute;

/** When an appointment is, and when its room is open. Milliseconds since the epoch. */
export interface Times {
  startsAt: number;
  endsAt: number;
  opensAt: number;
  closesAt: number;
}

/** The times of an appointment of so many minutes. */
export function timesOf(startsAt: number, minutes: number): Times {
  const endsAt = startsAt + minutes * minute;
  return { startsAt, endsAt, opensAt: startsAt - opensBefore, closesAt: endsAt + closesAfter };
}

/** Why an appointment cannot start then. */
export function startRefusal(startsAt: number, now: number): Refusal['reason'] | undefined {
  if (startsAt < now - bookedLate) return 'too-late';
  return startsAt > now + bookedAhead ? 'too-early' : undefined;
}

/**
 * Why next steps cannot be recorded: before the consultation, or another day.
 * @param phase the room's; undefined when nobody ever joined it
 */
export function recordingRefusal(
  phase: Phase | undefined,
  startsAt: number,
  now: number,
): Refusal['reason'] | undefined {
  if (phase === undefined || phase === 'waiting') return 'wrong-state';
  return now > startsAt + recordedWithin ? 'too-late' : undefined;
}

/** The phase to show: a room nobody ever joined waits until its window is over. */
export function shownPhase(phase: Phase | null, closesAt: number, now: number): Phase {
  if (phase !== null) return phase;
  return now < closesAt ? 'waiting' : 'ended';
}
