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
    startsAt: at,
    endsAt: at + 900_000,
  },
  openUntil: grant.openUntil,
});
const activations = [1, 2, 3].map(activation);

const phase = fc.constantFrom('waiting', 'consult', 'debrief' as const);
const event: fc.Arbitrary<LifecycleEvent> = fc.oneof(
  fc.constantFrom<LifecycleEvent>(
    { type: 'enrolment-started' },
    { type: 'enrolment-refused', problem: 'wrong-anchor' },
    { type: 'enrolled' },
    { type: 'room-left', reason: 'left' },
    { type: 'suspended', by: 'order' },
    { type: 'suspended', by: 'lease' },
    { type: 'suspended', by: 'damage' },
    { type: 'resumed' },
    { type: 'erase' },
    { type: 'erased' },
  ),
  fc.constantFrom(...activations).map((granted): LifecycleEvent => ({ type: 'granted', activation: granted })),
  phase.map((entered): LifecycleEvent => ({ type: 'joined', phase: entered })),
  phase.map((entered): LifecycleEvent => ({ type: 'phase-changed', phase: entered })),
  fc
    .constantFrom('locked', 'idle', 'suspend', 'link-lost', 'over', 'revoked' as const)
    .map((reason): LifecycleEvent => ({ type: 'deactivated', reason })),
);

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
  'a kill is always obeyed': (state, { type }, after) =>
    type !== 'erase' || state.name === 'dead' || after.name === 'wiping',
};

/** The law that a transition breaks, or undefined. */
function broken(...transition: Parameters<Law>): string | undefined {
  return Object.keys(laws).find((law) => laws[law]?.(...transition) === false);
}

test('S1 S9 S31 whatever happens in whatever order: open only by a grant, one room, damaged for good, wiping only onwards, dead for ever', () => {
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
        const { camera, roomRequests } = capabilities(after);
        expect(camera && !isActive(after)).toBe(false);
        expect(roomRequests.size > 0 && after.name !== 'inRoom').toBe(false);
        state = after;
      }
    }),
    { numRuns: runs, ...seed() },
  );
  tried('lifecycle events', steps);
});
