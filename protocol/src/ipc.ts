import * as z from 'zod';
import { lifecycleName } from './frames.ts';
import { enrolmentRefusal } from './enrolment.ts';
import { checkReport } from './device-check.ts';
import { activationEnd, deviceAppointment, upcomingAppointment } from './link.ts';
import { instant, line } from './primitives.ts';
import { refusal } from './refusals.ts';
import { pairingCode } from './pairing.ts';
import { phase, presence, progress } from './phases.ts';
import { roomEnd, roomNotifications, roomRequestMethod, waitingMessage } from './room.ts';
import { rtpCapabilities } from './rtp.ts';

export const language = z.enum(['en', 'cy']);
export type Language = z.infer<typeof language>;

/** Whether the laptop reaches control. */
export const linkState = z.enum(['connecting', 'connected', 'refused', 'unreachable']);
export type LinkState = z.infer<typeof linkState>;

const pairing = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('shown'), code: z.string().length(6), changesAt: instant }),
  z.strictObject({ state: z.literal('locked-out'), until: instant }),
  /** No code is shown while control cannot be reached. */
  z.strictObject({ state: z.literal('unavailable') }),
]);

/** Why the laptop cannot be used, found at its start. */
export const startRefusal = z.enum([
  'key-store-missing',
  'key-store-locked',
  'key-store-plaintext',
  /** The security chip gives nothing out: the laptop did not start as it does when it is healthy. */
  'key-store-changed',
  'record-tampered',
  'record-missing',
  /** The disk does not give or keep what it should. */
  'disk-fault',
  /** The image's own description of this laptop is not what it must be. */
  'machine-file',
]);
export type StartRefusal = z.infer<typeof startRefusal>;

const device = z.strictObject({ name: line(40), siteName: line(80) });

/** What the page shows: one member a screen, with that screen's data only. */
export const screen = z.discriminatedUnion('screen', [
  z.strictObject({ screen: z.literal('starting') }),
  z.strictObject({ screen: z.literal('refused'), reason: startRefusal }),
  z.strictObject({ screen: z.literal('blank'), busy: z.boolean(), problem: enrolmentRefusal.nullable() }),
  z.strictObject({
    screen: z.literal('inert'),
    device,
    link: linkState,
    pairing,
    /** Why the laptop became inert, when it was open before. */
    notice: activationEnd.nullable(),
    /** When it suspends itself unless it reaches control before; null while that is not near. */
    suspendsAt: instant.nullable(),
  }),
  z.strictObject({
    screen: z.literal('open'),
    device,
    link: linkState,
    appointment: deviceAppointment,
    openUntil: instant,
    /** Why the last room was left, when there was one. */
    notice: roomEnd.nullable(),
    /** The laptop's own other appointments of the next day and night. */
    upcoming: z.array(upcomingAppointment).max(8),
    /** Camera, microphone, speaker and network: whether they are being checked, and what the last check came to. */
    check: z.strictObject({ running: z.boolean(), report: checkReport.nullable() }),
  }),
  z.strictObject({
    screen: z.literal('inRoom'),
    device,
    link: linkState,
    phase,
    progress,
    appointment: deviceAppointment,
    openUntil: instant,
    /** When the room closes by itself. */
    closesAt: instant,
    /** The newest that the consultant let whoever waits know. */
    message: waitingMessage.nullable(),
    /** Whether the laptop waits for the code that shows that staff are at it. */
    staffCode: z.discriminatedUnion('state', [
      z.strictObject({ state: z.literal('not-needed') }),
      z.strictObject({ state: z.literal('asking') }),
      z.strictObject({ state: z.literal('locked-out'), until: instant }),
    ]),
    /** Somebody is said to be in the room whose place is not proved; they are neither shown nor heard. */
    keepsSomebodyOut: z.boolean(),
  }),
  z.strictObject({
    screen: z.literal('suspended'),
    device,
    link: linkState,
    by: z.enum(['order', 'lease', 'damage']),
    /** When it erases itself unless it reaches control before; null while that is not near. */
    erasesAt: instant.nullable(),
  }),
  z.strictObject({ screen: z.literal('wiping') }),
  z.strictObject({ screen: z.literal('dead') }),
]);
export type Screen = z.infer<typeof screen>;
export type ScreenName = Screen['screen'];

/** The one full snapshot a page gets, at first and after every change. Control's time lets screens count down. */
export const snapshot = z.strictObject({ state: lifecycleName.nullable(), language, now: instant, screen });
export type Snapshot = z.infer<typeof snapshot>;

const nothing = z.strictObject({});
const outcome = <T extends z.ZodType>(value: T) =>
  z.discriminatedUnion('ok', [
    z.strictObject({ ok: z.literal(true), value }),
    z.strictObject({ ok: z.literal(false), refusal }),
  ]);

/** What came of an invocation. Refusals are values; nothing crosses the bridge as an exception. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; refusal: z.infer<typeof refusal> };

/**
 * The bridge between page and main process: handlers, preload API and test doubles are derived from this value.
 * `invoke`: page to main, answered. `notify`: main to page.
 */
export const bridge = {
  invoke: {
    /** The snapshot as it is now. */
    snapshot: { params: nothing, result: outcome(snapshot) },
    'set-language': { params: z.strictObject({ language }), result: outcome(nothing) },
    /** The text of an enrolment ticket, typed or read from a file by the page's own file input. */
    enrol: { params: z.strictObject({ ticket: z.string().max(500) }), result: outcome(nothing) },
    /** Takes the booked room's one seat. The media signalling of `room` is allowed from then on. */
    join: { params: nothing, result: outcome(nothing) },
    leave: { params: nothing, result: outcome(nothing) },
    /** Begins a check of the network; the media requests of `room` serve it until it ends. Camera and microphone may be on. */
    check: { params: nothing, result: outcome(z.strictObject({ rtpCapabilities })) },
    /** Ends the check, with what it came to; null: it came to nothing. */
    'check-done': { params: z.strictObject({ report: checkReport.nullable() }), result: outcome(nothing) },
    /** Staff record the patient's consent and who is there. Without consent the room is left. */
    prepare: {
      params: z.strictObject({ consent: z.boolean(), present: z.array(presence).max(4) }),
      result: outcome(nothing),
    },
    /** Staff tick that the patient said the name aloud. */
    'check-name': { params: nothing, result: outcome(nothing) },
    /** Staff type the code that their console shows: they are alone with the laptop. */
    'confirm-staff': { params: z.strictObject({ code: pairingCode }), result: outcome(nothing) },
    /** Staff hand the laptop back: inert at once. */
    lock: { params: nothing, result: outcome(nothing) },
    /** Relays one room request; its params and result are checked again against `roomRequests`. */
    room: {
      params: z.strictObject({ method: roomRequestMethod, params: z.unknown() }),
      result: outcome(z.unknown()),
    },
    /** Somebody touched keyboard, pointer or screen: the idle timer starts anew. */
    touched: { params: nothing, result: outcome(nothing) },
  },
  notify: {
    snapshot,
    /** A room notification as control sent it, parsed. */
    room: z.union([
      z.strictObject({ method: z.literal('room.phase'), params: roomNotifications['room.phase'] }),
      z.strictObject({
        method: z.literal('room.participantJoined'),
        params: roomNotifications['room.participantJoined'],
      }),
      z.strictObject({ method: z.literal('room.participantLeft'), params: roomNotifications['room.participantLeft'] }),
      z.strictObject({ method: z.literal('room.producerAdded'), params: roomNotifications['room.producerAdded'] }),
      z.strictObject({ method: z.literal('room.producerPaused'), params: roomNotifications['room.producerPaused'] }),
      z.strictObject({ method: z.literal('room.producerRemoved'), params: roomNotifications['room.producerRemoved'] }),
      z.strictObject({ method: z.literal('room.progress'), params: roomNotifications['room.progress'] }),
      z.strictObject({ method: z.literal('room.message'), params: roomNotifications['room.message'] }),
      z.strictObject({ method: z.literal('room.extended'), params: roomNotifications['room.extended'] }),
      z.strictObject({ method: z.literal('room.ended'), params: roomNotifications['room.ended'] }),
    ]),
  },
} as const;

export type InvokeName = keyof typeof bridge.invoke;
export type InvokeParams<N extends InvokeName> = z.infer<(typeof bridge.invoke)[N]['params']>;
export type InvokeResult<N extends InvokeName> = z.infer<(typeof bridge.invoke)[N]['result']>;
export type NotifyName = keyof typeof bridge.notify;
export type NotifyPayload<N extends NotifyName> = z.infer<(typeof bridge.notify)[N]>;

/** The IPC channel of an invocation or notification. */
export const channelOf = (name: InvokeName | NotifyName): string => `sallyport:${name}`;

/** What the preload script exposes to the page as `window.sallyport`. */
export interface Bridge {
  invoke: <N extends InvokeName>(name: N, params: InvokeParams<N>) => Promise<InvokeResult<N>>;
  /** Returns the function that stops listening. */
  on: <N extends NotifyName>(name: N, listener: (payload: NotifyPayload<N>) => void) => () => void;
}
