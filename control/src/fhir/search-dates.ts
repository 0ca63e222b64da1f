/** A day by its date, or a moment with its zone: from, and up to but not counting, milliseconds since the epoch. */
export type Moment = { day: string } | { from: number; to: number };

/** One bound of a date search (https://hl7.org/fhir/R4/search.html#date). */
export interface Bound {
  comparison: 'eq' | 'ge' | 'gt' | 'le' | 'lt';
  moment: Moment;
}

const written = /^(eq|ge|gt|le|lt)?(\d{4}-\d\d-\d\d)(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/;

/**
 * Reads a date search parameter: a day, or a time with its zone, to the minute, the second or the millisecond; with `ge`, `gt`,
 * `le`, `lt`, `eq` or nothing before it.
 * @returns undefined for anything else
 */
export function boundOf(value: string): Bound | undefined {
  // In an address a plus that nobody encoded arrives as a space.
  const text = value.replace(/ (?=\d\d:\d\d$)/, '+');
  const [whole, comparison = 'eq', day = '', time, seconds, fraction] = written.exec(text) ?? [];
  if (whole === undefined || !isDay(day)) return undefined;
  const moment = time === undefined ? { day } : momentOf(`${day}${time}`, precisionOf(seconds, fraction));
  return moment && { comparison: comparison as Bound['comparison'], moment };
}

/** How long a moment lasts that is written so far, milliseconds. */
function precisionOf(seconds: string | undefined, fraction: string | undefined): number {
  if (seconds === undefined) return 60_000;
  return fraction === undefined ? 1000 : 1;
}

function momentOf(text: string, lasts: number): Moment | undefined {
  const from = Date.parse(text);
  return Number.isNaN(from) ? undefined : { from, to: from + lasts };
}

/** Whether a date is on the calendar: the 30th of February is not. */
function isDay(day: string): boolean {
  const at = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day) && !day.startsWith('0000');
}
