import type { Outcome, RoomRequestMethod, RoomRequestParams, RoomRequestResult } from '@sallyport/protocol';
import { FakeHandler, testFakeParameters, type types } from 'mediasoup-client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { measuredSendingOf } from './media-profile.ts';
import { measureNetwork } from './network-check.ts';
import type { RequestInRoom } from './signalling.ts';

/** The loop room's end: gives back what it is sent. */
class LoopEndpoint {
  readonly asked: { method: RoomRequestMethod; params: unknown }[] = [];
  refused: RoomRequestMethod | undefined;
  /** Never answers this. */
  silent: RoomRequestMethod | undefined;
  readonly #kinds = new Map<string, string>();

  readonly request = async <M extends RequestInRoom>(
    method: M,
    params: RoomRequestParams<M>,
  ): Promise<Outcome<RoomRequestResult<M>>> => {
    this.asked.push({ method, params });
    await Promise.resolve();
    if (method === this.silent) return new Promise(() => undefined);
    if (method === this.refused) return { ok: false, refusal: { reason: 'wrong-state' } };
    return { ok: true, value: this.#answer(method, params) as RoomRequestResult<M> };
  };

  paramsOf<M extends RoomRequestMethod>(method: M): RoomRequestParams<M>[] {
    return this.asked.flatMap((one) => (one.method === method ? [one.params as RoomRequestParams<M>] : []));
  }

  #answer(method: RoomRequestMethod, params: unknown): unknown {
    const id = `${method}-${this.asked.length}`;
    if (method === 'room.createTransport') return { ...testFakeParameters.generateTransportRemoteParameters(), id };
    if (method === 'room.produce') {
      this.#kinds.set(id, (params as RoomRequestParams<'room.produce'>).kind);
      return { producer: id };
    }
    if (method !== 'room.consume') return {};
    const { producer } = params as RoomRequestParams<'room.consume'>;
    const codecMimeType = this.#kinds.get(producer) === 'audio' ? 'audio/opus' : 'video/VP8';
    const { kind, rtpParameters } = testFakeParameters.generateConsumerRemoteParameters({ codecMimeType });
    return { consumer: id, kind, rtpParameters };
  }
}

/** As much of a track as a sender looks at. */
class LocalTrack extends EventTarget {
  readonly id = crypto.randomUUID();
  enabled = true;
  contentHint = '';
  readyState = 'live';
  readonly kind: 'audio' | 'video';

  constructor(kind: 'audio' | 'video') {
    super();
    this.kind = kind;
  }

  stop(): void {
    this.readyState = 'ended';
  }
}

const trackOf = (kind: 'audio' | 'video'): MediaStreamTrack => new LocalTrack(kind) as unknown as MediaStreamTrack;
const report = (...entries: object[]): RTCStatsReport => new Map(entries.map((entry, index) => [String(index), entry]));

let endpoint: LoopEndpoint;
let handlers: FakeHandler[];
let startedAt: number;
/** How many packets come back of each that is sent. */
let comesBack: number;
/** How the first second differs: its packets are lost. */
let lostAtFirst: number;

/** A browser whose senders send 50 packets of 100 bytes a second. */
function fakeEngine(): { handlerFactory: types.HandlerFactory } {
  const made = FakeHandler.createFactory(testFakeParameters);
  const factory: types.HandlerFactory['factory'] = (options) => {
    const handler = made.factory(options);
    keep(handler);
    const packets = (): number => ((performance.now() - startedAt) / 1000) * 50;
    const lost = (): number => Math.min(packets(), lostAtFirst);
    handler.getSenderStats = () =>
      Promise.resolve(
        report(
          { type: 'outbound-rtp', packetsSent: packets(), bytesSent: packets() * 80, headerBytesSent: packets() * 20 },
          { type: 'remote-inbound-rtp', packetsLost: lost() },
        ),
      );
    handler.getReceiverStats = () =>
      Promise.resolve(
        report({
          type: 'inbound-rtp',
          packetsReceived: Math.max(0, packets() - lost()) * comesBack,
          packetsLost: lost(),
          bytesReceived: packets() * 80,
          headerBytesReceived: packets() * 20,
          jitter: 0.007,
        }),
      );
    handler.getTransportStats = () =>
      Promise.resolve(report({ type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.025 }));
    return handler;
  };
  return { handlerFactory: { ...made, factory } };
}

function keep(handler: unknown): void {
  if (handler instanceof FakeHandler) handlers.push(handler);
}

type Changes = Partial<Parameters<typeof measureNetwork>[0]>;

function measure(changes: Changes = {}): ReturnType<typeof measureNetwork> {
  return measureNetwork({
    signalling: endpoint,
    rtpCapabilities: testFakeParameters.generateRouterRtpCapabilities(),
    engine: fakeEngine(),
    tracks: { camera: trackOf('video'), microphone: trackOf('audio') },
    ...changes,
  });
}

/** Whether everything that was made is closed: a closed handler answers nothing. */
async function allClosed(): Promise<boolean> {
  const states = await Promise.all(
    handlers.map((handler) =>
      FakeHandler.prototype.getTransportStats.call(handler).then(
        () => false,
        () => true,
      ),
    ),
  );
  return states.every(Boolean);
}

beforeEach(() => {
  vi.useFakeTimers();
  endpoint = new LoopEndpoint();
  handlers = [];
  startedAt = performance.now();
  [comesBack, lostAtFirst] = [1, 0];
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe('measuring the network', () => {
  test('sends camera and microphone, receives both again, and says what went both ways in five seconds', async () => {
    const measuring = measure();
    await vi.advanceTimersByTimeAsync(4999);
    expect(handlers).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    // Two senders of 50 packets a second, 100 bytes and 38 on the line each.
    const bitrate = 2 * 50 * 138 * 8;
    expect(await measuring).toEqual({
      ...{ lossUp: 0, lossDown: 0, jitter: 7, roundTrip: 25 },
      bitrateUp: expect.closeTo(bitrate) as number,
      bitrateDown: expect.closeTo(bitrate) as number,
    });
    expect(endpoint.paramsOf('room.consume').map(({ producer }) => producer)).toHaveLength(2);
    expect(endpoint.paramsOf('room.resumeConsumer')).toHaveLength(2);
    expect(await allClosed()).toBe(true);
  });

  test('sends the camera in one layer, and the microphone in silence too', async () => {
    const measuring = measure();
    await vi.advanceTimersByTimeAsync(5000);
    await measuring;
    const [camera, microphone] = endpoint.paramsOf('room.produce');
    expect(camera).toMatchObject({ source: 'camera', kind: 'video' });
    expect(camera?.rtpParameters.encodings).toHaveLength(1);
    expect(microphone).toMatchObject({ source: 'microphone', kind: 'audio' });
    expect(measuredSendingOf('microphone', []).codecOptions).toMatchObject({ opusDtx: false });
  });

  test('leaves out the first second, in which the connection finds itself', async () => {
    lostAtFirst = 50;
    const measuring = measure({ seconds: 3 });
    await vi.advanceTimersByTimeAsync(3000);
    expect(await measuring).toMatchObject({ lossUp: 0, lossDown: 0 });
  });

  test.each(['camera', 'microphone'] as const)('with a %s alone it measures that', async (source) => {
    const track = trackOf(source === 'camera' ? 'video' : 'audio');
    const measuring = measure({ tracks: { [source]: track } });
    await vi.advanceTimersByTimeAsync(5000);
    expect(await measuring).toMatchObject({ lossDown: 0 });
    expect(endpoint.paramsOf('room.produce').map((produced) => produced.source)).toEqual([source]);
    expect(track.readyState).toBe('live');
  });

  test('with nothing to send, or only what has ended, it asks for nothing', async () => {
    const ended = trackOf('video');
    ended.stop();
    expect(await measure({ tracks: {} })).toBeNull();
    expect(await measure({ tracks: { camera: ended } })).toBeNull();
    expect(endpoint.asked).toEqual([]);
  });
});

describe('a network that carries nothing', () => {
  test('nothing that came back is no figures', async () => {
    comesBack = 0;
    const measuring = measure();
    await vi.advanceTimersByTimeAsync(5000);
    expect(await measuring).toBeNull();
    expect(await allClosed()).toBe(true);
  });

  test.each(['room.createTransport', 'room.produce', 'room.consume', 'room.resumeConsumer'] as const)(
    '%s refused is no figures, at once, and everything is closed',
    async (method) => {
      endpoint.refused = method;
      const measuring = measure();
      await vi.advanceTimersByTimeAsync(0);
      expect(await measuring).toBeNull();
      expect(await allClosed()).toBe(true);
    },
  );

  test('a signalling that never answers is given up', async () => {
    endpoint.silent = 'room.createTransport';
    const measuring = measure();
    await vi.advanceTimersByTimeAsync(15_000);
    expect(await measuring).toBeNull();
  });

  test.each([0, 500, 4000])('given up after %i ms, it ends there and closes everything', async (milliseconds) => {
    const giveUp = new AbortController();
    const measuring = measure({ signal: giveUp.signal });
    await vi.advanceTimersByTimeAsync(milliseconds);
    giveUp.abort();
    expect(await measuring).toBeNull();
    await vi.advanceTimersByTimeAsync(0);
    expect(await allClosed()).toBe(true);
    expect(await measure({ signal: giveUp.signal })).toBeNull();
  });
});
