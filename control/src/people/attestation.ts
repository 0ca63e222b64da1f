import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import * as x509 from '@peculiar/x509';
import type { VerifiedRegistrationResponse } from '@simplewebauthn/server';
import { decodeAttestationObject } from '@simplewebauthn/server/helpers';

type Registered = NonNullable<VerifiedRegistrationResponse['registrationInfo']>;

/** What the fleet asks of authenticators, and whose word on them counts. */
interface AttestationRule {
  /** The policy's AAGUIDs; none named: any authenticator. */
  authenticators: readonly string[];
  /** Certificates of the makers' roots, PEM. */
  roots: readonly string[];
}

/**
 * Decides whether a registration that verified was made by an authenticator that the fleet's policy names.
 *
 * Only full `packed` attestation (WebAuthn Level 3, 8.2) proves a model: the statement is signed by a key the maker put
 * into the authenticator, and its certificate leads to one of the roots. None and self attestation prove nothing.
 * @param now milliseconds since the epoch
 */
export async function isAllowedModel(registered: Registered, rule: AttestationRule, now: number): Promise<boolean> {
  if (rule.authenticators.length === 0) return true;
  // SECURITY: the model is what the maker's key signed, never what the browser says of it (S28).
  if (registered.fmt !== 'packed' || !rule.authenticators.includes(registered.aaguid)) return false;
  const [leaf, ...others] = certificatesIn(registered);
  return leaf !== undefined && leadsToRoot(leaf, others, rule.roots.map(certificateOf), now);
}

function certificateOf(encoded: string | Uint8Array<ArrayBuffer>): x509.X509Certificate {
  return new x509.X509Certificate(encoded);
}

function certificatesIn({ attestationObject }: Registered): x509.X509Certificate[] {
  const chain = decodeAttestationObject(attestationObject).get('attStmt').get('x5c');
  return Array.isArray(chain) ? chain.map(certificateOf) : [];
}

/** SECURITY: without a configured root nothing is proved; the library alone would then accept any certificate (S28). */
async function leadsToRoot(
  leaf: x509.X509Certificate,
  others: readonly x509.X509Certificate[],
  roots: readonly x509.X509Certificate[],
  now: number,
): Promise<boolean> {
  const builder = new x509.X509ChainBuilder({ certificates: [...others, ...roots] });
  const chain = [...(await builder.build(leaf))];
  const last = chain.at(-1);
  const isRoot = (certificate: x509.X509Certificate): boolean => roots.some((root) => root.equal(certificate));
  if (last === undefined || !isRoot(last)) return false;
  const inTime = chain.every(({ notBefore, notAfter }) => notBefore.getTime() <= now && now < notAfter.getTime());
  // SECURITY: an authenticator's own certificate issues none (RFC 5280, 4.2.1.9) (S28).
  return inTime && chain.slice(1).every((certificate) => isRoot(certificate) || isAuthority(certificate));
}

function isAuthority(certificate: x509.X509Certificate): boolean {
  return certificate.getExtension(x509.BasicConstraintsExtension)?.ca === true;
}

/** The file of makers' roots cannot be used; said in words for whoever configured it. */
export class AttestationRootsError extends Error {
  override readonly name = 'AttestationRootsError';
}

/**
 * Reads the makers' root certificates.
 * @param file PEM, one certificate after the other; undefined: none are configured
 * @returns each by itself
 * @throws AttestationRootsError when the file cannot be read, holds none, or holds one that is no certificate
 */
export async function loadAttestationRoots(file: string | undefined): Promise<string[]> {
  if (file === undefined) return [];
  try {
    return readAttestationRoots(await readFile(file, 'utf8'));
  } catch (error) {
    throw new AttestationRootsError(`attestationRoots: ${file} is no file of certificates (PEM).`, { cause: error });
  }
}

function readAttestationRoots(text: string): string[] {
  const roots = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (roots.length === 0) throw new TypeError('there is no certificate in it');
  return roots.map((pem) => certificateOf(pem).toString('pem'));
}
