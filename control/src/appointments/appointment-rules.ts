import { isNameChecked, type Phase, type Progress, type Refusal } from '@sallyport/protocol';

const minute = 60_000;

/** How far in the past a start may lie when it is booked, milliseconds: a consultation that begins right now. */
const bookedLate = 5 * minute;
/** How far ahead an appointment can be booked, milliseconds. */
const bookedAhead = 366 * 24 * 60 * minute;
/** How long after its start a consultation's next steps can be recorded, milliseconds: the same day, past midnight too. */
const recordedWithin = 24 * 60 * minute;
/** The longest span that one list covers, milliseconds. */
export const longestSpan = 31 * 24 * 60 * minute;

/** Why an appointment cannot start then. */
export function startRefusal(startsAt: number, now: number): Refusal['reason'] | undefined {
  if (startsAt < now - bookedLate) return 'too-late';
  return startsAt > now + bookedAhead ? 'too-early' : undefined;
}

/** What decides whether next steps can be recorded. */
interface Held {
  phase: Phase;
  /** Whether anybody ever joined the room. */
  hasRoom: boolean;
  progress: Progress;
  startsAt: number;
}

/**
 * Why next steps cannot be recorded: before the consultation, for a patient whose name was not checked, or another day.
 * @param now milliseconds since the epoch
 */
export function recordingRefusal(held: Held, now: number): Refusal['reason'] | undefined {
  if (!held.hasRoom || held.phase === 'waiting') return 'wrong-state';
  // SECURITY: nothing clinical is written for a patient whose name both sides have not ticked (S42).
  if (!isNameChecked(held.progress)) return 'wrong-state';
  return now > held.startsAt + recordedWithin ? 'too-late' : undefined;
}

/** The phase to show: a room nobody ever joined waits until its window is over. */
export function shownPhase(phase: Phase | null, closesAt: number, now: number): Phase {
  if (phase !== null) return phase;
  return now < closesAt ? 'waiting' : 'ended';
}
