import type { ConsoleAppointment } from '@sallyport/protocol';
import { bookedOf, bookingFields } from './booking.ts';
import type { Booked, BookingDraft, BookingField } from './booking.ts';

/** A field that somebody else changed while this form was open. */
export interface Difference {
  field: BookingField;
  /** What it was when this form was filled. */
  was: string;
  /** What the other person set. */
  theirs: string;
}

/** A form that changes an appointment. */
export interface ChangeDraft {
  /** The appointment as it stands, as far as this form knows. */
  base: Booked;
  /** What will be saved. */
  fields: BookingDraft;
  /** What somebody else changed meanwhile, in the order of the form. */
  differences: readonly Difference[];
  /** Somebody else cancelled it meanwhile. */
  isCancelled: boolean;
}

/** A form for an appointment as it stands. */
export function changeOf(appointment: ConsoleAppointment): ChangeDraft {
  const base = bookedOf(appointment);
  return { base, fields: base.fields, differences: [], isCancelled: appointment.cancelledAt !== null };
}

/**
 * Brings together what is typed here and what somebody else has saved meanwhile. What was not touched here becomes theirs;
 * what both changed stays as typed here; each is listed, so that the person decides.
 */
export function meet(mine: ChangeDraft, appointment: ConsoleAppointment): ChangeDraft {
  const base = bookedOf(appointment);
  const fields = { ...mine.fields };
  const differences: Difference[] = [];
  for (const field of bookingFields) {
    const earlier = mine.differences.find((difference) => difference.field === field);
    const before = mine.base.fields[field];
    const theirs = base.fields[field];
    const was = earlier?.was ?? before;
    const bothTheSame = fields[field] !== before && fields[field] === theirs;
    if (fields[field] === before) fields[field] = theirs;
    // SECURITY: what somebody else changed is shown before anything is saved over it (S37).
    if (theirs !== was && !bothTheSame) differences.push({ field, was, theirs });
  }
  return { base, fields, differences, isCancelled: appointment.cancelledAt !== null };
}

/** Whether what would be saved is what already stands. */
export function isSaved({ base, fields }: ChangeDraft): boolean {
  return bookingFields.every((field) => base.fields[field] === fields[field]);
}

/** The form with a field set. */
export function withField(change: ChangeDraft, field: BookingField, value: string): ChangeDraft {
  return { ...change, fields: { ...change.fields, [field]: value } };
}

/** The form with everything that somebody else changed as they have it. */
export function withTheirs(change: ChangeDraft): ChangeDraft {
  const theirs = Object.fromEntries(change.differences.map(({ field, theirs: value }) => [field, value]));
  return { ...change, fields: { ...change.fields, ...theirs } };
}
