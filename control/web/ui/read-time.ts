/** A time as people type it (`9:30`, `09.30`, `0930`) as `HH:MM`; undefined when it is none. */
export function readTime(typed: string): string | undefined {
  const [, hours, minutes] = /^\s*([01]?\d|2[0-3])[:.]?([0-5]\d)\s*$/.exec(typed) ?? [];
  return hours === undefined || minutes === undefined ? undefined : `${hours.padStart(2, '0')}:${minutes}`;
}
