import type { MediaSource, Phase, ProducerInfo, RoomRequestParams } from '@sallyport/protocol';
import type { Device, types } from 'mediasoup-client';
import { KeptTransport } from './kept-transport.ts';
import type { RemoteTrack, RoomEmitter } from './room-events.ts';
import { resultOf, type Ask } from './signalling.ts';

/** How long to wait before asking again for what was refused, milliseconds. */
const retryAfter = 2000;

interface Options {
  device: Device;
  ask: Ask;
  events: RoomEmitter;
  onState: () => void;
}

/** A producer of somebody else, and the consumer of it once there is one. */
interface Reception {
  info: ProducerInfo;
  consumer: types.Consumer | undefined;
  asked: boolean;
}

/** What arrives from the others: everything they send, as soon as the room's phase allows. */
export class Receiving {
  readonly transport: KeptTransport;
  readonly #options: Options;
  readonly #receptions = new Map<string, Reception>();
  #allowed = false;

  constructor(options: Options) {
    this.#options = options;
    this.transport = new KeptTransport({
      ...options,
      direction: 'receive',
      onRenewed: () => {
        this.#receiveAgain();
      },
    });
  }

  /** The consumers there are, with what they carry. */
  get consumers(): { info: ProducerInfo; consumer: types.Consumer }[] {
    return [...this.#receptions.values()].flatMap(({ info, consumer }) =>
      consumer === undefined ? [] : [{ info, consumer }],
    );
  }

  /** What arrives now. */
  get tracks(): RemoteTrack[] {
    return this.consumers.map(({ info, consumer }) => remoteTrack(info, consumer));
  }

  /** Nothing is consumed while waiting (P6.3); from the consult on, everything. */
  setPhase(phase: Phase): void {
    this.#allowed = phase === 'consult' || phase === 'debrief';
    this.#receiveAll();
  }

  /** Somebody sends something. */
  add(info: ProducerInfo): void {
    if (this.#receptions.has(info.producer)) return;
    this.#receptions.set(info.producer, { info, consumer: undefined, asked: false });
    this.#receiveAll();
  }

  /** A producer was paused or resumed at its end. */
  setPaused(producer: string, paused: boolean): void {
    const reception = this.#receptions.get(producer);
    if (reception === undefined) return;
    reception.info = { ...reception.info, paused };
    if (reception.consumer === undefined) return;
    this.#options.events.emit('remoteTrackPaused', remoteTrack(reception.info, reception.consumer));
  }

  /** A producer is gone. */
  remove(producer: string): void {
    const reception = this.#receptions.get(producer);
    if (reception === undefined) return;
    this.#receptions.delete(producer);
    this.#end(reception);
  }

  /** A participant is gone, with all it sent. */
  removeAllOf(participant: string): void {
    for (const { info } of [...this.#receptions.values()]) {
      if (info.participant === participant) this.remove(info.producer);
    }
  }

  /** Idempotent. */
  close(): void {
    for (const producer of [...this.#receptions.keys()]) this.remove(producer);
    this.transport.close();
  }

  #receiveAll(): void {
    if (!this.#allowed || this.transport.current === undefined) return;
    for (const reception of this.#receptions.values()) if (!reception.asked) void this.#receive(reception);
  }

  async #receive(reception: Reception): Promise<void> {
    const transport = this.transport.current;
    if (transport === undefined) return;
    reception.asked = true;
    try {
      const consumer = await this.#consume(transport, reception.info);
      if (this.#receptions.get(reception.info.producer) !== reception || transport.closed) {
        consumer.close();
        return;
      }
      reception.consumer = consumer;
      this.#options.events.emit('remoteTrack', remoteTrack(reception.info, consumer));
      // Only now: the first key frame comes when somebody shows it.
      resultOf(await this.#options.ask('room.resumeConsumer', { consumer: consumer.id }));
    } catch {
      this.#receiveLater(reception, transport);
    }
  }

  /** What was refused or failed is asked for once more after a while, unless it is gone by then. */
  #receiveLater(reception: Reception, transport: types.Transport): void {
    const isCurrent = (): boolean =>
      this.#receptions.get(reception.info.producer) === reception && transport === this.transport.current;
    if (!isCurrent()) return;
    this.#end(reception);
    setTimeout(() => {
      if (!isCurrent()) return;
      reception.asked = false;
      this.#receiveAll();
    }, retryAfter);
  }

  async #consume(transport: types.Transport, info: ProducerInfo): Promise<types.Consumer> {
    const { device, ask } = this.#options;
    const { producer } = info;
    const rtpCapabilities: RoomRequestParams<'room.consume'>['rtpCapabilities'] = device.recvRtpCapabilities;
    const consumed = resultOf(await ask('room.consume', { transport: transport.id, producer, rtpCapabilities }));
    const streamId = `${info.participant}-${streamOf(info.source)}`;
    return transport.consume({
      id: consumed.consumer,
      producerId: producer,
      kind: consumed.kind,
      streamId,
      // mediasoup names the header extensions it knows; the contract only bounds them.
      rtpParameters: consumed.rtpParameters as types.RtpParameters,
    });
  }

  #receiveAgain(): void {
    for (const reception of this.#receptions.values()) {
      this.#end(reception);
      reception.asked = false;
    }
    this.#receiveAll();
  }

  #end(reception: Reception): void {
    const { consumer, info } = reception;
    reception.consumer = undefined;
    if (consumer === undefined) return;
    consumer.close();
    this.#options.events.emit('remoteTrackEnded', remoteTrack(info, consumer));
  }
}

/** Camera and microphone are kept in step as one stream; a screen is another. */
function streamOf(source: MediaSource): string {
  return source === 'screen' ? 'screen' : 'person';
}

function remoteTrack({ participant, source, paused }: ProducerInfo, { track }: types.Consumer): RemoteTrack {
  return { participant, source, paused, track };
}
