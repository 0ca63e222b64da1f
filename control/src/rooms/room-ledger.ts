import type { Phase, Refusal, RoomEnd, RoomRequestMethod, RoomStage } from '@sallyport/protocol';
import type { Kysely, Transaction } from 'kysely';
import { isDeepStrictEqual } from 'node:util';
import type { Database } from '../db/schema.ts';
import type { Answer, Audit, Changes, Clock, RoomPeer } from '../ports.ts';
import { refused } from './answers.ts';
import { actorOf, control, entryOf } from './entries.ts';
import { keepJoin, type ProvedJoin } from './proved-joins.ts';
import {
  adoptRooms,
  closingTime,
  endRoom,
  findBooking,
  freeSeat,
  freeSeatsOf,
  openRoom,
  takeSeat,
} from './room-repository.ts';
import { isGuest, joinRefusal, phaseRefusal, type Booking } from './room-rules.ts';
import { forgetStaff, lockRoom, type StoredRoom } from './stored-stage.ts';

export interface LedgerDeps {
  db: Kysely<Database>;
  audit: Audit;
  changes: Changes;
  clock: Clock;
  /** This node's id. */
  node: string;
}

/** Seconds after which a room whose node died may have been taken over. */
const takeover = 5;

/** What a join that was granted needs to know of the room. */
export interface Joined {
  stage: RoomStage;
  /** Milliseconds since the epoch. */
  closesAt: number;
}

/** How a room ends. */
export interface Ending {
  reason: RoomEnd;
  /** Who ends it; control when nobody is named. */
  by?: RoomPeer | undefined;
  /** The one phase in which it may end so; any unless stated. */
  only?: Phase | undefined;
}

/** Seats and ends of rooms in the database: each act in one transaction with its audit row. */
export class RoomLedger {
  readonly #deps: LedgerDeps;

  constructor(deps: LedgerDeps) {
    this.#deps = deps;
  }

  /** Why a peer may not join a room, before it proves anything. @returns undefined when nothing speaks against it yet */
  async refusalOf(peer: RoomPeer, room: string): Promise<Refusal | undefined> {
    const { db, clock } = this.#deps;
    const now = clock.now();
    const booking = await db.transaction().execute((trx) => findBooking(trx, room, peer, now));
    return joinRefusal(booking, peer, now);
  }

  /**
   * Seats a peer that has proved who it is.
   * @returns where the room stands and when it closes, or why not
   */
  async join(peer: RoomPeer, room: string, join: ProvedJoin): Promise<Answer<Joined>> {
    const now = this.#deps.clock.now();
    const answer = await this.#deps.db.transaction().execute(async (trx): Promise<Answer<Joined>> => {
      const booking = await findBooking(trx, room, peer, now);
      const refusal = joinRefusal(booking, peer, now);
      if (booking === undefined || refusal !== undefined) {
        return { ok: false, refusal: refusal ?? { reason: 'not-found' } };
      }
      // SECURITY: a guest's place is the one the consultant last approved, by the key of that browser alone (S38).
      if (!isApproved(booking, peer, join)) return refused('unverified');
      const entered = await this.#enter(trx, peer, room);
      if (!entered.ok) return entered;
      if (!(await takeSeat(trx, { participant: peer.id, kind: peer.kind, room }, now))) return refused('seat-taken');
      const stage = await this.#stageFor(trx, peer, room, entered.result);
      await keepJoin(trx, room, join, now);
      const proved = { phase: stage.phase, mediaKey: join.mediaKey, vouchedBy: join.vouchedBy.person };
      await this.#deps.audit.append(trx, entryOf(actorOf(peer), 'room.joined', room, proved));
      return { ok: true, result: { stage, closesAt: booking.closesAt } };
    });
    if (answer.ok) await this.#changed();
    return answer;
  }

  /** Frees a peer's seat; nothing when it has none in the room. */
  async leave(peer: Pick<RoomPeer, 'kind' | 'id' | 'name'>, room: string, reason: RoomEnd): Promise<void> {
    const { db, audit, clock } = this.#deps;
    const freed = await db.transaction().execute(async (trx) => {
      const stored = await lockRoom(trx, room);
      const had = await freeSeat(trx, peer.id, room);
      if (!had || stored === undefined) return had;
      if (peer.kind === 'device') await forgetStaff(trx, room, stored, clock.now());
      await audit.append(trx, entryOf(actorOf(peer), 'room.left', room, { reason }));
      return had;
    });
    if (freed) await this.#changed();
  }

  /** Ends a room for good. @returns false when it had ended, or is not in the phase named */
  async end(room: string, ending: Ending): Promise<boolean> {
    const ended = await this.#deps.db.transaction().execute((trx) => this.#end(trx, room, ending));
    if (ended) await this.#changed();
    return ended;
  }

  /**
   * Ends a room whose window is over.
   * @returns when it closes, if that is not yet: somebody has let it close later. Milliseconds since the epoch
   */
  async endWindow(room: string): Promise<number | undefined> {
    const done = await this.#deps.db.transaction().execute(async (trx) => {
      const closesAt = await closingTime(trx, room);
      if (closesAt !== undefined && closesAt > this.#deps.clock.now()) return { ended: false, closesAt };
      return { ended: await this.#end(trx, room, { reason: 'window-over' }), closesAt: undefined };
    });
    if (done.ended) await this.#changed();
    return done.closesAt;
  }

  /** Frees every seat of rooms whose media is gone; their phases stay, so that people come back to them. */
  async clear(rooms: string[], reason: RoomEnd): Promise<void> {
    const cleared = await this.#deps.db.transaction().execute((trx) => this.#clear(trx, rooms, reason));
    if (cleared > 0) await this.#changed();
  }

  /** Takes over the rooms of dead nodes; the seats that died with them are free again. */
  async adopt(): Promise<void> {
    const { db, node } = this.#deps;
    const cleared = await db.transaction().execute(async (trx) => {
      const rooms = await adoptRooms(trx, node);
      return this.#clear(trx, rooms, 'server');
    });
    if (cleared > 0) await this.#changed();
  }

  /** Keeps a refusal on the record. */
  async refusal(
    peer: RoomPeer,
    method: RoomRequestMethod,
    reason: Refusal['reason'],
    room: string | null,
  ): Promise<void> {
    const entry = entryOf(actorOf(peer), 'room.refused', room, { request: method, reason });
    await this.#deps.db.transaction().execute((trx) => this.#deps.audit.append(trx, entry));
  }

  /** The room, locked, if there is a part in it for the peer at this moment. Guests never make one. */
  async #enter(trx: Transaction<Database>, peer: RoomPeer, room: string): Promise<Answer<StoredRoom>> {
    const { node } = this.#deps;
    const stored = isGuest(peer.kind) ? await lockRoom(trx, room) : await openRoom(trx, room, node);
    const refusal = phaseRefusal(peer.kind, stored?.stage.phase);
    if (refusal !== undefined) return { ok: false, refusal };
    if (stored?.row.node !== node) return refused('not-connected', takeover);
    return { ok: true, result: stored };
  }

  /** SECURITY: a laptop that takes its seat in a debrief has staff show themselves anew (S39). */
  async #stageFor(
    trx: Transaction<Database>,
    { kind }: RoomPeer,
    room: string,
    stored: StoredRoom,
  ): Promise<RoomStage> {
    return kind === 'device' ? forgetStaff(trx, room, stored, this.#deps.clock.now()) : stored.stage;
  }

  async #end(trx: Transaction<Database>, room: string, { reason, by, only }: Ending): Promise<boolean> {
    const { audit, clock } = this.#deps;
    const ended = await endRoom(trx, room, { reason, only, at: clock.now() });
    const actor = by === undefined ? control : actorOf(by);
    if (ended) await audit.append(trx, entryOf(actor, 'room.ended', room, { reason }));
    return ended;
  }

  async #clear(trx: Transaction<Database>, rooms: string[], reason: RoomEnd): Promise<number> {
    const { audit, clock } = this.#deps;
    let cleared = 0;
    for (const room of rooms) {
      const stored = await lockRoom(trx, room);
      const seats = await freeSeatsOf(trx, room);
      if (stored !== undefined) await forgetStaff(trx, room, stored, clock.now());
      for (const { participant } of seats) {
        await audit.append(trx, entryOf(control, 'room.left', room, { reason, participant }));
      }
      cleared += seats.length;
    }
    return cleared;
  }

  #changed(): Promise<void> {
    return this.#deps.changes.publish('appointments');
  }
}

/** Whether a guest shows the very proof that the consultant approved; nobody else has one to compare. */
function isApproved({ approved }: Booking, { kind }: RoomPeer, { participant }: ProvedJoin): boolean {
  return !isGuest(kind) || isDeepStrictEqual(approved, participant.proof);
}
