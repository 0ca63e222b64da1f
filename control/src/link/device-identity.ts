import { createHash } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { Kysely } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { LinkedDevice } from './link-services.ts';

/** A laptop and until when its certificate speaks for it. */
export interface IdentifiedDevice extends LinkedDevice {
  certificateUntil: number;
}

/**
 * Identifies the laptop at the other end of a mutually authenticated TLS connection.
 * @param now milliseconds since the Unix epoch
 * @returns the laptop, or undefined when control does not know this very certificate, it has expired, or its subject
 *   is not the laptop it was issued to
 */
export async function identifyDevice(
  db: Kysely<Database>,
  socket: TLSSocket,
  now: number,
): Promise<IdentifiedDevice | undefined> {
  const certificate = socket.getPeerX509Certificate();
  // SECURITY: a signature of our CA is not enough; the very certificate must be on record (S14).
  if (!socket.authorized || certificate === undefined) return undefined;
  const fingerprint = createHash('sha256').update(certificate.raw).digest();
  const row = await db
    .selectFrom('certificates')
    .innerJoin('devices', 'devices.id', 'certificates.device')
    .select(['devices.id', 'devices.name', 'devices.site', 'not_after'])
    .where('fingerprint', '=', fingerprint)
    .where('not_after', '>', new Date(now))
    .executeTakeFirst();
  if (row === undefined || certificate.subject !== `CN=${row.id}`) return undefined;
  return { id: row.id, name: row.name, site: row.site, certificateUntil: row.not_after.getTime() };
}
