import { encodeStatement, toBase64url } from '@sallyport/protocol';
import type { ApprovalTask, Manifest, Refusal } from '@sallyport/protocol';
import type { Caller } from '../http/handlers.ts';
import type { Answer } from '../ports.ts';
import { actorOf, refuseAct } from './activation-deps.ts';
import type { ActivationDeps } from './activation-deps.ts';
import { findBooking, refusalOfBooking } from './bookings.ts';
import type { Booking } from './bookings.ts';
import { beginAttempt, forgetAttempt } from './pairing-attempts.ts';

const minute = 60_000;

/** Answers that show that the laptop did not compare the code, and that no guess of it would have been answered otherwise. */
const notCompared: readonly Refusal['reason'][] = ['not-connected', 'wrong-state', 'unknown-method', 'too-many'];

/**
 * Compares the typed pairing code on the laptop itself and drafts the grant that opens it.
 * @param asked the appointment and the normalised code
 * @returns the grant as an approval task for the caller alone; or `not-found`, `too-early`, `too-late`,
 *   `not-connected`, `wrong-state` (not inert), `rolled-back`, `store-damaged`, `wrong-code`, `locked-out` with the seconds to
 *   wait, `outdated` (the time of the manifest or of the site's roster is over), `not-allowed` (the roster does not name the caller)
 */
export async function pair(
  deps: ActivationDeps,
  asked: { appointment: string; code: string },
  caller: Caller,
): Promise<Answer<ApprovalTask>> {
  const booking = await findBooking(deps.db, asked.appointment);
  const site = caller.person.site?.id ?? '';
  const reason = booking === undefined ? 'not-found' : refusalOfBooking(booking, site, deps.clock.now());
  if (booking === undefined || reason !== undefined) {
    return refuse(deps, caller, asked, { reason: reason ?? 'not-found' });
  }
  const credentials = await credentialsOf(deps, site, caller);
  if (typeof credentials === 'string') return refuse(deps, caller, asked, { reason: credentials }, booking);
  const nonce = await compare(deps, booking, asked.code, caller);
  if (!nonce.ok) return refuse(deps, caller, asked, nonce.refusal, booking);
  return { ok: true, result: await draftGrant(deps, booking, nonce.result, { caller, credentials }) };
}

/** The caller's passkeys as the site's roster in force names them; or why nothing they approve would open a laptop. */
async function credentialsOf(
  deps: ActivationDeps,
  site: string,
  caller: Caller,
): Promise<string[] | 'outdated' | 'not-allowed'> {
  const { standing } = await deps.trust.manifest();
  const found = await deps.trust.roster(site);
  // SECURITY: trust whose time is over opens nothing: said before anybody types a code (S6).
  if (standing === 'expired' || found === undefined || found.standing === 'expired') return 'outdated';
  const own = found.roster.people.find((person) => person.id === caller.person.id);
  return own?.credentials.map(({ id }) => id) ?? 'not-allowed';
}

async function compare(deps: ActivationDeps, booking: Booking, code: string, caller: Caller): Promise<Answer<string>> {
  const { id } = booking.device;
  if (!(await deps.link.isConnected(id))) return { ok: false, refusal: { reason: 'not-connected' } };
  if (booking.deviceState !== 'inert') return { ok: false, refusal: { reason: 'wrong-state' } };
  const attempt = await beginAttempt(deps, id, caller.person.id);
  if (!attempt.allowed) {
    return { ok: false, refusal: { reason: 'locked-out', retryAfter: attempt.retryAfter } };
  }
  const answer = await deps.link.request(id, 'pairing.check', { code });
  // SECURITY: an attempt is given back only when it was right or was never compared; one that met a locked laptop was a
  // guess like any other (S17).
  if (answer.ok || notCompared.includes(answer.refusal.reason)) await forgetAttempt(deps, attempt.id);
  return answer.ok ? { ok: true, result: answer.result.nonce } : answer;
}

async function draftGrant(
  deps: ActivationDeps,
  booking: Booking,
  nonce: string,
  by: { caller: Caller; credentials: string[] },
): Promise<ApprovalTask> {
  const { manifest } = await deps.trust.manifest();
  const sequence = await reserveSequence(deps, booking, by.caller);
  const statement = encodeStatement(grantOf(manifest, booking, { nonce, sequence, now: deps.clock.now() }));
  const id = await deps.tasks.create({
    type: 'grant',
    statement,
    requestedBy: by.caller.person.id,
    expiresAt: deps.clock.now() + manifest.policy.grantMinutes * minute,
  });
  return { id, statement: toBase64url(statement), credentials: by.credentials };
}

function reserveSequence(deps: ActivationDeps, booking: Booking, caller: Caller): Promise<number> {
  return deps.db.transaction().execute(async (trx) => {
    const row = await trx
      .updateTable('devices')
      .set((eb) => ({ next_grant_sequence: eb('next_grant_sequence', '+', 1) }))
      .where('id', '=', booking.device.id)
      .returning('next_grant_sequence')
      .executeTakeFirstOrThrow();
    const sequence = row.next_grant_sequence - 1;
    await deps.audit.append(trx, {
      actor: actorOf(caller),
      action: 'device.paired',
      subject: booking.device.id,
      detail: { appointment: booking.appointment.id, sequence },
    });
    return sequence;
  });
}

function grantOf(
  manifest: Manifest,
  { appointment, device }: Booking,
  { nonce, sequence, now }: { nonce: string; sequence: number; now: number },
): Parameters<typeof encodeStatement>[0] {
  const { grantMinutes, activationMinutes } = manifest.policy;
  const { id, consultant, opensAt, closesAt } = appointment;
  return {
    sallyport: 1,
    type: 'grant',
    fleet: manifest.fleet,
    issuedAt: now,
    notAfter: now + grantMinutes * minute,
    manifestVersion: manifest.version,
    device,
    sequence,
    pairingNonce: nonce,
    appointment: { id, consultant, opensAt, closesAt },
    openUntil: Math.min(closesAt, now + activationMinutes * minute),
  };
}

function refuse(
  deps: ActivationDeps,
  caller: Caller,
  asked: { appointment: string },
  refusal: Refusal,
  booking?: Booking,
): Promise<Answer<never>> {
  const act = { action: 'pairing.refused', subject: asked.appointment };
  return refuseAct(deps, caller, booking ? { ...act, device: booking.device.id } : act, refusal);
}
