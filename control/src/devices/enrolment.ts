import { randomUUID, webcrypto } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import { fromBase64url } from '@sallyport/protocol';
import type { ApprovedStatement, EnrolAnswer, enrolRequest } from '@sallyport/protocol';
import type * as z from 'zod';
import type { Database } from '../db/schema.ts';
import type { Answer, Audit, Changes, Clock, ServerShares, TrustDocuments } from '../ports.ts';
import { verifyCertificateRequest } from './device-ca.ts';
import type { DeviceCa, DeviceCertificate, VerifiedRequest } from './device-ca.ts';
import { ticketDigest } from './tickets.ts';

type EnrolRequest = z.infer<typeof enrolRequest>;

export interface EnrolmentDeps {
  db: Kysely<Database>;
  audit: Audit;
  changes: Changes;
  trust: TrustDocuments;
  shares: Pick<ServerShares, 'make'>;
  clock: Clock;
  ca: DeviceCa;
  /** host:port at which laptops reach the device link. */
  link: string;
}

interface NewDevice {
  id: string;
  request: VerifiedRequest;
  sealingKey: Buffer;
}

interface Ticket {
  id: string;
  device_name: string;
  site: string;
  site_name: string;
  roster: ApprovedStatement;
}

/**
 * Enrols a laptop: its ticket used, its row with a fresh server share, its first certificate and the record of it, in
 * one transaction.
 * @returns what the laptop keeps; or `malformed` for a bad certificate request or sealing key, and `not-allowed` for
 *   every ticket that does not do (unknown, used, expired, its name taken since), so that guessing learns nothing
 */
export async function enrol(deps: EnrolmentDeps, asked: EnrolRequest): Promise<Answer<EnrolAnswer>> {
  const request = await verifyCertificateRequest(asked.certificateRequest);
  const sealingKey = await verifySealingKey(asked.sealingKey);
  const secret = fromBase64url(asked.secret);
  if (request === undefined || sealingKey === undefined || secret === undefined) return refused('malformed');
  const digest = ticketDigest(secret);
  const roster = await rosterFor(deps, digest);
  const id = randomUUID();
  const device = { id, request, sealingKey };
  const enrolled = await deps.db.transaction().execute((trx) => useTicket(deps, trx, { digest, roster, device }));
  if (enrolled === undefined) return refused('not-allowed');
  const { ticket, certificate } = enrolled;
  await deps.changes.publish('devices');
  return {
    ok: true,
    result: {
      device: { id, name: ticket.device_name, site: ticket.site, siteName: ticket.site_name },
      certificate: certificate.pem,
      link: deps.link,
      roster: ticket.roster,
    },
  };
}

/** The roster of the ticket's site; read before the transaction, which then needs no second connection. */
async function rosterFor(deps: EnrolmentDeps, digest: Buffer): Promise<ApprovedStatement | undefined> {
  const ticket = await deps.db.selectFrom('tickets').select('site').where('secret', '=', digest).executeTakeFirst();
  return ticket && (await deps.trust.roster(ticket.site))?.approved;
}

async function useTicket(
  deps: EnrolmentDeps,
  trx: Transaction<Database>,
  { digest, roster, device }: { digest: Buffer; roster: ApprovedStatement | undefined; device: NewDevice },
): Promise<{ ticket: Ticket; certificate: DeviceCertificate } | undefined> {
  const now = new Date(deps.clock.now());
  const ticket = await lockTicket(trx, digest);
  // SECURITY: single use and 24 hours, decided under the row's lock (S14).
  if (ticket === undefined) return refuse(deps, trx, null, 'unknown-ticket');
  if (ticket.used_at !== null) return refuse(deps, trx, ticket.id, 'used-ticket');
  if (ticket.expires_at <= now) return refuse(deps, trx, ticket.id, 'expired-ticket');
  if (roster === undefined) return refuse(deps, trx, ticket.id, 'no-roster');
  const certificate = await deps.ca.issueDevice(device.id, device.request);
  if (!(await insertDevice(deps, trx, ticket, { device, certificate }))) {
    return refuse(deps, trx, ticket.id, 'name-taken');
  }
  await trx.updateTable('tickets').set({ used_at: now }).where('id', '=', ticket.id).execute();
  await deps.audit.append(trx, {
    actor: { kind: 'device', id: device.id, name: ticket.device_name },
    action: 'device.enrolled',
    subject: device.id,
    detail: {
      ticket: ticket.id,
      site: ticket.site,
      certificate: certificate.fingerprint.toString('base64url'),
      publicKey: device.request.publicKey.toString('base64url'),
    },
  });
  return { ticket: { ...ticket, roster }, certificate };
}

function lockTicket(
  trx: Transaction<Database>,
  digest: Buffer,
): Promise<(Omit<Ticket, 'roster'> & { used_at: Date | null; expires_at: Date }) | undefined> {
  return trx
    .selectFrom('tickets')
    .innerJoin('sites', 'sites.id', 'tickets.site')
    .select(['tickets.id', 'device_name', 'tickets.site', 'sites.name as site_name', 'used_at', 'expires_at'])
    .where('secret', '=', digest)
    .forUpdate('tickets')
    .executeTakeFirst();
}

/** @returns false when a live laptop took the name after the ticket was made */
async function insertDevice(
  deps: EnrolmentDeps,
  trx: Transaction<Database>,
  ticket: Omit<Ticket, 'roster'>,
  { device, certificate }: { device: NewDevice; certificate: DeviceCertificate },
): Promise<boolean> {
  const inserted = await trx
    .insertInto('devices')
    .values({
      id: device.id,
      name: ticket.device_name,
      site: ticket.site,
      public_key: device.request.publicKey,
      sealing_key: device.sealingKey,
      share_destroyed_at: null,
      state: null,
      room: null,
      last_seen_at: null,
      connection: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  if (inserted === undefined) return false;
  await deps.shares.make(trx, device.id);
  const { fingerprint, notAfter } = certificate;
  await trx.insertInto('certificates').values({ fingerprint, device: device.id, not_after: notAfter }).execute();
  return true;
}

async function refuse(
  deps: EnrolmentDeps,
  trx: Transaction<Database>,
  ticket: string | null,
  reason: string,
): Promise<undefined> {
  await deps.audit.append(trx, {
    actor: { kind: 'control', id: null, name: 'control' },
    action: 'enrolment.refused',
    subject: ticket,
    detail: { reason },
  });
}

/** @returns the key's 65 bytes, or undefined when they are no point of P-256 */
async function verifySealingKey(text: string): Promise<Buffer | undefined> {
  const bytes = fromBase64url(text);
  if (bytes?.length !== 65) return undefined;
  try {
    // SECURITY: the import checks that the point is on the curve (SP 800-186, D.1.1) (S14).
    await webcrypto.subtle.importKey('raw', bytes, { name: 'ECDH', namedCurve: 'P-256' }, false, []);
    return Buffer.from(bytes);
  } catch {
    return undefined;
  }
}

function refused(reason: 'malformed' | 'not-allowed'): Answer<never> {
  return { ok: false, refusal: { reason } };
}
