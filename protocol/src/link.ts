import * as z from 'zod';
import { approvedStatement } from './approvals.ts';
import { lifecycleName } from './frames.ts';
import { pairingCode } from './pairing.ts';
import { signedCheckpoint } from './checkpoints.ts';
import { base64url, digest, identifier, instant, line, sequence } from './primitives.ts';
import { erasureProof } from './erasure.ts';
import { checkReport } from './device-check.ts';
import { signedReceipt } from './receipts.ts';
import { rtpCapabilities } from './rtp.ts';
import { roomNotifications, roomRequests } from './room.ts';
import { appointedConsultant } from './statements.ts';

const nothing = z.strictObject({});

/** A device holds at most this many rosters: its own site's and those of the hospitals it calls. */
export const maxRosters = 12;

/** An appointment as its laptop sees it; the only place a patient reference reaches a device. */
export const deviceAppointment = z.strictObject({
  id: identifier,
  patientReference: line(40),
  /** The name that the patient is asked to say aloud. */
  patientName: line(80),
  consultant: appointedConsultant,
  startsAt: instant,
  endsAt: instant,
  /** The room can be joined from `opensAt` until `closesAt`, which counts that the consultant may let it close later. */
  opensAt: instant,
  closesAt: instant,
});
export type DeviceAppointment = z.infer<typeof deviceAppointment>;

/** One of the laptop's own next appointments: what staff who carry it want to know, and no more. */
export const upcomingAppointment = deviceAppointment
  .pick({ id: true, patientReference: true, startsAt: true, endsAt: true })
  .extend({
    consultant: line(80),
  });
export type UpcomingAppointment = z.infer<typeof upcomingAppointment>;

/** Why an opened laptop became inert again; `revoked`: whoever opened it no longer may. */
export const activationEnd = z.enum([
  'locked',
  'idle',
  'suspend',
  'link-lost',
  'over',
  'ordered',
  'revoked',
  'restarted',
]);
export type ActivationEnd = z.infer<typeof activationEnd>;

/** What happened on a device, for the record. No patient data, no secret. */
export const deviceEvent = z.strictObject({
  /** Its place in the device's own chain, from 1. */
  number: z.int().min(1),
  at: instant,
  event: z.enum([
    'started',
    'opened',
    'inert',
    'joined',
    'left',
    'suspended',
    'resumed',
    'pairing-refused',
    'pairing-locked-out',
    'statement-refused',
    'page-refused',
    'page-gone',
    'participant-refused',
    'checked',
    'prepared',
    'name-checked',
    'staff-confirmed',
    'staff-code-refused',
    'trust-updated',
    'checkpoint-refused',
    /** The record or the journal was not what it had been: in `detail`, which of them and how. */
    'store-damaged',
    'events-dropped',
  ]),
  detail: line(120).optional(),
});
export type DeviceEvent = z.infer<typeof deviceEvent>;

const roomRequestsOfDevice = {
  'room.join': roomRequests['room.join'],
  'room.leave': roomRequests['room.leave'],
  'room.createTransport': roomRequests['room.createTransport'],
  'room.connectTransport': roomRequests['room.connectTransport'],
  'room.produce': roomRequests['room.produce'],
  'room.pauseProducer': roomRequests['room.pauseProducer'],
  'room.closeProducer': roomRequests['room.closeProducer'],
  'room.consume': roomRequests['room.consume'],
  'room.resumeConsumer': roomRequests['room.resumeConsumer'],
  'room.prepare': roomRequests['room.prepare'],
  'room.checkName': roomRequests['room.checkName'],
  'room.askStaff': roomRequests['room.askStaff'],
  'room.confirmStaff': roomRequests['room.confirmStaff'],
} as const;

/** What a device asks of control. */
export const deviceRequests = {
  /**
   * Manifests after a version, oldest first, as many as fit one frame; and which version is the newest of each roster the
   * device should hold: its own site's, and those of the hospitals it is booked to call.
   */
  'trust.fetch': {
    params: z.strictObject({ afterManifest: z.int().min(0) }),
    result: z.strictObject({
      manifests: z.array(approvedStatement).max(100),
      more: z.boolean(),
      rosters: z.array(z.strictObject({ site: identifier, version: sequence })).max(maxRosters),
    }),
  },
  /** The newest roster of one site. */
  'trust.roster': {
    params: z.strictObject({ site: identifier }),
    result: z.strictObject({ roster: approvedStatement }),
  },
  /** A new certificate for the same key, when less than a third of its life is left. PKCS #10, PEM. */
  'certificate.renew': {
    params: z.strictObject({ request: z.string().max(4096) }),
    result: z.strictObject({ certificate: z.string().max(8192) }),
  },
  'activation.ended': { params: z.strictObject({ grant: z.int().min(1), reason: activationEnd }), result: nothing },
  /** The next events of the device's own chain with its signature over their head; see `deviceHead`. Idempotent. */
  'record.report': {
    params: z.strictObject({
      /** Hash of the event before the first; the genesis digest when the first is number 1. */
      previous: digest,
      events: z.array(deviceEvent).min(1).max(100),
      signature: base64url(64),
    }),
    result: nothing,
  },
  /** Control's newest signed checkpoint of its audit tree, and its consistency with a size the device has countersigned. */
  'audit.checkpoint': {
    params: z.strictObject({ after: z.int().min(0) }),
    result: z.strictObject({ checkpoint: signedCheckpoint, consistency: z.array(digest).max(64) }),
  },
  /** The device's signature over a checkpoint's exact bytes. */
  'audit.countersign': {
    params: z.strictObject({ checkpoint: base64url(1024), signature: base64url(64) }),
    result: nothing,
  },
  /** Idempotent; answered only once what is new in the proof is durable in control's database. */
  'erasure.report': { params: erasureProof, result: nothing },
  /**
   * Begins a check of the network: a room of the laptop's own on the media server, where it receives what it sends itself. The
   * requests about transports, producers and consumers serve it until it ends: by `check.end`, by another check or a join, or
   * by itself after half a minute.
   */
  'check.begin': { params: nothing, result: z.strictObject({ rtpCapabilities }) },
  /** Ends it; a report is kept for the appointment that the laptop is open for, and shown in the consoles. */
  'check.end': { params: z.strictObject({ report: checkReport.nullable() }), result: nothing },
  ...roomRequestsOfDevice,
} as const;

/** What control asks of a device. */
export const controlRequests = {
  /** Compares a typed pairing code with the one on the screen. The nonce goes into the grant. */
  'pairing.check': {
    params: z.strictObject({ code: pairingCode }),
    result: z.strictObject({ nonce: base64url(16) }),
  },
  'grant.open': {
    params: z.strictObject({
      grant: approvedStatement,
      /** The server share sealed to the device's key (RFC 9180 HPKE base mode), see `sealing` in SPEC.md. */
      share: z.strictObject({ encapsulated: base64url(65), ciphertext: base64url(256) }),
      appointment: deviceAppointment,
      /** The laptop's own other appointments of the next day and night, by start. */
      upcoming: z.array(upcomingAppointment).max(8),
    }),
    result: nothing,
  },
  /** Answers once the receipt is signed and durable on the device. */
  'order.execute': { params: z.strictObject({ order: approvedStatement }), result: signedReceipt },
  /** Ends the activation: staff locked it from their console. Making inert needs nobody's signature. */
  'activation.lock': { params: nothing, result: nothing },
} as const;

/** What control tells a device. */
export const controlNotifications = {
  /** Contact: renews the lease. Sent at least every minute. */
  'lease.renewed': z.strictObject({ time: instant }),
  /** There is a newer manifest or roster: fetch it. */
  'trust.published': nothing,
  ...roomNotifications,
} as const;

/** What a device tells control. */
export const deviceNotifications = {
  state: z.strictObject({ state: lifecycleName, room: identifier.nullable() }),
} as const;

export type DeviceRequestMethod = keyof typeof deviceRequests;
export type DeviceRequestParams<M extends DeviceRequestMethod> = z.infer<(typeof deviceRequests)[M]['params']>;
export type DeviceRequestResult<M extends DeviceRequestMethod> = z.infer<(typeof deviceRequests)[M]['result']>;
export type ControlRequestMethod = keyof typeof controlRequests;
export type ControlRequestParams<M extends ControlRequestMethod> = z.infer<(typeof controlRequests)[M]['params']>;
export type ControlRequestResult<M extends ControlRequestMethod> = z.infer<(typeof controlRequests)[M]['result']>;
export type ControlNotificationMethod = keyof typeof controlNotifications;
export type ControlNotificationParams<M extends ControlNotificationMethod> = z.infer<(typeof controlNotifications)[M]>;
