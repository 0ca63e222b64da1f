import type { ConsoleAppointment } from '@sallyport/protocol';
import type { Transaction } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { Appointments, Clock } from '../ports.ts';
import { readGuests, readRow, readRows } from './appointment-rows.ts';
import type { AppointmentRow, Chosen, Db, GuestRow } from './appointment-rows.ts';
import { viewOf } from './appointment-view.ts';

/** @returns appointments as the consoles show them, for the rest of control */
export function createAppointments({ clock }: { clock: Clock }): Appointments {
  return { find: (db, id) => findAppointment(db, id, clock.now()) };
}

/** Reads one appointment as the consoles show it. @param now milliseconds since the epoch */
export async function findAppointment(db: Db, id: string, now: number): Promise<ConsoleAppointment | undefined> {
  const row = await readRow(db, id);
  const [shown] = row === undefined ? [] : await withGuests(db, [row], now);
  return shown;
}

/** The same, locked against joins, grants and other changes until the transaction ends. */
export async function lockAppointment(
  trx: Transaction<Database>,
  id: string,
  now: number,
): Promise<ConsoleAppointment | undefined> {
  await trx.selectFrom('appointments').select('id').where('id', '=', id).forUpdate().execute();
  return findAppointment(trx, id, now);
}

/** Reads the appointments of a prison or of a consultant that start in a span, by start. */
export async function listAppointments(db: Db, chosen: Chosen, now: number): Promise<ConsoleAppointment[]> {
  return withGuests(db, await readRows(db, chosen), now);
}

/** Whether anybody ever joined the appointment's room. */
export async function hasRoom(trx: Transaction<Database>, id: string): Promise<boolean> {
  return (await trx.selectFrom('rooms').select('id').where('id', '=', id).executeTakeFirst()) !== undefined;
}

async function withGuests(db: Db, rows: readonly AppointmentRow[], now: number): Promise<ConsoleAppointment[]> {
  const ids = rows.map(({ id }) => id);
  const ofAppointment = new Map<string, GuestRow[]>(ids.map((id) => [id, []]));
  for (const guest of await readGuests(db, ids)) ofAppointment.get(guest.appointment)?.push(guest);
  return rows.map((row) => viewOf(row, ofAppointment.get(row.id) ?? [], now));
}
