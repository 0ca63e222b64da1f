import { consoleApi } from '@sallyport/protocol';
import type { ConsoleInput } from '@sallyport/protocol';
import { londonInstant } from '../ui/london-time.ts';
import type { PlainKey } from '../ui/messages/catalogue.ts';

/** The booking form as it is filled in: text, all of it. */
export interface BookingDraft {
  patientReference: string;
  consultant: string;
  device: string;
  /** `YYYY-MM-DD`. */
  day: string;
  /** On London's clock, as typed. */
  time: string;
  minutes: string;
}

/** The lengths that can be booked, minutes. */
export const lengths = [10, 15, 20, 30, 45, 60, 90, 120] as const;

type Booking = ConsoleInput<'book'>['body'];
type DraftError = { field: keyof BookingDraft; words: PlainKey };

/**
 * Checks a booking before it is sent; control checks it again.
 * @param now milliseconds since the epoch
 * @returns the booking, or what is wrong, field by field in the order of the form
 */
export function checkBooking(
  draft: BookingDraft,
  now: number,
): { ok: true; value: Booking } | { ok: false; errors: readonly DraftError[] } {
  const startsAt = londonInstant(draft.day, readTime(draft.time) ?? '');
  const minutes = Number(draft.minutes);
  const errors: DraftError[] = [];
  const require = (good: boolean, field: keyof BookingDraft, words: PlainKey) => {
    if (!good) errors.push({ field, words });
  };
  const { shape } = consoleApi.book.body;
  const patientReference = draft.patientReference.trim();
  if (patientReference === '') errors.push({ field: 'patientReference', words: 'book.needPatient' });
  else require(shape.patientReference.safeParse(patientReference).success, 'patientReference', 'book.badPatient');
  require(shape.consultant.safeParse(draft.consultant).success, 'consultant', 'book.needConsultant');
  require(shape.device.safeParse(draft.device).success, 'device', 'book.needLaptop');
  require(/^\d{4}-\d{2}-\d{2}$/.test(draft.day), 'day', 'book.needDay');
  if (readTime(draft.time) === undefined) errors.push({ field: 'time', words: 'book.needTime' });
  else if (startsAt === undefined) errors.push({ field: 'time', words: 'book.noSuchTime' });
  else require(startsAt + minutes * 60_000 > now, 'time', 'book.past');
  require(shape.minutes.safeParse(minutes).success, 'minutes', 'book.needLength');
  if (errors.length > 0 || startsAt === undefined) return { ok: false, errors };
  return {
    ok: true,
    value: { patientReference, consultant: draft.consultant, device: draft.device, startsAt, minutes },
  };
}

/** A time as people type it (`9:30`, `09.30`, `0930`) as `HH:MM`; undefined when it is none. */
export function readTime(typed: string): string | undefined {
  const [, hours, minutes] = /^\s*([01]?\d|2[0-3])[:.]?([0-5]\d)\s*$/.exec(typed) ?? [];
  return hours === undefined || minutes === undefined ? undefined : `${hours.padStart(2, '0')}:${minutes}`;
}
