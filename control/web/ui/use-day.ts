import type { ConsoleAnswer } from '@sallyport/protocol';
import { dayBounds } from './london-time.ts';
import { useList } from './use-list.ts';
import type { Loaded } from './use-list.ts';

const topics = ['appointments'] as const;

/**
 * The appointments that start on a day in London, kept up to date.
 * @param day `YYYY-MM-DD`
 */
export function useDay(day: string): [Loaded<ConsoleAnswer<'appointments'>>, () => void] {
  return useDays([day]);
}

/**
 * The appointments that start on any of some days in London, kept up to date.
 * @param days `YYYY-MM-DD`, in order, at most 31
 */
export function useDays(days: readonly string[]): [Loaded<ConsoleAnswer<'appointments'>>, () => void] {
  const { from } = dayBounds(days[0] ?? '') ?? { from: 0 };
  const { to } = dayBounds(days.at(-1) ?? '') ?? { to: 0 };
  return useList('appointments', { query: { from, to } }, topics, true);
}
