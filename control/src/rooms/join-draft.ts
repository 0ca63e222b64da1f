import { randomUUID } from 'node:crypto';
import { encodeStatement, fromBase64url, toBase64url } from '@sallyport/protocol';
import type { ApprovalTask, Refusal } from '@sallyport/protocol';
import { isMediaKey, longestJoin } from '@sallyport/protocol/participants';
import type { Kysely } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { Caller } from '../http/handlers.ts';
import type { Answer, Audit, Clock, TrustDocuments } from '../ports.ts';
import { refused } from './answers.ts';
import { findBookedRoom } from './booked-rooms.ts';
import type { BookedRoom } from './booked-rooms.ts';
import { secondsUntil } from './room-rules.ts';

export interface JoinDraftDeps {
  db: Kysely<Database>;
  audit: Audit;
  trust: TrustDocuments;
  clock: Clock;
}

/**
 * Writes the statement by which a consultant joins the room of their own appointment, for them to approve.
 * Nothing is kept: with their approval it is the proof they join with.
 * @param asked the appointment, and the key that the consultant's page has just made
 * @returns the task; or `not-found`, `too-early` with the seconds to wait, `too-late`, `malformed` (no point of P-256),
 *   `not-allowed` (not on the hospital's roster in force)
 */
export async function draftJoin(
  deps: JoinDraftDeps,
  asked: { appointment: string; mediaKey: string },
  caller: Caller,
): Promise<Answer<ApprovalTask>> {
  const room = await findBookedRoom(deps, asked.appointment);
  // SECURITY: another consultant's appointment does not exist for this caller (S15).
  if (room === undefined || room.cancelled || room.consultant.id !== caller.person.id) {
    return refuseOnRecord(deps, caller, asked.appointment, 'not-found');
  }
  if (room.now < room.opensAt) return refused('too-early', secondsUntil(room.opensAt, room.now));
  if (room.now >= room.closesAt) return refused('too-late');
  const point = fromBase64url(asked.mediaKey);
  if (point === undefined || !(await isMediaKey(point))) return refused('malformed');
  const person = room.roster(room.consultant.hospital.id)?.people.find(({ id }) => id === caller.person.id);
  if (person === undefined) return refuseOnRecord(deps, caller, asked.appointment, 'not-allowed');
  const credentials = person.credentials.map(({ id }) => id);
  const statement = toBase64url(statementFor(room, asked.mediaKey));
  return { ok: true, result: { id: randomUUID(), statement, credentials } };
}

function statementFor(room: BookedRoom, mediaKey: string): Uint8Array {
  const { manifest, appointment, laptop, consultant, now } = room;
  const { id, name, hospital } = consultant;
  return encodeStatement({
    sallyport: 1,
    type: 'join',
    fleet: manifest.fleet,
    issuedAt: now,
    notAfter: Math.min(room.approvedUntil, now + longestJoin),
    manifestVersion: manifest.version,
    appointment,
    device: laptop,
    participant: { kind: 'consultant', id, name, site: hospital },
    mediaKey,
  });
}

async function refuseOnRecord(
  deps: JoinDraftDeps,
  { person }: Caller,
  appointment: string,
  reason: Refusal['reason'],
): Promise<Answer<never>> {
  await deps.db.transaction().execute((trx) =>
    deps.audit.append(trx, {
      actor: { kind: 'person', id: person.id, name: person.name },
      action: 'room.refused',
      subject: appointment,
      detail: { request: 'draftJoin', reason },
    }),
  );
  return refused(reason);
}
