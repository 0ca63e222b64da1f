import { sql, type Kysely, type RawBuilder, type SelectQueryBuilder, type Transaction } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { Consultation } from './consultation.ts';
import type { Bound, Moment } from './search-dates.ts';

type Db = Kysely<Database> | Transaction<Database>;

/** Which consultations are wanted; all of it must hold. */
export interface ConsultationFilter {
  /** SECURITY: whose; there is no way to ask without one (S43). */
  prison: string;
  id?: string;
  starts?: readonly Bound[];
  changed?: readonly Bound[];
}

/** Where in the order of start and id a page begins: after this one. */
export interface PageMark {
  startsAt: number;
  id: string;
}

/** Reads one consultation of a prison. @param now milliseconds since the epoch */
export async function findConsultation(
  db: Db,
  of: { prison: string; id: string },
  now: number,
): Promise<Consultation | undefined> {
  const [found] = await consultationsOf(db, filtered(db, of, now), now);
  return found;
}

/** Reads a page of a prison's consultations by start, and how many there are in all. */
export async function listConsultations(
  db: Db,
  filter: ConsultationFilter,
  page: { count: number; after: PageMark | undefined },
  now: number,
): Promise<{ consultations: Consultation[]; total: number }> {
  const matching = filtered(db, filter, now);
  const { total } = await matching.select(({ fn }) => fn.countAll<string>().as('total')).executeTakeFirstOrThrow();
  const { after } = page;
  const from =
    after === undefined
      ? matching
      : matching.where(sql<boolean>`(starts_at, appointments.id) > (${new Date(after.startsAt)}, ${after.id}::uuid)`);
  const ordered = from.orderBy('starts_at').orderBy('appointments.id').limit(page.count);
  return { consultations: await consultationsOf(db, ordered, now), total: Number(total) };
}

function joined(db: Db) {
  return db
    .selectFrom('appointments')
    .innerJoin('sites as prisons', 'prisons.id', 'appointments.prison')
    .innerJoin('devices', 'devices.id', 'appointments.device')
    .innerJoin('people as consultants', 'consultants.id', 'appointments.consultant')
    .innerJoin('sites as hospitals', 'hospitals.id', 'consultants.site')
    .leftJoin('rooms', 'rooms.id', 'appointments.id')
    .leftJoin('next_steps', 'next_steps.appointment', 'appointments.id')
    .leftJoin('seats', (join) => join.onRef('seats.room', '=', 'appointments.id').on('seats.kind', '=', 'device'));
}

type Joined =
  ReturnType<typeof joined> extends SelectQueryBuilder<infer DB, infer TB, unknown>
    ? SelectQueryBuilder<DB, TB, unknown>
    : never;

function filtered(db: Db, { prison, id, starts = [], changed = [] }: ConsultationFilter, now: number): Joined {
  // SECURITY: another prison's consultations do not exist for the caller, whatever is asked (S43).
  const own = joined(db).where('appointments.prison', '=', prison) as Joined;
  const one = id === undefined ? own : own.where('appointments.id', '=', id);
  const bounds = [
    ...starts.map((bound) => within(sql`starts_at`, bound)),
    ...changed.map((bound) => within(changedAt(now), bound)),
  ];
  return bounds.reduce<Joined>((query, bound) => query.where(bound), one);
}

/**
 * When anything of an appointment last changed: its newest entry on the record, all of which name it as their subject; or the
 * end of its time, when nobody ever came.
 */
function changedAt(now: number): RawBuilder<Date> {
  const recorded = sql`coalesce((select max(audit.at) from audit where audit.subject = appointments.id), booked_at)`;
  const isMissed = sql`rooms.id is null and cancelled_at is null and closes_at <= ${new Date(now)}`;
  return sql<Date>`greatest(${recorded}, case when ${isMissed} then closes_at end)`;
}

function within(column: RawBuilder<unknown>, { comparison, moment }: Bound): RawBuilder<boolean> {
  switch (comparison) {
    case 'eq':
      return sql<boolean>`(${column} >= ${startOf(moment)} and ${column} < ${endOf(moment)})`;
    case 'ge':
      return sql<boolean>`${column} >= ${startOf(moment)}`;
    case 'gt':
      return sql<boolean>`${column} >= ${endOf(moment)}`;
    case 'lt':
      return sql<boolean>`${column} < ${startOf(moment)}`;
    case 'le':
      return sql<boolean>`${column} < ${endOf(moment)}`;
    default:
      return comparison satisfies never;
  }
}

/** A day without a zone is a day in London, also when its clocks change. */
function startOf(moment: Moment): RawBuilder<Date> {
  if ('day' in moment) return sql<Date>`(${moment.day}::date::timestamp at time zone 'Europe/London')`;
  return sql<Date>`${new Date(moment.from)}::timestamptz`;
}

function endOf(moment: Moment): RawBuilder<Date> {
  if ('day' in moment) return sql<Date>`((${moment.day}::date + 1)::timestamp at time zone 'Europe/London')`;
  return sql<Date>`${new Date(moment.to)}::timestamptz`;
}

async function consultationsOf(db: Db, query: Joined, now: number): Promise<Consultation[]> {
  const rows = await selected(query, now).execute();
  const guests = await guestsOf(
    db,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => toConsultation(row, guests.get(row.id) ?? []));
}

function selected(query: Joined, now: number) {
  return query
    .selectAll('appointments')
    .select([
      'prisons.name as prison_name',
      'devices.name as device_name',
      'consultants.name as consultant_name',
      'hospitals.id as hospital',
      'hospitals.name as hospital_name',
      'rooms.phase',
      'rooms.admitted_at',
      'rooms.ended_at',
      'rooms.end_reason',
      'seats.participant as seated',
      'next_steps.steps',
      'next_steps.recorded_at',
      'next_steps.acknowledged_at',
      changedAt(now).as('changed_at'),
    ]);
}

type Row = Awaited<ReturnType<ReturnType<typeof selected>['executeTakeFirstOrThrow']>>;

async function guestsOf(db: Db, appointments: string[]): Promise<Map<string, Consultation['guests'][number][]>> {
  if (appointments.length === 0) return new Map();
  const rows = await db
    .selectFrom('guests')
    .select(['appointment', 'kind', 'name'])
    .where('appointment', 'in', appointments)
    .orderBy('kind')
    .execute();
  const guests = new Map<string, Consultation['guests'][number][]>();
  for (const { appointment, kind, name } of rows) {
    guests.set(appointment, [...(guests.get(appointment) ?? []), { kind, name }]);
  }
  return guests;
}

function toConsultation(row: Row, guests: Consultation['guests']): Consultation {
  return {
    id: row.id,
    prison: { id: row.prison, name: row.prison_name },
    hospital: { id: row.hospital, name: row.hospital_name },
    device: { id: row.device, name: row.device_name },
    consultant: { id: row.consultant, name: row.consultant_name },
    patient: { reference: row.patient_reference, name: row.patient_name, nhsNumber: row.nhs_number },
    guests,
    startsAt: row.starts_at.getTime(),
    endsAt: row.ends_at.getTime(),
    closesAt: row.closes_at.getTime(),
    bookedAt: row.booked_at.getTime(),
    cancelledAt: timeOf(row.cancelled_at),
    room: roomOf(row),
    nextSteps: nextStepsOf(row),
    changedAt: row.changed_at.getTime(),
  };
}

function roomOf(row: Row): Consultation['room'] {
  if (row.phase === null) return null;
  return {
    phase: row.phase,
    laptopIsThere: row.seated !== null,
    admittedAt: timeOf(row.admitted_at),
    endedAt: timeOf(row.ended_at),
    endReason: row.end_reason,
  };
}

function nextStepsOf(row: Row): Consultation['nextSteps'] {
  if (row.steps === null || row.recorded_at === null) return null;
  return { steps: row.steps, recordedAt: row.recorded_at.getTime(), acknowledgedAt: timeOf(row.acknowledged_at) };
}

function timeOf(at: Date | null): number | null {
  return at?.getTime() ?? null;
}
