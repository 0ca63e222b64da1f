import { describe, expect, test } from 'vitest';
import { noProgress } from '@sallyport/protocol';
import type { Progress } from '@sallyport/protocol';
import { next } from '../../src/main/lifecycle/lifecycle.ts';
import type { Activation, Lifecycle, LifecycleEvent } from '../../src/main/lifecycle/lifecycle.ts';
import type { LivePhase } from '../../src/main/lifecycle/stage.ts';
import { modelEvents, modelStates, modelTransitions } from './lifecycle-table.ts';

const site = { id: '8a9c2f60-6d0b-4c0e-9a55-0d9a3f6f2a03', name: 'Glan Clwyd' };
const activation: Activation = {
  grant: 1,
  approved: { statement: 'AA', approvals: [] },
  approver: { person: '8a9c2f60-6d0b-4c0e-9a55-0d9a3f6f2a04', credential: 'AA' },
  appointment: {
    id: '8a9c2f60-6d0b-4c0e-9a55-0d9a3f6f2a01',
    patientReference: 'P 1',
    patientName: 'Alex Example',
    consultant: { id: '8a9c2f60-6d0b-4c0e-9a55-0d9a3f6f2a02', name: 'Dr Rhys', hospital: site },
    startsAt: 1_800_000_000_000,
    endsAt: 1_800_000_900_000,
    opensAt: 1_799_999_700_000,
    closesAt: 1_800_001_200_000,
  },
  upcoming: [],
  openUntil: 1_800_002_000_000,
};

type In<N extends Lifecycle['name']> = Extract<Lifecycle, { name: N }>;
type Of<T extends LifecycleEvent['type']> = Extract<LifecycleEvent, { type: T }>;

const { closesAt } = activation.appointment;
const prepared: Progress = { ...noProgress, present: [] };
/** Whatever there is to say is said, true or not. */
const allOfIt: Progress = { present: [], nameChecked: { laptop: true, consultant: true }, staffConfirmed: true };

const open = (checking: boolean): In<'open'> => ({ name: 'open', activation, notice: null, checking, report: null });
const inRoom = (phase: LivePhase, changes: Partial<In<'inRoom'>> = {}): In<'inRoom'> => ({
  name: 'inRoom',
  phase,
  progress: prepared,
  closesAt,
  message: null,
  staffCode: { state: phase === 'debrief' ? 'asking' : 'not-needed' },
  activation,
  report: null,
  ...changes,
});
const joined = (phase: LivePhase, progress: Progress): Of<'joined'> => ({ type: 'joined', phase, progress, closesAt });

/** The code's states under the model's names: a state that is new in the code is missing here for the compiler. */
const states: { [N in Lifecycle['name']]: Record<string, In<N>> } = {
  blank: { blank: { name: 'blank', busy: false, problem: null } },
  inert: { inert: { name: 'inert', notice: null } },
  open: { open: open(false), open_checking: open(true) },
  inRoom: {
    inRoom_waiting: inRoom('waiting', { progress: noProgress }),
    inRoom_prepared: inRoom('waiting'),
    inRoom_consult: inRoom('consult'),
    inRoom_debrief: inRoom('debrief'),
    inRoom_shut: inRoom('debrief', { staffCode: { state: 'locked-out', until: closesAt } }),
    inRoom_confirmed: inRoom('debrief', {
      progress: { ...prepared, staffConfirmed: true },
      staffCode: { state: 'not-needed' },
    }),
  },
  suspended: {
    suspended_order: { name: 'suspended', by: 'order' },
    suspended_lease: { name: 'suspended', by: 'lease' },
    suspended_damage: { name: 'suspended', by: 'damage' },
  },
  wiping: { wiping: { name: 'wiping' } },
  dead: { dead: { name: 'dead' } },
};

const events: { [T in LifecycleEvent['type']]: Record<string, Of<T>> } = {
  'enrolment-started': { enrolment_started: { type: 'enrolment-started' } },
  'enrolment-refused': { enrolment_refused: { type: 'enrolment-refused', problem: 'wrong-anchor' } },
  enrolled: { enrolled: { type: 'enrolled' } },
  granted: { granted: { type: 'granted', activation } },
  'check-started': { check_started: { type: 'check-started' } },
  'check-ended': { check_ended: { type: 'check-ended', report: null } },
  joined: {
    joined_waiting: joined('waiting', noProgress),
    joined_prepared: joined('waiting', allOfIt),
    joined_consult: joined('consult', allOfIt),
    joined_debrief: joined('debrief', allOfIt),
  },
  'phase-changed': {
    phase_changed_waiting: { type: 'phase-changed', phase: 'waiting' },
    phase_changed_consult: { type: 'phase-changed', phase: 'consult' },
    phase_changed_debrief: { type: 'phase-changed', phase: 'debrief' },
  },
  'progress-changed': { progress_changed: { type: 'progress-changed', progress: allOfIt } },
  message: { message: { type: 'message', message: 'soon' } },
  extended: { extended: { type: 'extended', closesAt } },
  'staff-asked': { staff_asked: { type: 'staff-asked' } },
  'staff-locked-out': { staff_locked_out: { type: 'staff-locked-out', until: closesAt } },
  'staff-confirmed': { staff_confirmed: { type: 'staff-confirmed' } },
  'room-left': { room_left: { type: 'room-left', reason: 'left' } },
  deactivated: { deactivated: { type: 'deactivated', reason: 'locked' } },
  suspended: {
    suspended_by_order: { type: 'suspended', by: 'order' },
    suspended_by_lease: { type: 'suspended', by: 'lease' },
    suspended_by_damage: { type: 'suspended', by: 'damage' },
  },
  resumed: { resumed: { type: 'resumed' } },
  erase: { erase: { type: 'erase' } },
  erased: { erased: { type: 'erased' } },
};

const stateOf = new Map<string, Lifecycle>(Object.values(states).flatMap((of) => Object.entries<Lifecycle>(of)));
const eventOf = new Map<string, LifecycleEvent>(
  Object.values(events).flatMap((of) => Object.entries<LifecycleEvent>(of)),
);

/** The model's name of a state. */
function nameOf(state: Lifecycle): string {
  if (state.name === 'open') return state.checking ? 'open_checking' : 'open';
  if (state.name === 'inRoom') return `inRoom_${stageOf(state)}`;
  return state.name === 'suspended' ? `suspended_${state.by}` : state.name;
}

function stageOf({ phase, progress, staffCode }: In<'inRoom'>): string {
  if (phase === 'waiting' && progress.present !== null) return 'prepared';
  if (progress.staffConfirmed) return 'confirmed';
  return staffCode.state === 'locked-out' ? 'shut' : phase;
}

/** Where the model goes; it stays where no transition is named. */
function modelled(from: string, event: string): string {
  return modelTransitions.find((each) => each.from === from && each.event === event)?.to ?? from;
}

describe('S29 the lifecycle of the model is the lifecycle of the code', () => {
  test('S29 they have the same states and events', () => {
    expect(new Set(modelStates)).toEqual(new Set(stateOf.keys()));
    expect(new Set(modelEvents)).toEqual(new Set(eventOf.keys()));
  });

  test('S29 the model names no transition twice, and none between states or events that there are not', () => {
    const pairs = modelTransitions.map(({ from, event }) => `${from} ${event}`);
    expect(new Set(pairs).size).toBe(pairs.length);
    const wrong = modelTransitions.filter(
      ({ from, event, to }) => !stateOf.has(from) || !eventOf.has(event) || !stateOf.has(to),
    );
    expect(wrong).toEqual([]);
  });

  test.each([...stateOf.keys()])('S29 from %s every event leads to the same state in both', (from) => {
    const state = stateOf.get(from);
    const inCode = [...eventOf].map(([name, event]) => [name, state && nameOf(next(state, event).state)]);
    const inModel = [...eventOf.keys()].map((name) => [name, modelled(from, name)]);
    expect(Object.fromEntries(inModel)).toEqual(Object.fromEntries(inCode));
  });
});
