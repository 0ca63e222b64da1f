import { addDays, dayBounds, londonDay } from '../ui/london-time.ts';
import type { PlainKey } from '../ui/messages/catalogue.ts';

const shortestLife = 24 * 3_600_000;

/** How long a list may be valid, days: within what the contract lets a manifest and a roster live. */
const longestDays = { manifest: 3 * 365, roster: 365 } as const;

/**
 * The last moment of the day on which a list shall end.
 * @param day `YYYY-MM-DD`, as typed
 * @param now control's time, milliseconds since the epoch
 * @returns milliseconds since the epoch, or words for what is wrong with the day
 */
export function readEndDay(
  day: string,
  kind: keyof typeof longestDays,
  now: number,
): { ok: true; notAfter: number } | { ok: false; words: PlainKey } {
  const bounds = dayBounds(day);
  if (bounds === undefined) return { ok: false, words: 'end.needDay' };
  // Whatever is over within a day would shut everybody out before it is renewed; control refuses it as well.
  if (bounds.to < now + shortestLife) return { ok: false, words: 'end.past' };
  return day > latestEndDay(kind, now)
    ? { ok: false, words: `end.tooLate.${kind}` }
    : { ok: true, notAfter: bounds.to };
}

/** The last day a list may end on, `YYYY-MM-DD`. */
function latestEndDay(kind: keyof typeof longestDays, now: number): string {
  return addDays(londonDay(now), longestDays[kind]);
}

/** The day a next list is proposed to end on: a year from now. */
export function usualEndDay(now: number): string {
  return addDays(londonDay(now), 365);
}
