import type { Refusal } from '@sallyport/protocol';

/** How far ahead a laptop can be due back, milliseconds. */
const longestAway = 7 * 24 * 60 * 60_000;

/** Why a laptop cannot be due back then. @param now milliseconds since the epoch */
export function dueRefusal(dueAt: number, now: number): Refusal['reason'] | undefined {
  if (dueAt <= now) return 'too-late';
  return dueAt > now + longestAway ? 'too-early' : undefined;
}

/** Whether a laptop should be back by now. Both in milliseconds since the epoch. */
export function isOverdue(dueAt: number, now: number): boolean {
  return dueAt <= now;
}
