import { describe, expect, test } from 'vitest';
import type { Activation, Lifecycle, LifecycleEvent, LivePhase } from './lifecycle.ts';
import { next } from './lifecycle.ts';

const activation: Activation = {
  grant: 7,
  approved: { statement: 'AA', approvals: [] },
  approver: { person: '8a9c2f60-6d0b-4c0e-9a55-0d9a3f6f2a04', credential: 'AA' },
  appointment: {
    id: '8a9c2f60-6d0b-4c0e-9a55-0d9a3f6f2a01',
    patientReference: 'P 123',
    consultant: {
      id: '8a9c2f60-6d0b-4c0e-9a55-0d9a3f6f2a02',
      name: 'Dr Rhys',
      hospital: { id: '8a9c2f60-6d0b-4c0e-9a55-0d9a3f6f2a03', name: 'Glan Clwyd' },
    },
    startsAt: 1_800_000_000_000,
    endsAt: 1_800_000_900_000,
    opensAt: 1_799_999_700_000,
    closesAt: 1_800_001_200_000,
  },
  openUntil: 1_800_002_000_000,
};

const inRoom = (phase: LivePhase): Lifecycle => ({ name: 'inRoom', phase, activation });

const states = {
  blank: { name: 'blank', busy: false, problem: null },
  'blank(busy)': { name: 'blank', busy: true, problem: null },
  inert: { name: 'inert', notice: null },
  open: { name: 'open', activation, notice: null },
  waiting: inRoom('waiting'),
  consult: inRoom('consult'),
  debrief: inRoom('debrief'),
  'suspended(order)': { name: 'suspended', by: 'order' },
  'suspended(lease)': { name: 'suspended', by: 'lease' },
  'suspended(damage)': { name: 'suspended', by: 'damage' },
  wiping: { name: 'wiping' },
  dead: { name: 'dead' },
} as const satisfies Record<string, Lifecycle>;
type StateKey = keyof typeof states;

const events = {
  'enrolment-started': { type: 'enrolment-started' },
  'enrolment-refused': { type: 'enrolment-refused', problem: 'wrong-anchor' },
  enrolled: { type: 'enrolled' },
  granted: { type: 'granted', activation },
  'joined(waiting)': { type: 'joined', phase: 'waiting' },
  'joined(consult)': { type: 'joined', phase: 'consult' },
  'phase(waiting)': { type: 'phase-changed', phase: 'waiting' },
  'phase(consult)': { type: 'phase-changed', phase: 'consult' },
  'phase(debrief)': { type: 'phase-changed', phase: 'debrief' },
  'room-left': { type: 'room-left', reason: 'consultant-ended' },
  'deactivated(locked)': { type: 'deactivated', reason: 'locked' },
  'deactivated(link-lost)': { type: 'deactivated', reason: 'link-lost' },
  'deactivated(revoked)': { type: 'deactivated', reason: 'revoked' },
  'suspended(order)': { type: 'suspended', by: 'order' },
  'suspended(lease)': { type: 'suspended', by: 'lease' },
  'suspended(damage)': { type: 'suspended', by: 'damage' },
  resumed: { type: 'resumed' },
  erase: { type: 'erase' },
  erased: { type: 'erased' },
} as const satisfies Record<string, LifecycleEvent>;
type EventKey = keyof typeof events;

/** `state: effects`, effects abbreviated to their types with what they carry. */
type Row = Partial<Record<EventKey, string>>;

const endActivation = (reason: string): string => `record(inert ${reason}) end-activation(7 ${reason})`;
const leftBy = (reason: string): string => `leave-room(${reason})`;

const fromRoom: Row = {
  'room-left': `open[consultant-ended]: ${leftBy('consultant-ended')} start-idle-timer`,
  'deactivated(locked)': `inert[locked]: ${leftBy('device-locked')} ${endActivation('locked')}`,
  'deactivated(link-lost)': `inert[link-lost]: ${leftBy('connection-lost')} ${endActivation('link-lost')}`,
  'deactivated(revoked)': `inert[revoked]: ${leftBy('device-locked')} ${endActivation('revoked')}`,
  'suspended(order)': `suspended[order]: ${leftBy('device-locked')} ${endActivation('ordered')} record(suspended order)`,
  'suspended(lease)': `suspended[lease]: ${leftBy('device-locked')} ${endActivation('ordered')} record(suspended lease)`,
  'suspended(damage)': `suspended[damage]: ${leftBy('device-locked')} ${endActivation('ordered')} record(suspended damage)`,
  erase: `wiping: ${leftBy('device-locked')} ${endActivation('ordered')} wipe`,
};

const fromBlank: Row = {
  'enrolment-started': 'blank[busy]:',
  'enrolment-refused': 'blank[wrong-anchor]:',
  enrolled: 'inert: record(started) start-link',
  erase: 'wiping: wipe',
};

/** Every pair that means something. A pair that is not here must change nothing and cause nothing. */
const table: Record<StateKey, Row> = {
  blank: fromBlank,
  'blank(busy)': fromBlank,
  inert: {
    granted: 'open: start-activation(7) start-idle-timer record(opened)',
    'suspended(order)': 'suspended[order]: record(suspended order)',
    'suspended(lease)': 'suspended[lease]: record(suspended lease)',
    'suspended(damage)': 'suspended[damage]: record(suspended damage)',
    erase: 'wiping: wipe',
  },
  open: {
    'joined(waiting)': 'inRoom[waiting]: stop-idle-timer record(joined waiting)',
    'joined(consult)': 'inRoom[consult]: stop-idle-timer record(joined consult)',
    'deactivated(locked)': `inert[locked]: stop-idle-timer ${endActivation('locked')}`,
    'deactivated(link-lost)': `inert[link-lost]: stop-idle-timer ${endActivation('link-lost')}`,
    'deactivated(revoked)': `inert[revoked]: stop-idle-timer ${endActivation('revoked')}`,
    'suspended(order)': `suspended[order]: stop-idle-timer ${endActivation('ordered')} record(suspended order)`,
    'suspended(lease)': `suspended[lease]: stop-idle-timer ${endActivation('ordered')} record(suspended lease)`,
    'suspended(damage)': `suspended[damage]: stop-idle-timer ${endActivation('ordered')} record(suspended damage)`,
    erase: `wiping: stop-idle-timer ${endActivation('ordered')} wipe`,
  },
  waiting: { ...fromRoom, 'phase(consult)': 'inRoom[consult]:', 'phase(debrief)': 'inRoom[debrief]:' },
  consult: { ...fromRoom, 'phase(debrief)': 'inRoom[debrief]:' },
  debrief: fromRoom,
  'suspended(order)': {
    'suspended(damage)': 'suspended[damage]:',
    resumed: 'inert: record(resumed)',
    erase: 'wiping: wipe',
  },
  'suspended(damage)': { erase: 'wiping: wipe' },
  'suspended(lease)': {
    'suspended(order)': 'suspended[order]:',
    'suspended(damage)': 'suspended[damage]:',
    resumed: 'inert: record(resumed)',
    erase: 'wiping: wipe',
  },
  wiping: { erased: 'dead: stop-link' },
  dead: {},
};

/** Name and facts of a state, but for the activation, which never changes while it lasts. */
function described({ name, ...facts }: Lifecycle): string {
  const told = Object.entries(facts).map(([fact, value]: [string, unknown]) => (value === true ? fact : value));
  return bracketed(name, told);
}

function bracketed(name: string, facts: readonly unknown[]): string {
  const told = facts.filter((fact) => typeof fact === 'string');
  return told.length === 0 ? name : `${name}[${told.join(',')}]`;
}

function result(state: Lifecycle, event: LifecycleEvent): string {
  const transition = next(state, event);
  const effects = transition.effects.map((effect) => {
    const { type, ...facts } = effect;
    const told = Object.values(facts).map((fact: unknown) => String(fact === activation ? activation.grant : fact));
    return told.length === 0 ? type : `${type}(${told.join(' ')})`;
  });
  return `${described(transition.state)}: ${effects.join(' ')}`.trimEnd();
}

describe('S1 S31 every (state, event) pair of the lifecycle', () => {
  const pairs = (Object.keys(states) as StateKey[]).flatMap((state) =>
    (Object.keys(events) as EventKey[]).map((event) => ({ state, event, expected: table[state][event] })),
  );

  test('there are as many as states times events', () => {
    expect(pairs).toHaveLength(12 * 19);
  });

  test.each(pairs.filter(({ expected }) => expected !== undefined))('$state + $event → $expected', (pair) => {
    expect(result(states[pair.state], events[pair.event])).toBe(pair.expected);
  });

  test.each(pairs.filter(({ expected }) => expected === undefined))('$state + $event → nothing', (pair) => {
    const state = states[pair.state];
    expect(next(state, events[pair.event])).toStrictEqual({ state, effects: [] });
    expect(next(state, events[pair.event]).state).toBe(state);
  });
});
