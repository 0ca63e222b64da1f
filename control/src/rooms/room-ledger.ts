import type { AuditEntry, Phase, Refusal, RoomEnd, RoomRequestMethod } from '@sallyport/protocol';
import type { Kysely, Transaction } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { Answer, Audit, Changes, Clock, RoomPeer } from '../ports.ts';
import { refused } from './answers.ts';
import { keepJoin, type ProvedJoin } from './proved-joins.ts';
import {
  adoptRooms,
  endRoom,
  findBooking,
  freeSeat,
  freeSeatsOf,
  openRoom,
  step,
  takeSeat,
  type Seat,
} from './room-repository.ts';
import { joinRefusal, steps, type StepMethod } from './room-rules.ts';

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
  phase: Phase;
  closesAt: number;
}

type Record = Pick<AuditEntry, 'actor' | 'action' | 'subject' | 'detail'>;

/** Seats and phases in the database: each act in one transaction with its audit row. */
export class RoomLedger {
  readonly #deps: LedgerDeps;

  constructor(deps: LedgerDeps) {
    this.#deps = deps;
  }

  /** Why a peer may not join a room, before it proves anything. @returns undefined when nothing speaks against it yet */
  async refusalOf(peer: RoomPeer, room: string): Promise<Refusal['reason'] | undefined> {
    const { db, clock } = this.#deps;
    const now = clock.now();
    const booking = await db.transaction().execute((trx) => findBooking(trx, room, now));
    return joinRefusal(booking, peer, now);
  }

  /**
   * Seats a peer that has proved who it is.
   * @returns the room's phase and the end of its window, or why not
   */
  async join(peer: RoomPeer, room: string, join: ProvedJoin): Promise<Answer<Joined>> {
    const { mediaKey, vouchedBy } = join;
    const { db, audit, clock, node } = this.#deps;
    const now = clock.now();
    const answer = await db.transaction().execute(async (trx): Promise<Answer<Joined>> => {
      const booking = await findBooking(trx, room, now);
      const reason = joinRefusal(booking, peer, now);
      if (booking === undefined || reason !== undefined) return refused(reason ?? 'not-found');
      const opened = await openRoom(trx, room, node);
      if (opened.phase === 'ended') return refused('wrong-state');
      if (opened.node !== node) return refused('not-connected', takeover);
      const proved = { phase: opened.phase, mediaKey, vouchedBy: vouchedBy.person };
      if (!(await takeSeat(trx, seatOf(peer, room), now))) return refused('seat-taken');
      await keepJoin(trx, room, join, now);
      await audit.append(trx, record(actorOf(peer), 'room.joined', room, proved));
      return { ok: true, result: { phase: opened.phase, closesAt: booking.closesAt } };
    });
    if (answer.ok) await this.#changed();
    return answer;
  }

  /** Frees a peer's seat; nothing when it has none in the room. */
  async leave(peer: Pick<RoomPeer, 'kind' | 'id' | 'name'>, room: string, reason: RoomEnd): Promise<void> {
    const { db, audit } = this.#deps;
    const freed = await db.transaction().execute(async (trx) => {
      const had = await freeSeat(trx, peer.id, room);
      if (had) await audit.append(trx, record(actorOf(peer), 'room.left', room, { reason }));
      return had;
    });
    if (freed) await this.#changed();
  }

  /** Takes a room one step on. @returns `wrong-state` when it is not in the step's first phase */
  async step(peer: RoomPeer, room: string, method: StepMethod): Promise<Answer<Phase>> {
    const { from, to, action } = steps[method];
    const stepped = await this.#deps.db.transaction().execute(async (trx) => {
      const done = await step(trx, room, from, to);
      if (done) await this.#deps.audit.append(trx, record(actorOf(peer), action, room, {}));
      return done;
    });
    if (!stepped) return refused('wrong-state');
    await this.#changed();
    return { ok: true, result: to };
  }

  /**
   * Ends a room for good.
   * @param peer the consultant who ended it; undefined when control did
   */
  async end(room: string, reason: RoomEnd, peer?: RoomPeer): Promise<void> {
    const { db, audit, clock } = this.#deps;
    const actor = peer === undefined ? control : actorOf(peer);
    const ended = await db.transaction().execute(async (trx) => {
      const done = await endRoom(trx, room, reason, clock.now());
      if (done) await audit.append(trx, record(actor, 'room.ended', room, { reason }));
      return done;
    });
    if (ended) await this.#changed();
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
    const entry = record(actorOf(peer), 'room.refused', room, { request: method, reason });
    await this.#deps.db.transaction().execute((trx) => this.#deps.audit.append(trx, entry));
  }

  async #clear(trx: Transaction<Database>, rooms: string[], reason: RoomEnd): Promise<number> {
    const seats = await freeSeatsOf(trx, rooms);
    for (const seat of seats) {
      await this.#deps.audit.append(
        trx,
        record(control, 'room.left', seat.room, { reason, participant: seat.participant }),
      );
    }
    return seats.length;
  }

  #changed(): Promise<void> {
    return this.#deps.changes.publish('appointments');
  }
}

const control: AuditEntry['actor'] = { kind: 'control', id: null, name: 'control' };

function actorOf({ kind, id, name }: Pick<RoomPeer, 'kind' | 'id' | 'name'>): AuditEntry['actor'] {
  return { kind: kind === 'device' ? 'device' : 'person', id, name };
}

function seatOf(peer: RoomPeer, room: string): Seat {
  return { participant: peer.id, kind: peer.kind, room };
}

function record(
  actor: AuditEntry['actor'],
  action: string,
  subject: string | null,
  detail: AuditEntry['detail'],
): Record {
  return { actor, action, subject, detail };
}
