import type { GuestView, JoinProof } from '@sallyport/protocol';
import type { Kysely, Transaction } from 'kysely';
import { guestStateOf } from '../db/guest-state.ts';
import type { Database } from '../db/schema.ts';

type Db = Kysely<Database> | Transaction<Database>;
type Trx = Transaction<Database>;

function select(db: Db) {
  return db
    .selectFrom('guests')
    .innerJoin('appointments', 'appointments.id', 'guests.appointment')
    .innerJoin('people as consultants', 'consultants.id', 'appointments.consultant')
    .innerJoin('sites as hospitals', 'hospitals.id', 'consultants.site')
    .innerJoin('sites as prisons', 'prisons.id', 'appointments.prison')
    .leftJoin('rooms', 'rooms.id', 'appointments.id')
    .selectAll('guests')
    .select(['appointments.prison', 'appointments.consultant', 'appointments.cancelled_at'])
    .select(['starts_at', 'ends_at', 'opens_at', 'closes_at', 'rooms.phase', 'hospitals.id as hospital'])
    .select(['consultants.name as consultant_name', 'hospitals.name as hospital_name', 'prisons.name as prison_name']);
}

/** A guest with the appointment they are named on. */
export type GuestRow = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>;

/** Reads a guest of an appointment. */
export function findGuest(
  db: Db,
  { appointment, guest }: { appointment: string; guest: string },
): Promise<GuestRow | undefined> {
  return select(db).where('guests.id', '=', guest).where('guests.appointment', '=', appointment).executeTakeFirst();
}

/** The same, locked: nobody else changes the guest until the transaction ends. */
export function lockGuest(
  trx: Trx,
  { appointment, guest }: { appointment: string; guest: string },
): Promise<GuestRow | undefined> {
  return select(trx)
    .where('guests.id', '=', guest)
    .where('guests.appointment', '=', appointment)
    .forUpdate('guests')
    .executeTakeFirst();
}

/** Reads, locked, the guest whose link is out. @param link the digest of its token */
export function lockByLink(trx: Trx, link: Buffer): Promise<GuestRow | undefined> {
  return select(trx).where('guests.link', '=', link).forUpdate('guests').executeTakeFirst();
}

/** Reads the guest of a browser. @param browser the digest of its cookie */
export function findByBrowser(db: Db, browser: Buffer): Promise<GuestRow | undefined> {
  return select(db).where('guests.browser', '=', browser).executeTakeFirst();
}

const nobody = { browser: null, media_key: null, entered_at: null, proof: null, gone_at: null };

/** Gives a link out; whoever came by an earlier one is guest no more. */
export async function putLink(
  trx: Trx,
  guest: string,
  given: { link: Buffer; code: Buffer; expiresAt: number },
): Promise<void> {
  const { link, code } = given;
  const out = { link, code, wrong_codes: 0, link_expires_at: new Date(given.expiresAt) };
  await trx
    .updateTable('guests')
    .set({ ...nobody, ...out })
    .where('id', '=', guest)
    .execute();
}

/** Counts a wrong code. @param isLast voids the link */
export async function countWrongCode(trx: Trx, { id, wrong_codes }: GuestRow, isLast: boolean): Promise<void> {
  const counted = { wrong_codes: wrong_codes + 1 };
  await trx
    .updateTable('guests')
    .set(isLast ? { ...counted, link: null, code: null } : counted)
    .where('id', '=', id)
    .execute();
}

/** Uses a link up: the browser that knew its code is the guest's from now on. */
export async function useLink(
  trx: Trx,
  guest: string,
  by: { browser: Buffer; mediaKey: string; at: number },
): Promise<void> {
  await trx
    .updateTable('guests')
    .set({ link: null, code: null, browser: by.browser, media_key: by.mediaKey, entered_at: new Date(by.at) })
    .where('id', '=', guest)
    .execute();
}

/** Keeps the join that the consultant approved. */
export async function putProof(trx: Trx, guest: string, proof: JoinProof): Promise<void> {
  await trx
    .updateTable('guests')
    .set({ proof: JSON.stringify(proof) })
    .where('id', '=', guest)
    .execute();
}

/** The guest of a browser leaves for good. @returns the guest, or undefined when there was none to leave */
export function putGone(
  trx: Trx,
  browser: Buffer,
  at: number,
): Promise<Pick<GuestRow, 'id' | 'name' | 'kind' | 'appointment'> | undefined> {
  return trx
    .updateTable('guests')
    .set({ gone_at: new Date(at) })
    .where('browser', '=', browser)
    .where('gone_at', 'is', null)
    .returning(['id', 'name', 'kind', 'appointment'])
    .executeTakeFirst();
}

/** Where a guest stands. @param now milliseconds since the epoch */
export function stateOf(row: GuestRow, now: number): GuestView['guest']['state'] {
  return guestStateOf(row, { over: isOver(row, now), now });
}

/** Whether there is no part left for a guest: the appointment is over, or only its debrief is to come and it is for staff. */
function isOver({ cancelled_at, closes_at, phase, kind }: GuestRow, now: number): boolean {
  if (cancelled_at !== null || now >= closes_at.getTime() || phase === 'ended') return true;
  // SECURITY: an interpreter has no part in the debrief (S39).
  return phase === 'debrief' && kind === 'interpreter';
}

/** What the guest's own page shows. */
export function viewOf(row: GuestRow, now: number): GuestView {
  return {
    guest: { id: row.id, kind: row.kind, name: row.name, state: stateOf(row, now) },
    appointment: {
      id: row.appointment,
      consultant: { name: row.consultant_name, hospital: row.hospital_name },
      prison: row.prison_name,
      startsAt: row.starts_at.getTime(),
      opensAt: row.opens_at.getTime(),
      closesAt: row.closes_at.getTime(),
    },
    now,
  };
}
