import type {
  ActivationEnd,
  ApprovedStatement,
  DeviceAppointment,
  DeviceEvent,
  EnrolmentRefusal,
  Phase,
  RoomEnd,
} from '@sallyport/protocol';

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
  /** When the laptop becomes inert whatever happens, ms since 1970. */
  readonly openUntil: number;
}

/** The phases in which somebody can be in a room. */
export type LivePhase = Exclude<Phase, 'ended'>;

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
 */
export type Lifecycle =
  | { readonly name: 'blank'; readonly busy: boolean; readonly problem: EnrolmentRefusal | null }
  | { readonly name: 'inert'; readonly notice: ActivationEnd | null }
  | { readonly name: 'open'; readonly activation: Activation; readonly notice: RoomEnd | null }
  | { readonly name: 'inRoom'; readonly phase: LivePhase; readonly activation: Activation }
  /** An officer's order alone lifts what suspended it, and nothing lifts damage. */
  | { readonly name: 'suspended'; readonly by: SuspendedBy }
  | { readonly name: 'wiping' }
  | { readonly name: 'dead' };

/**
 * Why a laptop is suspended: too long out of contact, an officer's order, or a store that is not what it was. Where several
 * are so it is the last of them in this order.
 */
export type SuspendedBy = 'lease' | 'order' | 'damage';

/** What happens to a laptop. */
export type LifecycleEvent =
  | { readonly type: 'enrolment-started' }
  | { readonly type: 'enrolment-refused'; readonly problem: EnrolmentRefusal }
  | { readonly type: 'enrolled' }
  | { readonly type: 'granted'; readonly activation: Activation }
  | { readonly type: 'joined'; readonly phase: LivePhase }
  | { readonly type: 'phase-changed'; readonly phase: LivePhase }
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
  | { readonly type: 'leave-room'; readonly reason: RoomEnd }
  | { readonly type: 'start-activation'; readonly activation: Activation }
  | { readonly type: 'end-activation'; readonly grant: number; readonly reason: ActivationEnd }
  /** The idle timer runs while the laptop is open outside a room. */
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
  joined: null,
  'phase-changed': null,
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
      { name: 'open', activation, notice: null },
      { type: 'start-activation', activation },
      startIdle,
      record('opened'),
    ),
  suspended: (_state, { by }) => to({ name: 'suspended', by }, record('suspended', by)),
  erase: () => wipeFrom(),
};

const open: Rules<In<'open'>> = {
  ...unmoved,
  joined: ({ activation }, { phase }) => to({ name: 'inRoom', phase, activation }, stopIdle, record('joined', phase)),
  deactivated: ({ activation }, { reason }) => to(inertAfter(reason), stopIdle, ...closing(activation, reason)),
  suspended: ({ activation }, { by }) =>
    to({ name: 'suspended', by }, stopIdle, ...closing(activation, 'ordered'), record('suspended', by)),
  erase: ({ activation }) => wipeFrom(stopIdle, ...closing(activation, 'ordered')),
};

const inRoom: Rules<In<'inRoom'>> = {
  ...unmoved,
  'phase-changed': (state, { phase }) => to(isLater(phase, state.phase) ? { ...state, phase } : state),
  'room-left': ({ activation }, { reason }) =>
    to({ name: 'open', activation, notice: reason }, leave(reason), startIdle),
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

function roomEndOf(reason: ActivationEnd): RoomEnd {
  return reason === 'link-lost' ? 'connection-lost' : 'device-locked';
}

const suspensions: readonly SuspendedBy[] = ['lease', 'order', 'damage'];

function isGraver(by: SuspendedBy, than: SuspendedBy): boolean {
  return suspensions.indexOf(by) > suspensions.indexOf(than);
}

const phases: readonly LivePhase[] = ['waiting', 'consult', 'debrief'];

/** A room never goes back to an earlier phase. */
function isLater(phase: LivePhase, than: LivePhase): boolean {
  return phases.indexOf(phase) > phases.indexOf(than);
}
