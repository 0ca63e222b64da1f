import { bookedDetails, consoleGuest, formatNhsNumber, guestKind, nhsNumber } from '@sallyport/protocol';
import type { BookedDetails, ConsoleAppointment, GuestKind } from '@sallyport/protocol';
import { formatTime, londonDay, londonInstants } from '../ui/london-time.ts';
import type { PlainKey } from '../ui/messages/catalogue.ts';
import { readTime } from '../ui/read-time.ts';
import { wrongLine } from '../ui/wrong-line.ts';
import type { Say } from '../ui/wrong-line.ts';

/** The fields of the booking form, in its order. */
export const bookingFields = [
  'patientReference',
  'patientName',
  'nhsNumber',
  'consultant',
  'device',
  'day',
  'time',
  'minutes',
  'interpreter',
  'clinician',
] as const;
export type BookingField = (typeof bookingFields)[number];

/**
 * The booking form as it is filled in: text, all of it. `day` is `YYYY-MM-DD`, `time` is on London's clock as typed,
 * `interpreter` and `clinician` are names, empty for none.
 */
export type BookingDraft = Record<BookingField, string>;

/** A form for a new booking. */
export interface NewBooking {
  /** The appointment's, made with the form. */
  id: string;
  fields: BookingDraft;
}

/** An appointment as it was when its form was filled from it. */
export interface Booked {
  revision: number;
  /** Milliseconds since the epoch. */
  startsAt: number;
  fields: BookingDraft;
}

/** The lengths that can be booked, minutes. */
export const lengths = [5, 10, 15, 20, 30, 45, 60, 90, 120] as const;

const minute = 60_000;
/** How far ahead an appointment can be booked, ms; control's own rule. */
const bookedAhead = 366 * 24 * 60 * minute;

/** What the fields are called. */
export const labels = {
  patientReference: 'book.patient',
  patientName: 'book.name',
  nhsNumber: 'book.nhsNumber',
  consultant: 'appointment.consultant',
  device: 'appointment.laptop',
  day: 'day.label',
  time: 'book.time',
  minutes: 'book.length',
  interpreter: 'book.interpreter',
  clinician: 'book.clinician',
} as const satisfies Record<BookingField, PlainKey>;

/** What is wrong with a field, in words. */
export interface DraftProblem {
  field: BookingField;
  say: Say;
}

/** A new form. @param day `YYYY-MM-DD`, to begin with */
export function newBooking(day: string): NewBooking {
  // SECURITY: one form is one appointment, however often it is sent (S37).
  return { id: crypto.randomUUID(), fields: { ...emptyDraft, day } };
}

const emptyDraft: BookingDraft = {
  patientReference: '',
  patientName: '',
  nhsNumber: '',
  consultant: '',
  device: '',
  day: '',
  time: '',
  minutes: '20',
  interpreter: '',
  clinician: '',
};

/** The form of an appointment as it stands. */
export function bookedOf(appointment: ConsoleAppointment): Booked {
  const { revision, startsAt, endsAt, guests } = appointment;
  const guestOf = (kind: GuestKind) => guests.find((guest) => guest.kind === kind)?.name ?? '';
  return {
    revision,
    startsAt,
    fields: {
      patientReference: appointment.patientReference,
      patientName: appointment.patientName,
      nhsNumber: appointment.nhsNumber === null ? '' : formatNhsNumber(appointment.nhsNumber),
      consultant: appointment.consultant.id,
      device: appointment.device.id,
      day: londonDay(startsAt),
      time: formatTime(startsAt),
      minutes: String(Math.round((endsAt - startsAt) / minute)),
      interpreter: guestOf('interpreter'),
      clinician: guestOf('clinician'),
    },
  };
}

/**
 * Checks a form before it is sent; control checks it again.
 * @param now milliseconds since the epoch
 * @param before the appointment that is changed: its start stays to the second unless day or time are typed anew
 * @returns the appointment's data, or what is wrong, field by field in the order of the form
 */
export function checkBooking(
  draft: BookingDraft,
  now: number,
  before?: Booked,
): { ok: true; value: BookedDetails } | { ok: false; problems: readonly DraftProblem[] } {
  const startsAt = startOf(draft, before);
  const wrong: Record<BookingField, Say | undefined> = {
    patientReference: wrongText(draft.patientReference, labels.patientReference, referenceLength, 'book.needPatient'),
    patientName: wrongText(draft.patientName, labels.patientName, nameLength, 'book.needName'),
    nhsNumber: wrongNhsNumber(draft.nhsNumber),
    consultant: shape.consultant.safeParse(draft.consultant).success ? undefined : (t) => t('book.needConsultant'),
    device: shape.device.safeParse(draft.device).success ? undefined : (t) => t('book.needLaptop'),
    day: wrongDay(draft.day, startsAt, now),
    time: wrongTime(draft, startsAt, now),
    minutes: shape.minutes.safeParse(Number(draft.minutes)).success ? undefined : (t) => t('book.needLength'),
    interpreter: wrongText(draft.interpreter, labels.interpreter, guestLength),
    clinician: wrongText(draft.clinician, labels.clinician, guestLength),
  };
  const problems = bookingFields.flatMap((field) => {
    const say = wrong[field];
    return say === undefined ? [] : [{ field, say }];
  });
  const value = bookedDetails.safeParse(detailsOf(draft, startsAt));
  if (problems.length > 0) return { ok: false, problems };
  // Whatever the form does not know of, the contract does.
  return value.success
    ? { ok: true, value: value.data }
    : { ok: false, problems: [{ field: 'day', say: (t) => t('refusal.malformed') }] };
}

const { shape } = bookedDetails;
const referenceLength = shape.patientReference.maxLength ?? 0;
const nameLength = shape.patientName.maxLength ?? 0;
const guestLength = consoleGuest.shape.name.maxLength ?? 0;

function wrongText(
  typed: string,
  label: PlainKey,
  most: number,
  needed?: 'book.needPatient' | 'book.needName',
): Say | undefined {
  if (typed.trim() === '') return needed === undefined ? undefined : (t) => t(needed);
  return wrongLine(typed, label, most);
}

function wrongNhsNumber(typed: string): Say | undefined {
  if (typed.trim() === '' || nhsNumber.safeParse(typed).success) return undefined;
  const digits = typed.replaceAll(/[\s-]/g, '');
  if (!/^\d+$/.test(digits)) return (t) => t('book.nhsDigits');
  return digits.length === 10 ? (t) => t('book.nhsWrong') : (t) => t('book.nhsLength', { count: digits.length });
}

function wrongDay(day: string, startsAt: number | 'twice' | undefined, now: number): Say | undefined {
  if (!isDay(day)) return (t) => t('book.needDay');
  const isTooFar = typeof startsAt === 'number' && startsAt > now + bookedAhead;
  return isTooFar ? (t) => t('book.tooFar') : undefined;
}

function isDay(day: string): boolean {
  return londonInstants(day, '12:00').length === 1;
}

function wrongTime(draft: BookingDraft, startsAt: number | 'twice' | undefined, now: number): Say | undefined {
  if (readTime(draft.time) === undefined) return (t) => t('book.needTime');
  if (startsAt === 'twice') return (t) => t('time.twice');
  // A day that is none has words of its own.
  if (startsAt === undefined) return isDay(draft.day) ? (t) => t('time.never') : undefined;
  return startsAt + Number(draft.minutes) * minute > now ? undefined : (t) => t('book.past');
}

/** When the appointment begins, ms since the epoch; undefined when that day or time never is. */
function startOf(draft: BookingDraft, before: Booked | undefined): number | 'twice' | undefined {
  const time = readTime(draft.time) ?? '';
  if (before !== undefined && before.fields.day === draft.day && before.fields.time === time) return before.startsAt;
  const instants = londonInstants(draft.day, time);
  return instants.length > 1 ? 'twice' : instants[0];
}

function detailsOf(draft: BookingDraft, startsAt: number | 'twice' | undefined) {
  const guests = guestKind.options.map((kind) => ({ kind, name: draft[kind].trim() }));
  return {
    patientReference: draft.patientReference.trim(),
    patientName: draft.patientName.trim(),
    nhsNumber: draft.nhsNumber.trim() === '' ? null : draft.nhsNumber,
    consultant: draft.consultant,
    device: draft.device,
    startsAt,
    minutes: Number(draft.minutes),
    guests: guests.filter(({ name }) => name !== ''),
  };
}

/** What control is asked about clashes, as far as the form says it. */
export interface ClashQuestion {
  device?: string;
  consultant?: string;
  startsAt: number;
  minutes: number;
  except: string;
}

/**
 * The question whether an appointment would clash with another.
 * @param id the appointment's own
 * @returns undefined while the form does not say when, or neither with whom nor with which laptop
 */
export function clashQuestion(draft: BookingDraft, id: string, before?: Booked): ClashQuestion | undefined {
  const startsAt = startOf(draft, before);
  const minutes = shape.minutes.safeParse(Number(draft.minutes));
  if (typeof startsAt !== 'number' || !minutes.success || !shape.startsAt.safeParse(startsAt).success) return undefined;
  if (draft.device === '' && draft.consultant === '') return undefined;
  return {
    ...(draft.device === '' ? {} : { device: draft.device }),
    ...(draft.consultant === '' ? {} : { consultant: draft.consultant }),
    startsAt,
    minutes: minutes.data,
    except: id,
  };
}
