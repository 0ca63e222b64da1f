import { latestClose, type ConsoleAnswer, type Refusal, type SignedInPerson } from '@sallyport/protocol';
import type { Transaction } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { Caller } from '../http/handlers.ts';
import type { Answer } from '../ports.ts';
import { actorOf, refused, type GuestDeps, type NamedGuest } from './guest-deps.ts';
import { lockGuest, putLink, type GuestRow } from './guest-repository.ts';
import { codeDigest, makeSecrets, tokenDigest, type GuestSecrets } from './guest-secrets.ts';

type Invited = ConsoleAnswer<'inviteGuest'>;

/**
 * Makes a fresh link and code for a guest, answered this once. Every earlier link is void, and so is the place of whoever
 * came by it.
 * @param asked the guest, of an appointment of the caller's prison or of the calling consultant
 * @returns the link, the code that travels another way, and when both stop working (ms since the epoch); or `not-found`,
 *   `wrong-state` (cancelled, or its room has ended), `too-late`
 */
export async function inviteGuest(deps: GuestDeps, asked: NamedGuest, caller: Caller): Promise<Answer<Invited>> {
  const secrets = makeSecrets();
  const answer = await deps.db.transaction().execute((trx) => invite(deps, trx, { asked, caller, secrets }));
  if (answer.ok) await deps.changes.publish('appointments');
  return answer;
}

interface Inviting {
  asked: NamedGuest;
  caller: Caller;
  secrets: GuestSecrets;
}

async function invite(
  { audit, clock, origin }: GuestDeps,
  trx: Transaction<Database>,
  { asked, caller, secrets }: Inviting,
): Promise<Answer<Invited>> {
  const row = await lockGuest(trx, asked);
  // SECURITY: another prison's or another consultant's guest does not exist for this caller (S38).
  if (row === undefined || !isOwn(row, caller.person)) return refused('not-found');
  const reason = refusalOf(row, clock.now());
  if (reason !== undefined) return refused(reason);
  const { token } = secrets;
  const given = { link: tokenDigest(token), code: codeDigest(secrets), expiresAt: latestClose(row.ends_at.getTime()) };
  await putLink(trx, row.id, given);
  const detail = { guest: row.id, kind: row.kind, name: row.name };
  await audit.append(trx, { actor: actorOf(caller), action: 'guest.invited', subject: row.appointment, detail });
  // Behind `#`, which browsers send to nobody.
  const link = `${origin}/guest/#${token}`;
  return { ok: true, result: { link, code: secrets.code, expiresAt: row.closes_at.getTime() } };
}

function isOwn(row: GuestRow, { id, role, site }: SignedInPerson): boolean {
  return role === 'consultant' ? row.consultant === id : role === 'healthcare' && row.prison === site?.id;
}

function refusalOf({ cancelled_at, closes_at, phase }: GuestRow, now: number): Refusal['reason'] | undefined {
  if (cancelled_at !== null || phase === 'ended') return 'wrong-state';
  return now >= closes_at.getTime() ? 'too-late' : undefined;
}
