import type { CheckReport, Progress } from '@sallyport/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { effort, seed, tried } from '../../../test/harness/effort.ts';
import { sampleFleet } from '../../../test/harness/sample-fleet.ts';
import { capabilities } from './capabilities.ts';
import type { Activation, Lifecycle, LifecycleEvent } from './lifecycle.ts';
import { next } from './lifecycle.ts';

const at = Date.UTC(2026, 10, 22, 9);
const fleet = sampleFleet(at);
const grant = fleet.grant(at);

const activation = (sequence: number): Activation => ({
  grant: sequence,
  approved: fleet.approved(grant, fleet.people.nurse),
  approver: { person: fleet.people.nurse.named.id, credential: fleet.people.nurse.authenticator.credential.id },
  appointment: {
    ...grant.appointment,
    patientReference: 'P 1',
    patientName: 'Alex Example',
    startsAt: at,
    endsAt: at + 900_000,
  },
  upcoming: [],
  openUntil: grant.openUntil,
});
const activations = [1, 2, 3].map(activation);

const phase = fc.constantFrom('waiting', 'consult', 'debrief' as const);
/** Whatever control says, true or not. */
const progress: fc.Arbitrary<Progress> = fc.record({
  present: fc.constantFrom(null, [], ['officer'] as const).map((present) => present && [...present]),
  nameChecked: fc.record({ laptop: fc.boolean(), consultant: fc.boolean() }),
  staffConfirmed: fc.boolean(),
});
const closesAt = fc.integer({ min: at, max: grant.appointment.closesAt + 3_600_000 });
const report: CheckReport = { camera: 'working', microphone: 'heard', speaker: 'unsure', network: null };
const event: fc.Arbitrary<LifecycleEvent> = fc.oneof(
  fc.constantFrom<LifecycleEvent>(
    { type: 'enrolment-started' },
    { type: 'enrolment-refused', problem: 'wrong-anchor' },
    { type: 'enrolled' },
    { type: 'check-started' },
    { type: 'check-ended', report: null },
    { type: 'check-ended', report },
    { type: 'check-ended', report: { ...report, speaker: 'heard' } },
    { type: 'message', message: 'soon' },
    { type: 'staff-asked' },
    { type: 'staff-locked-out', until: at },
    { type: 'staff-confirmed' },
    { type: 'room-left', reason: 'left' },
    { type: 'suspended', by: 'order' },
    { type: 'suspended', by: 'lease' },
    { type: 'suspended', by: 'damage' },
    { type: 'resumed' },
    { type: 'erase' },
    { type: 'erased' },
  ),
  fc.constantFrom(...activations).map((granted): LifecycleEvent => ({ type: 'granted', activation: granted })),
  fc.record({ phase, progress, closesAt }).map((joined): LifecycleEvent => ({ type: 'joined', ...joined })),
  progress.map((told): LifecycleEvent => ({ type: 'progress-changed', progress: told })),
  closesAt.map((later): LifecycleEvent => ({ type: 'extended', closesAt: later })),
  phase.map((entered): LifecycleEvent => ({ type: 'phase-changed', phase: entered })),
  fc
    .constantFrom('locked', 'idle', 'suspend', 'link-lost', 'over', 'revoked' as const)
    .map((reason): LifecycleEvent => ({ type: 'deactivated', reason })),
);

type In<N extends Lifecycle['name']> = Extract<Lifecycle, { name: N }>;
const inDebrief = (state: Lifecycle): state is In<'inRoom'> => state.name === 'inRoom' && state.phase === 'debrief';
const isConfirmed = (state: Lifecycle): boolean => state.name === 'inRoom' && state.progress.staffConfirmed;
const isConsulting = (state: Lifecycle): boolean => state.name === 'inRoom' && state.phase === 'consult';
const isChecking = (state: Lifecycle): boolean => state.name === 'open' && state.checking;

const isActive = ({ name }: Lifecycle): boolean => name === 'open' || name === 'inRoom';

type Law = (state: Lifecycle, happened: LifecycleEvent, after: Lifecycle) => boolean;

const laws: Record<string, Law> = {
  'open only by a grant': (state, { type }, after) =>
    !isActive(after) || isActive(state) || (state.name === 'inert' && type === 'granted'),
  'into a room only from open': (state, _, after) => after.name !== 'inRoom' || isActive(state),
  'resumed only by an order': (state, { type }, after) =>
    state.name !== 'suspended' || after.name !== 'inert' || type === 'resumed',
  'damaged for ever, but for its erasure': (state, _, after) =>
    state.name !== 'suspended' || state.by !== 'damage' || after === state || after.name === 'wiping',
  'wiping only onwards': (state, _, after) => state.name !== 'wiping' || ['wiping', 'dead'].includes(after.name),
  'dead for ever': (state, _, after) => state.name !== 'dead' || after === state,
  'S39 staff are confirmed by the laptop’s own comparison alone, in a debrief that asked for them': (
    state,
    { type },
    after,
  ) =>
    !isConfirmed(after) ||
    isConfirmed(state) ||
    (type === 'staff-confirmed' && inDebrief(state) && state.staffCode.state === 'asking'),
  'S39 a stay in the debrief begins without staff, and asks for them': (state, { type }, after) =>
    !inDebrief(after) || (inDebrief(state) && type !== 'joined') || after.staffCode.state === 'asking',
  'S40 camera and microphone in consult, in a confirmed debrief and in a check': (_state, _event, after) => {
    const { camera, microphone } = capabilities(after);
    const mayBeOn = isConsulting(after) || (inDebrief(after) && isConfirmed(after)) || isChecking(after);
    return camera === mayBeOn && microphone === mayBeOn;
  },
  'S41 no room is open longer than people have approved': (_state, _event, after) =>
    after.name !== 'inRoom' || after.closesAt <= after.activation.appointment.closesAt,
  'S42 nobody is admitted before who is there is recorded': (state, { type }, after) =>
    !isConsulting(after) ||
    isConsulting(state) ||
    type === 'joined' ||
    (state.name === 'inRoom' && state.progress.present !== null),
  'a kill is always obeyed': (state, { type }, after) =>
    type !== 'erase' || state.name === 'dead' || after.name === 'wiping',
};

/** The law that a transition breaks, or undefined. */
function broken(...transition: Parameters<Law>): string | undefined {
  return Object.keys(laws).find((law) => laws[law]?.(...transition) === false);
}

test('S1 S9 S31 S39 S40 S41 S42 whatever happens in whatever order: open only by a grant, one room, dark until staff are there, damaged for good, wiping only onwards, dead for ever', () => {
  const runs = effort(3000, 100_000);
  let steps = 0;
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: 60 }), (events) => {
      let state: Lifecycle = { name: 'blank', busy: false, problem: null };
      for (const happened of events) {
        const { state: after, effects } = next(state, happened);
        steps += 1;
        expect(broken(state, happened, after)).toBeUndefined();
        // What an activation started is ended by whatever ends it: camera, room and timers never outlive it.
        const ended = effects.some(({ type }) => type === 'end-activation');
        expect(isActive(state) && !isActive(after)).toBe(ended);
        const { roomRequests } = capabilities(after);
        expect(roomRequests.size > 0 && after.name !== 'inRoom' && !isChecking(after)).toBe(false);
        // A check has its timer from its first moment to its last.
        const timers = effects.filter(({ type }) => type.endsWith('-check-timer')).map(({ type }) => type);
        const changes = { from: isChecking(state), to: isChecking(after) };
        expect(timers).toEqual(changes.from === changes.to ? [] : [`${changes.to ? 'start' : 'stop'}-check-timer`]);
        state = after;
      }
    }),
    { numRuns: runs, ...seed() },
  );
  tried('lifecycle events', steps);
});
