import type { MediaSource, ProducerInfo, RoomRequestParams } from '@sallyport/protocol';
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
  /** The newest try to receive it, under way or done; undefined when it may be asked for. */
  attempt: symbol | undefined;
}

/** What arrives from the others: everything they send, as soon and as long as the room allows. */
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

  /** While the room does not allow it nothing is consumed, and what was is closed (P6.3); otherwise everything is. */
  setAllowed(allowed: boolean): void {
    if (allowed === this.#allowed) return;
    this.#allowed = allowed;
    // SECURITY: what may not be received any more is not shown or heard from this moment on, whatever still arrives (S39).
    this.#receiveAgain();
  }

  /** Somebody sends something. */
  add(info: ProducerInfo): void {
    if (this.#receptions.has(info.producer)) return;
    this.#receptions.set(info.producer, { info, consumer: undefined, attempt: undefined });
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
    for (const reception of this.#receptions.values()) {
      if (reception.attempt === undefined) void this.#receive(reception);
    }
  }

  async #receive(reception: Reception): Promise<void> {
    const transport = this.transport.current;
    if (transport === undefined) return;
    const attempt = Symbol();
    reception.attempt = attempt;
    try {
      const consumer = await this.#consume(transport, reception.info);
      if (!this.#isCurrent(reception, attempt) || transport.closed) {
        consumer.close();
        return;
      }
      reception.consumer = consumer;
      this.#options.events.emit('remoteTrack', remoteTrack(reception.info, consumer));
      // Only now: the first key frame comes when somebody shows it.
      resultOf(await this.#options.ask('room.resumeConsumer', { consumer: consumer.id }));
    } catch {
      if (transport === this.transport.current) this.#receiveLater(reception, attempt);
    }
  }

  /** What was refused or failed is asked for once more after a while, unless it is gone by then. */
  #receiveLater(reception: Reception, attempt: symbol): void {
    if (!this.#isCurrent(reception, attempt)) return;
    this.#end(reception);
    setTimeout(() => {
      if (!this.#isCurrent(reception, attempt)) return;
      reception.attempt = undefined;
      this.#receiveAll();
    }, retryAfter);
  }

  /** Whether a try still counts: what it is for is there, and it was not given up for another. */
  #isCurrent(reception: Reception, attempt: symbol): boolean {
    return this.#receptions.get(reception.info.producer) === reception && reception.attempt === attempt;
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
      reception.attempt = undefined;
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
