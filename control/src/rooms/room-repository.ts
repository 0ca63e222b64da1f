import type { Phase, RoomEnd } from '@sallyport/protocol';
import { sql, type Kysely, type Transaction } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { RoomPeer } from '../ports.ts';
import type { Booking } from './room-rules.ts';

type Db = Kysely<Database> | Transaction<Database>;

/** A seat as the database holds it. */
export interface Seat {
  participant: string;
  kind: RoomPeer['kind'];
  room: string;
}

/**
 * Reads who may join a room and when. The rows stay locked against a cancellation or the end of the activation until
 * the transaction ends.
 */
export async function findBooking(trx: Transaction<Database>, room: string, now: number): Promise<Booking | undefined> {
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
    opensAt: row.opens_at.getTime(),
    closesAt: row.closes_at.getTime(),
    cancelled: row.cancelled_at !== null,
    opened: grant !== undefined,
  };
}

/** Makes the room's row at the first join, and reads it, locked. */
export async function openRoom(
  trx: Transaction<Database>,
  room: string,
  node: string,
): Promise<{ phase: Phase; node: string }> {
  await trx
    .insertInto('rooms')
    .values({ id: room, node, ended_at: null, end_reason: null })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return trx.selectFrom('rooms').select(['phase', 'node']).where('id', '=', room).forUpdate().executeTakeFirstOrThrow();
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

/** Takes a room from one phase to the next. @returns false when it is in another phase */
export async function step(trx: Transaction<Database>, room: string, from: Phase, to: Phase): Promise<boolean> {
  const stepped = await trx
    .updateTable('rooms')
    .set({ phase: to })
    .where('id', '=', room)
    .where('phase', '=', from)
    .executeTakeFirst();
  return stepped.numUpdatedRows > 0n;
}

/** Ends a room and frees its seats. @returns false when it had ended */
export async function endRoom(trx: Transaction<Database>, room: string, reason: RoomEnd, at: number): Promise<boolean> {
  await trx.deleteFrom('seats').where('room', '=', room).execute();
  const ended = await trx
    .updateTable('rooms')
    .set({ phase: 'ended', ended_at: new Date(at), end_reason: reason })
    .where('id', '=', room)
    .where('phase', '!=', 'ended')
    .executeTakeFirst();
  return ended.numUpdatedRows > 0n;
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

/** Seats of laptops that are no longer open for their appointment. */
export async function lapsedSeats(db: Db, node: string, now: number): Promise<Seat[]> {
  return db
    .selectFrom('seats')
    .innerJoin('rooms', 'rooms.id', 'seats.room')
    .select(['participant', 'kind', 'room'])
    .where('node', '=', node)
    .where('kind', '=', 'device')
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('grants')
            .select('grants.id')
            .whereRef('grants.device', '=', 'seats.participant')
            .whereRef('grants.appointment', '=', 'seats.room')
            .where('opened_at', 'is not', null)
            .where('ended_at', 'is', null)
            .where('open_until', '>', new Date(now)),
        ),
      ),
    )
    .execute();
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

/** Frees every seat of some rooms. @returns the seats freed */
export async function freeSeatsOf(trx: Transaction<Database>, rooms: string[]): Promise<Seat[]> {
  if (rooms.length === 0) return [];
  return trx.deleteFrom('seats').where('room', 'in', rooms).returning(['participant', 'kind', 'room']).execute();
}
