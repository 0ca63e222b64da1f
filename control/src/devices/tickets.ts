import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import { enrolmentAnchor, formatTicket, fromBase64url } from '@sallyport/protocol';
import type { Database } from '../db/schema.ts';
import type { Answer, Audit, Clock, TrustDocuments } from '../ports.ts';
import type { Caller } from '../http/handlers.ts';

/** How long an enrolment ticket can be used, ms. */
export const ticketLife = 24 * 60 * 60_000;
const secretBytes = 10;

export interface TicketDeps {
  db: Kysely<Database>;
  audit: Audit;
  trust: TrustDocuments;
  clock: Clock;
  /** The device CA's certificate, DER. */
  ca: Uint8Array<ArrayBuffer>;
  /** host:port at which laptops reach the enrolment port. */
  address: string;
}

/** A new ticket: its text is answered once and kept nowhere. */
export interface NewTicket {
  ticket: string;
  expiresAt: number;
}

/** The digest under which a ticket's secret is kept. */
export function ticketDigest(secret: Uint8Array): Buffer {
  return createHash('sha256').update(secret).digest();
}

/**
 * Makes an enrolment ticket for one laptop: usable once, for 24 hours, anchored to the device CA and to the manifest
 * in force.
 * @param wanted the laptop's name and its site, which must be a prison of the fleet
 * @returns the ticket; or `outdated` when the manifest's time is over, `not-found` for a site that is none, `clash` when
 *   a live laptop has that name
 */
export async function createTicket(
  deps: TicketDeps,
  wanted: { name: string; site: string },
  caller: Caller,
): Promise<Answer<NewTicket>> {
  const { standing } = await deps.trust.manifest();
  // SECURITY: nobody is enrolled into trust whose time is over (S6).
  const refusal = standing === 'expired' ? 'outdated' : await refusalOf(deps.db, wanted);
  if (refusal !== undefined) return { ok: false, refusal: { reason: refusal } };
  // SECURITY: 80 random bits, kept only as a digest: neither the database nor its backups can enrol a laptop (S14).
  const secret = new Uint8Array(randomBytes(secretBytes));
  const expiresAt = deps.clock.now() + ticketLife;
  const id = randomUUID();
  await deps.db.transaction().execute(async (trx) => {
    const row = { id, secret: ticketDigest(secret), device_name: wanted.name, site: wanted.site };
    await trx
      .insertInto('tickets')
      .values({ ...row, created_by: caller.person.id, expires_at: new Date(expiresAt), used_at: null })
      .execute();
    await deps.audit.append(trx, {
      actor: { kind: 'person', id: caller.person.id, name: caller.person.name },
      action: 'ticket.created',
      subject: id,
      detail: { device: wanted.name, site: wanted.site },
    });
  });
  const anchor = await enrolmentAnchor(deps.ca, await manifestBytes(deps.trust));
  // A ticket is read without regard to case, its check bytes are not.
  const ticket = await formatTicket({ address: deps.address.toLowerCase(), secret, anchor });
  return { ok: true, result: { ticket, expiresAt } };
}

async function refusalOf(
  db: Kysely<Database>,
  wanted: { name: string; site: string },
): Promise<'not-found' | 'clash' | undefined> {
  const site = await db
    .selectFrom('sites')
    .select('id')
    .where('id', '=', wanted.site)
    .where('kind', '=', 'prison')
    .where('removed_at', 'is', null)
    .executeTakeFirst();
  if (site === undefined) return 'not-found';
  const namesake = await db
    .selectFrom('devices')
    .select('id')
    .where('name', '=', wanted.name)
    .where('share_destroyed_at', 'is', null)
    .executeTakeFirst();
  return namesake && 'clash';
}

async function manifestBytes(trust: TrustDocuments): Promise<Uint8Array<ArrayBuffer>> {
  const { approved } = await trust.manifest();
  const bytes = fromBase64url(approved.statement);
  if (bytes === undefined) throw new Error('the manifest in force is not base64url');
  return bytes;
}
