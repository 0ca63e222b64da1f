import type { ProducerInfo } from '@sallyport/protocol';
import { noProgress } from '@sallyport/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RoomClient } from './room-client.ts';
import {
  RoomEndpoint,
  consultant,
  fakeEngine,
  listenTo,
  producerOf,
  refused,
  room,
  trackOf,
  tracksIn,
  type Told,
} from './room-client-testing.ts';

let endpoint: RoomEndpoint;
let engine: ReturnType<typeof fakeEngine>;
let client: RoomClient;
let told: Told;

beforeEach(() => {
  vi.useFakeTimers();
  endpoint = new RoomEndpoint();
  engine = fakeEngine();
  client = new RoomClient({
    ...{ signalling: endpoint, room, kind: 'consultant' },
    engine: { handlerFactory: engine.handlerFactory },
  });
  told = listenTo(client);
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
      value: { phase: 'waiting', progress: noProgress, participants: [consultant], closesAt: 1_800_000_000_000 },
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
    const broken = new RoomClient({
      ...{ signalling, room, kind: 'device' },
      engine: { handlerFactory: engine.handlerFactory },
    });
    expect(await broken.join()).toEqual({ ok: false, refusal: { reason: 'failed' } });
  });

  test('what is told while joining is not lost', async () => {
    const joining = client.join();
    endpoint.tell({ method: 'room.producerAdded', params: { producer: producerOf('camera-1', 'camera') } });
    endpoint.tell({ method: 'room.phase', params: { phase: 'consult' } });
    await joining;
    await settle();
    expect(tracksIn(told)).toMatchObject([{ participant: consultant.id, source: 'camera', paused: false }]);
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
    expect(tracksIn(told).map(({ source }) => source)).toEqual(['camera', 'microphone', 'screen']);
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
    expect(tracksIn(told)).toEqual([]);
    endpoint.refusals.clear();
    await vi.advanceTimersByTimeAsync(2000);
    expect(tracksIn(told)).toHaveLength(1);
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
