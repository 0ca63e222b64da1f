import { closingExtension, fromBase64url, nextStage } from '@sallyport/protocol';
import type { AuditEntry, RoomEvent, RoomStage } from '@sallyport/protocol';
import type { Transaction } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { Answer, RoomPeer } from '../ports.ts';
import { done, refused } from './answers.ts';
import { actorOf, control, entryOf } from './entries.ts';
import type { LedgerDeps } from './room-ledger.ts';
import { freeSeatsOfKinds, type Seat } from './room-repository.ts';
import { kindsWithoutPart } from './room-rules.ts';
import { awaitsStaff, isTaken, keepStage, lockRoom, type StoredRoom } from './stored-stage.ts';

/** What people do in a room; that the laptop left and that the room ended is the ledger's. */
export type StepEvent = Exclude<RoomEvent, { type: 'laptop-left' | 'ended' }>;

/** A step that was taken. */
export interface Stepped {
  stage: RoomStage;
  /** Whoever has no part in the new phase: their seats are free. */
  putOut: Seat[];
}

const actions = {
  prepared: 'room.prepared',
  admitted: 'room.admitted',
  'name-checked': 'room.name-checked',
  'debrief-started': 'room.debrief',
  'staff-confirmed': 'room.staff-confirmed',
} as const satisfies Record<StepEvent['type'], string>;

/**
 * The steps of a consultation in the database. The contract's machine decides on each, over the locked row of the room;
 * what it gives is kept in one transaction with its audit row.
 */
export class RoomSteps {
  readonly #deps: LedgerDeps;

  constructor(deps: LedgerDeps) {
    this.#deps = deps;
  }

  /**
   * Takes a room one step on. A step that was taken before changes nothing and is no entry.
   * @returns where the room stands; `wrong-state` when the machine refuses it
   */
  async step(peer: RoomPeer, room: string, event: StepEvent): Promise<Answer<Stepped>> {
    const answer = await this.#deps.db.transaction().execute(async (trx): Promise<Answer<Stepped>> => {
      const stored = await lockRoom(trx, room);
      // SECURITY: one machine decides what may follow what, and it never goes back (S42).
      const after = stored && isAsked(stored, event) ? nextStage(stored.stage, event) : undefined;
      if (stored === undefined || after === undefined) return refused('wrong-state');
      if (isTaken(stored, after)) return { ok: true, result: { stage: after, putOut: [] } };
      await keepStage(trx, room, stored, after, this.#deps.clock.now());
      await this.#append(trx, peer, actions[event.type], room, detailOf(event, after));
      return { ok: true, result: { stage: after, putOut: await this.#putOut(trx, room, after) } };
    });
    if (answer.ok) await this.#deps.changes.publish('appointments');
    return answer;
  }

  /**
   * Keeps the nonce of the code that the laptop asks its staff for; a newer one replaces the older.
   * @param nonce 16 bytes, base64url
   * @returns `wrong-state` outside a debrief, and once staff have confirmed
   */
  async askStaff(peer: RoomPeer, room: string, nonce: string): Promise<Answer<Record<string, never>>> {
    const bytes = fromBase64url(nonce);
    if (bytes === undefined) return refused('malformed');
    const asked = await this.#deps.db.transaction().execute(async (trx) => {
      const stored = await lockRoom(trx, room);
      if (stored === undefined || !awaitsStaff(stored.stage)) return false;
      // Asked again because the answer was lost.
      if (stored.row.staff_nonce?.equals(bytes) === true) return true;
      await trx
        .updateTable('rooms')
        .set({ staff_nonce: Buffer.from(bytes) })
        .where('id', '=', room)
        .execute();
      await this.#append(trx, peer, 'room.staff-asked', room, {});
      return true;
    });
    if (!asked) return refused('wrong-state');
    await this.#deps.changes.publish('appointments');
    return done();
  }

  /**
   * Lets a room close later than booked: once, while it is open.
   * @returns when it closes now, milliseconds since the epoch; `wrong-state` when it was done before or the room has
   *   ended, `too-late` when it should have closed already
   */
  async extend(peer: RoomPeer, room: string): Promise<Answer<number>> {
    const now = this.#deps.clock.now();
    const answer = await this.#deps.db.transaction().execute(async (trx): Promise<Answer<number>> => {
      const hours = await lockHours(trx, room);
      const stored = await lockRoom(trx, room);
      if (hours === undefined || stored === undefined || stored.stage.phase === 'ended') return refused('wrong-state');
      // SECURITY: once, whoever asks however often, and never after the end (S41).
      if (hours.extended_at !== null) return refused('wrong-state');
      if (now >= hours.closes_at.getTime()) return refused('too-late');
      const closesAt = hours.closes_at.getTime() + closingExtension;
      await trx
        .updateTable('appointments')
        .set((eb) => ({
          closes_at: new Date(closesAt),
          extended_at: new Date(now),
          revision: eb('revision', '+', 1),
        }))
        .where('id', '=', room)
        .execute();
      await this.#append(trx, peer, 'room.extended', room, { closesAt });
      return { ok: true, result: closesAt };
    });
    if (answer.ok) await this.#deps.changes.publish('appointments');
    return answer;
  }

  async #putOut(trx: Transaction<Database>, room: string, { phase }: RoomStage): Promise<Seat[]> {
    const seats = await freeSeatsOfKinds(trx, room, kindsWithoutPart(phase));
    for (const { participant } of seats) {
      const detail = { reason: 'debrief', participant };
      await this.#deps.audit.append(trx, entryOf(control, 'room.left', room, detail));
    }
    return seats;
  }

  #append(
    trx: Transaction<Database>,
    peer: RoomPeer,
    action: string,
    room: string,
    detail: AuditEntry['detail'],
  ): Promise<void> {
    return this.#deps.audit.append(trx, entryOf(actorOf(peer), action, room, detail));
  }
}

/** That staff are at the laptop nobody says who has not asked them, unless it was said before. */
function isAsked({ stage, row }: StoredRoom, { type }: StepEvent): boolean {
  return type !== 'staff-confirmed' || stage.progress.staffConfirmed || row.staff_nonce !== null;
}

/** What the record says of a step: who is in the room by their part in it, never by name. */
function detailOf(event: StepEvent, { progress }: RoomStage): AuditEntry['detail'] {
  if (event.type === 'prepared') return { consent: true, present: progress.present?.join(', ') ?? '' };
  return event.type === 'name-checked' ? { by: event.by } : {};
}

function lockHours(trx: Transaction<Database>, room: string) {
  return trx
    .selectFrom('appointments')
    .select(['closes_at', 'extended_at'])
    .where('id', '=', room)
    .forUpdate()
    .executeTakeFirst();
}
