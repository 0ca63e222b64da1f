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
  const { from, to } = dayBounds(day) ?? { from: 0, to: 0 };
  return useList('appointments', { query: { from, to } }, topics);
}
