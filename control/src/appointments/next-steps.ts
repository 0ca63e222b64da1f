import type { ConsoleAppointment, NextStep, SignedInPerson } from '@sallyport/protocol';
import type { Transaction } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { Refused } from '../http/handlers.ts';
import { ownAppointment, perform, type AppointmentDeps } from './acting.ts';
import { hasRoom } from './appointment-reader.ts';
import { recordingRefusal } from './appointment-rules.ts';

type Trx = Transaction<Database>;

/**
 * Records what the consultant of an appointment decided, once. The same sent again is answered with what is there.
 * @returns the appointment; or `not-found`, `wrong-state` (not begun, the patient's name not ticked by both sides, or other
 *   next steps are recorded), `too-late` (another day)
 */
export async function recordNextSteps(
  deps: AppointmentDeps,
  { id, steps }: { id: string; steps: NextStep[] },
  person: SignedInPerson,
): Promise<ConsoleAppointment | Refused> {
  return perform(deps, id, person, async (trx) => {
    const now = deps.clock.now();
    const appointment = await ownAppointment(deps, trx, id, person);
    if (appointment === undefined) return { refused: 'not-found' };
    if (appointment.nextSteps !== null) {
      // What staff act on never changes under them.
      return isSame(appointment.nextSteps.steps, steps) ? { again: true } : { refused: 'wrong-state' };
    }
    const early = recordingRefusal({ ...appointment, hasRoom: await hasRoom(trx, id) }, now);
    if (early !== undefined) return { refused: early };
    await putNextSteps(trx, { appointment: id, by: person.id, steps, at: now });
    return { action: 'next-steps.recorded', detail: { steps: steps.length } };
  });
}

/**
 * Acknowledges next steps, once. Whoever does so again is answered with what is there.
 * @returns the appointment; or `not-found` (there are none), `wrong-state` (somebody else has acknowledged them)
 */
export async function acknowledgeNextSteps(
  deps: AppointmentDeps,
  id: string,
  person: SignedInPerson,
): Promise<ConsoleAppointment | Refused> {
  return perform(deps, id, person, async (trx) => {
    const appointment = await ownAppointment(deps, trx, id, person);
    if (appointment?.nextSteps === undefined || appointment.nextSteps === null) return { refused: 'not-found' };
    const by = await acknowledgedBy(trx, id);
    if (by !== null) return by === person.id ? { again: true } : { refused: 'wrong-state' };
    await acknowledge(trx, { appointment: id, by: person.id, at: deps.clock.now() });
    return { action: 'next-steps.acknowledged', detail: {} };
  });
}

function isSame(some: readonly NextStep[], others: readonly NextStep[]): boolean {
  return textOf(some) === textOf(others);
}

function textOf(steps: readonly NextStep[]): string {
  return JSON.stringify(steps.map(({ kind, urgency, responsible, words }) => [kind, urgency, responsible, words]));
}

interface Deciding {
  appointment: string;
  by: string;
  /** Milliseconds since the epoch. */
  at: number;
}

async function putNextSteps(trx: Trx, { appointment, by, steps, at }: Deciding & { steps: NextStep[] }): Promise<void> {
  const contents = { steps: JSON.stringify(steps), recorded_by: by, recorded_at: new Date(at) };
  const nobodyYet = { acknowledged_by: null, acknowledged_at: null };
  await trx
    .insertInto('next_steps')
    .values({ appointment, ...contents, ...nobodyYet })
    .execute();
}

async function acknowledgedBy(trx: Trx, appointment: string): Promise<string | null> {
  const row = trx.selectFrom('next_steps').select('acknowledged_by').where('appointment', '=', appointment);
  return (await row.executeTakeFirstOrThrow()).acknowledged_by;
}

async function acknowledge(trx: Trx, { appointment, by, at }: Deciding): Promise<void> {
  const set = { acknowledged_by: by, acknowledged_at: new Date(at) };
  await trx.updateTable('next_steps').set(set).where('appointment', '=', appointment).execute();
}
