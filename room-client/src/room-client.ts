import type {
  MediaSource,
  Participant,
  Phase,
  ProducerInfo,
  RoomNotification,
  RoomRequestResult,
} from '@sallyport/protocol';
import { Device } from 'mediasoup-client';
import type { Consumer, Producer, RtpCapabilities, RtpParameters, Transport } from 'mediasoup-client/types';
import { summarise, type MediaStatistics } from './media-statistics.ts';
import { producerOptions } from './publishing.ts';
import type { RoomConnection, RoomEvent } from './room-events.ts';
import type { Signalling } from './signalling.ts';

export type { MediaStatistics } from './media-statistics.ts';
export type { RemoteTrack, RoomConnection, RoomEvent } from './room-events.ts';
export type { Signalling } from './signalling.ts';

type Joined = RoomRequestResult<'room.join'>;

/** What a room client is made of. */
export interface RoomClientOptions {
  signalling: Signalling;
  onEvent: (event: RoomEvent) => void;
  /** Is told of a request that failed after joining; the room goes on. */
  onFailure: (failure: unknown) => void;
}

/**
 * A participant's side of one room: publishes tracks, receives the other participants' while the phase allows it
 * (P6.3), and tells what happens. Draws nothing and captures nothing: tracks come from the caller and stay the caller's.
 */
export class RoomClient {
  readonly #options: RoomClientOptions;
  readonly #device: Device;
  readonly #sending: Transport;
  readonly #receiving: Transport;
  readonly #producers = new Map<MediaSource, Producer>();
  readonly #consumers = new Map<string, Consumer>();
  readonly #offered = new Map<string, ProducerInfo>();
  readonly #stopListening: () => void;
  #participants: readonly Participant[];
  #phase: Phase;
  #closed = false;

  private constructor(
    options: RoomClientOptions,
    joined: Joined,
    media: { device: Device; sending: Transport; receiving: Transport },
    notifications: Buffered,
  ) {
    this.#options = options;
    this.#device = media.device;
    this.#sending = media.sending;
    this.#receiving = media.receiving;
    this.#participants = joined.participants;
    this.#phase = joined.phase;
    for (const producer of joined.producers) this.#offered.set(producer.producer, producer);
    this.#watchConnection();
    this.#stopListening = notifications.handOver((notification) => {
      this.#notified(notification);
    });
  }

  /**
   * Joins a room.
   * @param room the room's identifier, its appointment's
   * @throws what the signalling rejects with when the room refuses
   */
  static async join(room: string, options: RoomClientOptions): Promise<RoomClient> {
    const notifications = new Buffered(options.signalling);
    try {
      const joined = await options.signalling.request('room.join', { room });
      const device = await Device.factory();
      // The contract bounds mediasoup's values; mediasoup's types name each header extension as well.
      await device.load({ routerRtpCapabilities: joined.rtpCapabilities as RtpCapabilities });
      const [sending, receiving] = await Promise.all([
        createTransport(device, options.signalling, 'send'),
        createTransport(device, options.signalling, 'receive'),
      ]);
      const client = new RoomClient(options, joined, { device, sending, receiving }, notifications);
      options.onEvent({ event: 'phase', phase: joined.phase });
      options.onEvent({ event: 'participants', participants: joined.participants });
      client.#receiveOffered();
      return client;
    } catch (error) {
      notifications.stop();
      throw error;
    }
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** Publishes a track, or replaces the one published of the same source. */
  async publish(source: MediaSource, track: MediaStreamTrack): Promise<void> {
    const producer = this.#producers.get(source);
    if (producer !== undefined && !producer.closed) return producer.replaceTrack({ track });
    const made = await this.#sending.produce({ ...producerOptions(source, track), appData: { source } });
    if (this.#closed) made.close();
    else this.#producers.set(source, made);
  }

  /** Stops publishing a source; does nothing when it is not published. */
  async unpublish(source: MediaSource): Promise<void> {
    const producer = this.#producers.get(source);
    this.#producers.delete(source);
    if (producer === undefined || producer.closed) return;
    producer.close();
    await this.#options.signalling.request('room.closeProducer', { producer: producer.id });
  }

  /** Mutes or unmutes a published source: locally at once, then for the others. */
  async setPaused(source: MediaSource, paused: boolean): Promise<void> {
    const producer = this.#producers.get(source);
    if (producer === undefined || producer.closed || producer.paused === paused) return;
    if (paused) producer.pause();
    else producer.resume();
    await this.#options.signalling.request('room.pauseProducer', { producer: producer.id, paused });
  }

  /** What was sent and received so far. */
  async statistics(): Promise<MediaStatistics> {
    return summarise(await Promise.all([this.#sending.getStats(), this.#receiving.getStats()]));
  }

  /** Ends the participant's media here; does not leave the room (that is `room.leave`). Does nothing the second time. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopListening();
    this.#sending.close();
    this.#receiving.close();
  }

  #notified(notification: RoomNotification): void {
    switch (notification.method) {
      case 'room.phase': {
        this.#enter(notification.params.phase);
        return;
      }
      case 'room.participantJoined': {
        const { participant } = notification.params;
        this.#present([...this.#others(participant.id), participant]);
        return;
      }
      case 'room.participantLeft': {
        this.#present(this.#others(notification.params.participant));
        return;
      }
      case 'room.producerAdded':
        this.#offered.set(notification.params.producer.producer, notification.params.producer);
        {
          this.#receiveOffered();
          return;
        }
      case 'room.producerPaused': {
        this.#options.onEvent({ event: 'remotePaused', ...notification.params });
        return;
      }
      case 'room.producerRemoved': {
        this.#forget(notification.params.producer);
        return;
      }
      case 'room.ended':
        this.close();
        {
          this.#options.onEvent({ event: 'ended', reason: notification.params.reason });
          return;
        }
      default:
        return notification satisfies never;
    }
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    this.#options.onEvent({ event: 'phase', phase });
    this.#receiveOffered();
  }

  #others(id: string): Participant[] {
    return this.#participants.filter((participant) => participant.id !== id);
  }

  #present(participants: readonly Participant[]): void {
    this.#participants = participants;
    this.#options.onEvent({ event: 'participants', participants });
  }

  /** Consumes everything offered that is not consumed yet, as soon as the phase allows. */
  #receiveOffered(): void {
    if (this.#phase === 'waiting' || this.#phase === 'ended') return;
    for (const offer of this.#offered.values()) {
      this.#offered.delete(offer.producer);
      this.#receive(offer).catch((failure: unknown) => {
        if (!this.#closed) this.#options.onFailure(failure);
      });
    }
  }

  async #receive({ producer, participant, source, paused }: ProducerInfo): Promise<void> {
    const { request } = this.#options.signalling;
    const { id: transport } = this.#receiving;
    const answer = await request('room.consume', {
      transport,
      producer,
      rtpCapabilities: this.#device.recvRtpCapabilities,
    });
    const consumer = await this.#receiving.consume({
      id: answer.consumer,
      producerId: producer,
      kind: answer.kind,
      rtpParameters: answer.rtpParameters as RtpParameters,
      appData: { source },
    });
    if (this.#closed) {
      consumer.close();
      return;
    }
    this.#consumers.set(producer, consumer);
    const { track } = consumer;
    this.#options.onEvent({ event: 'remoteTrack', remote: { producer, participant, source, track } });
    if (paused) this.#options.onEvent({ event: 'remotePaused', producer, paused });
    await request('room.resumeConsumer', { consumer: answer.consumer });
  }

  #forget(producer: string): void {
    this.#offered.delete(producer);
    const consumer = this.#consumers.get(producer);
    this.#consumers.delete(producer);
    if (consumer === undefined) return;
    consumer.close();
    this.#options.onEvent({ event: 'remoteTrackEnded', producer, source: consumer.appData['source'] as MediaSource });
  }

  #watchConnection(): void {
    const tell = (): void => {
      const connection = connectionOf(this.#sending, this.#receiving);
      if (!this.#closed) this.#options.onEvent({ event: 'connection', connection });
    };
    this.#sending.on('connectionstatechange', tell);
    this.#receiving.on('connectionstatechange', tell);
  }
}

/** Keeps what arrives while the room is still being joined, so that no notification is lost. */
class Buffered {
  #kept: RoomNotification[] | undefined = [];
  #listener: ((notification: RoomNotification) => void) | undefined;
  readonly stop: () => void;

  constructor(signalling: Signalling) {
    this.stop = signalling.onNotification((notification) => {
      this.#kept?.push(notification);
      this.#listener?.(notification);
    });
  }

  handOver(listener: (notification: RoomNotification) => void): () => void {
    const kept = this.#kept ?? [];
    this.#kept = undefined;
    this.#listener = listener;
    for (const notification of kept) listener(notification);
    return this.stop;
  }
}

async function createTransport(
  device: Device,
  signalling: Signalling,
  direction: 'send' | 'receive',
): Promise<Transport> {
  const options = await signalling.request('room.createTransport', { direction });
  const transport = direction === 'send' ? device.createSendTransport(options) : device.createRecvTransport(options);
  transport.on('connect', ({ dtlsParameters }, done, failed) => {
    signalling.request('room.connectTransport', { transport: transport.id, dtlsParameters }).then(done, failed);
  });
  transport.on('produce', ({ kind, rtpParameters, appData }, done, failed) => {
    const source = appData['source'] as MediaSource;
    signalling
      .request('room.produce', { transport: transport.id, kind, source, rtpParameters })
      .then(({ producer }) => done({ id: producer }), failed);
  });
  return transport;
}

function connectionOf(...transports: readonly Transport[]): RoomConnection {
  const states = transports.map((transport) => transport.connectionState);
  if (states.some((state) => state === 'disconnected' || state === 'failed')) return 'reconnecting';
  return states.includes('connected') ? 'connected' : 'connecting';
}
