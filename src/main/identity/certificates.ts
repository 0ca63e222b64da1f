import { X509Certificate } from 'node:crypto';
import { publicKeyOf } from './signing-keys.ts';

/** Clocks may differ by this much when a fresh certificate is judged, ms. */
const clockTolerance = 5 * 60_000;

/**
 * Says whether control's certificate answer is one this device can use: for its own key, issued by the anchored
 * authority, valid now, and no authority itself.
 * @param certificate PEM, as answered
 * @param facts the authority (PEM), the device's signing key (PKCS #8, PEM), the time in ms since 1970
 */
export function isCertificateFor(
  certificate: string,
  { caCertificate, signingKey, now }: { caCertificate: string; signingKey: string; now: number },
): boolean {
  const own = readCertificate(certificate);
  const authority = readCertificate(caCertificate);
  if (own === undefined || authority === undefined || own.ca) return false;
  const key = own.publicKey.export({ format: 'der', type: 'spki' });
  return (
    key.equals(publicKeyOf(signingKey)) &&
    own.checkIssued(authority) &&
    own.verify(authority.publicKey) &&
    Date.parse(own.validFrom) <= now + clockTolerance &&
    Date.parse(own.validTo) > now
  );
}

/**
 * Reads one certificate.
 * @param text PEM, exactly one certificate
 * @returns undefined when it is none
 */
export function readCertificate(text: string): X509Certificate | undefined {
  if (text.split('-----BEGIN').length !== 2) return undefined;
  try {
    return new X509Certificate(text);
  } catch {
    return undefined;
  }
}

/** Says whether less than a third of a certificate's life is left (or it cannot be read), so that it is to be renewed. */
export function isDueForRenewal(certificate: string, now: number): boolean {
  const own = readCertificate(certificate);
  if (own === undefined) return true;
  const from = Date.parse(own.validFrom);
  const to = Date.parse(own.validTo);
  return to - now < (to - from) / 3;
}
