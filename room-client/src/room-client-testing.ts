// The other end of a room for the tests of its client: signalling, WebRTC engine and tracks that the test decides about.
import type {
  Outcome,
  Participant,
  ProducerInfo,
  Progress,
  RoomNotification,
  RoomRequestMethod,
  RoomRequestParams,
  RoomRequestResult,
} from '@sallyport/protocol';
import { noProgress } from '@sallyport/protocol';
import { FakeHandler, testFakeParameters, type types } from 'mediasoup-client';
import type { RemoteTrack, RequestInRoom, RoomClient, RoomEvents } from './room-client.ts';

export const room = '0b6f3a52-6a3c-4a63-9f4e-0a52a9a3f001';
export const consultant: Participant = {
  id: '0b6f3a52-6a3c-4a63-9f4e-0a52a9a3f002',
  kind: 'consultant',
  name: 'Dr Jones',
  site: { id: '0b6f3a52-6a3c-4a63-9f4e-0a52a9a3f003', name: 'Example Infirmary' },
  proof: { kind: 'consultant', join: { statement: 'AA', approvals: [] } },
};
export const refused = { ok: false, refusal: { reason: 'wrong-state' } } as const;

/** The room's end of the signalling: answers as control does, keeps what it was asked, tells what the test says. */
export class RoomEndpoint {
  readonly asked: { method: RoomRequestMethod; params: unknown }[] = [];
  readonly refusals = new Map<RoomRequestMethod, Outcome<never>>();
  readonly #listeners = new Set<(notification: RoomNotification) => void>();
  producers: ProducerInfo[] = [];
  /** What a hostile room would have its participants ask; the contract has no such member. */
  iceServers: RTCIceServer[] = [];
  phase: 'waiting' | 'consult' | 'debrief' = 'waiting';
  progress: Progress = noProgress;
  #number = 0;

  readonly onNotification = (listener: (notification: RoomNotification) => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly join = (joined: string): Promise<Outcome<RoomRequestResult<'room.join'>>> =>
    this.#reply('room.join', { room: joined });

  readonly request = <M extends RequestInRoom>(
    method: M,
    params: RoomRequestParams<M>,
  ): Promise<Outcome<RoomRequestResult<M>>> => this.#reply(method, params);

  get hearers(): number {
    return this.#listeners.size;
  }

  tell(notification: RoomNotification): void {
    for (const listener of [...this.#listeners]) listener(notification);
  }

  count(method: RoomRequestMethod): number {
    return this.asked.filter((request) => request.method === method).length;
  }

  paramsOf<M extends RoomRequestMethod>(method: M): RoomRequestParams<M>[] {
    return this.asked
      .filter((request) => request.method === method)
      .map(({ params }) => params as RoomRequestParams<M>);
  }

  async #reply<M extends RoomRequestMethod>(method: M, params: unknown): Promise<Outcome<RoomRequestResult<M>>> {
    this.asked.push({ method, params });
    const refusal = this.refusals.get(method);
    await Promise.resolve();
    return refusal ?? { ok: true, value: this.#answer(method, params) as RoomRequestResult<M> };
  }

  #answer(method: RoomRequestMethod, params: unknown): unknown {
    this.#number += 1;
    if (method === 'room.join') return this.#room();
    if (method === 'room.createTransport') {
      const { iceServers } = this;
      return { ...testFakeParameters.generateTransportRemoteParameters(), id: `transport-${this.#number}`, iceServers };
    }
    if (method === 'room.produce') return { producer: `producer-${this.#number}` };
    return method === 'room.consume' ? this.#consumer((params as RoomRequestParams<'room.consume'>).producer) : {};
  }

  #room(): unknown {
    const { phase, progress, producers } = this;
    const rtpCapabilities = testFakeParameters.generateRouterRtpCapabilities();
    return { phase, progress, producers, rtpCapabilities, participants: [consultant], closesAt: 1_800_000_000_000 };
  }

  #consumer(producer: string): unknown {
    const codecMimeType = producer.startsWith('microphone') ? 'audio/opus' : 'video/VP8';
    const { id, kind, rtpParameters } = testFakeParameters.generateConsumerRemoteParameters({ codecMimeType });
    return { consumer: id, kind, rtpParameters };
  }
}

/** Makes the FakeHandlers of mediasoup-client, and keeps them so that a test can break their connection. */
export function fakeEngine(): {
  handlers: FakeHandler[];
  options: Parameters<types.HandlerFactory['factory']>[0][];
  handlerFactory: types.HandlerFactory;
} {
  const handlers: FakeHandler[] = [];
  const given: Parameters<types.HandlerFactory['factory']>[0][] = [];
  const made = FakeHandler.createFactory(testFakeParameters);
  const factory: types.HandlerFactory['factory'] = (options) => {
    given.push(options);
    const handler = made.factory(options);
    keep(handler);
    return handler;
  };
  const keep = (handler: unknown): void => {
    if (handler instanceof FakeHandler) handlers.push(handler);
  };
  return { handlers, options: given, handlerFactory: { ...made, factory } };
}

/** What a client told, in order. */
export type Told = { event: keyof RoomEvents; value: unknown }[];

/** Keeps everything a client tells. */
export function listenTo(client: RoomClient): Told {
  const told: Told = [];
  const events = ['phase', 'progress', 'message', 'closesAt', 'participantJoined', 'participantLeft'] as const;
  const media = ['remoteTrack', 'remoteTrackPaused', 'remoteTrackEnded', 'localTrackEnded'] as const;
  const ends = ['connection', 'ended'] as const;
  for (const event of [...events, ...media, ...ends]) client.on(event, (value) => told.push({ event, value }));
  return told;
}

/** The tracks a client told of. */
export function tracksIn(told: Told): RemoteTrack[] {
  return told.filter(({ event }) => event === 'remoteTrack').map(({ value }) => value as RemoteTrack);
}

/** As much of a track as a sender looks at. */
class LocalTrack extends EventTarget {
  readonly kind: 'audio' | 'video';
  readonly id = crypto.randomUUID();
  enabled = true;
  contentHint = '';
  readyState = 'live';

  constructor(kind: 'audio' | 'video') {
    super();
    this.kind = kind;
  }

  stop(): void {
    this.readyState = 'ended';
  }
}

export function trackOf(kind: 'audio' | 'video'): MediaStreamTrack {
  return new LocalTrack(kind) as unknown as MediaStreamTrack;
}

export function producerOf(producer: string, source: ProducerInfo['source']): ProducerInfo {
  const kind = source === 'microphone' ? 'audio' : 'video';
  return { producer, participant: consultant.id, kind, source, paused: false };
}
