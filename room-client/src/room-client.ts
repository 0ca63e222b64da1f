import { mediaAllowance } from '@sallyport/protocol';
import type {
  MediaAllowance,
  MediaSource,
  Outcome,
  Participant,
  PeerKind,
  Phase,
  Progress,
  RoomEnd,
  RoomNotification,
  RoomRequestResult,
  RoomStage,
} from '@sallyport/protocol';
import { Device, type types } from 'mediasoup-client';
import { Receiving } from './receiving.ts';
import { RoomEmitter, type RemoteTrack, type RoomConnection, type RoomEvents } from './room-events.ts';
import { receivedStats, roomStats, roundTripMs, sentStats, type RoomStats } from './room-stats.ts';
import { Sending } from './sending.ts';
import { askOver, joinOver, outcomeOf, resultOf, type Ask, type RoomSignalling } from './signalling.ts';

export { measureNetwork, type NetworkCheckOptions } from './network-check.ts';
export type { RemoteTrack, RoomConnection, RoomEvents } from './room-events.ts';
export type { RoomStats, TrackStats } from './room-stats.ts';
export type { RequestInRoom, RoomSignalling } from './signalling.ts';

/** The browser's WebRTC: by name, found out by mediasoup-client, or made by a test. */
export type RoomEngine = Pick<types.DeviceOptions, 'handlerName' | 'handlerFactory'>;

export interface RoomClientOptions {
  signalling: RoomSignalling;
  /** The room's, and so the appointment's, identifier. */
  room: string;
  /** As whom this page joins: what the room's stage allows them is all that is sent and received. */
  kind: PeerKind;
  /** For pages that know their browser (the laptop's: `{ handlerName: 'Chrome111' }`); found out unless stated. */
  engine?: RoomEngine;
}

/** What a participant learns by joining. */
export interface Joined {
  phase: Phase;
  progress: Progress;
  /** Everybody else who is in the room. */
  participants: Participant[];
  /** When the room closes by itself, milliseconds since the epoch. */
  closesAt: number;
}

/** A membership: what there is while the client is in the room. */
interface Membership {
  stage: RoomStage;
  connection: RoomConnection;
  sending: Sending;
  receiving: Receiving;
}

type State =
  | { name: 'new' }
  /** With the notifications that came meanwhile, in order. */
  | { name: 'joining'; early: RoomNotification[] }
  | ({ name: 'joined' } & Membership)
  | { name: 'closed' };

/**
 * One participant's side of one room: joins, sends camera, microphone and screen, receives what the others send as
 * soon and as long as the room's stage allows. Renders nothing, asks nothing of a network but through its signalling and WebRTC.
 *
 *     new ──join()──▶ joining ──▶ joined ──room.ended, leave(), close()──▶ closed
 */
export class RoomClient {
  readonly #room: string;
  readonly #kind: PeerKind;
  readonly #engine: RoomEngine;
  readonly #signalling: RoomSignalling;
  readonly #ask: Ask;
  readonly #events = new RoomEmitter();
  readonly #stopHearing: () => void;
  #state: State = { name: 'new' };

  constructor(options: RoomClientOptions) {
    this.#room = options.room;
    this.#kind = options.kind;
    this.#engine = options.engine ?? {};
    this.#signalling = options.signalling;
    this.#ask = askOver(options.signalling);
    this.#stopHearing = options.signalling.onNotification((notification) => {
      this.#hear(notification);
    });
  }

  /** Hears an event. @returns stops hearing */
  on<E extends keyof RoomEvents>(event: E, listener: (value: RoomEvents[E]) => void): () => void {
    return this.#events.on(event, listener);
  }

  /** The room's phase; undefined while this client is not in it. */
  get phase(): Phase | undefined {
    return this.#state.name === 'joined' ? this.#state.stage.phase : undefined;
  }

  get connection(): RoomConnection {
    return this.#state.name === 'joined' ? this.#state.connection : 'joining';
  }

  /** What arrives from the others now. */
  get remoteTracks(): RemoteTrack[] {
    return this.#state.name === 'joined' ? this.#state.receiving.tracks : [];
  }

  /**
   * Joins, once. Listen first: events come from here on.
   * @returns the room's refusal, or `failed` when this browser cannot take part; the client is closed then
   */
  async join(): Promise<Outcome<Joined>> {
    if (this.#state.name !== 'new') return notJoined;
    this.#state = { name: 'joining', early: [] };
    const entered = await outcomeOf(async () => {
      const joined = resultOf(await joinOver(this.#signalling, this.#room));
      return this.#begin(joined, await this.#openMedia(joined));
    });
    if (!entered.ok) this.close();
    return entered;
  }

  /**
   * Sends a track as camera, microphone or screen, in place of what that source sends now; once the room's stage allows
   * anything to be sent, if it does not yet. The track stays the caller's.
   */
  async publish(source: MediaSource, track: MediaStreamTrack): Promise<Outcome<void>> {
    return this.#state.name === 'joined' ? this.#state.sending.publish(source, track) : notJoined;
  }

  /** Stops sending a source; nothing when it is not sent. */
  async unpublish(source: MediaSource): Promise<void> {
    if (this.#state.name === 'joined') await this.#state.sending.unpublish(source);
  }

  /** Mutes or unmutes a source, also before it is published. Muted, its track is disabled and nothing of it leaves. */
  async setMuted(source: MediaSource, muted: boolean): Promise<Outcome<void>> {
    return this.#state.name === 'joined' ? this.#state.sending.setMuted(source, muted) : notJoined;
  }

  /** What the browser counted so far; undefined while this client is not in the room. */
  async stats(): Promise<RoomStats | undefined> {
    if (this.#state.name !== 'joined') return undefined;
    const { sending, receiving } = this.#state;
    const received = receiving.consumers.map(async ({ info, consumer }) =>
      receivedStats(info.participant, info.source, await consumer.getStats()),
    );
    const sent = [...sending.producers].map(async ([source, producer]) => sentStats(source, await producer.getStats()));
    const trips = [receiving.transport.current, sending.transport.current].map(async (transport) =>
      transport === undefined ? null : roundTripMs(await transport.getStats()),
    );
    const roundTrip = (await settledOf(trips)).find((trip) => trip !== null) ?? null;
    return roomStats(await settledOf(received), await settledOf(sent), roundTrip);
  }

  /** Closes, and gives the seat back. */
  async leave(): Promise<void> {
    const inRoom = this.#state.name === 'joined';
    this.close();
    if (inRoom) await this.#ask('room.leave', {});
  }

  /** Closes media and hears no more; tells the room nothing. Idempotent. */
  close(): void {
    const state = this.#state;
    this.#state = { name: 'closed' };
    this.#stopHearing();
    this.#events.clear();
    if (state.name !== 'joined') return;
    state.receiving.close();
    state.sending.close();
  }

  async #openMedia(joined: RoomRequestResult<'room.join'>): Promise<Pick<Membership, 'sending' | 'receiving'>> {
    const device = new Device(this.#engine);
    // mediasoup names the header extensions it knows; the contract only bounds them.
    await device.load({ routerRtpCapabilities: joined.rtpCapabilities as types.RtpCapabilities });
    const onState = (): void => {
      this.#follow();
    };
    const onTrackEnded = (source: MediaSource): void => {
      this.#events.emit('localTrackEnded', source);
    };
    const sending = new Sending({ device, ask: this.#ask, onState, onTrackEnded });
    const receiving = new Receiving({ device, ask: this.#ask, onState, events: this.#events });
    try {
      if (isMedia(this.#allowance(joined))) await Promise.all([sending.transport.open(), receiving.transport.open()]);
    } catch (error) {
      sending.close();
      receiving.close();
      throw error;
    }
    return { sending, receiving };
  }

  #begin(
    { phase, progress, participants, producers, closesAt }: RoomRequestResult<'room.join'>,
    { sending, receiving }: Pick<Membership, 'sending' | 'receiving'>,
  ): Joined {
    const before = this.#state;
    if (before.name !== 'joining') {
      sending.close();
      receiving.close();
      return resultOf<Joined>(notJoined);
    }
    const membership = { stage: { phase, progress }, connection: 'joining', sending, receiving } as const;
    this.#state = { name: 'joined', ...membership };
    for (const producer of producers) receiving.add(producer);
    this.#followStage(this.#state);
    for (const notification of before.early) this.#hear(notification);
    return { phase, progress, participants, closesAt };
  }

  #hear(notification: RoomNotification): void {
    if (notification.method === 'room.ended') this.#end(notification.params.reason);
    else if (this.#state.name === 'joined') this.#apply(this.#state, notification);
    else if (this.#state.name === 'joining') this.#state.early.push(notification);
  }

  #apply(membership: Membership, notification: Exclude<RoomNotification, { method: 'room.ended' }>): void {
    const { receiving } = membership;
    switch (notification.method) {
      case 'room.phase':
        this.#enter(membership, notification.params);
        this.#events.emit('phase', notification.params.phase);
        return;
      case 'room.progress':
        this.#enter(membership, notification.params);
        this.#events.emit('progress', notification.params.progress);
        return;
      case 'room.message':
        this.#events.emit('message', notification.params.message);
        return;
      case 'room.extended':
        this.#events.emit('closesAt', notification.params.closesAt);
        return;
      case 'room.participantJoined':
        this.#events.emit('participantJoined', notification.params.participant);
        return;
      case 'room.participantLeft':
        receiving.removeAllOf(notification.params.participant);
        this.#events.emit('participantLeft', notification.params.participant);
        return;
      case 'room.producerAdded':
        receiving.add(notification.params.producer);
        return;
      case 'room.producerPaused':
        receiving.setPaused(notification.params.producer, notification.params.paused);
        return;
      case 'room.producerRemoved':
        receiving.remove(notification.params.producer);
        return;
      default:
        notification satisfies never;
    }
  }

  #enter(membership: Membership, change: Partial<RoomStage>): void {
    Object.assign(membership, { stage: { ...membership.stage, ...change } });
    this.#followStage(membership);
  }

  #followStage({ stage, sending, receiving }: Membership): void {
    const allowance = this.#allowance(stage);
    // SECURITY: nothing connects to the media server before the room's stage allows this page to send or receive (S40).
    if (isMedia(allowance)) for (const { transport } of [sending, receiving]) transport.keepOpen();
    receiving.setAllowed(allowance.receives);
  }

  #allowance(stage: RoomStage): MediaAllowance {
    return mediaAllowance(stage, this.#kind);
  }

  #end(reason: RoomEnd): void {
    if (this.#state.name === 'new' || this.#state.name === 'closed') return;
    this.#events.emit('ended', reason);
    this.close();
  }

  /** Tells when the transports together connect, fall and come back. */
  #follow(): void {
    const state = this.#state;
    if (state.name !== 'joined') return;
    const connection = connectionOf([state.sending.transport.state, state.receiving.transport.state], state.connection);
    if (connection === state.connection) return;
    state.connection = connection;
    this.#events.emit('connection', connection);
  }
}

function isMedia({ sends, receives }: MediaAllowance): boolean {
  return sends || receives;
}

const notJoined = { ok: false, refusal: { reason: 'wrong-state' } } as const;

function connectionOf(states: types.ConnectionState[], before: RoomConnection): RoomConnection {
  if (states.some((state) => state === 'failed' || state === 'disconnected')) return 'reconnecting';
  if (states.includes('connecting')) return before;
  return states.includes('connected') ? 'connected' : before;
}

/** Those that came; a track that closed meanwhile has no statistics. */
async function settledOf<T>(promises: Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(promises);
  return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}
