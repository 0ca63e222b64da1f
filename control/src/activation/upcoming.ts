import type { UpcomingAppointment } from '@sallyport/protocol';
import type { Kysely } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { Booking } from './bookings.ts';

/** How far ahead an opened laptop shows its next appointments, ms … */
const shownAhead = 24 * 60 * 60_000;
/** … and how many at the most. */
const mostShown = 8;

/**
 * A laptop's next appointments besides the one it is opened for, by start: those that begin within a day or are under way, and are not over.
 * @param now milliseconds since the Unix epoch
 */
export async function upcomingFor(
  db: Kysely<Database>,
  { device, prison, appointment }: Pick<Booking, 'device' | 'prison' | 'appointment'>,
  now: number,
): Promise<UpcomingAppointment[]> {
  const rows = await db
    .selectFrom('appointments')
    .innerJoin('people', 'people.id', 'appointments.consultant')
    .leftJoin('rooms', 'rooms.id', 'appointments.id')
    .select(['appointments.id', 'patient_reference', 'starts_at', 'ends_at', 'people.name as consultant'])
    // SECURITY: a laptop learns of its own appointments and of no others (S15).
    .where('device', '=', device.id)
    .where('prison', '=', prison)
    .where('appointments.id', '!=', appointment.id)
    .where('cancelled_at', 'is', null)
    .where('rooms.ended_at', 'is', null)
    .where('ends_at', '>', new Date(now))
    .where('starts_at', '<=', new Date(now + shownAhead))
    .orderBy('starts_at')
    .limit(mostShown)
    .execute();
  return rows.map(({ id, patient_reference: patientReference, consultant, starts_at: starts, ends_at: ends }) => ({
    ...{ id, patientReference, consultant },
    startsAt: starts.getTime(),
    endsAt: ends.getTime(),
  }));
}
