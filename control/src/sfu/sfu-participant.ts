import type {
  MediaAllowance,
  MediaSource,
  ProducerInfo,
  RoomRequestParams,
  RoomRequestResult,
} from '@sallyport/protocol';
import type { types } from 'mediasoup';
import type { Answer, MediaParticipant } from '../ports.ts';
import {
  asRtpCapabilities,
  asRtpParameters,
  describeConsumer,
  describeTransport,
  done,
  media,
  refused,
  strongFingerprints,
} from './mediasoup-edge.ts';
import type { SfuRoomDeps } from './sfu-room.ts';

type Direction = RoomRequestParams<'room.createTransport'>['direction'];

/** Of which kind the media of a source is. */
const kindOfSource = { camera: 'video', microphone: 'audio', screen: 'video' } as const satisfies Record<
  MediaSource,
  types.MediaKind
>;

/** How many of each somebody holds. */
export interface ParticipantCounts {
  transports: number;
  producers: number;
  consumers: number;
}

interface Deps extends SfuRoomDeps {
  /** Who in the room sends a producer. */
  ownerOf(producer: string): SfuParticipant | undefined;
  onClose(): void;
}

/**
 * One participant's media: at most one transport a direction, one producer a source, one consumer a producer of others.
 * SECURITY: identifiers are looked up in this participant's own maps only, so those of others do not exist (S16).
 */
export class SfuParticipant implements MediaParticipant {
  readonly id: string;
  readonly #deps: Deps;
  readonly #transports = new Map<Direction, types.WebRtcTransport>();
  readonly #connected = new WeakSet<types.WebRtcTransport>();
  readonly #producers = new Map<MediaSource, types.Producer>();
  readonly #consumers = new Map<string, types.Consumer>();
  /** Sources and producers on their way, so that two requests at once count as two. */
  readonly #pending = new Set<string>();
  #closed = false;

  constructor(id: string, deps: Deps) {
    this.id = id;
    this.#deps = deps;
  }

  /** Whether this participant sends the producer. */
  owns(producer: string): boolean {
    return this.#producerOf(producer) !== undefined;
  }

  counts(): ParticipantCounts {
    return { transports: this.#transports.size, producers: this.#producers.size, consumers: this.#consumers.size };
  }

  /** @inheritdoc */
  producers(): ProducerInfo[] {
    return [...this.#producers].map(([source, producer]) => ({
      producer: producer.id,
      participant: this.id,
      kind: producer.kind,
      source,
      paused: producer.paused,
    }));
  }

  /** @inheritdoc */
  async createTransport({
    direction,
  }: RoomRequestParams<'room.createTransport'>): Promise<Answer<RoomRequestResult<'room.createTransport'>>> {
    return this.#once(`transport ${direction}`, () =>
      media(this.#deps.log, async () => {
        this.#transports.get(direction)?.close();
        const transport = await this.#newTransport(direction);
        if (!this.#keepTransport(direction, transport)) return refused('wrong-state');
        return { ok: true, result: describeTransport(transport) };
      }),
    );
  }

  /** @inheritdoc */
  async connectTransport({
    transport: id,
    dtlsParameters,
  }: RoomRequestParams<'room.connectTransport'>): Promise<Answer<Record<string, never>>> {
    const transport = this.#transportOf(id);
    if (transport === undefined) return refused('not-found');
    const strong = strongFingerprints(dtlsParameters);
    if (strong === undefined) return refused('not-allowed');
    if (this.#connected.has(transport)) return refused('wrong-state');
    this.#connected.add(transport);
    return media(this.#deps.log, () => transport.connect({ dtlsParameters: strong }).then(done));
  }

  /** @inheritdoc */
  async produce(params: RoomRequestParams<'room.produce'>): Promise<Answer<RoomRequestResult<'room.produce'>>> {
    const transport = this.#transports.get('send');
    if (transport?.id !== params.transport) return refused('not-found');
    if (kindOfSource[params.source] !== params.kind) return refused('malformed');
    if ((params.rtpParameters.encodings?.length ?? 1) > this.#deps.limits.maxEncodings) return refused('too-many');
    if (this.#producers.has(params.source)) return refused('wrong-state');
    return this.#once(`source ${params.source}`, () =>
      media(this.#deps.log, () => this.#newProducer(transport, params)),
    );
  }

  /** @inheritdoc */
  async pauseProducer({
    producer: id,
    paused,
  }: RoomRequestParams<'room.pauseProducer'>): Promise<Answer<Record<string, never>>> {
    const producer = this.#producerOf(id);
    if (producer === undefined) return refused('not-found');
    return media(this.#deps.log, () => (paused ? producer.pause() : producer.resume()).then(done));
  }

  /** @inheritdoc */
  closeProducer({ producer: id }: RoomRequestParams<'room.closeProducer'>): Answer<Record<string, never>> {
    const entry = [...this.#producers].find(([, producer]) => producer.id === id);
    if (entry === undefined) return refused('not-found');
    // Forgotten first: then its close event is not news to the room.
    this.#producers.delete(entry[0]);
    entry[1].close();
    return done();
  }

  /** @inheritdoc */
  keepOnly({ sends, shares, receives }: MediaAllowance): string[] {
    const stopped = [...this.#producers].filter(([source]) => !(source === 'screen' ? shares : sends));
    for (const [, { id }] of stopped) this.closeProducer({ producer: id });
    if (!receives) for (const consumer of [...this.#consumers.values()]) consumer.close();
    return stopped.map(([, { id }]) => id);
  }

  /** @inheritdoc */
  async consume(params: RoomRequestParams<'room.consume'>): Promise<Answer<RoomRequestResult<'room.consume'>>> {
    const transport = this.#transports.get('receive');
    if (transport?.id !== params.transport) return refused('not-found');
    const owner = this.#deps.ownerOf(params.producer);
    if (owner === undefined || (owner === this && this.#deps.loop !== true)) return refused('not-found');
    return this.#once(`producer ${params.producer}`, () =>
      media(this.#deps.log, () => this.#newConsumer(transport, params)),
    );
  }

  /** @inheritdoc */
  async resumeConsumer({
    consumer: id,
  }: RoomRequestParams<'room.resumeConsumer'>): Promise<Answer<Record<string, never>>> {
    const consumer = this.#consumers.get(id);
    return consumer === undefined ? refused('not-found') : media(this.#deps.log, () => consumer.resume().then(done));
  }

  /** @inheritdoc */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#producers.clear();
    for (const transport of [...this.#transports.values()]) transport.close();
    this.#deps.onClose();
  }

  async #newTransport(direction: Direction): Promise<types.WebRtcTransport> {
    const { router, server, limits } = this.#deps;
    const transport = await router.createWebRtcTransport({
      webRtcServer: server,
      enableUdp: true,
      enableTcp: true,
      preferUdp: true,
      initialAvailableOutgoingBitrate: limits.initialOutgoingBitrate,
    });
    // SECURITY: a participant cannot flood the media port or another participant's line (S16).
    await (direction === 'send'
      ? transport.setMaxIncomingBitrate(limits.maxIncomingBitrate)
      : transport.setMaxOutgoingBitrate(limits.maxOutgoingBitrate));
    return transport;
  }

  #keepTransport(direction: Direction, transport: types.WebRtcTransport): boolean {
    if (this.#closed) transport.close();
    if (transport.closed) return false;
    this.#transports.set(direction, transport);
    transport.observer.once('close', () => {
      if (this.#transports.get(direction) === transport) this.#transports.delete(direction);
    });
    transport.on('dtlsstatechange', (state) => {
      if (state === 'failed' || state === 'closed') transport.close();
    });
    return true;
  }

  async #newProducer(
    transport: types.WebRtcTransport,
    { kind, source, rtpParameters }: RoomRequestParams<'room.produce'>,
  ): Promise<Answer<RoomRequestResult<'room.produce'>>> {
    const producer = await transport.produce({ kind, rtpParameters: asRtpParameters(rtpParameters) });
    if (this.#closed || producer.closed) return refused('wrong-state');
    this.#producers.set(source, producer);
    producer.observer.once('close', () => {
      if (this.#producers.get(source) !== producer) return;
      this.#producers.delete(source);
      this.#deps.listener.producerClosed(this.id, producer.id);
    });
    return { ok: true, result: { producer: producer.id } };
  }

  async #newConsumer(
    transport: types.WebRtcTransport,
    params: RoomRequestParams<'room.consume'>,
  ): Promise<Answer<RoomRequestResult<'room.consume'>>> {
    const rtpCapabilities = asRtpCapabilities(params.rtpCapabilities);
    if (!this.#deps.router.canConsume({ producerId: params.producer, rtpCapabilities })) return refused('malformed');
    // Asked again, the newer consumer replaces the older: one consumer a producer.
    const older = [...this.#consumers.values()].find(({ producerId }) => producerId === params.producer);
    older?.close();
    const consumer = await transport.consume({ producerId: params.producer, rtpCapabilities, paused: true });
    if (this.#closed || consumer.closed) return refused('wrong-state');
    this.#consumers.set(consumer.id, consumer);
    consumer.observer.once('close', () => this.#consumers.delete(consumer.id));
    return { ok: true, result: describeConsumer(consumer) };
  }

  /** Runs an act unless the same one is already under way. */
  async #once<T>(name: string, act: () => Promise<Answer<T>>): Promise<Answer<T>> {
    if (this.#closed || this.#pending.has(name)) return refused('wrong-state');
    this.#pending.add(name);
    try {
      return await act();
    } finally {
      this.#pending.delete(name);
    }
  }

  #transportOf(id: string): types.WebRtcTransport | undefined {
    return [...this.#transports.values()].find((transport) => transport.id === id);
  }

  #producerOf(id: string): types.Producer | undefined {
    return [...this.#producers.values()].find((producer) => producer.id === id);
  }
}
