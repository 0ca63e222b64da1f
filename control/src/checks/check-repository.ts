import type { CheckReport } from '@sallyport/protocol';
import type { Kysely, Transaction } from 'kysely';
import type { Database } from '../db/schema.ts';

type Db = Kysely<Database> | Transaction<Database>;

/**
 * The appointment that people have opened a laptop for.
 * @param now milliseconds since the epoch
 * @returns undefined while it is open for none
 */
export async function openedFor(db: Db, device: string, now: number): Promise<string | undefined> {
  const row = await db
    .selectFrom('grants')
    .innerJoin('appointments', 'appointments.id', 'grants.appointment')
    .select('appointments.id')
    .where('grants.device', '=', device)
    .where('appointments.device', '=', device)
    .where('opened_at', 'is not', null)
    .where('ended_at', 'is', null)
    .where('open_until', '>', new Date(now))
    .where('cancelled_at', 'is', null)
    .orderBy('sequence', 'desc')
    .executeTakeFirst();
  return row?.id;
}

/** Whether a laptop sits in a room. */
export async function isSeated(db: Db, device: string): Promise<boolean> {
  const seat = await db.selectFrom('seats').select('participant').where('participant', '=', device).executeTakeFirst();
  return seat !== undefined;
}

/** Keeps what a check found, in place of what an earlier one of the same appointment did. @param at milliseconds since the epoch */
export async function keepCheck(
  trx: Transaction<Database>,
  { appointment, device }: { appointment: string; device: string },
  report: CheckReport,
  at: number,
): Promise<void> {
  const found = { device, report: JSON.stringify(report), at: new Date(at) };
  await trx
    .insertInto('device_checks')
    .values({ appointment, ...found })
    .onConflict((conflict) => conflict.column('appointment').doUpdateSet(found))
    .execute();
}
