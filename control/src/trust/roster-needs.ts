import { maxRosters } from '@sallyport/protocol';
import type { Kysely } from 'kysely';
import type { Database } from '../db/schema.ts';

/** A laptop holds the rosters of hospitals it is booked to call within this time, ms. */
const bookedAhead = 14 * 24 * 60 * 60_000;

/** The sites whose rosters a laptop should hold: its own, then the hospitals of its coming appointments, soonest first. */
export async function sitesFor(
  db: Kysely<Database>,
  device: { id: string; site: string },
  now: number,
): Promise<string[]> {
  const rows = await coming(db, now)
    .where('appointments.device', '=', device.id)
    .select((eb) => ['people.site', eb.fn.min('appointments.starts_at').as('first')])
    .groupBy('people.site')
    .orderBy('first')
    .limit(maxRosters)
    .execute();
  const hospitals = rows.map(({ site }) => site).filter((site) => site !== null);
  return [...new Set([device.site, ...hospitals])].slice(0, maxRosters);
}

/** The laptops that should hold a site's roster. */
export async function devicesFor(db: Kysely<Database>, site: string, now: number): Promise<Set<string>> {
  const own = await db.selectFrom('devices').select('id').where('site', '=', site).execute();
  const booked = await coming(db, now)
    .where('people.site', '=', site)
    .select('appointments.device as id')
    .distinct()
    .execute();
  return new Set([...own, ...booked].map(({ id }) => id));
}

function coming(db: Kysely<Database>, now: number) {
  return db
    .selectFrom('appointments')
    .innerJoin('people', 'people.id', 'appointments.consultant')
    .where('appointments.cancelled_at', 'is', null)
    .where('appointments.closes_at', '>', new Date(now))
    .where('appointments.starts_at', '<', new Date(now + bookedAhead));
}
