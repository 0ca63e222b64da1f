import type { ConsoleAppointment, NextStep } from '@sallyport/protocol';
import type { Kysely, Transaction } from 'kysely';
import type { Database } from '../db/schema.ts';
import { shownPhase, type Times } from './appointment-rules.ts';

type Db = Kysely<Database> | Transaction<Database>;

/** Most appointments one list holds; the contract's own limit. */
const longestList = 1000;

function select(db: Db) {
  return db
    .selectFrom('appointments')
    .innerJoin('sites as prisons', 'prisons.id', 'appointments.prison')
    .innerJoin('devices', 'devices.id', 'appointments.device')
    .innerJoin('people as consultants', 'consultants.id', 'appointments.consultant')
    .innerJoin('sites as hospitals', 'hospitals.id', 'consultants.site')
    .leftJoin('rooms', 'rooms.id', 'appointments.id')
    .leftJoin('seats', (join) => join.onRef('seats.room', '=', 'appointments.id').on('seats.kind', '=', 'device'))
    .leftJoin('next_steps', 'next_steps.appointment', 'appointments.id')
    .leftJoin('people as acknowledgers', 'acknowledgers.id', 'next_steps.acknowledged_by')
    .selectAll('appointments')
    .select([
      'prisons.name as prison_name',
      'devices.name as device_name',
      'consultants.name as consultant_name',
      'hospitals.name as hospital_name',
      'rooms.phase',
      'seats.taken_at',
      'next_steps.steps',
      'next_steps.recorded_at',
      'next_steps.acknowledged_at',
      'acknowledgers.name as acknowledged_name',
    ]);
}

type Row = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>;

/** Reads one appointment as the consoles show it. @param now milliseconds since the epoch */
export async function findAppointment(db: Db, id: string, now: number): Promise<ConsoleAppointment | undefined> {
  const row = await select(db).where('appointments.id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : toConsole(row, now);
}

/** Reads the appointments of a prison or of a consultant that start in a span, by start. */
export async function listAppointments(
  db: Db,
  whose: { prison: string } | { consultant: string },
  span: { from: number; to: number },
  now: number,
): Promise<ConsoleAppointment[]> {
  const [column, id] =
    'prison' in whose ? ['prison' as const, whose.prison] : ['consultant' as const, whose.consultant];
  const rows = await select(db)
    .where(`appointments.${column}`, '=', id)
    .where('starts_at', '>=', new Date(span.from))
    .where('starts_at', '<', new Date(span.to))
    .orderBy('starts_at')
    .orderBy('appointments.id')
    .limit(longestList)
    .execute();
  return rows.map((row) => toConsole(row, now));
}

/** Locks an appointment against joins and other changes until the transaction ends. @returns whether it is there */
export async function lockAppointment(trx: Transaction<Database>, id: string): Promise<boolean> {
  const row = await trx.selectFrom('appointments').select('id').where('id', '=', id).forUpdate().executeTakeFirst();
  return row !== undefined;
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

/** A new appointment's row. */
export interface NewAppointment extends Times {
  id: string;
  prison: string;
  device: string;
  consultant: string;
  patientReference: string;
  bookedBy: string;
  bookedAt: number;
}

/** Keeps a new appointment. @throws when the laptop's or the consultant's exclusion constraint finds a clash */
export async function insertAppointment(trx: Transaction<Database>, appointment: NewAppointment): Promise<void> {
  const { id, prison, device, consultant, patientReference, bookedBy } = appointment;
  await trx
    .insertInto('appointments')
    .values({
      id,
      prison,
      device,
      consultant,
      patient_reference: patientReference,
      starts_at: new Date(appointment.startsAt),
      ends_at: new Date(appointment.endsAt),
      opens_at: new Date(appointment.opensAt),
      closes_at: new Date(appointment.closesAt),
      booked_by: bookedBy,
      booked_at: new Date(appointment.bookedAt),
      cancelled_at: null,
    })
    .execute();
}

/** Marks an appointment as cancelled. */
export async function cancel(trx: Transaction<Database>, id: string, at: number): Promise<void> {
  await trx
    .updateTable('appointments')
    .set({ cancelled_at: new Date(at) })
    .where('id', '=', id)
    .execute();
}

/** Whether anybody sits in the appointment's room. */
export async function isOccupied(trx: Transaction<Database>, id: string): Promise<boolean> {
  const seat = await trx.selectFrom('seats').select('participant').where('room', '=', id).executeTakeFirst();
  return seat !== undefined;
}

/** Keeps next steps, once: what staff act on never changes under them. @returns false when there are some already */
export async function putNextSteps(
  trx: Transaction<Database>,
  appointment: string,
  by: string,
  steps: NextStep[],
  at: number,
): Promise<boolean> {
  const contents = { steps: JSON.stringify(steps), recorded_by: by, recorded_at: new Date(at) };
  const put = await trx
    .insertInto('next_steps')
    .values({ appointment, ...contents, acknowledged_by: null, acknowledged_at: null })
    .onConflict((conflict) => conflict.column('appointment').doNothing())
    .returning('appointment')
    .executeTakeFirst();
  return put !== undefined;
}

/** Acknowledges next steps once. @returns false when there are none that wait for it */
export async function acknowledge(
  trx: Transaction<Database>,
  appointment: string,
  by: string,
  at: number,
): Promise<boolean> {
  const done = await trx
    .updateTable('next_steps')
    .set({ acknowledged_by: by, acknowledged_at: new Date(at) })
    .where('appointment', '=', appointment)
    .where('acknowledged_at', 'is', null)
    .executeTakeFirst();
  return done.numUpdatedRows > 0n;
}

function toConsole(row: Row, now: number): ConsoleAppointment {
  return {
    id: row.id,
    patientReference: row.patient_reference,
    prison: { id: row.prison, name: row.prison_name },
    device: { id: row.device, name: row.device_name },
    consultant: { id: row.consultant, name: row.consultant_name, hospital: row.hospital_name },
    startsAt: row.starts_at.getTime(),
    endsAt: row.ends_at.getTime(),
    opensAt: row.opens_at.getTime(),
    closesAt: row.closes_at.getTime(),
    phase: shownPhase(row.phase, row.closes_at.getTime(), now),
    cancelledAt: row.cancelled_at?.getTime() ?? null,
    waitingSince: row.taken_at?.getTime() ?? null,
    nextSteps: nextStepsOf(row),
  };
}

function nextStepsOf(row: Row): ConsoleAppointment['nextSteps'] {
  if (row.steps === null || row.recorded_at === null) return null;
  const acknowledged =
    row.acknowledged_at === null || row.acknowledged_name === null
      ? null
      : { by: row.acknowledged_name, at: row.acknowledged_at.getTime() };
  return { steps: row.steps, recordedAt: row.recorded_at.getTime(), acknowledged };
}
