import type { Language } from './messages/catalogue.ts';

// Prisons and hospitals work by the clock in London, whatever the computer's own time zone says.
const timeZone = 'Europe/London';
const hour = 3_600_000;
const dayMilliseconds = 24 * hour;

/** Names of days and months: browsers know no Welsh ones. */
const names = {
  en: {
    weekdays: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
    months: 'January February March April May June July August September October November December'.split(' '),
    shortMonths: 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' '),
  },
  cy: {
    weekdays: ['Dydd Sul', 'Dydd Llun', 'Dydd Mawrth', 'Dydd Mercher', 'Dydd Iau', 'Dydd Gwener', 'Dydd Sadwrn'],
    months: 'Ionawr Chwefror Mawrth Ebrill Mai Mehefin Gorffennaf Awst Medi Hydref Tachwedd Rhagfyr'.split(' '),
    shortMonths: 'Ion Chwef Maw Ebr Mai Meh Gor Awst Medi Hyd Tach Rhag'.split(' '),
  },
} as const satisfies Record<Language, Record<string, readonly string[]>>;

/** The time of an instant (milliseconds since the epoch) on London's clock, for people. */
export function formatTime(instant: number): string {
  const { hour, minute } = londonParts(instant);
  return `${hour}:${minute}`;
}

/** The day of an instant in London, for people, with the weekday. */
export function formatDay(instant: number, language: Language): string {
  return `${formatWeekday(instant, language)} ${formatDate(instant, language)} ${londonParts(instant).year}`;
}

/** The day of the week of an instant in London, for people. */
export function formatWeekday(instant: number, language: Language): string {
  const { year, month, day } = londonParts(instant);
  const weekday = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDay();
  return names[language].weekdays[weekday] ?? '';
}

/** Day and month of an instant in London, for people. */
export function formatDate(instant: number, language: Language): string {
  const { month, day } = londonParts(instant);
  return `${Number(day)} ${names[language].months[Number(month) - 1] ?? month}`;
}

/** Day and time of an instant in London, for people; with seconds for the record. */
export function formatMoment(instant: number, language: Language, seconds = false): string {
  const { year, month, day, hour, minute, second } = londonParts(instant);
  const name = names[language].shortMonths[Number(month) - 1] ?? month;
  return `${Number(day)} ${name} ${year}, ${hour}:${minute}${seconds ? `:${second}` : ''}`;
}

/** The calendar day of an instant in London, `YYYY-MM-DD`. */
export function londonDay(instant: number): string {
  const { year, month, day } = londonParts(instant);
  return `${year}-${month}-${day}`;
}

/** The calendar day so many days later, `YYYY-MM-DD`; negative: earlier. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T12:00:00Z`) + days * dayMilliseconds).toISOString().slice(0, 10);
}

/**
 * The instant at which London's clock shows a day and time.
 * @param day `YYYY-MM-DD`
 * @param time `HH:MM`
 * @returns milliseconds since the epoch; the earlier one where the clock shows the time twice; undefined when the day or
 *   time is malformed or never shown (the hour that summer time skips)
 */
export function londonInstant(day: string, time: string): number | undefined {
  return londonInstants(day, time)[0];
}

/**
 * Every instant at which London's clock shows a day and time: one, or none in the hour that summer time skips, or two in the
 * hour that comes again when it ends.
 * @param day `YYYY-MM-DD`
 * @param time `HH:MM`
 * @returns milliseconds since the epoch, in order; none when day or time are malformed
 */
export function londonInstants(day: string, time: string): readonly number[] {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || !/^\d{2}:\d{2}$/.test(time)) return [];
  const asIfUtc = Date.parse(`${day}T${time}:00Z`);
  if (Number.isNaN(asIfUtc)) return [];
  return [asIfUtc - hour, asIfUtc].filter((instant) => {
    const parts = londonParts(instant);
    return `${parts.year}-${parts.month}-${parts.day}` === day && `${parts.hour}:${parts.minute}` === time;
  });
}

/** The seven days of the week in which a day lies, from Monday on, each `YYYY-MM-DD`. */
export function weekOf(day: string): readonly string[] {
  const weekday = new Date(`${day}T12:00:00Z`).getUTCDay();
  const monday = addDays(day, -((weekday + 6) % 7));
  return Array.from({ length: 7 }, (_, index) => addDays(monday, index));
}

/** The first and the last instant of a day in London; undefined when it is no day. */
export function dayBounds(day: string): { from: number; to: number } | undefined {
  const from = londonInstant(day, '00:00');
  const next = from === undefined ? undefined : londonInstant(addDays(day, 1), '00:00');
  return from === undefined || next === undefined ? undefined : { from, to: next - 1 };
}

const londonFormat = new Intl.DateTimeFormat('en-GB', {
  timeZone,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

function londonParts(instant: number) {
  const parts = new Map(londonFormat.formatToParts(instant).map((part) => [part.type, part.value]));
  const of = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? '';
  return {
    year: of('year').padStart(4, '0'),
    month: of('month'),
    day: of('day'),
    hour: of('hour'),
    minute: of('minute'),
    second: of('second'),
  };
}
