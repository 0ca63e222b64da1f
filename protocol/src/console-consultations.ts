import * as z from 'zod';
import { approvedStatement } from './approvals.ts';
import { approvalTask, byId, nothing } from './console-values.ts';
import { bookedDetails, consoleAppointment, guestView, nextStep } from './consultation-values.ts';
import { trustApi } from './console-trust.ts';
import { pairingCode } from './pairing.ts';
import { base64url, identifier, instant, line } from './primitives.ts';
import { joinProof } from './room.ts';

const span = z.strictObject({ from: z.coerce.number().pipe(instant), to: z.coerce.number().pipe(instant) });
const ofGuest = z.strictObject({ id: identifier, guest: identifier });
const revision = z.int().min(1);

/** The routes of consultations: appointments, their guests, next steps, and where laptops are. Part of `consoleApi`. */
export const consultationApi = {
  /** The appointments of the caller's prison, or of the calling consultant, that start in a span of at most 31 days. */
  appointments: {
    method: 'GET',
    path: '/api/appointments',
    access: ['healthcare', 'consultant'],
    query: span,
    response: z.strictObject({ appointments: z.array(consoleAppointment).max(1000) }),
  },
  consultants: {
    method: 'GET',
    path: '/api/consultants',
    access: ['healthcare'],
    response: z.strictObject({
      consultants: z.array(z.strictObject({ id: identifier, name: line(80), hospital: line(80) })).max(5000),
    }),
  },
  /** What an appointment at that time would clash with; of other prisons' appointments no more than their times. */
  clashes: {
    method: 'GET',
    path: '/api/appointments/clashes',
    access: ['healthcare'],
    query: z.strictObject({
      device: identifier.optional(),
      consultant: identifier.optional(),
      startsAt: z.coerce.number().pipe(instant),
      minutes: z.coerce.number().pipe(bookedDetails.shape.minutes),
      /** The appointment that is being changed. */
      except: identifier.optional(),
    }),
    response: z.strictObject({
      clashes: z
        .array(z.strictObject({ of: z.enum(['device', 'consultant']), startsAt: instant, endsAt: instant }))
        .max(20),
    }),
  },
  /** `id` is made by the caller's page: the same booking sent twice is booked once. */
  book: {
    method: 'POST',
    path: '/api/appointments',
    access: ['healthcare'],
    body: z.strictObject({ id: identifier, ...bookedDetails.shape }),
    response: consoleAppointment,
  },
  /** Moves or corrects an appointment that nobody has joined; `changed-meanwhile` when it is no longer the revision named. */
  changeAppointment: {
    method: 'POST',
    path: '/api/appointments/:id/change',
    access: ['healthcare'],
    params: byId,
    body: z.strictObject({ revision, ...bookedDetails.shape }),
    response: consoleAppointment,
  },
  cancelAppointment: {
    method: 'POST',
    path: '/api/appointments/:id/cancel',
    access: ['healthcare'],
    params: byId,
    body: z.strictObject({ revision }),
    response: consoleAppointment,
  },
  /** The nonce of the code that the laptop of a debrief asks its staff for; `wrong-state` while it asks for none. */
  debriefCode: {
    method: 'POST',
    path: '/api/appointments/:id/debrief-code',
    access: ['healthcare'],
    params: byId,
    body: nothing,
    response: z.strictObject({ nonce: base64url(16) }),
  },
  acknowledgeNextSteps: {
    method: 'POST',
    path: '/api/appointments/:id/next-steps/acknowledge',
    access: ['healthcare'],
    params: byId,
    body: nothing,
    response: consoleAppointment,
  },
  recordNextSteps: {
    method: 'POST',
    path: '/api/appointments/:id/next-steps',
    access: ['consultant'],
    params: byId,
    body: z.strictObject({ steps: z.array(nextStep).min(1).max(20) }),
    response: consoleAppointment,
  },
  /** The join for the caller to approve, with the key their page has just made. */
  draftJoin: {
    method: 'POST',
    path: '/api/appointments/:id/join',
    access: ['consultant'],
    params: byId,
    body: z.strictObject({ mediaKey: base64url(65) }),
    response: approvalTask,
  },

  // Guests.
  /** A fresh link and code for a guest, shown once; every earlier one is void. */
  inviteGuest: {
    method: 'POST',
    path: '/api/appointments/:id/guests/:guest/link',
    access: ['healthcare', 'consultant'],
    params: ofGuest,
    body: nothing,
    response: z.strictObject({ link: z.string().max(500), code: z.string().length(6), expiresAt: instant }),
  },
  /** The join of a guest who waits at the door, over the guest's own key, for the consultant to approve. */
  draftGuestJoin: {
    method: 'POST',
    path: '/api/appointments/:id/guests/:guest/join',
    access: ['consultant'],
    params: ofGuest,
    body: nothing,
    response: approvalTask,
  },
  admitGuest: {
    method: 'POST',
    path: '/api/appointments/:id/guests/:guest/admit',
    access: ['consultant'],
    params: ofGuest,
    body: z.strictObject({ join: approvedStatement }),
    response: consoleAppointment,
  },
  /** Uses a link up: with the right code the browser becomes the guest's, and no other one can. */
  enterAsGuest: {
    method: 'POST',
    path: '/api/guest/enter',
    access: 'anyone',
    body: z.strictObject({ token: base64url(32), code: pairingCode, mediaKey: base64url(65) }),
    response: guestView,
  },
  /** Where the guest of this browser stands, and once let in, the proof to join with. */
  guestView: {
    method: 'GET',
    path: '/api/guest',
    access: 'anyone',
    response: z.strictObject({ view: guestView, proof: joinProof.nullable() }),
  },
  /** The documents by which the page of a guest who was let in verifies the others; as `trustChain` and `trustRoster`. */
  guestTrustChain: {
    method: 'GET',
    path: '/api/guest/trust/manifests',
    access: 'anyone',
    query: trustApi.trustChain.query,
    response: trustApi.trustChain.response,
  },
  /** Of the two sites of the guest's own appointment, and of no other. */
  guestTrustRoster: {
    method: 'GET',
    path: '/api/guest/trust/rosters/:id',
    access: 'anyone',
    params: byId,
    response: trustApi.trustRoster.response,
  },
  leaveAsGuest: { method: 'POST', path: '/api/guest/leave', access: 'anyone', body: nothing, response: nothing },

  // Where laptops are.
  takeDevice: {
    method: 'POST',
    path: '/api/site/devices/:id/custody',
    access: ['healthcare'],
    params: byId,
    body: z.strictObject({ holder: line(80), place: line(80), dueAt: instant }),
    response: nothing,
  },
  returnDevice: {
    method: 'POST',
    path: '/api/site/devices/:id/custody/return',
    access: ['healthcare'],
    params: byId,
    body: nothing,
    response: nothing,
  },
} as const;

/** The WebSocket of a guest who was let in: `frame`s with `roomRequests` and `roomNotifications`. */
export const guestSocketPath = '/api/guest/room';
