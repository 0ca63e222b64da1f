// Consultations as rows of a test database, for tests of what reads them.
import { randomUUID } from 'node:crypto';
import type { Insertable, Kysely } from 'kysely';
import { timesOf } from '@sallyport/protocol';
import type { AppointmentsTable, RoomsTable } from './db/consultation-tables.ts';
import type { Database } from './db/schema.ts';

const minute = 60_000;

/** A prison with one nurse, a hospital with one consultant, and their sites' names. */
export interface TestSites {
  prison: string;
  hospital: string;
  nurse: string;
  consultant: string;
}

/** Writes two sites and two people. */
export async function insertSites(
  db: Kysely<Database>,
  names: { prison: string; hospital: string },
): Promise<TestSites> {
  const sites: TestSites = {
    prison: randomUUID(),
    hospital: randomUUID(),
    nurse: randomUUID(),
    consultant: randomUUID(),
  };
  await db
    .insertInto('sites')
    .values([
      { id: sites.prison, kind: 'prison', name: names.prison },
      { id: sites.hospital, kind: 'hospital', name: names.hospital },
    ])
    .execute();
  await db
    .insertInto('people')
    .values([
      { id: sites.nurse, name: 'Nia Nurse', role: 'healthcare', site: sites.prison },
      { id: sites.consultant, name: 'Dr Rao', role: 'consultant', site: sites.hospital },
    ])
    .execute();
  return sites;
}

/** Writes a laptop of a site. @returns its id and name */
export async function insertLaptop(db: Kysely<Database>, site: string): Promise<{ id: string; name: string }> {
  const [id, name] = [randomUUID(), `HB-${randomUUID().slice(0, 8)}`];
  const keys = { public_key: Buffer.alloc(91), sealing_key: Buffer.alloc(65) };
  await db
    .insertInto('devices')
    .values({ id, name, site, ...keys })
    .execute();
  return { id, name };
}

/** Writes an appointment of so many minutes. @param startsAt milliseconds since the epoch. @returns its id */
export async function insertAppointment(
  db: Kysely<Database>,
  { prison, consultant, nurse }: TestSites,
  {
    device,
    startsAt,
    minutes = 20,
    ...changes
  }: { device: string; startsAt: number; minutes?: number } & Changed<AppointmentsTable>,
): Promise<string> {
  const id = randomUUID();
  const times = timesOf(startsAt, minutes);
  await db
    .insertInto('appointments')
    .values({
      ...{ id, prison, device, consultant, booked_by: nurse },
      ...{ patient_reference: 'A1234BC', patient_name: 'Ann Example', nhs_number: null },
      ...{ starts_at: new Date(times.startsAt), ends_at: new Date(times.endsAt) },
      ...{ opens_at: new Date(times.opensAt), closes_at: new Date(times.closesAt) },
      ...{ extended_at: null, cancelled_at: null },
      ...changes,
    })
    .execute();
  return id;
}

/** Writes the grant by which a laptop was opened for an appointment, ten minutes ago, until an hour from now. */
export async function insertGrant(
  db: Kysely<Database>,
  { nurse }: TestSites,
  { device, appointment, now }: { device: string; appointment: string; now: number },
): Promise<string> {
  const id = randomUUID();
  const statement = { sequence: 1, statement: Buffer.alloc(1), approval: '{}' };
  await db
    .insertInto('grants')
    .values({
      ...{ id, device, appointment, approved_by: nurse, ...statement, ended_at: null, end_reason: null },
      ...{ opened_at: new Date(now - 10 * minute), open_until: new Date(now + 60 * minute) },
    })
    .execute();
  return id;
}

/** Writes the room of an appointment: waiting, and nothing done in it, unless the changes say otherwise. */
export async function insertRoom(
  db: Kysely<Database>,
  appointment: string,
  changes: Changed<RoomsTable> = {},
): Promise<void> {
  const nothingYet = { present: null, laptop_checked_name_at: null, consultant_checked_name_at: null };
  const nobody = { staff_nonce: null, staff_confirmed_at: null, admitted_at: null, ended_at: null, end_reason: null };
  await db
    .insertInto('rooms')
    .values({ id: appointment, node: randomUUID(), ...nothingYet, ...nobody, ...changes })
    .execute();
}

type Changed<T> = Partial<Omit<Insertable<T>, 'id'>>;
