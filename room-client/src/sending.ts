import { mediaSource, type MediaSource, type Outcome, type RoomRequestParams } from '@sallyport/protocol';
import type { Device, types } from 'mediasoup-client';
import { KeptTransport } from './kept-transport.ts';
import { hintContent, sendingOf } from './media-profile.ts';
import { outcomeOf, resultOf, type Ask } from './signalling.ts';

interface Options {
  device: Device;
  ask: Ask;
  onState: () => void;
  /** A published track ended by itself. */
  onTrackEnded: (source: MediaSource) => void;
  /** How a source is sent; as in a room unless stated. */
  profile?: typeof sendingOf;
}

/** What this participant sends: at most one track a source, published again when the transport is made anew. */
export class Sending {
  readonly transport: KeptTransport;
  readonly #options: Options;
  readonly #tracks = new Map<MediaSource, MediaStreamTrack>();
  readonly #producers = new Map<MediaSource, types.Producer>();
  readonly #muted = new Set<MediaSource>();

  constructor(options: Options) {
    this.#options = options;
    this.transport = new KeptTransport({
      ...options,
      direction: 'send',
      onMade: (transport) => {
        this.#carry(transport);
      },
      onRenewed: () => void this.#publishAgain(),
    });
  }

  /** The producers that carry the published sources. */
  get producers(): ReadonlyMap<MediaSource, types.Producer> {
    return this.#producers;
  }

  /**
   * Publishes a track, in place of what the source sends now. The track stays the caller's: it is never stopped. While
   * the transport is being made anew it waits for it.
   */
  async publish(source: MediaSource, track: MediaStreamTrack): Promise<Outcome<void>> {
    hintContent(source, track);
    this.#tracks.set(source, track);
    const producer = this.#producers.get(source);
    return outcomeOf(() => (producer === undefined ? this.#produce(source, track) : producer.replaceTrack({ track })));
  }

  /** Stops sending a source; nothing when it is not published. */
  async unpublish(source: MediaSource): Promise<void> {
    this.#tracks.delete(source);
    const producer = this.#producers.get(source);
    if (producer === undefined) return;
    this.#producers.delete(source);
    producer.close();
    await this.#options.ask('room.closeProducer', { producer: producer.id });
  }

  /** Mutes or unmutes a source, also one that is not published yet: muted, nothing of it leaves this page. */
  async setMuted(source: MediaSource, muted: boolean): Promise<Outcome<void>> {
    if (muted) this.#muted.add(source);
    else this.#muted.delete(source);
    const producer = this.#producers.get(source);
    return outcomeOf(async () => {
      if (producer !== undefined && producer.paused !== muted) await this.#pause(producer, muted);
    });
  }

  /** Idempotent. */
  close(): void {
    this.#tracks.clear();
    this.#producers.clear();
    this.transport.close();
  }

  async #produce(source: MediaSource, track: MediaStreamTrack): Promise<void> {
    const transport = this.transport.current;
    if (transport === undefined) return;
    const { device, profile = sendingOf } = this.#options;
    const sending = profile(source, device.sendRtpCapabilities.codecs ?? []);
    try {
      const producer = await transport.produce({ track, ...sending, stopTracks: false, appData: { source } });
      await this.#keep(source, track, producer);
    } catch (failure) {
      // A transport that failed meanwhile is being made anew, and the track waits for it.
      if (transport !== this.transport.current) return;
      this.#tracks.delete(source);
      throw failure;
    }
  }

  async #keep(source: MediaSource, track: MediaStreamTrack, producer: types.Producer): Promise<void> {
    this.#producers.set(source, producer);
    producer.on('trackended', () => {
      void this.unpublish(source);
      this.#options.onTrackEnded(source);
    });
    // What was asked for while the producer was being made.
    const wanted = this.#tracks.get(source);
    if (wanted === undefined) await this.unpublish(source);
    else if (wanted !== track) await producer.replaceTrack({ track: wanted });
    if (this.#muted.has(source) && !producer.closed) await this.#pause(producer, true);
  }

  async #pause(producer: types.Producer, paused: boolean): Promise<void> {
    // SECURITY: paused here first, resumed here last, so that nothing leaves while the room believes it paused (S16).
    if (paused) producer.pause();
    resultOf(await this.#options.ask('room.pauseProducer', { producer: producer.id, paused }));
    if (!paused && !producer.closed) producer.resume();
  }

  #carry(transport: types.Transport): void {
    transport.on('produce', ({ kind, rtpParameters, appData }, produced, fail) => {
      const source = mediaSource.parse(appData['source']);
      const parameters: RoomRequestParams<'room.produce'>['rtpParameters'] = rtpParameters;
      const params = { transport: transport.id, kind, source, rtpParameters: parameters };
      this.#options
        .ask('room.produce', params)
        .then(resultOf)
        .then(({ producer }) => {
          produced({ id: producer });
        })
        .catch(fail);
    });
  }

  async #publishAgain(): Promise<void> {
    this.#producers.clear();
    for (const [source, track] of [...this.#tracks]) {
      const outcome = await outcomeOf(() => this.#produce(source, track));
      // What the room no longer takes is not published any more; the page decides what to do.
      if (!outcome.ok) this.#options.onTrackEnded(source);
    }
  }
}
