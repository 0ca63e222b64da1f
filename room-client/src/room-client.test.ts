import type {
  Outcome,
  Participant,
  ProducerInfo,
  RoomNotification,
  RoomRequestMethod,
  RoomRequestParams,
  RoomRequestResult,
} from '@sallyport/protocol';
import { FakeHandler, testFakeParameters, type types } from 'mediasoup-client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RoomClient, type RemoteTrack, type RequestInRoom, type RoomEvents } from './room-client.ts';

const room = '0b6f3a52-6a3c-4a63-9f4e-0a52a9a3f001';
const consultant: Participant = {
  id: '0b6f3a52-6a3c-4a63-9f4e-0a52a9a3f002',
  kind: 'consultant',
  name: 'Dr Jones',
  site: { id: '0b6f3a52-6a3c-4a63-9f4e-0a52a9a3f003', name: 'Example Infirmary' },
  proof: { kind: 'consultant', join: { statement: 'AA', approvals: [] } },
};
const refused = { ok: false, refusal: { reason: 'wrong-state' } } as const;

/** The room's end of the signalling: answers as control does, keeps what it was asked, tells what the test says. */
class RoomEndpoint {
  readonly asked: { method: RoomRequestMethod; params: unknown }[] = [];
  readonly refusals = new Map<RoomRequestMethod, Outcome<never>>();
  readonly #listeners = new Set<(notification: RoomNotification) => void>();
  producers: ProducerInfo[] = [];
  /** What a hostile room would have its participants ask; the contract has no such member. */
  iceServers: RTCIceServer[] = [];
  phase: 'waiting' | 'consult' = 'waiting';
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
    const { phase, producers } = this;
    const rtpCapabilities = testFakeParameters.generateRouterRtpCapabilities();
    return { phase, producers, rtpCapabilities, participants: [consultant], closesAt: 1_800_000_000_000 };
  }

  #consumer(producer: string): unknown {
    const codecMimeType = producer.startsWith('microphone') ? 'audio/opus' : 'video/VP8';
    const { id, kind, rtpParameters } = testFakeParameters.generateConsumerRemoteParameters({ codecMimeType });
    return { consumer: id, kind, rtpParameters };
  }
}

/** Makes the FakeHandlers of mediasoup-client, and keeps them so that a test can break their connection. */
function fakeEngine(): {
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

let endpoint: RoomEndpoint;
let engine: ReturnType<typeof fakeEngine>;
let client: RoomClient;
let told: { event: keyof RoomEvents; value: unknown }[];

beforeEach(() => {
  vi.useFakeTimers();
  endpoint = new RoomEndpoint();
  engine = fakeEngine();
  client = new RoomClient({ signalling: endpoint, room, engine: { handlerFactory: engine.handlerFactory } });
  told = [];
  const events = ['phase', 'participantJoined', 'participantLeft', 'remoteTrack', 'remoteTrackPaused'] as const;
  const ends = ['remoteTrackEnded', 'localTrackEnded', 'connection', 'ended'] as const;
  for (const event of [...events, ...ends]) client.on(event, (value) => told.push({ event, value }));
});
afterEach(() => {
  client.close();
  vi.useRealTimers();
});

describe('joining', () => {
  test('asks no STUN or TURN server, whatever the room says (S2)', async () => {
    endpoint.iceServers = [{ urls: 'stun:elsewhere.example' }];
    await client.join();
    expect(engine.options.map(({ iceServers }) => iceServers)).toEqual([[], []]);
  });

  test('makes one transport a direction and tells what the room is', async () => {
    expect(await client.join()).toEqual({
      ok: true,
      value: { phase: 'waiting', participants: [consultant], closesAt: 1_800_000_000_000 },
    });
    expect(endpoint.paramsOf('room.createTransport').map(({ direction }) => direction)).toEqual(['send', 'receive']);
    expect(await client.join()).toEqual(refused);
  });

  test('what the room refuses is refused, and the client is closed', async () => {
    const refusal = { ok: false, refusal: { reason: 'too-early', retryAfter: 60 } } as const;
    endpoint.refusals.set('room.join', refusal);
    expect(await client.join()).toEqual(refusal);
    expect(endpoint.hearers).toBe(0);
    expect(await client.publish('camera', trackOf('video'))).toEqual(refused);
  });

  test('a signalling that breaks is a refusal', async () => {
    const { onNotification } = endpoint;
    const gone = () => Promise.reject(new Error('gone'));
    const signalling = { onNotification, join: gone, request: gone };
    const broken = new RoomClient({ signalling, room, engine: { handlerFactory: engine.handlerFactory } });
    expect(await broken.join()).toEqual({ ok: false, refusal: { reason: 'failed' } });
  });

  test('what is told while joining is not lost', async () => {
    const joining = client.join();
    endpoint.tell({ method: 'room.producerAdded', params: { producer: producerOf('camera-1', 'camera') } });
    endpoint.tell({ method: 'room.phase', params: { phase: 'consult' } });
    await joining;
    await settle();
    expect(tracks()).toMatchObject([{ participant: consultant.id, source: 'camera', paused: false }]);
  });

  test('a room that ends while joining ends the join', async () => {
    const joining = client.join();
    endpoint.tell({ method: 'room.ended', params: { reason: 'window-over' } });
    expect(await joining).toEqual(refused);
    expect(told).toEqual([{ event: 'ended', value: 'window-over' }]);
  });
});

describe('sending', () => {
  beforeEach(() => client.join());

  test('the camera goes in three layers of VP8, the microphone as opus with error correction and silence left out', async () => {
    expect(await client.publish('camera', trackOf('video'))).toEqual({ ok: true, value: undefined });
    expect(await client.publish('microphone', trackOf('audio'))).toEqual({ ok: true, value: undefined });
    const [camera, microphone] = endpoint.paramsOf('room.produce');
    expect(camera).toMatchObject({ kind: 'video', source: 'camera' });
    expect(camera?.rtpParameters.codecs[0]?.mimeType).toBe('video/VP8');
    expect(camera?.rtpParameters.encodings).toHaveLength(3);
    expect(microphone).toMatchObject({ kind: 'audio', source: 'microphone' });
  });

  test('a screen goes in one layer that keeps its detail', async () => {
    const track = trackOf('video');
    await client.publish('screen', track);
    expect(endpoint.paramsOf('room.produce')[0]?.rtpParameters.encodings).toHaveLength(1);
    expect(track.contentHint).toBe('detail');
    await client.unpublish('screen');
    expect(endpoint.count('room.closeProducer')).toBe(1);
    expect(track.readyState).toBe('live');
  });

  test('another camera takes the place of the first in the same producer', async () => {
    await client.publish('camera', trackOf('video'));
    await client.publish('camera', trackOf('video'));
    expect(endpoint.count('room.produce')).toBe(1);
  });

  test('muted before it is published, a microphone starts muted; muting stops the track before control is asked (S16)', async () => {
    const track = trackOf('audio');
    await client.setMuted('microphone', true);
    await client.publish('microphone', track);
    expect(track.enabled).toBe(false);
    expect(endpoint.paramsOf('room.pauseProducer')).toMatchObject([{ paused: true }]);
    await client.setMuted('microphone', false);
    expect(track.enabled).toBe(true);
    endpoint.refusals.set('room.pauseProducer', refused);
    expect(await client.setMuted('microphone', true)).toEqual(refused);
    expect(track.enabled).toBe(false);
  });

  test('a refused track is not published, and can be tried again', async () => {
    endpoint.refusals.set('room.produce', { ok: false, refusal: { reason: 'not-allowed' } });
    const track = trackOf('video');
    expect(await client.publish('camera', track)).toEqual({ ok: false, refusal: { reason: 'not-allowed' } });
    endpoint.refusals.clear();
    expect(await client.publish('camera', track)).toEqual({ ok: true, value: undefined });
  });

  test('a track that ends by itself is no longer published', async () => {
    const track = trackOf('video');
    await client.publish('screen', track);
    track.dispatchEvent(new Event('ended'));
    await settle();
    expect(endpoint.count('room.closeProducer')).toBe(1);
    expect(told).toContainEqual({ event: 'localTrackEnded', value: 'screen' });
  });
});

describe('receiving', () => {
  test('nothing is asked for while waiting, everything once the consult begins (P6.3)', async () => {
    endpoint.producers = [producerOf('camera-1', 'camera'), producerOf('microphone-1', 'microphone')];
    await client.join();
    endpoint.tell({ method: 'room.producerAdded', params: { producer: producerOf('screen-1', 'screen') } });
    await settle();
    expect(endpoint.count('room.consume')).toBe(0);
    endpoint.tell({ method: 'room.phase', params: { phase: 'consult' } });
    await settle();
    expect(tracks().map(({ source }) => source)).toEqual(['camera', 'microphone', 'screen']);
    expect(endpoint.count('room.resumeConsumer')).toBe(3);
    expect(client.remoteTracks).toHaveLength(3);
    endpoint.tell({ method: 'room.phase', params: { phase: 'debrief' } });
    await settle();
    expect(endpoint.count('room.consume')).toBe(3);
  });

  test('what others pause, stop or take with them is told', async () => {
    await consulting([producerOf('camera-1', 'camera'), producerOf('microphone-1', 'microphone')]);
    endpoint.tell({ method: 'room.producerPaused', params: { producer: 'microphone-1', paused: true } });
    expect(told.at(-1)).toMatchObject({ event: 'remoteTrackPaused', value: { source: 'microphone', paused: true } });
    endpoint.tell({ method: 'room.producerRemoved', params: { producer: 'camera-1' } });
    expect(told.at(-1)).toMatchObject({ event: 'remoteTrackEnded', value: { source: 'camera' } });
    endpoint.tell({ method: 'room.participantLeft', params: { participant: consultant.id } });
    expect(told.slice(-2)).toMatchObject([
      { event: 'remoteTrackEnded', value: { source: 'microphone' } },
      { event: 'participantLeft', value: consultant.id },
    ]);
    expect(client.remoteTracks).toEqual([]);
  });

  test('what is refused is asked for again, unless it is gone', async () => {
    endpoint.refusals.set('room.consume', refused);
    await consulting([producerOf('camera-1', 'camera')]);
    expect(tracks()).toEqual([]);
    endpoint.refusals.clear();
    await vi.advanceTimersByTimeAsync(2000);
    expect(tracks()).toHaveLength(1);
    endpoint.refusals.set('room.consume', refused);
    endpoint.tell({ method: 'room.producerAdded', params: { producer: producerOf('screen-1', 'screen') } });
    await settle();
    endpoint.tell({ method: 'room.producerRemoved', params: { producer: 'screen-1' } });
    const before = endpoint.count('room.consume');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(endpoint.count('room.consume')).toBe(before);
  });
});

describe('the connection', () => {
  test('a transport that fails is made anew, with everything it carried', async () => {
    await consulting([producerOf('camera-1', 'camera')]);
    await client.publish('camera', trackOf('video'));
    for (const handler of engine.handlers) handler.setConnectionState('connected');
    expect(told.at(-1)).toEqual({ event: 'connection', value: 'connected' });
    for (const handler of [...engine.handlers]) handler.setConnectionState('failed');
    expect(told.filter(({ event }) => event === 'connection').at(-1)?.value).toBe('reconnecting');
    await vi.advanceTimersByTimeAsync(500);
    expect(endpoint.count('room.createTransport')).toBe(4);
    expect(endpoint.count('room.produce')).toBe(2);
    expect(endpoint.count('room.consume')).toBe(2);
    for (const handler of engine.handlers.slice(2)) handler.setConnectionState('connected');
    expect(client.connection).toBe('connected');
  });

  test('making it anew is tried again, ever more slowly, and not after closing', async () => {
    await client.join();
    endpoint.refusals.set('room.createTransport', refused);
    engine.handlers[0]?.setConnectionState('failed');
    await vi.advanceTimersByTimeAsync(500 + 1000 + 2000);
    expect(endpoint.count('room.createTransport')).toBe(5);
    client.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(endpoint.count('room.createTransport')).toBe(5);
  });
});

describe('the end', () => {
  test('a room that ends closes everything, and nothing is told after (S16)', async () => {
    await consulting([producerOf('camera-1', 'camera')]);
    endpoint.tell({ method: 'room.ended', params: { reason: 'consultant-ended' } });
    expect(told.at(-1)).toEqual({ event: 'ended', value: 'consultant-ended' });
    const before = told.length;
    endpoint.tell({ method: 'room.phase', params: { phase: 'ended' } });
    client.close();
    expect(told).toHaveLength(before);
    expect(endpoint.hearers).toBe(0);
    expect(await client.stats()).toBeUndefined();
  });

  test('leaving gives the seat back, once', async () => {
    await client.join();
    await client.leave();
    await client.leave();
    expect(endpoint.count('room.leave')).toBe(1);
  });
});

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

function trackOf(kind: 'audio' | 'video'): MediaStreamTrack {
  return new LocalTrack(kind) as unknown as MediaStreamTrack;
}

function producerOf(producer: string, source: ProducerInfo['source']): ProducerInfo {
  const kind = source === 'microphone' ? 'audio' : 'video';
  return { producer, participant: consultant.id, kind, source, paused: false };
}

function tracks(): RemoteTrack[] {
  return told.filter(({ event }) => event === 'remoteTrack').map(({ value }) => value as RemoteTrack);
}

async function consulting(producers: ProducerInfo[]): Promise<void> {
  endpoint.phase = 'consult';
  endpoint.producers = producers;
  await client.join();
  await settle();
}

/** Lets everything run that waits for no time. */
async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}
