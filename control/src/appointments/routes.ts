import { randomUUID } from 'node:crypto';
import type { ConsoleAppointment, ConsoleParsed, Refusal, SignedInPerson } from '@sallyport/protocol';
import type { Kysely, Transaction } from 'kysely';
import type { Database } from '../db/schema.ts';
import { Refused, type Handlers } from '../http/handlers.ts';
import type { Audit, Changes, Clock, TrustNews } from '../ports.ts';
import {
  acknowledge,
  cancel,
  findAppointment,
  hasDevice,
  insertAppointment,
  isConsultant,
  isOccupied,
  listAppointments,
  listConsultants,
  lockAppointment,
  putNextSteps,
} from './appointment-repository.ts';
import { longestSpan, recordingRefusal, startRefusal, timesOf } from './appointment-rules.ts';

export interface AppointmentDeps {
  db: Kysely<Database>;
  audit: Audit;
  changes: Changes;
  clock: Clock;
  news: TrustNews;
}

type AppointmentRoute =
  'consultants' | 'appointments' | 'book' | 'cancelAppointment' | 'recordNextSteps' | 'acknowledgeNextSteps';
export type AppointmentRoutes = Pick<Handlers, AppointmentRoute>;

/** The console routes of appointments and next steps. */
export function appointmentRoutes(deps: AppointmentDeps): AppointmentRoutes {
  return {
    consultants: async () => ({ consultants: await listConsultants(deps.db) }),
    appointments: ({ query }, { person }) => list(deps, query, person),
    book: ({ body }, { person }) => book(deps, body, person),
    cancelAppointment: ({ params }, { person }) => cancelOne(deps, params.id, person),
    recordNextSteps: ({ params, body }, { person }) => record(deps, params.id, body.steps, person),
    acknowledgeNextSteps: ({ params }, { person }) => acknowledgeOne(deps, params.id, person),
  };
}

/** An act's own refusal, or what happened, for the record. */
type Act = { refused: Refusal['reason'] } | { action: string; detail: Record<string, string | number | boolean> };

async function list(
  { db, clock }: AppointmentDeps,
  span: { from: number; to: number },
  person: SignedInPerson,
): Promise<{ appointments: ConsoleAppointment[] } | Refused> {
  if (span.to <= span.from) return new Refused('malformed');
  if (span.to - span.from > longestSpan) return new Refused('too-large');
  if (person.role === 'consultant') {
    return { appointments: await listAppointments(db, { consultant: person.id }, span, clock.now()) };
  }
  // SECURITY: staff see their own prison's appointments and no others (S15).
  if (person.role !== 'healthcare' || person.site === null) return new Refused('not-allowed');
  return { appointments: await listAppointments(db, { prison: person.site.id }, span, clock.now()) };
}

async function book(
  deps: AppointmentDeps,
  body: ConsoleParsed<'book'>['body'],
  person: SignedInPerson,
): Promise<ConsoleAppointment | Refused> {
  const prison = person.site?.id;
  if (prison === undefined || person.site?.kind !== 'prison') return new Refused('not-allowed');
  const now = deps.clock.now();
  const early = startRefusal(body.startsAt, now);
  if (early !== undefined) return new Refused(early);
  const { patientReference, consultant, device } = body;
  const times = timesOf(body.startsAt, body.minutes);
  const id = randomUUID();
  return perform(deps, id, person, async (trx) => {
    // SECURITY: another site's laptop does not exist for this caller (S15).
    if (!(await hasDevice(trx, device, prison))) return { refused: 'not-found' };
    if (!(await isConsultant(trx, consultant))) return { refused: 'not-found' };
    const booked = { bookedBy: person.id, bookedAt: now };
    await insertAppointment(trx, { id, prison, device, consultant, patientReference, ...times, ...booked });
    // The laptop fetches the roster of the hospital it is going to call.
    await deps.news.tell(trx, { kind: 'device', device });
    return { action: 'appointment.booked', detail: { device, consultant, startsAt: body.startsAt } };
  });
}

async function cancelOne(
  deps: AppointmentDeps,
  id: string,
  person: SignedInPerson,
): Promise<ConsoleAppointment | Refused> {
  return perform(deps, id, person, async (trx) => {
    const appointment = await ownAppointment(deps, trx, id, person);
    if (appointment === undefined) return { refused: 'not-found' };
    const over = appointment.phase !== 'waiting' || appointment.cancelledAt !== null;
    if (over || (await isOccupied(trx, id))) return { refused: 'wrong-state' };
    await cancel(trx, id, deps.clock.now());
    return { action: 'appointment.cancelled', detail: {} };
  });
}

async function record(
  deps: AppointmentDeps,
  id: string,
  steps: ConsoleParsed<'recordNextSteps'>['body']['steps'],
  person: SignedInPerson,
): Promise<ConsoleAppointment | Refused> {
  return perform(deps, id, person, async (trx) => {
    const now = deps.clock.now();
    const appointment = await ownAppointment(deps, trx, id, person);
    if (appointment === undefined) return { refused: 'not-found' };
    const held = await hasRoom(trx, id);
    const early = recordingRefusal(held ? appointment.phase : undefined, appointment.startsAt, now);
    if (early !== undefined) return { refused: early };
    if (!(await putNextSteps(trx, id, person.id, steps, now))) return { refused: 'wrong-state' };
    return { action: 'next-steps.recorded', detail: { steps: steps.length } };
  });
}

async function acknowledgeOne(
  deps: AppointmentDeps,
  id: string,
  person: SignedInPerson,
): Promise<ConsoleAppointment | Refused> {
  return perform(deps, id, person, async (trx) => {
    const appointment = await ownAppointment(deps, trx, id, person);
    if (appointment?.nextSteps === undefined || appointment.nextSteps === null) return { refused: 'not-found' };
    if (!(await acknowledge(trx, id, person.id, deps.clock.now()))) return { refused: 'wrong-state' };
    return { action: 'next-steps.acknowledged', detail: {} };
  });
}

/** The caller's own appointment, locked. SECURITY: another prison's or consultant's does not exist for them (S15). */
async function ownAppointment(
  { clock }: AppointmentDeps,
  trx: Transaction<Database>,
  id: string,
  person: SignedInPerson,
): Promise<ConsoleAppointment | undefined> {
  await lockAppointment(trx, id);
  const appointment = await findAppointment(trx, id, clock.now());
  if (appointment === undefined) return undefined;
  const own =
    person.role === 'consultant' ? appointment.consultant.id === person.id : appointment.prison.id === person.site?.id;
  return own ? appointment : undefined;
}

async function hasRoom(trx: Transaction<Database>, id: string): Promise<boolean> {
  return (await trx.selectFrom('rooms').select('id').where('id', '=', id).executeTakeFirst()) !== undefined;
}

/** Runs an act and its audit row in one transaction; answers with the appointment as it is afterwards. */
async function perform(
  deps: AppointmentDeps,
  id: string,
  person: SignedInPerson,
  act: (trx: Transaction<Database>) => Promise<Act>,
): Promise<ConsoleAppointment | Refused> {
  const { db, audit, changes, clock } = deps;
  const actor = { kind: 'person', id: person.id, name: person.name } as const;
  const after = await db
    .transaction()
    .execute(async (trx) => {
      const done = await act(trx);
      if ('refused' in done) return new Refused(done.refused);
      await audit.append(trx, { actor, action: done.action, subject: id, detail: done.detail });
      return findAppointment(trx, id, clock.now());
    })
    .catch(refusedClash);
  if (after instanceof Refused) return after;
  await changes.publish('appointments');
  return after ?? new Refused('not-found');
}

/** SECURITY: two bookings at once cannot both have the laptop or the consultant; the database decides (S3). */
function refusedClash(error: unknown): Refused {
  const exclusionViolation = '23P01';
  if (error instanceof Error && 'code' in error && error.code === exclusionViolation) return new Refused('clash');
  throw error;
}
