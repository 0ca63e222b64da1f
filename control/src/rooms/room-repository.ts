import { nextStage } from '@sallyport/protocol';
import type { JoinProof, PeerKind, Phase, RoomEnd } from '@sallyport/protocol';
import { sql, type Kysely, type Transaction } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { RoomPeer } from '../ports.ts';
import { isGuest, type Booking } from './room-rules.ts';
import { keepStage, lockRoom, type StoredRoom } from './stored-stage.ts';

type Db = Kysely<Database> | Transaction<Database>;

/** A seat as the database holds it. */
export interface Seat {
  participant: string;
  kind: RoomPeer['kind'];
  room: string;
}

/**
 * Reads who may join a room and when, for one who asks. The rows stay locked against a cancellation or the end of the
 * activation until the transaction ends.
 */
export async function findBooking(
  trx: Transaction<Database>,
  room: string,
  peer: Pick<RoomPeer, 'kind' | 'id'>,
  now: number,
): Promise<Booking | undefined> {
  const row = await trx
    .selectFrom('appointments')
    .select(['device', 'consultant', 'opens_at', 'closes_at', 'cancelled_at'])
    .where('id', '=', room)
    .forShare()
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const grant = await trx
    .selectFrom('grants')
    .select('id')
    .where('opened_at', 'is not', null)
    .where('ended_at', 'is', null)
    .where('open_until', '>', new Date(now))
    .where('device', '=', row.device)
    .where('appointment', '=', room)
    .forShare()
    .executeTakeFirst();
  return {
    device: row.device,
    consultant: row.consultant,
    approved: await approvedProof(trx, room, peer),
    opensAt: row.opens_at.getTime(),
    closesAt: row.closes_at.getTime(),
    cancelled: row.cancelled_at !== null,
    opened: grant !== undefined,
  };
}

/** The proof over which the consultant let a guest of the appointment in, while the guest is not gone. */
async function approvedProof(
  trx: Transaction<Database>,
  room: string,
  { kind, id }: Pick<RoomPeer, 'kind' | 'id'>,
): Promise<JoinProof | undefined> {
  if (!isGuest(kind)) return undefined;
  const row = await trx
    .selectFrom('guests')
    .select('proof')
    .where('id', '=', id)
    .where('appointment', '=', room)
    .where('kind', '=', kind)
    .where('gone_at', 'is', null)
    .forShare()
    .executeTakeFirst();
  return row?.proof ?? undefined;
}

/** Makes the room's row at the first join, and reads it, locked. */
export async function openRoom(trx: Transaction<Database>, room: string, node: string): Promise<StoredRoom> {
  await trx
    .insertInto('rooms')
    .values({ id: room, node })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const stored = await lockRoom(trx, room);
  if (stored === undefined) throw new Error('a room that was just made is not there');
  return stored;
}

/**
 * Takes a seat.
 * SECURITY: the row's unique constraints decide, so no race gives a laptop two rooms or a room two laptops (S3).
 * @returns false when the participant sits somewhere already, or the place in this room is taken
 */
export async function takeSeat(trx: Transaction<Database>, seat: Seat, at: number): Promise<boolean> {
  const taken = await trx
    .insertInto('seats')
    .values({ ...seat, taken_at: new Date(at) })
    .onConflict((conflict) => conflict.doNothing())
    .returning('participant')
    .executeTakeFirst();
  return taken !== undefined;
}

/** Frees a seat. @returns false when it was free */
export async function freeSeat(trx: Transaction<Database>, participant: string, room: string): Promise<boolean> {
  const freed = await trx
    .deleteFrom('seats')
    .where('participant', '=', participant)
    .where('room', '=', room)
    .executeTakeFirst();
  return freed.numDeletedRows > 0n;
}

/**
 * Ends a room and frees its seats.
 * @param only the one phase in which it may end so; any unless stated
 * @returns false when it had ended, or is in another phase
 */
export async function endRoom(
  trx: Transaction<Database>,
  room: string,
  { reason, at, only }: { reason: RoomEnd; at: number; only?: Phase | undefined },
): Promise<boolean> {
  const stored = await lockRoom(trx, room);
  const after = stored && nextStage(stored.stage, { type: 'ended' });
  if (stored === undefined || after === undefined) return false;
  if (only !== undefined && stored.stage.phase !== only) return false;
  await keepStage(trx, room, stored, after, at);
  await trx
    .updateTable('rooms')
    .set({ ended_at: new Date(at), end_reason: reason })
    .where('id', '=', room)
    .execute();
  await trx.deleteFrom('seats').where('room', '=', room).execute();
  return true;
}

/** When an appointment's room closes, milliseconds since the epoch; it stays so until the transaction ends. */
export async function closingTime(trx: Transaction<Database>, room: string): Promise<number | undefined> {
  const row = await trx
    .selectFrom('appointments')
    .select('closes_at')
    .where('id', '=', room)
    .forShare()
    .executeTakeFirst();
  return row?.closes_at.getTime();
}

/** Rooms of a node that have not ended, with the end of their window. */
export async function unendedRooms(db: Db, node: string): Promise<{ id: string; closesAt: number }[]> {
  const rows = await db
    .selectFrom('rooms')
    .innerJoin('appointments', 'appointments.id', 'rooms.id')
    .select(['rooms.id', 'closes_at'])
    .where('node', '=', node)
    .where('phase', '!=', 'ended')
    .execute();
  return rows.map((row) => ({ id: row.id, closesAt: row.closes_at.getTime() }));
}

/** Every seat in the rooms of a node. */
export async function seatsOn(db: Db, node: string): Promise<Seat[]> {
  return db
    .selectFrom('seats')
    .innerJoin('rooms', 'rooms.id', 'seats.room')
    .select(['participant', 'kind', 'room'])
    .where('node', '=', node)
    .execute();
}

/** Seats of laptops that are no longer open for their appointment, and of guests who are gone from theirs. */
export async function lapsedSeats(db: Db, node: string, now: number): Promise<Seat[]> {
  return db
    .selectFrom('seats')
    .innerJoin('rooms', 'rooms.id', 'seats.room')
    .select(['participant', 'kind', 'room'])
    .where('node', '=', node)
    .where('kind', '!=', 'consultant')
    .where((eb) => eb.not(eb.exists(openGrants(db, now))))
    .where((eb) => eb.not(eb.exists(presentGuests(db))))
    .execute();
}

/** The grants by which the laptop of a seat is open. */
function openGrants(db: Db, now: number) {
  return db
    .selectFrom('grants')
    .select('grants.id')
    .where('grants.device', '=', sql.ref<string>('seats.participant'))
    .where('grants.appointment', '=', sql.ref<string>('seats.room'))
    .where('opened_at', 'is not', null)
    .where('ended_at', 'is', null)
    .where('open_until', '>', new Date(now));
}

/** The guest of a seat, as long as the consultant's word for them stands. */
function presentGuests(db: Db) {
  return db
    .selectFrom('guests')
    .select('guests.id')
    .where('guests.id', '=', sql.ref<string>('seats.participant'))
    .where('guests.appointment', '=', sql.ref<string>('seats.room'))
    .where('proof', 'is not', null)
    .where('gone_at', 'is', null);
}

/** Keeps a node alive for some seconds more. */
export async function renewLease(db: Db, node: string, seconds: number): Promise<void> {
  const alive_until = sql<Date>`now() + make_interval(secs => ${seconds})`;
  await db
    .insertInto('media_nodes')
    .values({ id: node, alive_until })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ alive_until }))
    .execute();
}

/** Ends a node's lease: others may take its rooms over at once. */
export async function endLease(db: Db, node: string): Promise<void> {
  await db.deleteFrom('media_nodes').where('id', '=', node).execute();
}

/**
 * Takes the unended rooms of nodes whose lease ran out, or that never had one, over to this node.
 * @returns the rooms taken over
 */
export async function adoptRooms(trx: Transaction<Database>, node: string): Promise<string[]> {
  const alive = trx
    .selectFrom('media_nodes')
    .select('id')
    .where('alive_until', '>', sql<Date>`now()`);
  const adopted = await trx
    .updateTable('rooms')
    .set({ node })
    .where('phase', '!=', 'ended')
    .where('node', '!=', node)
    .where('node', 'not in', alive)
    .returning('id')
    .execute();
  return adopted.map((row) => row.id);
}

/** Frees every seat of a room. @returns the seats freed */
export async function freeSeatsOf(trx: Transaction<Database>, room: string): Promise<Seat[]> {
  return trx.deleteFrom('seats').where('room', '=', room).returning(['participant', 'kind', 'room']).execute();
}

/** Frees the seats of some kinds in a room. @returns the seats freed */
export async function freeSeatsOfKinds(
  trx: Transaction<Database>,
  room: string,
  kinds: readonly PeerKind[],
): Promise<Seat[]> {
  if (kinds.length === 0) return [];
  return trx
    .deleteFrom('seats')
    .where('room', '=', room)
    .where('kind', 'in', kinds)
    .returning(['participant', 'kind', 'room'])
    .execute();
}
