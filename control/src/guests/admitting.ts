import { createHash, randomUUID } from 'node:crypto';
import {
  encodeStatement,
  latestClose,
  toBase64url,
  type ApprovalTask,
  type ApprovedStatement,
  type ConsoleAppointment,
  type JoinProof,
  type Participant,
  type Refusal,
} from '@sallyport/protocol';
import { longestJoin, participantOf, verifyParticipant } from '@sallyport/protocol/participants';
import type { Transaction } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { Caller } from '../http/handlers.ts';
import type { Answer, RoomAsKnown } from '../ports.ts';
import { actorOf, refused, refusedOnRecord, type GuestDeps, type NamedGuest } from './guest-deps.ts';
import { findGuest, lockGuest, putProof, stateOf, type GuestRow } from './guest-repository.ts';

/**
 * Writes the statement by which the booked consultant lets a waiting guest in, over the guest's own name and key. Nothing is
 * kept: with the consultant's approval it is the guest's proof.
 * @returns the task; or `not-found`, `too-late`, `wrong-state` (the guest does not wait), `not-allowed` (the caller is not on
 *   the hospital's roster in force)
 */
export async function draftGuestJoin(
  deps: GuestDeps,
  asked: NamedGuest,
  caller: Caller,
): Promise<Answer<ApprovalTask>> {
  const row = await findGuest(deps.db, asked);
  const waiting = waitingOf(row, caller, deps.clock.now());
  if (!waiting.ok) return waiting;
  const room = await deps.knownRooms.find(asked.appointment);
  if (room === undefined) return refused('not-found');
  const person = room.roster(room.consultant.hospital.id)?.people.find(({ id }) => id === caller.person.id);
  if (person === undefined) {
    return refusedOnRecord(deps, caller, { request: 'draftGuestJoin', appointment: asked.appointment }, 'not-allowed');
  }
  const statement = toBase64url(statementFor(room, waiting.result));
  return { ok: true, result: { id: randomUUID(), statement, credentials: person.credentials.map(({ id }) => id) } };
}

/**
 * Lets a guest in with the join that the consultant approved; it is kept, and handed to the guest's page to join with.
 * @returns the appointment; or `not-found`, `too-late`, `wrong-state` (the guest does not wait), `unverified` (the join is
 *   another guest's, or over another key), or why the join does not hold
 */
export async function admitGuest(
  deps: GuestDeps,
  asked: NamedGuest & { join: ApprovedStatement },
  caller: Caller,
): Promise<Answer<ConsoleAppointment>> {
  const before = waitingOf(await findGuest(deps.db, asked), caller, deps.clock.now());
  if (!before.ok) return before;
  const proof: JoinProof = { kind: 'guest', join: asked.join };
  const verified = await verifyGuest(deps, asked.appointment, proof);
  const answer = verified.ok
    ? await deps.db.transaction().execute((trx) => admit(deps, trx, { asked, caller, proof, ...verified.result }))
    : verified;
  if (!answer.ok) {
    const about = { request: 'admitGuest', appointment: asked.appointment };
    return refusedOnRecord(deps, caller, about, answer.refusal.reason);
  }
  await deps.changes.publish('appointments');
  const appointment = await deps.appointments.find(deps.db, asked.appointment);
  return appointment === undefined ? refused('not-found') : { ok: true, result: appointment };
}

/** A join that holds: of whom it speaks, and over which key. */
interface Verified {
  participant: Participant;
  mediaKey: Uint8Array<ArrayBuffer>;
}

/** SECURITY: control judges a guest as laptop and consultant will, by the same verifier (S38). */
async function verifyGuest(deps: GuestDeps, appointment: string, proof: JoinProof): Promise<Answer<Verified>> {
  const room = await deps.knownRooms.find(appointment);
  if (room === undefined) return refused('not-found');
  const participant = participantOf(proof);
  if (participant === undefined) return refused('malformed');
  const verified = await verifyParticipant(participant, room);
  return verified.accepted
    ? { ok: true, result: { participant, mediaKey: verified.mediaKey } }
    : refused(verified.reason);
}

type Admission = Verified & { asked: NamedGuest; caller: Caller; proof: JoinProof };

async function admit(
  { audit, clock }: GuestDeps,
  trx: Transaction<Database>,
  { asked, caller, proof, participant, mediaKey }: Admission,
): Promise<Answer<Record<string, never>>> {
  const waiting = waitingOf(await lockGuest(trx, asked), caller, clock.now());
  if (!waiting.ok) return waiting;
  const { row, key } = waiting.result;
  // SECURITY: the approval is over this very guest and the key of the browser that waits, not over an earlier one's (S38).
  if (!isOf(participant, row) || toBase64url(mediaKey) !== key) return refused('unverified');
  await putProof(trx, row.id, proof);
  const { id: guest, kind, name } = row;
  const detail = { guest, kind, name, mediaKey: createHash('sha256').update(mediaKey).digest('base64url') };
  await audit.append(trx, { actor: actorOf(caller), action: 'guest.admitted', subject: asked.appointment, detail });
  return { ok: true, result: {} };
}

function isOf({ id, kind, name }: Participant, row: GuestRow): boolean {
  return id === row.id && kind === row.kind && name === row.name;
}

interface Waiting {
  row: GuestRow;
  /** The key that the guest's page made, base64url. */
  key: string;
}

/** A guest who waits at the door of the caller's own appointment. */
function waitingOf(row: GuestRow | undefined, { person }: Caller, now: number): Answer<Waiting> {
  // SECURITY: nobody but the booked consultant lets anybody in: another's appointment does not exist for the caller (S38).
  if (row === undefined || row.consultant !== person.id || row.cancelled_at !== null) return refused('not-found');
  const reason = refusalOf(row, now);
  if (reason !== undefined || row.media_key === null) return refused(reason ?? 'wrong-state');
  return { ok: true, result: { row, key: row.media_key } };
}

function refusalOf(row: GuestRow, now: number): Refusal['reason'] | undefined {
  if (now >= row.closes_at.getTime()) return 'too-late';
  return stateOf(row, now) === 'waiting' ? undefined : 'wrong-state';
}

function statementFor(room: RoomAsKnown, { row, key }: Waiting): Uint8Array {
  const { manifest, appointment, laptop, consultant, now } = room;
  const { kind, id, name } = row;
  return encodeStatement({
    sallyport: 1,
    type: 'join',
    fleet: manifest.fleet,
    issuedAt: now,
    // What is approved counts that the room may be let close later.
    notAfter: Math.min(latestClose(row.ends_at.getTime()), now + longestJoin),
    manifestVersion: manifest.version,
    appointment,
    device: laptop,
    participant: { kind, id, name, site: consultant.hospital },
    mediaKey: key,
  });
}
