import type { ConsoleAnswer, Credential, NamedSite, Refusal, Role } from '@sallyport/protocol';
import type { Kysely, Transaction } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { Answer, Audit, Changes, Clock, NewPasskey, PasskeyRegistration } from '../ports.ts';
import { tokenDigest } from './invitations.ts';

/** How long a passkey that was made waits for a manifest or roster to name it, ms. */
const passkeyLife = 30 * 24 * 60 * 60_000;

export interface InvitedDeps {
  db: Kysely<Database>;
  audit: Audit;
  changes: Changes;
  clock: Clock;
  registration: PasskeyRegistration;
}

/** What a good link leads to. */
interface OpenInvitation {
  id: string;
  person: { id: string; name: string };
  role: Role;
  site: NamedSite | null;
  expiresAt: number;
}

/** What the invited person sees; undefined for a link that is unknown, used, over or taken back: nobody learns which. */
export async function viewInvitation(
  deps: InvitedDeps,
  token: string,
): Promise<ConsoleAnswer<'invitationView'> | undefined> {
  const found = await findOpen(deps, deps.db, token);
  return found && { name: found.person.name, role: found.role, site: found.site, expiresAt: found.expiresAt };
}

/** Options for the invited person's passkey. */
export async function invitedOptions(deps: InvitedDeps, token: string): Promise<Record<string, unknown> | undefined> {
  const found = await findOpen(deps, deps.db, token);
  return found && deps.registration.options(found.person);
}

/**
 * Keeps the invited person's passkey and uses the link up. It gives no access until a manifest or roster names it.
 * @returns the passkey; or `not-found` for a link that is of no use, `not-allowed` (a passkey that is known already), or
 *   what the registration says
 */
export async function registerInvited(
  deps: InvitedDeps,
  token: string,
  registration: unknown,
): Promise<Answer<{ passkey: Credential }>> {
  const found = await findOpen(deps, deps.db, token);
  if (found === undefined) return refused('not-found');
  const passkey = await deps.registration.verify(found.person.id, registration);
  if (typeof passkey === 'string') return refused(passkey);
  const reason = await deps.db.transaction().execute((trx) => useLink(deps, trx, token, passkey));
  if (reason !== undefined) return refused(reason);
  await deps.changes.publish('trust');
  return { ok: true, result: { passkey: { id: passkey.id, publicKey: passkey.publicKey } } };
}

async function findOpen(
  { clock }: InvitedDeps,
  db: Kysely<Database>,
  token: string,
): Promise<OpenInvitation | undefined> {
  const row = await db
    .selectFrom('invitations')
    .leftJoin('sites', 'sites.id', 'invitations.site')
    .selectAll('invitations')
    .select('sites.name as siteName')
    .where('token', '=', tokenDigest(token))
    .where('expires_at', '>', new Date(clock.now()))
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const site = row.site === null || row.siteName === null ? null : { id: row.site, name: row.siteName };
  const person = { id: row.person, name: row.name };
  return { id: row.id, person, role: row.role, site, expiresAt: row.expires_at.getTime() };
}

async function useLink(
  deps: InvitedDeps,
  trx: Transaction<Database>,
  token: string,
  passkey: NewPasskey,
): Promise<Refusal['reason'] | undefined> {
  if (await isKnown(trx, passkey)) return 'not-allowed';
  // SECURITY: whoever takes the token out is the one; the same link at the same moment finds nothing (S26).
  const used = await trx
    .updateTable('invitations')
    .set({
      ...{ token: null, credential: passkey.id, public_key: Buffer.from(passkey.publicKey, 'base64url') },
      ...{ counter: passkey.counter, transports: JSON.stringify(passkey.transports) },
      expires_at: new Date(deps.clock.now() + passkeyLife),
    })
    .where('token', '=', tokenDigest(token))
    .where('expires_at', '>', new Date(deps.clock.now()))
    .returning(['id', 'person', 'name'])
    .executeTakeFirst();
  if (used === undefined) return 'not-found';
  await deps.audit.append(trx, {
    actor: { kind: 'person', id: used.person, name: used.name },
    action: 'passkey.registered',
    subject: used.person,
    detail: { invitation: used.id },
  });
  return undefined;
}

/** SECURITY: one passkey never speaks for two people; thresholds count people (S7). */
async function isKnown(trx: Transaction<Database>, { id }: NewPasskey): Promise<boolean> {
  const named = await trx.selectFrom('credentials').select('id').where('id', '=', id).executeTakeFirst();
  const invited = await trx.selectFrom('invitations').select('id').where('credential', '=', id).executeTakeFirst();
  return named !== undefined || invited !== undefined;
}

function refused(reason: Refusal['reason']): Answer<never> {
  return { ok: false, refusal: { reason } };
}
