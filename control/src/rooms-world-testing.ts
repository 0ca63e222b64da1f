// The rooms on the parts they stand on in production (a real media worker, PostgreSQL, the audit chain), for tests.
import { randomUUID } from 'node:crypto';
import {
  roomRequests,
  type GuestKind,
  type JoinProof,
  type Manifest,
  type Person,
  type RoomNotification,
  type RoomRequestMethod,
  type RoomRequestParams,
  type RoomRequestResult,
  type Roster,
} from '@sallyport/protocol';
import { pino } from 'pino';
import { createAudit, type AuditChain } from './audit/audit.ts';
import { createTestDatabase, type TestDatabase } from './db/testing.ts';
import type { MediaServer, RoomPeer, TrustDocuments } from './ports.ts';
import { RoomService } from './rooms/rooms.ts';
import type { Sfu } from './sfu/sfu.ts';
import { createTestSfu, opusParameters, simulcastParameters } from './sfu/testing.ts';

export const minute = 60_000;
/** When the appointments of this world start, milliseconds since the epoch. */
export const noon = Date.UTC(2026, 4, 4, 12);

interface WorldLaptop {
  id: string;
  name: string;
  key: { publicKey: string };
}

interface WorldConsultant {
  named: Person;
}

/** An appointment as those who join its room prove it. */
export interface ProvableRoom<L, C> {
  appointment: string;
  laptop: L;
  consultant: C;
}

/** The fleet a world is of, whose people and laptops prove who they are; `test/harness/sample-rooms.ts` makes one. */
export interface RoomsFleet<L extends WorldLaptop, C extends WorldConsultant> {
  fleet: { prison: string; hospital: string; people: { nurse: { named: Person } } };
  manifest: Manifest;
  roster(site: string): Roster | undefined;
  addConsultant(name: string): C;
  addLaptop(name: string): L;
  consultantJoins(room: ProvableRoom<L, C>, now: number): JoinProof;
  laptopJoins(room: ProvableRoom<L, C>, now: number): JoinProof;
  guestJoins(room: ProvableRoom<L, C>, guest: { kind: GuestKind; id: string; name: string }, now: number): JoinProof;
}

/** A participant's connection that keeps what it is told. */
export interface Guest {
  peer: RoomPeer;
  heard: RoomNotification[];
}

/** An appointment with its people and the grant that opened the laptop. */
export interface Booked<L, C> {
  room: string;
  laptop: Guest;
  consultant: Guest;
  grant: string;
  provable: ProvableRoom<L, C>;
}

/** One database, one media worker, one node's rooms, and a clock that tests move. */
export class RoomsWorld<L extends WorldLaptop, C extends WorldConsultant> {
  readonly fleet: RoomsFleet<L, C>;
  readonly database: TestDatabase;
  readonly sfu: Sfu;
  readonly audit: AuditChain;
  readonly node = randomUUID();
  readonly published: string[] = [];
  now = noon;
  readonly #laptops = new Map<string, L>();
  readonly #consultants = new Map<string, C>();
  readonly #provable = new Map<string, ProvableRoom<L, C>>();
  /** What the consultants approved of guests, by guest. */
  readonly #guests = new Map<string, JoinProof>();
  /** What the media server speaks, as the last join said. */
  #capabilities: RoomRequestResult<'room.join'>['rtpCapabilities'] = {};
  #rooms: RoomService | undefined;

  private constructor(fleet: RoomsFleet<L, C>, database: TestDatabase, sfu: Sfu) {
    this.fleet = fleet;
    this.database = database;
    this.sfu = sfu;
    const clock = { now: () => this.now };
    this.audit = createAudit({ db: database.db, clock, announce: () => Promise.resolve() });
  }

  static async create<L extends WorldLaptop, C extends WorldConsultant>(
    fleet: RoomsFleet<L, C>,
  ): Promise<RoomsWorld<L, C>> {
    const world = new RoomsWorld(fleet, await createTestDatabase(), await createTestSfu());
    const sites = fleet.manifest.sites.map(({ id, kind, name }) => ({ id, kind, name, removed_at: null }));
    await world.database.db.insertInto('sites').values(sites).execute();
    await world.#addPerson(fleet.fleet.people.nurse.named, 'healthcare', fleet.fleet.prison);
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
  async restart(media?: MediaServer): Promise<void> {
    await this.#rooms?.close();
    this.now = noon;
    this.published.length = 0;
    this.#rooms = await this.startNode(this.node, media);
  }

  /** Starts rooms under a node's id on the same database and media worker. The caller closes them. */
  startNode(node: string, media: MediaServer = this.sfu): Promise<RoomService> {
    const publish = (topic: string): Promise<void> => {
      this.published.push(topic);
      return Promise.resolve();
    };
    return RoomService.create({
      ...{ db: this.database.db, audit: this.audit, media, node },
      changes: { publish },
      trust: this.trust,
      clock: { now: () => this.now },
      log: pino({ level: 'silent' }),
      sweepEvery: minute,
    });
  }

  /** The trust documents in force. */
  get trust(): TrustDocuments {
    const standing = 'held';
    const approved = { statement: 'AA', approvals: [] };
    return {
      manifest: async () => ({ manifest: this.fleet.manifest, approved, digest: '', standing }),
      manifestsAfter: async () => ({ manifests: [], more: false }),
      roster: async (site) => {
        const roster = this.fleet.roster(site);
        return roster && { roster, approved, standing };
      },
      rostersFor: async () => [],
    };
  }

  /** What a guest joins a room with: the proof that it makes, whoever it is. */
  joining({ peer }: Guest, room: string): RoomRequestParams<'room.join'> {
    const booked = this.#provable.get(room) ?? [...this.#provable.values()][0];
    if (booked === undefined) throw new Error('nothing is booked');
    const laptop = this.#laptops.get(peer.id) ?? booked.laptop;
    const consultant = this.#consultants.get(peer.id) ?? booked.consultant;
    const provable = { appointment: room, laptop, consultant };
    const approved = this.#guests.get(peer.id);
    if (approved !== undefined) return { room, proof: approved };
    const proof =
      peer.kind === 'device'
        ? this.fleet.laptopJoins(provable, this.now)
        : this.fleet.consultantJoins(provable, this.now);
    return { room, proof };
  }

  /** Laptop and consultant are in the room, and staff have recorded consent and that an officer is there. */
  async prepared({ room, laptop, consultant }: Booked<L, C>): Promise<void> {
    await this.join(laptop, room);
    await this.join(consultant, room);
    await this.ask(laptop, 'room.prepare', { consent: true, present: ['officer'] });
  }

  /** The same, and the consultant has admitted them. */
  async admitted(booked: Booked<L, C>): Promise<void> {
    await this.prepared(booked);
    await this.ask(booked.consultant, 'room.admit', {});
  }

  /** The same, and both sides have ticked the name. */
  async named(booked: Booked<L, C>): Promise<void> {
    await this.admitted(booked);
    await this.ask(booked.laptop, 'room.checkName', {});
    await this.ask(booked.consultant, 'room.checkName', {});
  }

  /** The same, and staff have taken the laptop back. */
  async debriefing(booked: Booked<L, C>): Promise<void> {
    await this.named(booked);
    await this.ask(booked.consultant, 'room.startDebrief', {});
  }

  /** Names a guest on an appointment; the consultant has let them in. */
  async addGuest({ room, provable }: Booked<L, C>, kind: GuestKind, name = 'Ines Interpreter'): Promise<Guest> {
    const guest = { kind, id: randomUUID(), name };
    const proof = this.fleet.guestJoins(provable, guest, this.now);
    this.#guests.set(guest.id, proof);
    await this.database.db
      .insertInto('guests')
      .values({ ...guest, appointment: room, proof: JSON.stringify(proof) })
      .execute();
    return guestOf(kind, guest);
  }

  /** Sends somebody's microphone, over a transport of its own. @returns the producer, or the reason of the refusal */
  async speak(guest: Guest): Promise<string> {
    const { id: transport } = await this.ask(guest, 'room.createTransport', { direction: 'send' });
    const audio = { transport, kind: 'audio', source: 'microphone', rtpParameters: opusParameters(1) } as const;
    const answer = await this.rooms.handle(guest.peer, 'room.produce', audio);
    return answer.ok ? roomRequests['room.produce'].result.parse(answer.result).producer : answer.refusal.reason;
  }

  /** Receives a producer, over a transport of its own. @returns 'granted', or the reason of the refusal */
  async hear(guest: Guest, producer: string): Promise<string> {
    const { id: transport } = await this.ask(guest, 'room.createTransport', { direction: 'receive' });
    return this.refusalOf(guest, 'room.consume', { transport, producer, rtpCapabilities: this.#capabilities });
  }

  /** Joins as a guest. @throws when refused */
  async join(guest: Guest, room: string): Promise<RoomRequestResult<'room.join'>> {
    const joined = await this.ask(guest, 'room.join', this.joining(guest, room));
    this.#capabilities = joined.rtpCapabilities;
    return joined;
  }

  /** Loses the connection and joins again. @throws when refused */
  async rejoin(guest: Guest, room: string): Promise<RoomRequestResult<'room.join'>> {
    await this.rooms.leave(guest.peer, 'connection-lost');
    return this.join(guest, room);
  }

  /** Joins as a guest. @returns the reason of the refusal, or 'granted' */
  refusalOfJoin(guest: Guest, room: string): Promise<string> {
    return this.refusalOf(guest, 'room.join', this.joining(guest, room));
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

  /** How a room ended, as the database says. */
  async endOf(room: string): Promise<{ phase: string; end_reason: string | null }> {
    const { db } = this.database;
    return db.selectFrom('rooms').select(['phase', 'end_reason']).where('id', '=', room).executeTakeFirstOrThrow();
  }

  async setGrant(
    id: string,
    change: { opened_at?: Date | null; ended_at?: Date | null; open_until?: Date },
  ): Promise<void> {
    await this.database.db.updateTable('grants').set(change).where('id', '=', id).execute();
  }

  /** An appointment of twenty minutes from noon, its laptop opened; the next one of the same people if some are given. */
  async book(whose?: { laptop: Guest; consultant: Guest }): Promise<Booked<L, C>> {
    const laptop = whose?.laptop ?? (await this.#addLaptop());
    const consultant = whose?.consultant ?? (await this.#addConsultant());
    const { prison, people } = this.fleet.fleet;
    const nurse = people.nurse.named.id;
    const startsAt = whose === undefined ? noon : noon + 20 * minute;
    const [room, grant] = [randomUUID(), randomUUID()];
    await this.database.db
      .insertInto('appointments')
      .values({
        ...{ id: room, prison, device: laptop.peer.id, consultant: consultant.peer.id },
        ...{ patient_reference: 'P-1', patient_name: 'Pat Sample', booked_by: nurse, cancelled_at: null },
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
    return { room, laptop, consultant, grant, provable: this.#provableOf(room, laptop, consultant) };
  }

  #provableOf(appointment: string, { peer }: Guest, guest: Guest): ProvableRoom<L, C> {
    const [laptop, consultant] = [this.#laptops.get(peer.id), this.#consultants.get(guest.peer.id)];
    if (laptop === undefined || consultant === undefined) throw new Error('not of this world');
    const provable = { appointment, laptop, consultant };
    this.#provable.set(appointment, provable);
    return provable;
  }

  async #addPerson({ id, name }: Person, role: 'consultant' | 'healthcare', site: string): Promise<void> {
    await this.database.db.insertInto('people').values({ id, name, role, site, removed_at: null }).execute();
  }

  async #addConsultant(): Promise<Guest> {
    const consultant = this.fleet.addConsultant('Dr Jones');
    await this.#addPerson(consultant.named, 'consultant', this.fleet.fleet.hospital);
    this.#consultants.set(consultant.named.id, consultant);
    return guestOf('consultant', consultant.named);
  }

  async #addLaptop(): Promise<Guest> {
    const laptop = this.fleet.addLaptop(`Laptop ${randomUUID().slice(0, 8)}`);
    const { id, name, key } = laptop;
    this.#laptops.set(id, laptop);
    const keys = {
      public_key: Buffer.from(key.publicKey, 'base64url'),
      sealing_key: Buffer.alloc(65),
    };
    const unseen = { state: null, room: null, last_seen_at: null, connection: null, share_destroyed_at: null };
    const named = { id, name, site: this.fleet.fleet.prison, rolled_back_at: null };
    await this.database.db
      .insertInto('devices')
      .values({ ...named, ...keys, ...unseen })
      .execute();
    return guestOf('device', laptop);
  }
}

function guestOf(kind: RoomPeer['kind'], { id, name }: { id: string; name: string }): Guest {
  const heard: RoomNotification[] = [];
  return { heard, peer: { kind, id, name, notify: (notification) => heard.push(notification) } };
}
