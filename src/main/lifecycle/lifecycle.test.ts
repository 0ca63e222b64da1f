import { isNameChecked, noProgress } from '@sallyport/protocol';
import type { CheckReport, Progress } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import type { Activation, Lifecycle, LifecycleEvent } from './lifecycle.ts';
import { next } from './lifecycle.ts';
import type { LivePhase } from './stage.ts';

const activation: Activation = {
  grant: 7,
  approved: { statement: 'AA', approvals: [] },
  approver: { person: '8a9c2f60-6d0b-4c0e-9a55-0d9a3f6f2a04', credential: 'AA' },
  appointment: {
    id: '8a9c2f60-6d0b-4c0e-9a55-0d9a3f6f2a01',
    patientReference: 'P 123',
    patientName: 'Alex Example',
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
  upcoming: [],
  openUntil: 1_800_002_000_000,
};

type In<N extends Lifecycle['name']> = Extract<Lifecycle, { name: N }>;

const closesAt = activation.appointment.closesAt - 900_000;
const prepared: Progress = { ...noProgress, present: ['officer'] };
const report: CheckReport = { camera: 'working', microphone: 'heard', speaker: 'unsure', network: null };
const heard: CheckReport = { ...report, speaker: 'heard' };
/** What a control that has been taken over would say. */
const allOfIt: Progress = { present: [], nameChecked: { laptop: true, consultant: true }, staffConfirmed: true };

const open = (changes: Partial<In<'open'>> = {}): In<'open'> => ({
  name: 'open',
  activation,
  notice: null,
  checking: false,
  report: null,
  ...changes,
});
const inRoom = (phase: LivePhase, changes: Partial<In<'inRoom'>> = {}): In<'inRoom'> => ({
  name: 'inRoom',
  phase,
  progress: phase === 'waiting' ? noProgress : prepared,
  closesAt,
  message: null,
  staffCode: { state: phase === 'debrief' ? 'asking' : 'not-needed' },
  activation,
  report: null,
  ...changes,
});

const states = {
  blank: { name: 'blank', busy: false, problem: null },
  'blank(busy)': { name: 'blank', busy: true, problem: null },
  inert: { name: 'inert', notice: null },
  open: open(),
  'open(checking)': open({ checking: true }),
  'open(checked)': open({ report }),
  waiting: inRoom('waiting'),
  'waiting(prepared)': inRoom('waiting', { progress: prepared, message: 'soon' }),
  consult: inRoom('consult', { report }),
  debrief: inRoom('debrief'),
  'debrief(locked-out)': inRoom('debrief', { staffCode: { state: 'locked-out', until: 9 } }),
  'debrief(confirmed)': inRoom('debrief', {
    progress: { ...prepared, staffConfirmed: true },
    staffCode: { state: 'not-needed' },
  }),
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
  'check-started': { type: 'check-started' },
  'check-ended(report)': { type: 'check-ended', report },
  'check-ended(heard)': { type: 'check-ended', report: { ...heard, camera: 'failed' } },
  'check-ended(null)': { type: 'check-ended', report: null },
  'joined(waiting)': { type: 'joined', phase: 'waiting', progress: noProgress, closesAt },
  'joined(consult)': { type: 'joined', phase: 'consult', progress: prepared, closesAt: closesAt + 900_001 },
  'joined(debrief)': { type: 'joined', phase: 'debrief', progress: allOfIt, closesAt },
  'phase(waiting)': { type: 'phase-changed', phase: 'waiting' },
  'phase(consult)': { type: 'phase-changed', phase: 'consult' },
  'phase(debrief)': { type: 'phase-changed', phase: 'debrief' },
  'progress(prepared)': { type: 'progress-changed', progress: prepared },
  'progress(all)': { type: 'progress-changed', progress: allOfIt },
  message: { type: 'message', message: 'five-minutes' },
  'extended(later)': { type: 'extended', closesAt: closesAt + 900_000 },
  'extended(too late)': { type: 'extended', closesAt: closesAt + 900_001 },
  'staff-asked': { type: 'staff-asked' },
  'staff-locked-out': { type: 'staff-locked-out', until: 9 },
  'staff-confirmed': { type: 'staff-confirmed' },
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

/** A room's description, `[phase, what is done, ...]`, and what leads out of it. @param kept what the last check came to */
const roomRows = (room: string, kept = ''): Row => ({
  'extended(later)': `${room.replace('closes', 'closes later')}:`,
  'room-left': `open[${['consultant-ended', kept].filter(Boolean).join(',')}]: ${leftBy('consultant-ended')} start-idle-timer`,
  'deactivated(locked)': `inert[locked]: ${leftBy('device-locked')} ${endActivation('locked')}`,
  'deactivated(link-lost)': `inert[link-lost]: ${leftBy('connection-lost')} ${endActivation('link-lost')}`,
  'deactivated(revoked)': `inert[revoked]: ${leftBy('device-locked')} ${endActivation('revoked')}`,
  'suspended(order)': `suspended[order]: ${leftBy('device-locked')} ${endActivation('ordered')} record(suspended order)`,
  'suspended(lease)': `suspended[lease]: ${leftBy('device-locked')} ${endActivation('ordered')} record(suspended lease)`,
  'suspended(damage)': `suspended[damage]: ${leftBy('device-locked')} ${endActivation('ordered')} record(suspended damage)`,
  erase: `wiping: ${leftBy('device-locked')} ${endActivation('ordered')} wipe`,
});

const verdict = 'not-good-enough';
/** What leads out of an open laptop. @param ending the effects that end a check; @param joining those that a join ends it by */
const openRows = (ending = '', joining = '', kept = ''): Row => {
  const checked = kept === '' ? '' : `,${kept}`;
  const shut = (reason: string): string => `${ending}stop-idle-timer ${endActivation(reason)}`;
  return {
    'joined(waiting)': `inRoom[waiting,closes${checked}]: ${joining}stop-idle-timer record(joined waiting)`,
    'joined(consult)': `inRoom[consult,prepared,closes later${checked}]: ${joining}stop-idle-timer record(joined consult)`,
    'joined(debrief)': `inRoom[debrief,prepared,name checked,closes,asking${checked}]: ${joining}stop-idle-timer record(joined debrief) ask-staff`,
    'deactivated(locked)': `inert[locked]: ${shut('locked')}`,
    'deactivated(link-lost)': `inert[link-lost]: ${shut('link-lost')}`,
    'deactivated(revoked)': `inert[revoked]: ${shut('revoked')}`,
    'suspended(order)': `suspended[order]: ${shut('ordered')} record(suspended order)`,
    'suspended(lease)': `suspended[lease]: ${shut('ordered')} record(suspended lease)`,
    'suspended(damage)': `suspended[damage]: ${shut('ordered')} record(suspended damage)`,
    erase: `wiping: ${shut('ordered')} wipe`,
  };
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
  open: { ...openRows(), 'check-started': 'open[checking]: start-check-timer' },
  'open(checking)': {
    ...openRows('stop-check-timer tell-check(null) ', 'stop-check-timer '),
    'check-ended(report)': `open[unsure]: stop-check-timer tell-check(unsure) record(checked ${verdict})`,
    'check-ended(heard)': `open[heard]: stop-check-timer tell-check(heard) record(checked ${verdict})`,
    'check-ended(null)': 'open: stop-check-timer tell-check(null)',
  },
  'open(checked)': {
    ...openRows('', '', 'unsure'),
    'check-started': 'open[checking,unsure]: start-check-timer',
    'check-ended(heard)': `open[heard]: tell-check(heard) record(checked ${verdict})`,
  },
  waiting: {
    ...roomRows('inRoom[waiting,closes]'),
    'phase(debrief)': 'inRoom[debrief,closes,asking]: ask-staff',
    'progress(prepared)': 'inRoom[waiting,prepared,closes]:',
    'progress(all)': 'inRoom[waiting,prepared,closes]:',
    message: 'inRoom[waiting,closes,five-minutes]:',
  },
  'waiting(prepared)': {
    ...roomRows('inRoom[waiting,prepared,closes,soon]'),
    'phase(consult)': 'inRoom[consult,prepared,closes]:',
    'phase(debrief)': 'inRoom[debrief,prepared,closes,asking]: ask-staff',
    'progress(all)': 'inRoom[waiting,prepared,closes,soon]:',
    message: 'inRoom[waiting,prepared,closes,five-minutes]:',
  },
  consult: {
    ...roomRows('inRoom[consult,prepared,closes,unsure]', 'unsure'),
    'phase(debrief)': 'inRoom[debrief,prepared,closes,asking,unsure]: ask-staff',
    'progress(all)': 'inRoom[consult,prepared,name checked,closes,unsure]:',
  },
  debrief: {
    ...roomRows('inRoom[debrief,prepared,closes,asking]'),
    'staff-locked-out': 'inRoom[debrief,prepared,closes,locked-out]:',
    'staff-confirmed': 'inRoom[debrief,prepared,staff confirmed,closes]: record(staff-confirmed)',
  },
  'debrief(locked-out)': {
    ...roomRows('inRoom[debrief,prepared,closes,locked-out]'),
    'staff-asked': 'inRoom[debrief,prepared,closes,asking]:',
  },
  'debrief(confirmed)': roomRows('inRoom[debrief,prepared,staff confirmed,closes]'),
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
function described(state: Lifecycle): string {
  if (state.name === 'inRoom') return bracketed('inRoom', roomFacts(state));
  if (state.name === 'open') {
    return bracketed('open', [state.notice, state.checking ? 'checking' : null, state.report?.speaker]);
  }
  const { name, ...facts } = state;
  const told = Object.entries(facts).map(([fact, value]: [string, unknown]) => (value === true ? fact : value));
  return bracketed(name, told);
}

function roomFacts({ phase, progress, closesAt: closes, message, staffCode, report: kept }: In<'inRoom'>): unknown[] {
  return [
    phase,
    progress.present === null ? null : 'prepared',
    isNameChecked(progress) ? 'name checked' : null,
    progress.staffConfirmed ? 'staff confirmed' : null,
    closes === closesAt ? 'closes' : closes === closesAt + 900_000 ? 'closes later' : closes,
    message,
    staffCode.state === 'not-needed' ? null : staffCode.state,
    kept?.speaker,
  ];
}

function bracketed(name: string, facts: readonly unknown[]): string {
  const told = facts.filter((fact) => typeof fact === 'string');
  return told.length === 0 ? name : `${name}[${told.join(',')}]`;
}

/** An activation is told by its grant, a report of a check by its speaker. */
function factOf(fact: unknown): string {
  if (fact === activation) return String(activation.grant);
  return typeof fact === 'object' && fact !== null && 'speaker' in fact ? String(fact.speaker) : String(fact);
}

function result(state: Lifecycle, event: LifecycleEvent): string {
  const transition = next(state, event);
  const effects = transition.effects.map((effect) => {
    const { type, ...facts } = effect;
    const told = Object.values(facts).map(factOf);
    return told.length === 0 ? type : `${type}(${told.join(' ')})`;
  });
  return `${described(transition.state)}: ${effects.join(' ')}`.trimEnd();
}

describe('S1 S31 S39 S40 S41 S42 every (state, event) pair of the lifecycle', () => {
  const pairs = (Object.keys(states) as StateKey[]).flatMap((state) =>
    (Object.keys(events) as EventKey[]).map((event) => ({ state, event, expected: table[state][event] })),
  );

  test('there are as many as states times events', () => {
    expect(pairs).toHaveLength(17 * 32);
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
