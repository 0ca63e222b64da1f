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
import { phase, presence, progress } from './phases.ts';
import { joiner } from './statements.ts';

/** What a consultant tells somebody who waits; every one has words in each message catalogue. */
export const waitingMessage = z.enum(['soon', 'five-minutes', 'ten-minutes', 'delayed']);
export type WaitingMessage = z.infer<typeof waitingMessage>;

/** Why a consultant declines somebody who waits. */
export const declineReason = z.enum(['rebook', 'not-needed', 'wrong-patient', 'technical']);
export type DeclineReason = z.infer<typeof declineReason>;

/** Why a room ended, or a participant's place in it. */
export const roomEnd = z.enum([
  'consultant-ended',
  'window-over',
  'left',
  'device-locked',
  'connection-lost',
  'server',
  /** The patient does not agree to the consultation. */
  'no-consent',
  /** The debrief has begun, and this participant has no part in it. */
  'debrief',
  'declined-rebook',
  'declined-not-needed',
  'declined-wrong-patient',
  'declined-technical',
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

/** A guest's join: the statement over the guest's own key, with the approval of the room's consultant. */
const vouchedJoin = z.strictObject({ kind: z.literal('guest'), join: approvedStatement });

/** What a participant proves itself with; `verifyParticipant` decides. */
export const joinProof = z.discriminatedUnion('kind', [approvedJoin, signedJoin, vouchedJoin]);
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
const anybody = ['device', 'consultant', 'interpreter', 'clinician'] as const;

/**
 * What a participant asks of its room: the same vocabulary over a device's link and a consultant's socket.
 * Each entry: who may ask, what travels, what comes back.
 */
export const roomRequests = {
  'room.join': {
    from: anybody,
    params: z.strictObject({ room: identifier, proof: joinProof }),
    result: z.strictObject({
      phase,
      progress,
      rtpCapabilities,
      participants: z.array(participant).max(8),
      producers: z.array(producerInfo).max(32),
      closesAt: instant,
    }),
  },
  'room.leave': { from: anybody, params: nothing, result: nothing },
  'room.createTransport': {
    from: anybody,
    params: z.strictObject({ direction: z.enum(['send', 'receive']) }),
    result: z.strictObject({
      id: mediaIdentifier,
      iceParameters,
      iceCandidates: z.array(iceCandidate).max(16),
      dtlsParameters,
    }),
  },
  'room.connectTransport': {
    from: anybody,
    params: z.strictObject({ transport: mediaIdentifier, dtlsParameters }),
    result: nothing,
  },
  'room.produce': {
    from: anybody,
    params: z.strictObject({ transport: mediaIdentifier, kind: mediaKind, source: mediaSource, rtpParameters }),
    result: z.strictObject({ producer: mediaIdentifier }),
  },
  'room.pauseProducer': {
    from: anybody,
    params: z.strictObject({ producer: mediaIdentifier, paused: z.boolean() }),
    result: nothing,
  },
  'room.closeProducer': {
    from: anybody,
    params: z.strictObject({ producer: mediaIdentifier }),
    result: nothing,
  },
  /** Consumers start paused; refused while the room is waiting. */
  'room.consume': {
    from: anybody,
    params: z.strictObject({ transport: mediaIdentifier, producer: mediaIdentifier, rtpCapabilities }),
    result: z.strictObject({ consumer: mediaIdentifier, kind: mediaKind, rtpParameters }),
  },
  'room.resumeConsumer': {
    from: anybody,
    params: z.strictObject({ consumer: mediaIdentifier }),
    result: nothing,
  },
  /**
   * The patient's consent and who is with them, before anybody is admitted; may be said again while the room waits. Without
   * consent the room ends.
   */
  'room.prepare': {
    from: ['device'],
    params: z.strictObject({ consent: z.boolean(), present: z.array(presence).max(4) }),
    result: nothing,
  },
  /** The patient said their name aloud, and it is the appointment's. */
  'room.checkName': { from: ['device', 'consultant'], params: nothing, result: nothing },
  /** In the debrief the laptop wants a code from its staff; they read it on their console, which derives it from this nonce. */
  'room.askStaff': { from: ['device'], params: z.strictObject({ nonce: base64url(16) }), result: nothing },
  /** The laptop has compared the code by itself. */
  'room.confirmStaff': { from: ['device'], params: nothing, result: nothing },
  /** To whoever waits. */
  'room.message': { from: ['consultant'], params: z.strictObject({ message: waitingMessage }), result: nothing },
  /** Sends away whoever waits, and ends the room. */
  'room.decline': { from: ['consultant'], params: z.strictObject({ reason: declineReason }), result: nothing },
  /** The room closes later than booked: once. */
  'room.extend': { from: ['consultant'], params: nothing, result: z.strictObject({ closesAt: instant }) },
  /** waiting → consult. Refused until the device has joined and is prepared. */
  'room.admit': { from: ['consultant'], params: nothing, result: nothing },
  /** consult → debrief. */
  'room.startDebrief': { from: ['consultant'], params: nothing, result: nothing },
  /** Ends the room for everyone. */
  'room.end': { from: ['consultant'], params: nothing, result: nothing },
} as const;

/** What control tells the participants of a room. */
export const roomNotifications = {
  'room.phase': z.strictObject({ phase }),
  'room.progress': z.strictObject({ progress }),
  'room.message': z.strictObject({ message: waitingMessage }),
  /** The room closes at another time than was said. */
  'room.extended': z.strictObject({ closesAt: instant }),
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
