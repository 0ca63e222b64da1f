import { isDeepStrictEqual } from 'node:util';
import { verdictOf } from '@sallyport/protocol';
import type {
  ActivationEnd,
  ApprovedStatement,
  CheckReport,
  DeviceAppointment,
  DeviceEvent,
  EnrolmentRefusal,
  Progress,
  RoomEnd,
  Screen,
  UpcomingAppointment,
  WaitingMessage,
} from '@sallyport/protocol';
import { joinedProgress, mayEnter, progressAfter } from './stage.ts';
import type { LivePhase, LiveStage } from './stage.ts';

/** What a verified grant opened the laptop for. */
export interface Activation {
  /** The grant's sequence. */
  readonly grant: number;
  /** The grant as it was approved: with it the laptop proves in the room that people opened it. */
  readonly approved: ApprovedStatement;
  /** Who approved it, with which passkey. */
  readonly approver: { readonly person: string; readonly credential: string };
  /** The booked consultation; its room has the same identifier. */
  readonly appointment: DeviceAppointment;
  /** The laptop's own other appointments of the next day and night; here and in the sealed journal, and nowhere else. */
  readonly upcoming: readonly UpcomingAppointment[];
  /** When the laptop becomes inert whatever happens, ms since 1970. */
  readonly openUntil: number;
}

/** Whether the laptop waits for the code that shows that staff are at it; `until` in control's time, ms since 1970. */
export type StaffCodeState = Extract<Screen, { screen: 'inRoom' }>['staffCode'];

/**
 * The laptop's lifecycle.
 *
 *              enrolled          granted               joined
 *     blank ─────────────► inert ───────────► open ───────────────► inRoom(waiting → consult → debrief)
 *                           ▲ ▲                │ ▲                     │
 *                           │ │  deactivated   │ │      room-left      │
 *                           │ └────────────────┘ └─────────────────────┤
 *                           │              deactivated                 │
 *                           ├──────────────────────────────────────────┘
 *                           │ resumed (by an officer's order alone, and never from damage)
 *                           ▼ suspended (from inert, open, inRoom; by an order, by the lease or by damage)
 *                        suspended(lease → order → damage)
 *
 *     inert, open, inRoom, suspended, blank ── erase ──► wiping ── erased ──► dead
 *
 *     open: check-started ──► checking ── check-ended, joined, whatever ends open ──► not checking
 *     inRoom(debrief): staffCode asking ⇄ locked-out, asking ── staff-confirmed ──► not-needed
 */
export type Lifecycle =
  | { readonly name: 'blank'; readonly busy: boolean; readonly problem: EnrolmentRefusal | null }
  | { readonly name: 'inert'; readonly notice: ActivationEnd | null }
  | {
      readonly name: 'open';
      readonly activation: Activation;
      readonly notice: RoomEnd | null;
      /** Camera, microphone and network are being checked. */
      readonly checking: boolean;
      /** What the last check came to. */
      readonly report: CheckReport | null;
    }
  | {
      readonly name: 'inRoom';
      readonly phase: LivePhase;
      /** What has been done in the room. That staff have confirmed is the laptop's own finding, never control's word. */
      readonly progress: Progress;
      /** When the room closes by itself, ms since 1970. */
      readonly closesAt: number;
      /** The newest that the consultant let whoever waits know. */
      readonly message: WaitingMessage | null;
      readonly staffCode: StaffCodeState;
      readonly activation: Activation;
      readonly report: CheckReport | null;
    }
  /** An officer's order alone lifts what suspended it, and nothing lifts damage. */
  | { readonly name: 'suspended'; readonly by: SuspendedBy }
  | { readonly name: 'wiping' }
  | { readonly name: 'dead' };

/**
 * Why a laptop is suspended: too long out of contact, an officer's order, or a store that is not what it was. Where several
 * are so it is the last of them in this order.
 */
export type SuspendedBy = 'lease' | 'order' | 'damage';

/** How a room stands when the laptop joins it. */
export interface JoinedStage extends LiveStage {
  readonly closesAt: number;
}

/** What happens to a laptop. */
export type LifecycleEvent =
  | { readonly type: 'enrolment-started' }
  | { readonly type: 'enrolment-refused'; readonly problem: EnrolmentRefusal }
  | { readonly type: 'enrolled' }
  | { readonly type: 'granted'; readonly activation: Activation }
  | { readonly type: 'check-started' }
  | { readonly type: 'check-ended'; readonly report: CheckReport | null }
  | ({ readonly type: 'joined' } & JoinedStage)
  | { readonly type: 'phase-changed'; readonly phase: LivePhase }
  | { readonly type: 'progress-changed'; readonly progress: Progress }
  | { readonly type: 'message'; readonly message: WaitingMessage }
  | { readonly type: 'extended'; readonly closesAt: number }
  /** A fresh code can be typed. */
  | { readonly type: 'staff-asked' }
  | { readonly type: 'staff-locked-out'; readonly until: number }
  /** The laptop has compared the code by itself. */
  | { readonly type: 'staff-confirmed' }
  | { readonly type: 'room-left'; readonly reason: RoomEnd }
  | { readonly type: 'deactivated'; readonly reason: ActivationEnd }
  | { readonly type: 'suspended'; readonly by: SuspendedBy }
  | { readonly type: 'resumed' }
  | { readonly type: 'erase' }
  | { readonly type: 'erased' };

/** What a transition asks of the rest of the trusted core, in this order. */
export type LifecycleEffect =
  | { readonly type: 'start-link' }
  | { readonly type: 'stop-link' }
  /** Gives up the seat, and whatever was asked of staff in it. */
  | { readonly type: 'leave-room'; readonly reason: RoomEnd }
  /** A check lasts half a minute at most. */
  | { readonly type: 'start-check-timer' }
  | { readonly type: 'stop-check-timer' }
  /** Lets control know that a check is over, and what it came to. */
  | { readonly type: 'tell-check'; readonly report: CheckReport | null }
  /** Makes a fresh code for staff to type, and lets control have what it is derived from. */
  | { readonly type: 'ask-staff' }
  | { readonly type: 'start-activation'; readonly activation: Activation }
  | { readonly type: 'end-activation'; readonly grant: number; readonly reason: ActivationEnd }
  /** The idle timer runs while the laptop is open outside a room; a check neither stops it nor starts it anew. */
  | { readonly type: 'start-idle-timer' }
  | { readonly type: 'stop-idle-timer' }
  | { readonly type: 'record'; readonly event: DeviceEvent['event']; readonly detail?: string }
  | { readonly type: 'wipe' };

/** The state after an event, and what has to be done because of it. */
export interface Transition {
  readonly state: Lifecycle;
  readonly effects: readonly LifecycleEffect[];
}

type In<N extends Lifecycle['name']> = Extract<Lifecycle, { name: N }>;
type Rule<S, E> = (state: S, event: E) => Transition;

/** What each event means in a state; null: nothing. */
type Rules<S> = {
  readonly [T in LifecycleEvent['type']]: Rule<S, Extract<LifecycleEvent, { type: T }>> | null;
};

const unmoved: Rules<Lifecycle> = {
  'enrolment-started': null,
  'enrolment-refused': null,
  enrolled: null,
  granted: null,
  'check-started': null,
  'check-ended': null,
  joined: null,
  'phase-changed': null,
  'progress-changed': null,
  message: null,
  extended: null,
  'staff-asked': null,
  'staff-locked-out': null,
  'staff-confirmed': null,
  'room-left': null,
  deactivated: null,
  suspended: null,
  resumed: null,
  erase: null,
  erased: null,
};

const startIdle: LifecycleEffect = { type: 'start-idle-timer' };
const stopIdle: LifecycleEffect = { type: 'stop-idle-timer' };

const wipeFrom = (...first: readonly LifecycleEffect[]): Transition =>
  to({ name: 'wiping' }, ...first, { type: 'wipe' });

const blank: Rules<In<'blank'>> = {
  ...unmoved,
  'enrolment-started': () => to({ name: 'blank', busy: true, problem: null }),
  'enrolment-refused': (_state, { problem }) => to({ name: 'blank', busy: false, problem }),
  enrolled: () => to({ name: 'inert', notice: null }, record('started'), { type: 'start-link' }),
  erase: () => wipeFrom(),
};

const inert: Rules<In<'inert'>> = {
  ...unmoved,
  granted: (_state, { activation }) =>
    to(
      { name: 'open', activation, notice: null, checking: false, report: null },
      { type: 'start-activation', activation },
      startIdle,
      record('opened'),
    ),
  suspended: (_state, { by }) => to({ name: 'suspended', by }, record('suspended', by)),
  erase: () => wipeFrom(),
};

const open: Rules<In<'open'>> = {
  ...unmoved,
  'check-started': (state) =>
    state.checking ? to(state) : to({ ...state, checking: true }, { type: 'start-check-timer' }),
  'check-ended': (state, { report }) => (state.checking ? checked(state, report) : amended(state, report)),
  joined: (state, joined) => to(roomOf(state, joined), ...endingCheck(state, 'joined'), stopIdle, ...joining(joined)),
  deactivated: (state, { reason }) => to(inertAfter(reason), ...shutting(state, reason)),
  suspended: (state, { by }) => to({ name: 'suspended', by }, ...shutting(state, 'ordered'), record('suspended', by)),
  erase: (state) => wipeFrom(...shutting(state, 'ordered')),
};

const inRoom: Rules<In<'inRoom'>> = {
  ...unmoved,
  'phase-changed': (state, { phase }) => (mayEnter(state, phase) ? entered(state, phase) : to(state)),
  'progress-changed': (state, { progress }) => to(changed(state, { progress: progressAfter(state, progress) })),
  message: (state, { message }) => to(state.phase === 'waiting' ? changed(state, { message }) : state),
  // SECURITY: the room is open no longer than people have approved, whatever control says (S41).
  extended: (state, { closesAt }) => to(closesAt <= closesBy(state) ? changed(state, { closesAt }) : state),
  'staff-asked': (state) => to(isUnconfirmed(state) ? changed(state, { staffCode: { state: 'asking' } }) : state),
  'staff-locked-out': (state, { until }) =>
    to(isUnconfirmed(state) ? changed(state, { staffCode: { state: 'locked-out', until } }) : state),
  'staff-confirmed': (state) => (state.staffCode.state === 'asking' ? confirmed(state) : to(state)),
  'room-left': ({ activation, report }, { reason }) =>
    to({ name: 'open', activation, notice: reason, checking: false, report }, leave(reason), startIdle),
  deactivated: ({ activation }, { reason }) =>
    to(inertAfter(reason), leave(roomEndOf(reason)), ...closing(activation, reason)),
  suspended: ({ activation }, { by }) =>
    to({ name: 'suspended', by }, leave('device-locked'), ...closing(activation, 'ordered'), record('suspended', by)),
  erase: ({ activation }) => wipeFrom(leave('device-locked'), ...closing(activation, 'ordered')),
};

const suspended: Rules<In<'suspended'>> = {
  ...unmoved,
  suspended: (state, { by }) => to(isGraver(by, state.by) ? { name: 'suspended', by } : state),
  // SECURITY: contact does not lift what being out of contact has brought: only an officer's order does (S21).
  // SECURITY: what is damaged is never used again, whoever says so (S31).
  resumed: (state) => (state.by === 'damage' ? to(state) : to({ name: 'inert', notice: null }, record('resumed'))),
  erase: () => wipeFrom(),
};

const wiping: Rules<In<'wiping'>> = { ...unmoved, erased: () => to({ name: 'dead' }, { type: 'stop-link' }) };

const rules: { readonly [N in Lifecycle['name']]: Rules<In<N>> } = {
  blank,
  inert,
  open,
  inRoom,
  suspended,
  wiping,
  dead: unmoved,
};

/**
 * The lifecycle's one function: pure, total, and the only place where states follow each other.
 * @returns the same state object and no effects when the event means nothing in this state
 */
export function next(state: Lifecycle, event: LifecycleEvent): Transition {
  // The compiler sees each rule fit its state and event above; it cannot see that this lookup keeps them together.
  const rule = rules[state.name][event.type] as Rule<Lifecycle, LifecycleEvent> | null;
  return rule === null ? to(state) : rule(state, event);
}

function to(state: Lifecycle, ...effects: readonly LifecycleEffect[]): Transition {
  return { state, effects };
}

/** The same state object where nothing changes. */
function changed(state: In<'inRoom'>, change: Partial<In<'inRoom'>>): Lifecycle {
  const after = { ...state, ...change };
  return isDeepStrictEqual(after, state) ? state : after;
}

function inertAfter(notice: ActivationEnd): Lifecycle {
  return { name: 'inert', notice };
}

function leave(reason: RoomEnd): LifecycleEffect {
  return { type: 'leave-room', reason };
}

/** What ends an activation, wherever it is ended from. */
function closing({ grant }: Activation, reason: ActivationEnd): LifecycleEffect[] {
  return [record('inert', reason), { type: 'end-activation', grant, reason }];
}

function record(event: DeviceEvent['event'], detail?: string): LifecycleEffect {
  return { type: 'record', event, ...(detail === undefined ? {} : { detail }) };
}

/** The check is over, with what it came to; what the last one came to stays when this one came to nothing. */
function checked(state: In<'open'>, report: CheckReport | null): Transition {
  const after = { ...state, checking: false, report: report ?? state.report };
  return to(after, { type: 'stop-check-timer' }, ...telling(report));
}

/** After the check somebody has been asked whether the tone was heard: once, and of the report nothing else. */
function amended(state: In<'open'>, report: CheckReport | null): Transition {
  const { report: kept } = state;
  if (report === null || kept?.speaker !== 'unsure' || report.speaker === 'unsure') return to(state);
  const after = { ...kept, speaker: report.speaker };
  return to({ ...state, report: after }, ...telling(after));
}

function telling(report: CheckReport | null): LifecycleEffect[] {
  const kept = report === null ? [] : [record('checked', verdictOf(report))];
  return [{ type: 'tell-check', report }, ...kept];
}

/** A check does not outlast the state it was begun in. Control ends it by itself when the laptop joins. */
function endingCheck({ checking }: In<'open'>, by: 'joined' | 'shut'): LifecycleEffect[] {
  if (!checking) return [];
  const stop: LifecycleEffect = { type: 'stop-check-timer' };
  return by === 'joined' ? [stop] : [stop, { type: 'tell-check', report: null }];
}

function shutting(state: In<'open'>, reason: ActivationEnd): LifecycleEffect[] {
  return [...endingCheck(state, 'shut'), stopIdle, ...closing(state.activation, reason)];
}

// SECURITY: a laptop that joins in the debrief asks for staff anew, and closes no later than people have approved (S39, S41).
function roomOf({ activation, report }: In<'open'>, { phase, progress, closesAt }: JoinedStage): In<'inRoom'> {
  return {
    name: 'inRoom',
    phase,
    progress: joinedProgress(progress),
    closesAt: Math.min(closesAt, activation.appointment.closesAt),
    message: null,
    staffCode: staffCodeIn(phase),
    activation,
    report,
  };
}

function joining({ phase }: JoinedStage): LifecycleEffect[] {
  return [record('joined', phase), ...asking(phase)];
}

function entered(state: In<'inRoom'>, phase: LivePhase): Transition {
  return to({ ...state, phase, message: null, staffCode: staffCodeIn(phase) }, ...asking(phase));
}

function staffCodeIn(phase: LivePhase): StaffCodeState {
  return { state: phase === 'debrief' ? 'asking' : 'not-needed' };
}

function asking(phase: LivePhase): LifecycleEffect[] {
  return phase === 'debrief' ? [{ type: 'ask-staff' }] : [];
}

function confirmed(state: In<'inRoom'>): Transition {
  const progress = { ...state.progress, staffConfirmed: true };
  return to({ ...state, progress, staffCode: { state: 'not-needed' } }, record('staff-confirmed'));
}

function isUnconfirmed({ phase, progress }: In<'inRoom'>): boolean {
  return phase === 'debrief' && !progress.staffConfirmed;
}

function closesBy({ activation }: In<'inRoom'>): number {
  return activation.appointment.closesAt;
}

function roomEndOf(reason: ActivationEnd): RoomEnd {
  return reason === 'link-lost' ? 'connection-lost' : 'device-locked';
}

const suspensions: readonly SuspendedBy[] = ['lease', 'order', 'damage'];

function isGraver(by: SuspendedBy, than: SuspendedBy): boolean {
  return suspensions.indexOf(by) > suspensions.indexOf(than);
}
