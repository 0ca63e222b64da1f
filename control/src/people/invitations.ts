import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { ConsoleAnswer, Invitation, Refusal } from '@sallyport/protocol';
import type { Kysely, Transaction } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { Caller } from '../http/handlers.ts';
import type { Answer, Audit, Changes, Clock } from '../ports.ts';
import {
  inviteeOf,
  isInScope,
  scopeOf,
  type InvitationScope,
  type Invitee,
  type WantedInvitation,
} from './invitees.ts';

/** How long a link can be used, ms. */
export const linkLife = 72 * 60 * 60_000;
/** Invitations that may wait at a time for the manifest, or for one roster. */
const mostWaiting = 400;

export interface InvitationDeps {
  db: Kysely<Database>;
  audit: Audit;
  changes: Changes;
  clock: Clock;
  /** The consoles' origin. */
  origin: string;
}

/** The digest under which a link's token is kept. */
export function tokenDigest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/**
 * Makes an invitation and its link, which is answered this once.
 * @returns or `not-allowed` (not the caller's to invite), `not-found` (no such site or person), `too-many`
 */
export async function invite(
  deps: InvitationDeps,
  wanted: WantedInvitation,
  caller: Caller,
): Promise<Answer<ConsoleAnswer<'invite'>>> {
  const scope = scopeOf(caller);
  const invitee = scope === undefined ? 'not-allowed' : await inviteeOf(deps.db, wanted, scope);
  if (scope === undefined || typeof invitee === 'string') return refused(invitee as Refusal['reason']);
  // SECURITY: 256 random bits, kept only as a digest: the database gives nobody a link (S26).
  const token = randomBytes(32).toString('base64url');
  const made = { id: randomUUID(), invitee, token, expiresAt: deps.clock.now() + linkLife };
  const isKept = await deps.db.transaction().execute((trx) => keep(deps, trx, made, { caller, scope }));
  if (!isKept) return refused('too-many');
  await deps.changes.publish('trust');
  const { id, expiresAt } = made;
  const invitation = { id, ...invitee, invitedBy: caller.person.name, expiresAt, passkey: null };
  // Behind `#`, which browsers send to nobody.
  return { ok: true, result: { link: `${deps.origin}/invitation/#${token}`, invitation } };
}

async function keep(
  { audit, clock }: InvitationDeps,
  trx: Transaction<Database>,
  made: { id: string; invitee: Invitee; token: string; expiresAt: number },
  { caller, scope }: { caller: Caller; scope: InvitationScope },
): Promise<boolean> {
  await trx.deleteFrom('invitations').where('expires_at', '<=', new Date(clock.now())).execute();
  const { waiting } = await trx
    .selectFrom('invitations')
    .where(isInScope(scope))
    .select((eb) => eb.fn.countAll<number>().as('waiting'))
    .executeTakeFirstOrThrow();
  if (waiting >= mostWaiting) return false;
  const { person, role, site } = made.invitee;
  await trx
    .insertInto('invitations')
    .values({
      ...{ id: made.id, token: tokenDigest(made.token), person: person.id, name: person.name, role },
      ...{ site: site?.id ?? null, invited_by: caller.person.id, expires_at: new Date(made.expiresAt) },
      ...{ credential: null, public_key: null },
    })
    .execute();
  const detail = { invitation: made.id, name: person.name, role, site: site?.name ?? null };
  await audit.append(trx, { actor: actorOf(caller), action: 'invitation.created', subject: person.id, detail });
  return true;
}

/** The caller's invitations that wait: for their link to be used, or for a manifest or roster to name the passkey. */
export async function listInvitations({ db, clock }: InvitationDeps, caller: Caller): Promise<Invitation[]> {
  const scope = scopeOf(caller);
  if (scope === undefined) return [];
  const rows = await db
    .selectFrom('invitations')
    .innerJoin('people', 'people.id', 'invitations.invited_by')
    .leftJoin('sites', 'sites.id', 'invitations.site')
    .selectAll('invitations')
    .select(['people.name as inviter', 'sites.name as siteName'])
    .where('expires_at', '>', new Date(clock.now()))
    .where(({ eb }) => isInScope(scope)(eb as Parameters<ReturnType<typeof isInScope>>[0]))
    .orderBy('invitations.name')
    .orderBy('invitations.id')
    .limit(500)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    person: { id: row.person, name: row.name },
    role: row.role,
    site: row.site === null || row.siteName === null ? null : { id: row.site, name: row.siteName },
    invitedBy: row.inviter,
    expiresAt: row.expires_at.getTime(),
    passkey:
      row.credential === null || row.public_key === null
        ? null
        : { id: row.credential, publicKey: row.public_key.toString('base64url') },
  }));
}

/** Takes an invitation back: its link, or the passkey made by it, which then cannot be named. @returns whether it was there */
export async function cancelInvitation(deps: InvitationDeps, id: string, caller: Caller): Promise<boolean> {
  const scope = scopeOf(caller);
  if (scope === undefined) return false;
  const isCancelled = await deps.db.transaction().execute(async (trx) => {
    const row = await trx
      .deleteFrom('invitations')
      .where('id', '=', id)
      .where(isInScope(scope))
      .returning(['person', 'name'])
      .executeTakeFirst();
    if (row === undefined) return false;
    const detail = { invitation: id, name: row.name };
    await deps.audit.append(trx, {
      ...{ actor: actorOf(caller), action: 'invitation.cancelled', subject: row.person, detail },
    });
    return true;
  });
  if (isCancelled) await deps.changes.publish('trust');
  return isCancelled;
}

function actorOf({ person: { id, name } }: Caller): { kind: 'person'; id: string; name: string } {
  return { kind: 'person', id, name };
}

function refused(reason: Refusal['reason']): Answer<never> {
  return { ok: false, refusal: { reason } };
}
