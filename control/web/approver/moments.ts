import type { Words } from './words.ts';

/** A moment on London's clock: prisons and hospitals work by it. */
export function formatMoment(instant: number, { months, moment }: Pick<Words, 'months' | 'moment'>): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: 'Europe/London',
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  });
  const parts = new Map(format.formatToParts(instant).map((part) => [part.type, part.value]));
  const of = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? '';
  const month = months[Number(of('month')) - 1] ?? of('month');
  return moment(`${Number(of('day'))} ${month} ${of('year')}`, `${of('hour')}:${of('minute')}`);
}

/** Time left as a stopwatch shows it; undefined when more than a day is left, or none. */
export function timeLeft(milliseconds: number): string | undefined {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds <= 0 || seconds > 86_400) return undefined;
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}
