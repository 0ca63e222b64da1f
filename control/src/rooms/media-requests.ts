import type { RoomRequestMethod, RoomRequestParams, RoomRequestResult } from '@sallyport/protocol';
import type { Answer } from '../ports.ts';
import { refused } from './answers.ts';
import type { LiveRoom, Member } from './live-room.ts';

/** The requests that concern a participant's own media. */
export type MediaMethod = Exclude<
  RoomRequestMethod,
  'room.join' | 'room.leave' | 'room.admit' | 'room.startDebrief' | 'room.end'
>;

/** Whether a request concerns the asker's own media. */
export function isMediaMethod(method: RoomRequestMethod): method is MediaMethod {
  return Object.hasOwn(mediaRequests, method);
}

type MediaHandlers = {
  [M in MediaMethod]: (
    room: LiveRoom,
    member: Member,
    params: RoomRequestParams<M>,
  ) => Promise<Answer<RoomRequestResult<M>>>;
};

/** Requests about media, of somebody who has a seat: the media side does it, the others are told. */
export const mediaRequests: MediaHandlers = {
  'room.createTransport': (_room, { media }, params) => media.createTransport(params),
  'room.connectTransport': (_room, { media }, params) => media.connectTransport(params),
  'room.produce': produce,
  'room.pauseProducer': async (room, { peer, media }, params) => {
    const answer = await media.pauseProducer(params);
    if (answer.ok) room.tellOthers(peer.id, { method: 'room.producerPaused', params });
    return answer;
  },
  'room.closeProducer': async (room, { peer, media }, params) => {
    const answer = media.closeProducer(params);
    if (answer.ok) room.tellOthers(peer.id, { method: 'room.producerRemoved', params });
    return answer;
  },
  'room.consume': async (room, { media }, params) =>
    // SECURITY: nobody sees or hears anybody before the consultant admits (P6.3, S16).
    room.phase === 'waiting' ? refused('wrong-state') : media.consume(params),
  'room.resumeConsumer': (_room, { media }, params) => media.resumeConsumer(params),
};

async function produce(
  room: LiveRoom,
  { peer, media }: Member,
  params: RoomRequestParams<'room.produce'>,
): Promise<Answer<RoomRequestResult<'room.produce'>>> {
  // SECURITY: a laptop has a camera and a microphone to send, never a screen (S16).
  if (peer.kind === 'device' && params.source === 'screen') return refused('not-allowed');
  const answer = await media.produce(params);
  if (!answer.ok) return answer;
  const added = media.producers().find(({ producer }) => producer === answer.result.producer);
  if (added !== undefined) room.tellOthers(peer.id, { method: 'room.producerAdded', params: { producer: added } });
  return answer;
}
