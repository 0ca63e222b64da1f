import type { MediaSource, RoomRequestMethod, RoomRequestParams, RoomRequestResult } from '@sallyport/protocol';
import type { Answer, MediaRequest } from '../ports.ts';
import { refused } from './answers.ts';
import type { LiveRoom, Member } from './live-room.ts';

/** The requests that concern a participant's own media. */
export type MediaMethod = MediaRequest['method'];

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

/**
 * Requests about media, of somebody who has a seat: the media side does it, the others are told. A transport alone carries
 * nothing; whatever would fill it asks what the stage allows.
 */
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
  'room.consume': consume,
  'room.resumeConsumer': async (room, member, params) =>
    room.allowanceOf(member).receives ? member.media.resumeConsumer(params) : refused('wrong-state'),
};

async function produce(
  room: LiveRoom,
  member: Member,
  params: RoomRequestParams<'room.produce'>,
): Promise<Answer<RoomRequestResult<'room.produce'>>> {
  const { peer, media } = member;
  // SECURITY: a laptop or a guest has a camera and a microphone to send, never a screen (S16).
  if (peer.kind !== 'consultant' && params.source === 'screen') return refused('not-allowed');
  // SECURITY: nothing is sent before its time: by a laptop that waits, or before both have ticked the name (S40, S42).
  if (!maySend(room, member, params.source)) return refused('wrong-state');
  const answer = await media.produce(params);
  if (!answer.ok) return answer;
  // SECURITY: the room may have gone on while the media server made it (S39).
  if (!maySend(room, member, params.source)) return stopped(room, member);
  const added = media.producers().find(({ producer }) => producer === answer.result.producer);
  if (added !== undefined) room.tellOthers(peer.id, { method: 'room.producerAdded', params: { producer: added } });
  return answer;
}

async function consume(
  room: LiveRoom,
  member: Member,
  params: RoomRequestParams<'room.consume'>,
): Promise<Answer<RoomRequestResult<'room.consume'>>> {
  // SECURITY: nobody sees or hears anybody before the consultant admits, nor a laptop a debrief without staff (P6.3, S16).
  if (!room.allowanceOf(member).receives) return refused('wrong-state');
  const answer = await member.media.consume(params);
  if (!answer.ok) return answer;
  // SECURITY: the room may have gone on while the media server made it (S39).
  return room.allowanceOf(member).receives ? answer : stopped(room, member);
}

function maySend(room: LiveRoom, member: Member, source: MediaSource): boolean {
  const { sends, shares } = room.allowanceOf(member);
  return source === 'screen' ? shares : sends;
}

/** What was made is not allowed any more: it ends before anybody hears of it. */
function stopped(room: LiveRoom, member: Member): ReturnType<typeof refused> {
  room.restrain(member);
  return refused('wrong-state');
}
