import type { MediaServer } from '../ports.ts';

type Watched = 'produce' | 'consume';

/**
 * A media server on which something is done before it is asked, for tests: it takes its time, or is counted.
 * @param before called for each request that reaches the media server; the request goes on once it resolves
 */
export function watchedMedia(media: MediaServer, before: (what: Watched) => Promise<void>): MediaServer {
  return {
    createRoom: async (listener) => {
      const room = await media.createRoom(listener);
      return {
        rtpCapabilities: room.rtpCapabilities,
        close: () => room.close(),
        addParticipant: (id) => {
          const participant = room.addParticipant(id);
          const [produce, consume] = [participant.produce.bind(participant), participant.consume.bind(participant)];
          participant.produce = (params) => before('produce').then(() => produce(params));
          participant.consume = (params) => before('consume').then(() => consume(params));
          return participant;
        },
      };
    },
  };
}
