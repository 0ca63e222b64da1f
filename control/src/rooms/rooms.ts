import {
  roomRequests,
  type JoinProof,
  type RoomEnd,
  type RoomNotification,
  type RoomRequestMethod,
  type RoomRequestParams,
  type RoomRequestResult,
} from '@sallyport/protocol';
import type { Logger } from 'pino';
import type { Answer, MediaServer, RoomPeer, Rooms, TrustDocuments } from '../ports.ts';
import { done, refused } from './answers.ts';
import { consultationRequests, type ConsultationMethod, type RoomActs } from './consultation-requests.ts';
import { KeyedQueue } from './keyed-queue.ts';
import { LiveRoom, type Member } from './live-room.ts';
import { isMediaMethod, mediaRequests, type MediaMethod } from './media-requests.ts';
import { PeerRates, rateOf } from './peer-rates.ts';
import { verifyJoin } from './proved-joins.ts';
import { RoomLedger, type Ending, type Joined, type LedgerDeps } from './room-ledger.ts';
import type { Seat } from './room-repository.ts';
import { isGuest } from './room-rules.ts';
import { RoomSteps, type Stepped } from './room-steps.ts';
import { RoomSweep } from './room-sweep.ts';
import { WaitingMessages } from './waiting-messages.ts';
import { WindowTimers } from './window-timers.ts';

export interface RoomDeps extends LedgerDeps {
  media: MediaServer;
  trust: TrustDocuments;
  log: Logger;
  /** Milliseconds between two looks at the database for what timers and events missed; 5,000 unless stated. */
  sweepEvery?: number;
}

type Peer = Pick<RoomPeer, 'kind' | 'id'>;

/**
 * The rooms of this node: seats, stages and hours in the database, media on the media server, and what joins them in
 * memory. What may follow what is the contract's machine (`nextStage`), what anybody may send or receive its
 * `mediaAllowance`.
 */
export class RoomService implements Rooms {
  readonly #deps: RoomDeps;
  readonly #ledger: RoomLedger;
  readonly #acts: RoomActs;
  readonly #timers: WindowTimers;
  readonly #rates = new PeerRates(() => performance.now());
  /** SECURITY: joins, leaves, phases and ends of one room happen one after the other, so none sees half of another (S3). */
  readonly #queue = new KeyedQueue();
  readonly #live = new Map<string, LiveRoom>();
  /** In which room a peer sits, or is about to. */
  readonly #places = new Map<string, string>();
  readonly #messages = new WaitingMessages();
  readonly #sweep: RoomSweep;
  #closed = false;

  private constructor(deps: RoomDeps) {
    this.#deps = deps;
    this.#ledger = new RoomLedger(deps);
    this.#acts = {
      steps: new RoomSteps(deps),
      follow: (room, stepped) => this.#follow(room, stepped),
      end: (room, ending) => this.#end(room, ending),
      extend: (room, closesAt) => this.#keepHours(room.id, closesAt),
      say: (room, message) => this.#messages.say(room, message),
    };
    this.#timers = new WindowTimers(deps.clock, (room) => void this.#windowOver(room));
    this.#sweep = new RoomSweep({
      ...deps,
      ledger: this.#ledger,
      onSeat: (seat) => this.#freeUnseated(seat),
      onHours: (room, closesAt) => this.#keepHours(room, closesAt),
      onLapsed: ({ kind, participant }) =>
        this.leave({ kind, id: participant }, isGuest(kind) ? 'left' : 'device-locked'),
      onOver: (room) => this.#windowOver(room),
      onSwept: () => this.#rates.prune(),
    });
  }

  /**
   * Takes this node's place among the media nodes, frees the seats that its own former life or a dead node left
   * behind, and arms the timers of the rooms that have not ended.
   * @throws when the database cannot be reached
   */
  static async create(deps: RoomDeps): Promise<RoomService> {
    const service = new RoomService(deps);
    await service.#sweep.start();
    return service;
  }

  /** How many rooms somebody is in, and how many are. */
  counts(): { rooms: number; participants: number } {
    const participants = [...this.#live.values()].reduce((sum, room) => sum + room.members.length, 0);
    return { rooms: this.#live.size, participants };
  }

  /** @inheritdoc */
  async handle(peer: RoomPeer, method: RoomRequestMethod, params: unknown): Promise<Answer<unknown>> {
    if (this.#closed) return refused('not-connected', 1);
    const key = keyOf(peer);
    // SECURITY: limits before anything else, so that a hostile participant costs the others nothing (S16).
    if (!this.#rates.take(key, 'requests')) return refused('too-many', 1);
    const rated = rateOf(method);
    if (rated !== undefined && !this.#rates.take(key, rated)) return refused('too-many', 2);
    const parsed = roomRequests[method].params.safeParse(params);
    if (!parsed.success) return refused('malformed');
    const answer = await this.#answer(peer, method, parsed.data);
    if (!answer.ok) await this.#recordRefusal(peer, method, answer.refusal.reason, parsed.data);
    return answer;
  }

  /** @inheritdoc */
  async leave(peer: Peer, reason: RoomEnd): Promise<void> {
    const room = this.#places.get(keyOf(peer));
    if (room === undefined) return;
    // Media stops now, whatever the queue and the database are busy with; once more for a join that was under way.
    const before = this.#remove(peer, room, reason);
    await this.#queue.run(room, async () => {
      const member = this.#remove(peer, room, reason) ?? before;
      this.#dropIfEmpty(room);
      await this.#logFaults('leave', () =>
        this.#ledger.leave(member?.peer ?? { ...peer, name: peer.kind }, room, reason),
      );
      this.#forgetPlace(peer, room);
    });
  }

  /** Does what timers and events may have missed. Runs by itself; public for whoever moves the clock. */
  async sweep(): Promise<void> {
    await this.#sweep.run();
  }

  /** Ends everybody's place, frees the seats and gives up the lease. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#timers.close();
    const rooms = [...this.#live.keys()];
    for (const room of rooms) this.#dropAll(room, { method: 'room.ended', params: { reason: 'server' } });
    await this.#queue.idle();
    await this.#logFaults('close', () => this.#ledger.clear(rooms, 'server'));
    await this.#sweep.close();
  }

  async #answer(peer: RoomPeer, method: RoomRequestMethod, params: unknown): Promise<Answer<unknown>> {
    const from: readonly string[] = roomRequests[method].from;
    if (!from.includes(peer.kind)) return refused('not-allowed');
    try {
      return await this.#act(peer, method, params);
    } catch (error) {
      this.#deps.log.error({ err: error, method }, 'room request failed');
      return refused('failed', 1);
    }
  }

  async #act(peer: RoomPeer, method: RoomRequestMethod, params: unknown): Promise<Answer<unknown>> {
    if (isMediaMethod(method)) return this.#media(peer, method, params);
    if (method === 'room.join') return this.#join(peer, params as RoomRequestParams<'room.join'>);
    if (method !== 'room.leave') return this.#consult(peer, method, params);
    return this.#place(peer) === undefined ? refused('wrong-state') : this.leave(peer, 'left').then(done);
  }

  async #consult(peer: RoomPeer, method: ConsultationMethod, params: unknown): Promise<Answer<unknown>> {
    // The contract's schema for this very method has parsed the params.
    const act = consultationRequests[method] as (
      asked: { acts: RoomActs; room: LiveRoom; peer: RoomPeer },
      params: unknown,
    ) => Promise<Answer<unknown>>;
    return this.#withPlace(peer, (room) => act({ acts: this.#acts, room, peer }, params));
  }

  async #join(
    peer: RoomPeer,
    { room, proof }: RoomRequestParams<'room.join'>,
  ): Promise<Answer<RoomRequestResult<'room.join'>>> {
    this.#claimPlace(peer, room);
    return this.#queue.run(room, async () => {
      this.#claimPlace(peer, room);
      try {
        return await this.#takeSeat(peer, room, proof);
      } finally {
        // The place was only claimed for this join, unless the peer sits there now.
        if (this.#live.get(room)?.member(peer) === undefined) this.#forgetPlace(peer, room);
      }
    });
  }

  async #takeSeat(peer: RoomPeer, room: string, proof: JoinProof): Promise<Answer<RoomRequestResult<'room.join'>>> {
    const refusal = await this.#ledger.refusalOf(peer, room);
    if (refusal !== undefined) return { ok: false, refusal };
    // SECURITY: nobody takes a seat whose place is not proved; the others judge the same proof again (S25).
    const proved = await verifyJoin(this.#deps, peer, room, proof);
    if (!proved.ok) return proved;
    const joined = await this.#ledger.join(peer, room, proved.result);
    if (!joined.ok) return joined;
    const live = await this.#liveRoom(room, joined.result).catch(async (error: unknown) => {
      await this.#ledger.leave(peer, room, 'server');
      throw error;
    });
    this.#places.set(keyOf(peer), room);
    live.add(peer, proved.result.participant);
    this.#messages.sayAgain(live, peer);
    const { rtpCapabilities } = live.media;
    const { stage, closesAt } = live;
    return { ok: true, result: { ...stage, rtpCapabilities, closesAt, ...live.othersOf(peer.id) } };
  }

  async #liveRoom(id: string, joined: Joined): Promise<LiveRoom> {
    const live = this.#live.get(id) ?? (await this.#open(id, joined));
    this.#keepHours(id, joined.closesAt);
    live.follow(joined.stage);
    return live;
  }

  async #open(id: string, joined: Joined): Promise<LiveRoom> {
    const media = await this.#deps.media.createRoom({
      producerClosed: (participant, producer) =>
        this.#live.get(id)?.tellOthers(participant, { method: 'room.producerRemoved', params: { producer } }),
      failed: () => void this.#mediaFailed(id),
    });
    const live = new LiveRoom({ id, ...joined, media });
    this.#live.set(id, live);
    return live;
  }

  /** Those who have no part in the new phase are put out; the others follow it. */
  #follow(room: LiveRoom, { stage, putOut }: Stepped): void {
    for (const { kind, participant } of putOut) {
      const peer = { kind, id: participant };
      this.#remove(peer, room.id, 'debrief');
      this.#forgetPlace(peer, room.id);
    }
    room.follow(stage);
    if (stage.phase !== 'waiting') this.#messages.forget(room.id);
  }

  async #end(room: LiveRoom, ending: Ending): Promise<boolean> {
    const ended = await this.#ledger.end(room.id, ending);
    if (!ended && ending.only !== undefined) return false;
    this.#dropAll(room.id, { method: 'room.ended', params: { reason: ending.reason } });
    this.#messages.forget(room.id);
    return true;
  }

  /** The room closes then, as the database says, whoever let it: on this node or another. */
  #keepHours(id: string, closesAt: number): void {
    this.#timers.arm(id, closesAt);
    this.#live.get(id)?.extendTo(closesAt);
  }

  async #media(peer: RoomPeer, method: MediaMethod, params: unknown): Promise<Answer<unknown>> {
    const place = this.#place(peer);
    if (place === undefined) return refused('wrong-state');
    // The contract's schema for this very method has parsed the params.
    const act = mediaRequests[method] as (room: LiveRoom, member: Member, params: unknown) => Promise<Answer<unknown>>;
    return act(place.room, place.member, params);
  }

  /** Runs an act on the room in which the peer sits, in its turn. */
  async #withPlace<T>(peer: RoomPeer, act: (room: LiveRoom) => Promise<Answer<T>>): Promise<Answer<T>> {
    const id = this.#place(peer)?.room.id;
    if (id === undefined) return refused('wrong-state');
    return this.#queue.run(id, async () => {
      const place = this.#place(peer);
      return place?.room.id === id ? act(place.room) : refused('wrong-state');
    });
  }

  /**
   * SECURITY: control ends media when the window is over, whatever clients do and even without its database (P6.5, S16, S41).
   */
  async #windowOver(room: string): Promise<void> {
    const dropped = this.#dropIfOver(room);
    await this.#queue.run(room, async () => {
      dropped.push(...this.#dropIfOver(room));
      await this.#logFaults('window over', async () => {
        const later = await this.#ledger.endWindow(room);
        if (later === undefined) this.#messages.forget(room);
        else await this.#reopen(room, later, dropped);
      });
    });
  }

  /** The room was let close later just when it closed: whoever was put out may come back. */
  async #reopen(room: string, closesAt: number, dropped: Member[]): Promise<void> {
    this.#timers.arm(room, closesAt);
    for (const { peer } of dropped) await this.#ledger.leave(peer, room, 'window-over');
  }

  #dropIfOver(id: string): Member[] {
    const room = this.#live.get(id);
    if (room === undefined || room.closesAt > this.#deps.clock.now()) return [];
    const { members } = room;
    this.#dropAll(id, { method: 'room.ended', params: { reason: 'window-over' } });
    return members;
  }

  /** The media is gone, the consultation is not: everybody loses the place, and may join again in the same phase. */
  async #mediaFailed(id: string): Promise<void> {
    this.#dropAll(id, { method: 'room.ended', params: { reason: 'server' } });
    await this.#queue.run(id, async () => {
      if (!this.#live.has(id)) await this.#logFaults('media failed', () => this.#ledger.clear([id], 'server'));
    });
  }

  /** A seat of this node's former life, or of a leave that the database missed. */
  async #freeUnseated({ kind, participant, room }: Seat): Promise<void> {
    const peer = { kind, id: participant, name: kind };
    await this.#queue.run(room, async () => {
      if (this.#live.get(room)?.member(peer) === undefined) await this.#ledger.leave(peer, room, 'connection-lost');
    });
  }

  #place(peer: Peer): { room: LiveRoom; member: Member } | undefined {
    const room = this.#live.get(this.#places.get(keyOf(peer)) ?? '');
    const member = room?.member(peer);
    return room === undefined || member === undefined ? undefined : { room, member };
  }

  #remove(peer: Peer, room: string, reason: RoomEnd): Member | undefined {
    const member = this.#live.get(room)?.remove(peer);
    // Whoever leaves of its own knows; one that is made to leave is told.
    if (reason !== 'left') member?.peer.notify({ method: 'room.ended', params: { reason } });
    return member;
  }

  /** Ends everybody's place in a room, in memory. */
  #dropAll(id: string, notification: RoomNotification): void {
    const room = this.#live.get(id);
    if (room === undefined) return;
    room.tellAll(notification);
    for (const member of room.members) this.#forgetPlace(member.peer, id);
    this.#live.delete(id);
    this.#timers.disarm(id);
    room.media.close();
  }

  #dropIfEmpty(id: string): void {
    const room = this.#live.get(id);
    if (room?.empty !== true) return;
    // The timer stays: the window of a room nobody is in ends as well.
    this.#live.delete(id);
    room.media.close();
  }

  /** So that a leave during a join finds the room, and waits for the join. */
  #claimPlace(peer: Peer, room: string): void {
    if (!this.#places.has(keyOf(peer))) this.#places.set(keyOf(peer), room);
  }

  #forgetPlace(peer: Peer, room: string): void {
    if (this.#places.get(keyOf(peer)) === room) this.#places.delete(keyOf(peer));
  }

  async #recordRefusal(
    peer: RoomPeer,
    method: RoomRequestMethod,
    reason: Parameters<RoomLedger['refusal']>[2],
    params: unknown,
  ): Promise<void> {
    this.#deps.log.warn({ peer: peer.id, method, reason }, 'room request refused');
    if (!this.#rates.take(keyOf(peer), 'auditedRefusals')) return;
    const named = method === 'room.join' ? (params as RoomRequestParams<'room.join'>).room : undefined;
    const room = named ?? this.#places.get(keyOf(peer)) ?? null;
    await this.#logFaults('refusal', () => this.#ledger.refusal(peer, method, reason, room));
  }

  /** Memory is right already: what the database missed, the next sweep makes up for. */
  async #logFaults(act: string, run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      this.#deps.log.error({ err: error, act }, 'room record failed');
    }
  }
}

function keyOf({ kind, id }: Peer): string {
  return `${kind}:${id}`;
}
