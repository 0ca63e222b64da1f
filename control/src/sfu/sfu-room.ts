import { rtpCapabilities } from '@sallyport/protocol';
import type { types } from 'mediasoup';
import type { Logger } from 'pino';
import type { MediaRoom, MediaRoomListener } from '../ports.ts';
import type { SfuLimits } from './settings.ts';
import { SfuParticipant, type ParticipantCounts } from './sfu-participant.ts';

/** What a room's media stands on. */
export interface SfuRoomDeps {
  router: types.Router;
  server: types.WebRtcServer;
  limits: SfuLimits;
  listener: MediaRoomListener;
  log: Logger;
  /** Whether participants may receive what they send themselves; they may not unless stated. */
  loop?: boolean;
}

/** One room's router and the accounts of its participants. */
export class SfuRoom implements MediaRoom {
  readonly rtpCapabilities: MediaRoom['rtpCapabilities'];
  readonly #deps: SfuRoomDeps;
  readonly #participants = new Set<SfuParticipant>();

  constructor(deps: SfuRoomDeps) {
    this.#deps = deps;
    this.rtpCapabilities = rtpCapabilities.parse(deps.router.rtpCapabilities);
    deps.router.on('workerclose', () => {
      deps.listener.failed();
    });
  }

  /** @inheritdoc */
  addParticipant(id: string): SfuParticipant {
    const participant = new SfuParticipant(id, {
      ...this.#deps,
      ownerOf: (producer) => this.#ownerOf(producer),
      onClose: () => this.#participants.delete(participant),
    });
    this.#participants.add(participant);
    return participant;
  }

  /** How many transports, producers and consumers live in the room. */
  counts(): ParticipantCounts {
    const counts = { transports: 0, producers: 0, consumers: 0 };
    for (const participant of this.#participants) {
      const of = participant.counts();
      counts.transports += of.transports;
      counts.producers += of.producers;
      counts.consumers += of.consumers;
    }
    return counts;
  }

  /** @inheritdoc */
  close(): void {
    for (const participant of [...this.#participants]) participant.close();
    this.#deps.router.close();
  }

  #ownerOf(producer: string): SfuParticipant | undefined {
    return [...this.#participants].find((participant) => participant.owns(producer));
  }
}
