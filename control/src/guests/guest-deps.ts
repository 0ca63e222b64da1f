import type { AuditEntry, Refusal } from '@sallyport/protocol';
import type { Kysely } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { Caller } from '../http/handlers.ts';
import type { Answer, Appointments, Audit, Changes, Clock, KnownRooms, TrustDocuments } from '../ports.ts';

export interface GuestDeps {
  db: Kysely<Database>;
  audit: Audit;
  changes: Changes;
  clock: Clock;
  trust: TrustDocuments;
  appointments: Appointments;
  knownRooms: KnownRooms;
  /** The consoles' origin. */
  origin: string;
}

/** A guest of an appointment, as a console names them. */
export interface NamedGuest {
  appointment: string;
  guest: string;
}

/** A refusal as an answer. @param retryAfter seconds after which the same request may succeed */
export function refused(reason: Refusal['reason'], retryAfter?: number): { ok: false; refusal: Refusal } {
  return { ok: false, refusal: retryAfter === undefined ? { reason } : { reason, retryAfter } };
}

/** Who signed in and acts, for the record. */
export function actorOf({ person: { id, name } }: Caller): AuditEntry['actor'] {
  return { kind: 'person', id, name };
}

/** Refuses, and puts it on the record. */
export async function refusedOnRecord(
  { db, audit }: Pick<GuestDeps, 'db' | 'audit'>,
  caller: Caller,
  asked: { request: string; appointment: string },
  reason: Refusal['reason'],
): Promise<Answer<never>> {
  const detail = { request: asked.request, reason };
  await db
    .transaction()
    .execute((trx) =>
      audit.append(trx, { actor: actorOf(caller), action: 'room.refused', subject: asked.appointment, detail }),
    );
  return refused(reason);
}
