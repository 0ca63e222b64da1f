import type { ProducerInfo, Progress, RoomNotification } from '@sallyport/protocol';
import { noProgress } from '@sallyport/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RoomClient } from './room-client.ts';
import {
  RoomEndpoint,
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
    ...{ signalling: endpoint, room, kind: 'device' },
    engine: { handlerFactory: engine.handlerFactory },
  });
  told = listenTo(client);
});
afterEach(() => {
  client.close();
  vi.useRealTimers();
});

describe('what a stage allows', () => {
  const progressed = (progress: Progress): RoomNotification => ({ method: 'room.progress', params: { progress } });
  const checked: Progress = { present: [], nameChecked: { laptop: true, consultant: true }, staffConfirmed: false };

  test('a laptop that waits has no connection to the media server; it is made when the consult begins (S40)', async () => {
    await client.join();
    expect(await client.publish('camera', trackOf('video'))).toEqual({ ok: true, value: undefined });
    await settle();
    expect(endpoint.count('room.createTransport') + endpoint.count('room.produce')).toBe(0);
    endpoint.tell({ method: 'room.phase', params: { phase: 'consult' } });
    await settle();
    expect(endpoint.count('room.createTransport')).toBe(2);
    expect(endpoint.paramsOf('room.produce').map(({ source }) => source)).toEqual(['camera']);
  });

  test('a connection that is refused at first is tried again', async () => {
    await client.join();
    endpoint.refusals.set('room.createTransport', refused);
    endpoint.tell({ method: 'room.phase', params: { phase: 'consult' } });
    await settle();
    endpoint.refusals.clear();
    await vi.advanceTimersByTimeAsync(500);
    expect(endpoint.count('room.createTransport')).toBe(4);
    expect(engine.handlers).toHaveLength(2);
  });

  test('in the debrief a laptop receives nothing until staff have confirmed, then everything anew (S39)', async () => {
    await consulting([producerOf('camera-1', 'camera'), producerOf('microphone-1', 'microphone')]);
    expect(client.remoteTracks).toHaveLength(2);
    endpoint.tell({ method: 'room.phase', params: { phase: 'debrief' } });
    expect(client.remoteTracks).toEqual([]);
    expect(told.filter(({ event }) => event === 'remoteTrackEnded')).toHaveLength(2);
    endpoint.tell({ method: 'room.producerAdded', params: { producer: producerOf('microphone-2', 'microphone') } });
    await vi.advanceTimersByTimeAsync(5000);
    expect(endpoint.count('room.consume')).toBe(2);
    endpoint.tell(progressed({ ...checked, staffConfirmed: true }));
    await settle();
    expect(client.remoteTracks.map(({ source }) => source)).toEqual(['camera', 'microphone', 'microphone']);
    expect(endpoint.count('room.createTransport')).toBe(2);
  });

  test('what was asked for before the debrief and answered after it began is not received (S39)', async () => {
    endpoint.phase = 'consult';
    await client.join();
    endpoint.tell({ method: 'room.producerAdded', params: { producer: producerOf('camera-1', 'camera') } });
    endpoint.tell({ method: 'room.phase', params: { phase: 'debrief' } });
    await settle();
    expect(endpoint.count('room.consume')).toBe(1);
    expect(tracksIn(told)).toEqual([]);
  });

  test('a laptop that comes back to a debrief asks for nothing (S39)', async () => {
    endpoint.phase = 'debrief';
    endpoint.producers = [producerOf('camera-1', 'camera')];
    await client.join();
    await settle();
    expect(endpoint.count('room.createTransport') + endpoint.count('room.consume')).toBe(0);
  });
});

describe('what a room tells', () => {
  test('progress, messages and another end are passed on, also those told while joining', async () => {
    const joining = client.join();
    endpoint.tell({ method: 'room.message', params: { message: 'five-minutes' } });
    await joining;
    endpoint.tell({ method: 'room.progress', params: { progress: { ...noProgress, present: ['officer'] } } });
    endpoint.tell({ method: 'room.extended', params: { closesAt: 1_800_000_900_000 } });
    expect(told).toEqual([
      { event: 'message', value: 'five-minutes' },
      { event: 'progress', value: { ...noProgress, present: ['officer'] } },
      { event: 'closesAt', value: 1_800_000_900_000 },
    ]);
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
