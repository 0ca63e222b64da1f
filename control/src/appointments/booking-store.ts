import type { AppointmentTimes, BookedDetails } from '@sallyport/protocol';
import type { Transaction } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { Db } from './appointment-rows.ts';

/**
 * Locks laptops of a prison and consultants, always in this order, so that of many bookings of one of them each sees
 * what the one before has left, and no two wait for each other. The constraints decide all the same.
 */
export async function lockBooked(
  trx: Transaction<Database>,
  prison: string,
  booked: { devices: string[]; consultants: string[] },
): Promise<void> {
  const devices = trx.selectFrom('devices').select('id').where('id', 'in', booked.devices).where('site', '=', prison);
  await devices.orderBy('id').forNoKeyUpdate().execute();
  const consultants = trx.selectFrom('people').select('id').where('id', 'in', booked.consultants);
  await consultants.orderBy('id').forNoKeyUpdate().execute();
}

/** Whether a prison has the laptop, and it is not bricked. */
export async function hasDevice(trx: Transaction<Database>, device: string, prison: string): Promise<boolean> {
  const row = await trx
    .selectFrom('devices')
    .select('id')
    .where('id', '=', device)
    .where('site', '=', prison)
    .where('share_destroyed_at', 'is', null)
    .executeTakeFirst();
  return row !== undefined;
}

/** Consultants as the rosters in force name them, by name. */
export async function listConsultants(db: Db): Promise<{ id: string; name: string; hospital: string }[]> {
  return consultants(db).orderBy('people.name').orderBy('people.id').limit(5000).execute();
}

/** Whether a roster in force names a person as a consultant. */
export async function isConsultant(trx: Transaction<Database>, person: string): Promise<boolean> {
  return (await consultants(trx).where('people.id', '=', person).executeTakeFirst()) !== undefined;
}

function consultants(db: Db) {
  return db
    .selectFrom('people')
    .innerJoin('sites', 'sites.id', 'people.site')
    .select(['people.id', 'people.name', 'sites.name as hospital'])
    .where('people.role', '=', 'consultant')
    .where('people.removed_at', 'is', null)
    .where('sites.kind', '=', 'hospital');
}

/** An appointment's own data with its times. */
type Details = Omit<BookedDetails, 'guests' | 'startsAt' | 'minutes'> & AppointmentTimes;

/** A new appointment's row. */
export interface NewAppointment extends Details {
  id: string;
  prison: string;
  bookedBy: string;
  bookedAt: number;
}

/** Keeps a new appointment. @throws when the laptop's or the consultant's exclusion constraint finds a clash */
export async function insertAppointment(trx: Transaction<Database>, appointment: NewAppointment): Promise<void> {
  const { id, prison, bookedBy } = appointment;
  await trx
    .insertInto('appointments')
    .values({
      ...{ id, prison, ...columnsOf(appointment), booked_by: bookedBy },
      ...{ booked_at: new Date(appointment.bookedAt), cancelled_at: null },
    })
    .execute();
}

/** Puts an appointment's data in place of what it was. @throws as `insertAppointment` does */
export async function updateAppointment(trx: Transaction<Database>, id: string, details: Details): Promise<void> {
  await trx
    .updateTable('appointments')
    .set((eb) => ({ ...columnsOf(details), revision: eb('revision', '+', 1) }))
    .where('id', '=', id)
    .execute();
}

function columnsOf(details: Details) {
  return {
    device: details.device,
    consultant: details.consultant,
    patient_reference: details.patientReference,
    patient_name: details.patientName,
    nhs_number: details.nhsNumber,
    starts_at: new Date(details.startsAt),
    ends_at: new Date(details.endsAt),
    opens_at: new Date(details.opensAt),
    closes_at: new Date(details.closesAt),
    extended_at: null,
  };
}

/** Marks an appointment as cancelled. */
export async function cancel(trx: Transaction<Database>, id: string, at: number): Promise<void> {
  await trx
    .updateTable('appointments')
    .set((eb) => ({ cancelled_at: new Date(at), revision: eb('revision', '+', 1) }))
    .where('id', '=', id)
    .execute();
}

/** Whether anybody sits in the appointment's room. */
export async function isOccupied(trx: Transaction<Database>, id: string): Promise<boolean> {
  const seat = await trx.selectFrom('seats').select('participant').where('room', '=', id).executeTakeFirst();
  return seat !== undefined;
}

/**
 * Whether a laptop is open for the appointment, or is being opened for it.
 * @param now milliseconds since the epoch
 */
export async function isOpenFor(trx: Transaction<Database>, appointment: string, now: number): Promise<boolean> {
  const grant = await trx
    .selectFrom('grants')
    .select('id')
    .where('appointment', '=', appointment)
    .where('ended_at', 'is', null)
    .where('open_until', '>', new Date(now))
    // A laptop that never answered holds nobody up: it gets no seat in a room that is no longer its own.
    .where((eb) => eb.or([eb('opened_at', 'is not', null), eb('end_reason', 'is', null)]))
    .executeTakeFirst();
  return grant !== undefined;
}
