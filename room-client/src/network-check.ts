import type { MediaSource, NetworkFigures, RoomRequestParams, RoomRequestResult } from '@sallyport/protocol';
import { Device, type types } from 'mediasoup-client';
import { KeptTransport } from './kept-transport.ts';
import { measuredSendingOf } from './media-profile.ts';
import { countsOf, figuresBetween, type NetworkCounts } from './network-figures.ts';
import type { RoomEngine } from './room-client.ts';
import { roundTripMs } from './room-stats.ts';
import { Sending } from './sending.ts';
import { askOver, resultOf, type Ask, type RoomSignalling } from './signalling.ts';

export interface NetworkCheckOptions {
  signalling: Pick<RoomSignalling, 'request'>;
  /** What the media server speaks, as the beginning of the check told. */
  rtpCapabilities: RoomRequestResult<'room.join'>['rtpCapabilities'];
  /** For pages that know their browser; found out unless stated. */
  engine?: RoomEngine;
  /** What to send. The tracks stay the caller's: they are never stopped. */
  tracks: { camera?: MediaStreamTrack; microphone?: MediaStreamTrack };
  /** How long to measure, more than one; 5 unless stated. */
  seconds?: number;
  /** Gives the check up. */
  signal?: AbortSignal;
}

/** The start is not measured: the connection is made, and the senders find their rate. Milliseconds. */
const settling = 1000;
/** How long it may take until everything is sent and received, milliseconds. */
const preparing = 10_000;

/**
 * Measures what the network carries: sends what camera and microphone give to the media server and receives the same from
 * it again, for some seconds. Shows and plays nothing. Everything it made is closed when it is over.
 * @returns null when nothing came back: refused, not connected, given up, or there was nothing to send
 */
export async function measureNetwork(options: NetworkCheckOptions): Promise<NetworkFigures | null> {
  const { tracks, seconds = 5, signal } = options;
  if (liveTracks(tracks).length === 0 || signal?.aborted === true) return null;
  const end = new AbortController();
  const giveUp = (): void => end.abort();
  signal?.addEventListener('abort', giveUp);
  const late = setTimeout(giveUp, preparing + seconds * 1000);
  const loop = new Loop(options);
  try {
    return await unlessAborted(measure(loop, seconds, end.signal), end.signal);
  } catch {
    return null;
  } finally {
    end.abort();
    clearTimeout(late);
    signal?.removeEventListener('abort', giveUp);
    loop.close();
  }
}

async function measure(loop: Loop, seconds: number, signal: AbortSignal): Promise<NetworkFigures | null> {
  await loop.open();
  await pause(settling, signal);
  const before = await loop.counts();
  await pause(seconds * 1000 - settling, signal);
  return figuresBetween(before, await loop.counts());
}

/** What is sent to the media server, and comes back from it. */
class Loop {
  readonly #options: NetworkCheckOptions;
  readonly #ask: Ask;
  readonly #device: Device;
  readonly #sending: Sending;
  readonly #receiving: KeptTransport;
  readonly #consumers: types.Consumer[] = [];

  constructor(options: NetworkCheckOptions) {
    this.#options = options;
    this.#ask = askOver(options.signalling);
    this.#device = new Device(options.engine);
    const own = { device: this.#device, ask: this.#ask, onState: () => undefined };
    this.#sending = new Sending({ ...own, onTrackEnded: () => undefined, profile: measuredSendingOf });
    this.#receiving = new KeptTransport({ ...own, direction: 'receive', onRenewed: () => undefined });
  }

  /** Sends every track there is, and receives it again. @throws when any of it is refused or fails */
  async open(): Promise<void> {
    const { rtpCapabilities, tracks } = this.#options;
    // mediasoup names the header extensions it knows; the contract only bounds them.
    await this.#device.load({ routerRtpCapabilities: rtpCapabilities as types.RtpCapabilities });
    await Promise.all([this.#sending.transport.open(), this.#receiving.open()]);
    for (const [source, track] of liveTracks(tracks)) {
      const published = await this.#sending.publish(source, track);
      resultOf(published);
    }
    for (const producer of this.#sending.producers.values()) await this.#receive(producer.id);
  }

  /** What the browser has counted so far. */
  async counts(): Promise<NetworkCounts> {
    const sent = await Promise.all([...this.#sending.producers.values()].map((producer) => producer.getStats()));
    const received = await Promise.all(this.#consumers.map((consumer) => consumer.getStats()));
    const transport = await this.#sending.transport.current?.getStats();
    const roundTrip = transport === undefined ? null : roundTripMs(transport);
    return countsOf(performance.now(), { sent, received, roundTrip });
  }

  /** Idempotent. */
  close(): void {
    this.#receiving.close();
    this.#sending.close();
  }

  async #receive(producer: string): Promise<void> {
    const transport = this.#receiving.current;
    if (transport === undefined) throw new Error('the check is over');
    const rtpCapabilities: RoomRequestParams<'room.consume'>['rtpCapabilities'] = this.#device.recvRtpCapabilities;
    const consumed = resultOf(await this.#ask('room.consume', { transport: transport.id, producer, rtpCapabilities }));
    const consumer = await transport.consume({
      id: consumed.consumer,
      producerId: producer,
      kind: consumed.kind,
      rtpParameters: consumed.rtpParameters as types.RtpParameters,
    });
    this.#consumers.push(consumer);
    resultOf(await this.#ask('room.resumeConsumer', { consumer: consumer.id }));
  }
}

type Source = Extract<MediaSource, 'camera' | 'microphone'>;

function liveTracks({ camera, microphone }: NetworkCheckOptions['tracks']): [Source, MediaStreamTrack][] {
  const named: [Source, MediaStreamTrack | undefined][] = [
    ['camera', camera],
    ['microphone', microphone],
  ];
  return named.flatMap(([source, track]): [Source, MediaStreamTrack][] =>
    track?.readyState === 'live' ? [[source, track]] : [],
  );
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** @throws when the signal says so first; the work is then nobody's any more */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('given up')));
    work.then(resolve, reject);
  });
}
