import type { Kysely, Transaction } from 'kysely';
import { decodeStatement, sha256, toBase64url } from '@sallyport/protocol';
import type { Approval, Grant, Refusal, UpcomingAppointment } from '@sallyport/protocol';
import { sealShare } from '@sallyport/protocol/sealing';
import type { SealedShare } from '@sallyport/protocol/sealing';
import { verifyStatement } from '@sallyport/protocol/verify';
import type { Verification } from '@sallyport/protocol/verify';
import type { Database } from '../db/schema.ts';
import type { Caller } from '../http/handlers.ts';
import type { Answer } from '../ports.ts';
import { actorOf, refuseAct } from './activation-deps.ts';
import type { ActivationDeps } from './activation-deps.ts';
import { findBooking, isGrantOf, isUnchanged, refusalOfBooking } from './bookings.ts';
import type { Booking } from './bookings.ts';
import { mayStillOpen, noteObeyed, settleByState, unanswered } from './obeyed-grants.ts';
import { upcomingFor } from './upcoming.ts';

/** Answers that leave open whether the laptop opened. */
const unknownOutcome: readonly Refusal['reason'][] = ['timed-out', 'not-connected'];

/** A grant whose approval control has verified as the laptop will. */
interface VerifiedGrant {
  task: string;
  bytes: Uint8Array<ArrayBuffer>;
  grant: Grant;
  approval: Approval;
  /** The signature counter in the approval. */
  counter: number;
  booking: Booking;
}

/** The share cannot be had after all: whatever was written of the grant is undone. */
class NotReleased extends Error {
  override readonly name = 'NotReleased';
  readonly outcome: 'destroyed' | 'unreadable';

  constructor(outcome: 'destroyed' | 'unreadable') {
    super(`the share is ${outcome}`);
    this.outcome = outcome;
  }
}

/**
 * Opens a laptop with an approved grant: verifies the approval, releases the server share sealed to the laptop for
 * this grant alone, and answers when the laptop says it is open.
 * @returns the laptop and until when it is open; or a statement's refusal, `not-found`, `not-allowed` (approved by
 *   somebody else), `replayed`, `wrong-state` (the share is destroyed), `rolled-back`, `store-damaged`,
 *   `counter-went-back`, `too-early`, `too-late`, `changed-meanwhile` (the appointment, since the code was typed),
 *   `failed` (control cannot open the share), or what the laptop said
 */
export async function openDevice(
  deps: ActivationDeps,
  asked: { task: string; approval: Approval },
  caller: Caller,
): Promise<Answer<{ device: string; openUntil: number }>> {
  const verified = await verifyGrant(deps, asked, caller);
  if (typeof verified === 'string') return refuse(deps, caller, asked.task, { reason: verified });
  const { device, openUntil } = verified.grant;
  if (!(await deps.link.isConnected(device.id))) {
    return refuse(deps, caller, asked.task, { reason: 'not-connected' }, device.id);
  }
  const upcoming = await upcomingFor(deps.db, verified.booking, deps.clock.now());
  const released = await releaseAtOnce(deps, verified, caller);
  if (typeof released === 'string') return refuse(deps, caller, asked.task, { reason: released }, device.id);
  const answer = await send(deps, verified, { share: released, upcoming });
  await recordOutcome(deps, verified, answer, caller);
  if (!answer.ok) await settleNow(deps, device.id);
  await deps.changes.publish('devices');
  return answer.ok ? { ok: true, result: { device: device.id, openUntil } } : answer;
}

async function verifyGrant(
  deps: ActivationDeps,
  asked: { task: string; approval: Approval },
  caller: Caller,
): Promise<VerifiedGrant | Refusal['reason']> {
  const task = await deps.tasks.find(asked.task, 'grant');
  if (task === undefined) return (await wasUsed(deps, asked.task)) ? 'replayed' : 'not-found';
  // SECURITY: a grant is asked for, approved and sent by one person (S5).
  if (task.requestedBy !== caller.person.id) return 'not-found';
  const result = await verifyBytes(deps, task.statement, asked.approval, caller);
  if (typeof result === 'string') return result;
  const approver = result.approvers.find(({ person }) => person === caller.person.id);
  if (approver === undefined) return 'not-allowed';
  const booking = await findBooking(deps.db, result.statement.appointment.id);
  if (booking === undefined) return 'not-found';
  const refusal =
    refusalOfBooking(booking, result.statement.device.site, deps.clock.now()) ?? changed(result.statement, booking);
  const { counter } = approver;
  return refusal ?? { ...asked, counter, bytes: task.statement, grant: result.statement, booking };
}

/** SECURITY: what people approved is what is booked, or nothing opens (S37). */
function changed(grant: Grant, booking: Booking): 'changed-meanwhile' | undefined {
  return isGrantOf(grant, booking) ? undefined : 'changed-meanwhile';
}

/** Verifies a grant as the laptop it names will. */
async function verifyBytes(
  deps: ActivationDeps,
  bytes: Uint8Array<ArrayBuffer>,
  approval: Approval,
  caller: Caller,
): Promise<Extract<Verification<'grant'>, { accepted: true }> | Refusal['reason']> {
  const site = caller.person.site?.id ?? '';
  const roster = (await deps.trust.roster(site))?.roster;
  const device = await deviceOf(deps, bytes);
  if (device === undefined) return 'not-found';
  if (roster === undefined) return 'outdated';
  const { manifest } = await deps.trust.manifest();
  const policy = { at: 'opening', device: device.id, site, afterSequence: device.lastSequence, roster } as const;
  const now = deps.clock.now();
  const result = await verifyStatement(bytes, [approval], manifest, { type: 'grant', now, ...policy });
  return result.accepted ? result : result.reason;
}

async function wasUsed(deps: ActivationDeps, task: string): Promise<boolean> {
  const row = await deps.db.selectFrom('grants').select('id').where('id', '=', task).executeTakeFirst();
  return row !== undefined;
}

/** The laptop a grant names, as control knows it. */
async function deviceOf(
  deps: ActivationDeps,
  bytes: Uint8Array,
): Promise<{ id: string; lastSequence: number } | undefined> {
  const statement = decodeStatement(bytes);
  if (statement?.type !== 'grant') return undefined;
  const { id } = statement.device;
  return { id, lastSequence: await lastSequence(deps.db, id) };
}

async function lastSequence(db: Kysely<Database>, device: string): Promise<number> {
  const row = await db
    .selectFrom('grants')
    .select((eb) => eb.fn.max('sequence').as('last'))
    .where('device', '=', device)
    .executeTakeFirst();
  return row?.last ?? 0;
}

/** In one transaction the grant is used up and the share released, or neither. */
async function releaseAtOnce(
  deps: ActivationDeps,
  verified: VerifiedGrant,
  caller: Caller,
): Promise<SealedShare | Refusal['reason']> {
  try {
    return await deps.db.transaction().execute((trx) => release(deps, trx, verified, caller));
  } catch (error) {
    if (!(error instanceof NotReleased)) throw error;
    if (error.outcome === 'destroyed') return 'wrong-state';
    await noteUnreadable(deps, verified.grant.device.id);
    return 'failed';
  }
}

function noteUnreadable(deps: ActivationDeps, device: string): Promise<void> {
  const actor = { kind: 'control', id: null, name: 'control' } as const;
  const entry = { actor, action: 'shares.unreadable', subject: device, detail: {} };
  return deps.db.transaction().execute((trx) => deps.audit.append(trx, entry));
}

/** Uses the grant up and seals the share to the laptop, under the laptop's lock: once, and never after its destruction. */
async function release(
  deps: ActivationDeps,
  trx: Transaction<Database>,
  verified: VerifiedGrant,
  caller: Caller,
): Promise<SealedShare | Refusal['reason']> {
  const { grant } = verified;
  const device = await trx
    .selectFrom('devices')
    .select(['share_destroyed_at', 'sealing_key', 'rolled_back_at', 'damaged_at'])
    .where('id', '=', grant.device.id)
    .forUpdate()
    .executeTakeFirst();
  // SECURITY: a brick order that committed first leaves nothing to release (S9).
  if (device === undefined || device.share_destroyed_at !== null) return 'wrong-state';
  if (device.rolled_back_at !== null) return 'rolled-back';
  if (device.damaged_at !== null) return 'store-damaged';
  // SECURITY: one approval opens once, by any race (S5).
  if (grant.sequence <= (await lastSequence(trx, grant.device.id))) return 'replayed';
  // SECURITY: an appointment that was changed or cancelled first opens no laptop, by any race (S37).
  if (!(await isUnchanged(trx, verified.booking))) return 'changed-meanwhile';
  const { credential } = verified.approval;
  if (!(await deps.counters.keep(trx, { credential, counter: verified.counter }))) return 'counter-went-back';
  if (!(await deps.tasks.close(trx, verified.task))) return 'replayed';
  await keepGrant(deps, trx, verified, caller);
  // SECURITY: the share is in the clear here alone; what leaves is sealed to this laptop and bound to these grant bytes
  // (RFC 9180) (S8, S35).
  const sealingKey = new Uint8Array(device.sealing_key);
  const used = await deps.shares.use(trx, grant.device.id, (share) => sealShare(share, sealingKey, verified.bytes));
  if (used.outcome !== 'used') throw new NotReleased(used.outcome);
  return used.value;
}

async function keepGrant(
  deps: ActivationDeps,
  trx: Transaction<Database>,
  { task, bytes, grant, approval }: VerifiedGrant,
  caller: Caller,
): Promise<void> {
  const now = new Date(deps.clock.now());
  // A laptop has one activation at a time: what it never reported as ended is over now.
  await trx
    .updateTable('grants')
    .set({ ended_at: now, end_reason: 'superseded' })
    .where('device', '=', grant.device.id)
    .where('ended_at', 'is', null)
    .execute();
  await trx
    .insertInto('grants')
    .values({
      id: task,
      device: grant.device.id,
      appointment: grant.appointment.id,
      approved_by: caller.person.id,
      sequence: grant.sequence,
      statement: Buffer.from(bytes),
      approval: JSON.stringify(approval),
      open_until: new Date(grant.openUntil),
      opened_at: null,
      ended_at: null,
      end_reason: null,
    })
    .execute();
  await deps.audit.append(trx, {
    actor: actorOf(caller),
    action: 'grant.released',
    subject: grant.device.id,
    detail: {
      grant: task,
      sequence: grant.sequence,
      appointment: grant.appointment.id,
      statement: toBase64url(await sha256(bytes)),
    },
  });
}

async function send(
  deps: ActivationDeps,
  { bytes, grant, approval, booking }: VerifiedGrant,
  sent: { share: SealedShare; upcoming: UpcomingAppointment[] },
): Promise<Answer<unknown>> {
  return deps.link.request(grant.device.id, 'grant.open', {
    grant: { statement: toBase64url(bytes), approvals: [approval] },
    appointment: booking.appointment,
    ...sent,
  });
}

async function recordOutcome(
  deps: ActivationDeps,
  { task, grant }: VerifiedGrant,
  answer: Answer<unknown>,
  caller: Caller,
): Promise<void> {
  const reason = answer.ok ? null : answer.refusal.reason;
  await deps.db.transaction().execute(async (trx) => {
    // The laptop's row first, as everywhere, so that nobody waits for each other.
    if (answer.ok) await noteObeyed(trx, grant.device.id, grant.sequence);
    await keepOutcome(trx, task, reason, new Date(deps.clock.now()));
    await deps.audit.append(trx, {
      actor: actorOf(caller),
      action: reason === null ? 'device.opened' : 'device.open-refused',
      subject: grant.device.id,
      detail: { grant: task, sequence: grant.sequence, appointment: grant.appointment.id, reason },
    });
  });
}

/** It may have opened and said so, and only its answer was lost. */
async function settleNow(deps: ActivationDeps, device: string): Promise<void> {
  const row = await deps.db
    .selectFrom('devices')
    .select(['id', 'name', 'state'])
    .where('id', '=', device)
    .executeTakeFirst();
  if (row !== undefined) await settleByState(deps, row, row.state);
}

async function keepOutcome(
  trx: Transaction<Database>,
  task: string,
  reason: Refusal['reason'] | null,
  now: Date,
): Promise<void> {
  const grant = trx.updateTable('grants').where('id', '=', task);
  if (reason === null) {
    // A laptop that reconnected just before may have said that it had not opened yet.
    await grant.where(mayStillOpen).set({ opened_at: now, ended_at: null, end_reason: null }).execute();
    return;
  }
  const unknown = unknownOutcome.includes(reason);
  const outcome = unknown ? { end_reason: unanswered } : { ended_at: now, end_reason: `refused: ${reason}` };
  await grant.where('opened_at', 'is', null).where('ended_at', 'is', null).set(outcome).execute();
}

function refuse(
  deps: ActivationDeps,
  caller: Caller,
  task: string,
  refusal: Refusal,
  device?: string,
): Promise<Answer<never>> {
  const act = { action: 'device.open-refused', subject: task };
  return refuseAct(deps, caller, device === undefined ? act : { ...act, device }, refusal);
}
