// The rooms on the parts they stand on in production (a real media worker, PostgreSQL, the audit chain), for tests.
import { randomUUID } from 'node:crypto';
import {
  roomRequests,
  type RoomNotification,
  type RoomRequestMethod,
  type RoomRequestParams,
  type RoomRequestResult,
} from '@sallyport/protocol';
import { pino } from 'pino';
import { createAudit, type AuditChain } from './audit/audit.ts';
import { createTestDatabase, type TestDatabase } from './db/testing.ts';
import type { RoomPeer } from './ports.ts';
import { RoomService } from './rooms/rooms.ts';
import type { Sfu } from './sfu/sfu.ts';
import { createTestSfu, opusParameters, simulcastParameters } from './sfu/testing.ts';

export const minute = 60_000;
/** When the appointments of this world start, milliseconds since the epoch. */
export const noon = Date.UTC(2026, 4, 4, 12);

/** A participant's connection that keeps what it is told. */
export interface Guest {
  peer: RoomPeer;
  heard: RoomNotification[];
}

/** An appointment with its people and the grant that opened the laptop. */
export interface Booked {
  room: string;
  laptop: Guest;
  consultant: Guest;
  grant: string;
}

/** One database, one media worker, one node's rooms, and a clock that tests move. */
export class RoomsWorld {
  readonly database: TestDatabase;
  readonly sfu: Sfu;
  readonly audit: AuditChain;
  readonly node = randomUUID();
  readonly published: string[] = [];
  now = noon;
  readonly #sites = { prison: randomUUID(), hospital: randomUUID() };
  #rooms: RoomService | undefined;

  private constructor(database: TestDatabase, sfu: Sfu) {
    this.database = database;
    this.sfu = sfu;
    const clock = { now: () => this.now };
    this.audit = createAudit({ db: database.db, clock, announce: () => Promise.resolve() });
  }

  static async create(): Promise<RoomsWorld> {
    const world = new RoomsWorld(await createTestDatabase(), await createTestSfu());
    const { prison, hospital } = world.#sites;
    await world.database.db
      .insertInto('sites')
      .values([
        { id: prison, kind: 'prison', name: 'HMP North' },
        { id: hospital, kind: 'hospital', name: 'City Hospital' },
      ])
      .execute();
    return world;
  }

  async close(): Promise<void> {
    await this.#rooms?.close();
    this.sfu.close();
    await this.database.close();
  }

  /** The node's rooms. @throws before `restart` */
  get rooms(): RoomService {
    if (this.#rooms === undefined) throw new Error('the rooms were not started');
    return this.#rooms;
  }

  /** Starts the node's rooms anew at noon. */
  async restart(): Promise<void> {
    await this.#rooms?.close();
    this.now = noon;
    this.published.length = 0;
    this.#rooms = await this.startNode(this.node);
  }

  /** Starts rooms under a node's id on the same database and media worker. The caller closes them. */
  startNode(node: string): Promise<RoomService> {
    const publish = (topic: string): Promise<void> => {
      this.published.push(topic);
      return Promise.resolve();
    };
    return RoomService.create({
      ...{ db: this.database.db, audit: this.audit, media: this.sfu, node },
      changes: { publish },
      clock: { now: () => this.now },
      log: pino({ level: 'silent' }),
      sweepEvery: minute,
    });
  }

  /** Asks as a guest. @throws when refused */
  async ask<M extends RoomRequestMethod>(
    guest: Guest,
    method: M,
    params: RoomRequestParams<M>,
  ): Promise<RoomRequestResult<M>> {
    const answer = await this.rooms.handle(guest.peer, method, params);
    if (!answer.ok) throw new Error(`${method} refused: ${answer.refusal.reason}`);
    return roomRequests[method].result.parse(answer.result) as RoomRequestResult<M>;
  }

  /** Asks as a guest. @returns the reason of the refusal, or 'granted' */
  async refusalOf<M extends RoomRequestMethod>(guest: Guest, method: M, params: RoomRequestParams<M>): Promise<string> {
    const answer = await this.rooms.handle(guest.peer, method, params);
    return answer.ok ? 'granted' : answer.refusal.reason;
  }

  /** Sends a camera in three layers and a microphone. */
  async publish(guest: Guest): Promise<{ camera: string; transport: string }> {
    const { id: transport } = await this.ask(guest, 'room.createTransport', { direction: 'send' });
    const audio = { transport, kind: 'audio', source: 'microphone', rtpParameters: opusParameters(1) } as const;
    const video = { transport, kind: 'video', source: 'camera', rtpParameters: simulcastParameters(3) } as const;
    await this.ask(guest, 'room.produce', audio);
    return { camera: (await this.ask(guest, 'room.produce', video)).producer, transport };
  }

  /** Who has a seat in a room, as the database says. */
  async seats(room: string): Promise<string[]> {
    const { db } = this.database;
    const rows = await db.selectFrom('seats').select('participant').where('room', '=', room).execute();
    return rows.map((row) => row.participant);
  }

  /** A room's phase, as the database says. */
  async phaseOf(room: string): Promise<string> {
    const { db } = this.database;
    return (await db.selectFrom('rooms').select('phase').where('id', '=', room).executeTakeFirstOrThrow()).phase;
  }

  async setGrant(
    id: string,
    change: { opened_at?: Date | null; ended_at?: Date | null; open_until?: Date },
  ): Promise<void> {
    await this.database.db.updateTable('grants').set(change).where('id', '=', id).execute();
  }

  /** An appointment of twenty minutes from noon, its laptop opened; the next one of the same people if some are given. */
  async book(whose?: { laptop: Guest; consultant: Guest }): Promise<Booked> {
    const laptop = whose?.laptop ?? guest('device', await this.#addLaptop(), 'Laptop');
    const consultant =
      whose?.consultant ?? guest('consultant', await this.#addPerson('consultant', this.#sites.hospital), 'Dr Jones');
    const nurse = await this.#addPerson('healthcare', this.#sites.prison);
    const startsAt = whose === undefined ? noon : noon + 20 * minute;
    const [room, grant] = [randomUUID(), randomUUID()];
    await this.database.db
      .insertInto('appointments')
      .values({
        ...{ id: room, prison: this.#sites.prison, device: laptop.peer.id, consultant: consultant.peer.id },
        ...{ patient_reference: 'P-1', booked_by: nurse, cancelled_at: null },
        starts_at: new Date(startsAt),
        ends_at: new Date(startsAt + 20 * minute),
        opens_at: new Date(noon - 10 * minute),
        closes_at: new Date(startsAt + 25 * minute),
      })
      .execute();
    await this.database.db
      .insertInto('grants')
      .values({
        ...{ id: grant, device: laptop.peer.id, appointment: room, approved_by: nurse, end_reason: null },
        ...{ sequence: whose === undefined ? 1 : 2, statement: Buffer.alloc(1), approval: '{}', ended_at: null },
        open_until: new Date(noon + 120 * minute),
        opened_at: new Date(noon - 20 * minute),
      })
      .execute();
    return { room, laptop, consultant, grant };
  }

  async #addPerson(role: 'consultant' | 'healthcare', site: string): Promise<string> {
    const id = randomUUID();
    await this.database.db.insertInto('people').values({ id, name: role, role, site }).execute();
    return id;
  }

  async #addLaptop(): Promise<string> {
    const id = randomUUID();
    const keys = { public_key: Buffer.alloc(91), sealing_key: Buffer.alloc(65), server_share: Buffer.alloc(32) };
    const unseen = { state: null, room: null, last_seen_at: null, connection: null, share_destroyed_at: null };
    const named = { id, name: `Laptop ${id.slice(0, 8)}`, site: this.#sites.prison };
    await this.database.db
      .insertInto('devices')
      .values({ ...named, ...keys, ...unseen })
      .execute();
    return id;
  }
}

function guest(kind: RoomPeer['kind'], id: string, name: string): Guest {
  const heard: RoomNotification[] = [];
  return { heard, peer: { kind, id, name, notify: (notification) => heard.push(notification) } };
}
