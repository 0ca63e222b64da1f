import * as z from 'zod';
import { approvedStatement } from './approvals.ts';
import { base64url, identifier, instant } from './primitives.ts';
import {
  dtlsParameters,
  iceCandidate,
  iceParameters,
  mediaIdentifier,
  mediaKind,
  rtpCapabilities,
  rtpParameters,
} from './rtp.ts';
import { joiner } from './statements.ts';

/** waiting → consult → debrief → ended; never back. A room has the identifier of its appointment. */
export const phase = z.enum(['waiting', 'consult', 'debrief', 'ended']);
export type Phase = z.infer<typeof phase>;

/** Why a room ended, or a participant's place in it. */
export const roomEnd = z.enum([
  'consultant-ended',
  'window-over',
  'left',
  'device-locked',
  'connection-lost',
  'server',
]);
export type RoomEnd = z.infer<typeof roomEnd>;

/** A consultant's join: the statement with the consultant's own approval. */
const approvedJoin = z.strictObject({ kind: z.literal('consultant'), join: approvedStatement });

/** A laptop's join: the statement signed by the laptop's key, and the grant by which people vouched for that key. */
const signedJoin = z.strictObject({
  kind: z.literal('device'),
  /** The join statement's exact bytes. */
  statement: base64url(4096),
  /** ECDSA P-256 SHA-256 over them, r ‖ s (IEEE P1363). */
  signature: base64url(64),
  /** The laptop's signing key: SubjectPublicKeyInfo, DER. */
  key: base64url(91),
  /** The grant that opened the laptop; it names the key's digest. */
  grant: approvedStatement,
});

/** What a participant proves itself with; `verifyParticipant` decides. */
export const joinProof = z.discriminatedUnion('kind', [approvedJoin, signedJoin]);
export type JoinProof = z.infer<typeof joinProof>;

/** Somebody in a room. Only those whose proof bears out every other member are shown or heard. */
export const participant = z.strictObject({ ...joiner.shape, proof: joinProof });
export type Participant = z.infer<typeof participant>;

export const mediaSource = z.enum(['camera', 'microphone', 'screen']);
export type MediaSource = z.infer<typeof mediaSource>;

const producerInfo = z.strictObject({
  producer: mediaIdentifier,
  participant: identifier,
  kind: mediaKind,
  source: mediaSource,
  paused: z.boolean(),
});
export type ProducerInfo = z.infer<typeof producerInfo>;

const nothing = z.strictObject({});

/**
 * What a participant asks of its room: the same vocabulary over a device's link and a consultant's socket.
 * Each entry: who may ask, what travels, what comes back.
 */
export const roomRequests = {
  'room.join': {
    from: ['device', 'consultant'],
    params: z.strictObject({ room: identifier, proof: joinProof }),
    result: z.strictObject({
      phase,
      rtpCapabilities,
      participants: z.array(participant).max(8),
      producers: z.array(producerInfo).max(32),
      closesAt: instant,
    }),
  },
  'room.leave': { from: ['device', 'consultant'], params: nothing, result: nothing },
  'room.createTransport': {
    from: ['device', 'consultant'],
    params: z.strictObject({ direction: z.enum(['send', 'receive']) }),
    result: z.strictObject({
      id: mediaIdentifier,
      iceParameters,
      iceCandidates: z.array(iceCandidate).max(16),
      dtlsParameters,
    }),
  },
  'room.connectTransport': {
    from: ['device', 'consultant'],
    params: z.strictObject({ transport: mediaIdentifier, dtlsParameters }),
    result: nothing,
  },
  'room.produce': {
    from: ['device', 'consultant'],
    params: z.strictObject({ transport: mediaIdentifier, kind: mediaKind, source: mediaSource, rtpParameters }),
    result: z.strictObject({ producer: mediaIdentifier }),
  },
  'room.pauseProducer': {
    from: ['device', 'consultant'],
    params: z.strictObject({ producer: mediaIdentifier, paused: z.boolean() }),
    result: nothing,
  },
  'room.closeProducer': {
    from: ['device', 'consultant'],
    params: z.strictObject({ producer: mediaIdentifier }),
    result: nothing,
  },
  /** Consumers start paused; refused while the room is waiting. */
  'room.consume': {
    from: ['device', 'consultant'],
    params: z.strictObject({ transport: mediaIdentifier, producer: mediaIdentifier, rtpCapabilities }),
    result: z.strictObject({ consumer: mediaIdentifier, kind: mediaKind, rtpParameters }),
  },
  'room.resumeConsumer': {
    from: ['device', 'consultant'],
    params: z.strictObject({ consumer: mediaIdentifier }),
    result: nothing,
  },
  /** waiting → consult. Refused until the device has joined. */
  'room.admit': { from: ['consultant'], params: nothing, result: nothing },
  /** consult → debrief. */
  'room.startDebrief': { from: ['consultant'], params: nothing, result: nothing },
  /** Ends the room for everyone. */
  'room.end': { from: ['consultant'], params: nothing, result: nothing },
} as const;

/** What control tells the participants of a room. */
export const roomNotifications = {
  'room.phase': z.strictObject({ phase }),
  'room.participantJoined': z.strictObject({ participant }),
  'room.participantLeft': z.strictObject({ participant: identifier }),
  'room.producerAdded': z.strictObject({ producer: producerInfo }),
  'room.producerPaused': z.strictObject({ producer: mediaIdentifier, paused: z.boolean() }),
  'room.producerRemoved': z.strictObject({ producer: mediaIdentifier }),
  'room.ended': z.strictObject({ reason: roomEnd }),
} as const;

export type RoomRequestMethod = keyof typeof roomRequests;
export type RoomRequestParams<M extends RoomRequestMethod> = z.infer<(typeof roomRequests)[M]['params']>;
export type RoomRequestResult<M extends RoomRequestMethod> = z.infer<(typeof roomRequests)[M]['result']>;
export type RoomNotificationMethod = keyof typeof roomNotifications;
export type RoomNotificationParams<M extends RoomNotificationMethod> = z.infer<(typeof roomNotifications)[M]>;

/** A notification with its method, as a union over the methods. */
export type RoomNotification = {
  [M in RoomNotificationMethod]: { method: M; params: RoomNotificationParams<M> };
}[RoomNotificationMethod];

const roomMethods = Object.keys(roomRequests) as RoomRequestMethod[];
/** The name of a room request. */
export const roomRequestMethod = z.enum(roomMethods as [RoomRequestMethod, ...RoomRequestMethod[]]);
