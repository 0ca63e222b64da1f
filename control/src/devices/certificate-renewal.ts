import type { Kysely } from 'kysely';
import type { Refusal } from '@sallyport/protocol';
import type { Database } from '../db/schema.ts';
import type { Answer, Audit, Clock } from '../ports.ts';
import { deviceCertificateLife, verifyCertificateRequest } from './device-ca.ts';
import type { DeviceCa, VerifiedRequest } from './device-ca.ts';

export interface RenewalDeps {
  db: Kysely<Database>;
  audit: Audit;
  clock: Clock;
  ca: DeviceCa;
}

/** Renews laptops' certificates over the link. */
export interface CertificateRenewal {
  /**
   * Issues the next certificate for the key a laptop enrolled with.
   * @param request PKCS #10, PEM
   * @returns the certificate, PEM; or `malformed`, `not-allowed` (another key), `wrong-state` (more than a third of the
   *   present one's life is left)
   */
  renew(device: { id: string; name: string }, request: string): Promise<Answer<{ certificate: string }>>;
}

/** @returns the renewal of laptops' certificates */
export function createCertificateRenewal(deps: RenewalDeps): CertificateRenewal {
  return {
    renew: async (device, request) => {
      const verified = await verifyCertificateRequest(request);
      if (verified === undefined) return refused('malformed');
      const refusal = await refusalOf(deps, device.id, verified);
      if (refusal !== undefined) return refused(refusal);
      const { pem, fingerprint, notAfter } = await deps.ca.issueDevice(device.id, verified);
      await deps.db.transaction().execute(async (trx) => {
        await trx.insertInto('certificates').values({ fingerprint, device: device.id, not_after: notAfter }).execute();
        await deps.audit.append(trx, {
          actor: { kind: 'device', id: device.id, name: device.name },
          action: 'certificate.renewed',
          subject: device.id,
          detail: { certificate: fingerprint.toString('base64url'), until: notAfter.getTime() },
        });
      });
      return { ok: true, result: { certificate: pem } };
    },
  };
}

async function refusalOf(
  { db, clock }: RenewalDeps,
  device: string,
  request: VerifiedRequest,
): Promise<Refusal['reason'] | undefined> {
  const row = await db
    .selectFrom('devices')
    .innerJoin('certificates', 'certificates.device', 'devices.id')
    .select(['public_key', 'not_after'])
    .where('devices.id', '=', device)
    .orderBy('not_after', 'desc')
    .limit(1)
    .executeTakeFirst();
  // SECURITY: the key that enrolled is the laptop; a certificate never moves to another key (S14).
  if (row?.public_key.equals(request.publicKey) !== true) return 'not-allowed';
  const left = row.not_after.getTime() - clock.now();
  return left > deviceCertificateLife / 3 ? 'wrong-state' : undefined;
}

function refused(reason: Refusal['reason']): Answer<never> {
  return { ok: false, refusal: { reason } };
}
