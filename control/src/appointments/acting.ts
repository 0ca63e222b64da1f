import type { AuditEntry, ConsoleAppointment, Refusal, SignedInPerson } from '@sallyport/protocol';
import type { Kysely, Transaction } from 'kysely';
import type { Database } from '../db/schema.ts';
import { Refused } from '../http/handlers.ts';
import type { Audit, Changes, Clock, TrustNews } from '../ports.ts';
import { findAppointment, lockAppointment } from './appointment-reader.ts';

export interface AppointmentDeps {
  db: Kysely<Database>;
  audit: Audit;
  changes: Changes;
  clock: Clock;
  news: TrustNews;
}

/** An act's own refusal; `again`: it was done before, and nothing is to do; or what happened, for the record. */
export type Act = { refused: Refusal['reason'] } | { again: true } | { action: string; detail: AuditEntry['detail'] };

/** The caller's own appointment, locked. SECURITY: another prison's or consultant's does not exist for them (S15). */
export async function ownAppointment(
  { clock }: AppointmentDeps,
  trx: Transaction<Database>,
  id: string,
  person: SignedInPerson,
): Promise<ConsoleAppointment | undefined> {
  const appointment = await lockAppointment(trx, id, clock.now());
  if (appointment === undefined) return undefined;
  const own =
    person.role === 'consultant' ? appointment.consultant.id === person.id : appointment.prison.id === person.site?.id;
  return own ? appointment : undefined;
}

/** Runs an act and its audit row in one transaction; answers with the appointment as it is afterwards. */
export async function perform(
  deps: AppointmentDeps,
  id: string,
  person: SignedInPerson,
  act: (trx: Transaction<Database>) => Promise<Act>,
): Promise<ConsoleAppointment | Refused> {
  const actor = { kind: 'person', id: person.id, name: person.name } as const;
  const outcome = await deps.db
    .transaction()
    .execute(async (trx) => {
      const done = await act(trx);
      if ('refused' in done) return new Refused(done.refused);
      if ('action' in done) {
        await deps.audit.append(trx, { actor, action: done.action, subject: id, detail: done.detail });
      }
      return { after: await findAppointment(trx, id, deps.clock.now()), changed: 'action' in done };
    })
    .catch(refusedByConstraint);
  if (outcome instanceof Refused) return outcome;
  if (outcome.changed) await deps.changes.publish('appointments');
  return outcome.after ?? new Refused('not-found');
}

/** SECURITY: two bookings at once cannot both have the laptop, the consultant or the number; the database decides (S3, S37). */
function refusedByConstraint(error: unknown): Refused {
  const exclusionViolation = '23P01';
  if (!(error instanceof Error) || !('code' in error)) throw error;
  if (error.code === exclusionViolation) return new Refused('clash');
  // Another booking took the number while this one waited for another laptop.
  if ('constraint' in error && error.constraint === 'appointments_pkey') return new Refused('changed-meanwhile');
  throw error;
}
