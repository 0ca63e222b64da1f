import type { Kysely, Selectable, Transaction } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { GuestsTable } from '../db/consultation-tables.ts';

export type Db = Kysely<Database> | Transaction<Database>;

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
    .leftJoin('device_checks', (join) =>
      join
        .onRef('device_checks.appointment', '=', 'appointments.id')
        // What another laptop measured says nothing of the one that is booked now.
        .onRef('device_checks.device', '=', 'appointments.device'),
    )
    .leftJoin('next_steps', 'next_steps.appointment', 'appointments.id')
    .leftJoin('people as acknowledgers', 'acknowledgers.id', 'next_steps.acknowledged_by')
    .selectAll('appointments')
    .select(['prisons.name as prison_name', 'devices.name as device_name'])
    .select(['consultants.name as consultant_name', 'hospitals.name as hospital_name'])
    .select(['rooms.id as room', 'rooms.phase', 'rooms.present', 'rooms.end_reason', 'rooms.staff_nonce'])
    .select(['rooms.laptop_checked_name_at', 'rooms.consultant_checked_name_at', 'rooms.staff_confirmed_at'])
    .select(['seats.taken_at', 'device_checks.report', 'device_checks.at as checked_at'])
    .select(['next_steps.steps', 'next_steps.recorded_at', 'next_steps.acknowledged_at'])
    .select(['acknowledgers.name as acknowledged_name']);
}

export type AppointmentRow = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>;
export type GuestRow = Selectable<GuestsTable>;

/** Reads an appointment with everything that is known of it and its room, but its guests. */
export function readRow(db: Db, id: string): Promise<AppointmentRow | undefined> {
  return select(db).where('appointments.id', '=', id).executeTakeFirst();
}

/** Whose appointments are read, and in which span they start, milliseconds since the epoch. */
export interface Chosen {
  whose: { prison: string } | { consultant: string };
  span: { from: number; to: number };
}

/** Reads the appointments of a prison or of a consultant that start in a span, by start. */
export function readRows(db: Db, { whose, span }: Chosen): Promise<AppointmentRow[]> {
  const [column, id] =
    'prison' in whose ? ['prison' as const, whose.prison] : ['consultant' as const, whose.consultant];
  return select(db)
    .where(`appointments.${column}`, '=', id)
    .where('starts_at', '>=', new Date(span.from))
    .where('starts_at', '<', new Date(span.to))
    .orderBy('starts_at')
    .orderBy('appointments.id')
    .limit(longestList)
    .execute();
}

/** Reads the guests of appointments, by kind. */
export function readGuests(db: Db, appointments: readonly string[]): Promise<GuestRow[]> {
  if (appointments.length === 0) return Promise.resolve([]);
  return db.selectFrom('guests').selectAll().where('appointment', 'in', appointments).orderBy('kind').execute();
}
