import 'reflect-metadata';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import { toBase64url } from '@sallyport/protocol';
import { generateSealingKeyPair } from '@sallyport/protocol/sealing';
import { importSigningKey, makeSigningKey, publicKeyOf } from './signing-keys.ts';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** The keys a device makes for itself at its enrolment; the private ones never leave it. */
export interface DeviceKeys {
  /** PKCS #8, PEM. */
  readonly signingKey: string;
  /** Private scalar, base64url. */
  readonly sealingKey: string;
  /** Uncompressed point, 65 bytes, base64url. */
  readonly sealingPublicKey: string;
}

/** Makes a device's signing key (P-256) and sealing key (RFC 9180 DHKEM(P-256)). */
export async function makeDeviceKeys(): Promise<DeviceKeys> {
  const signingKey = await makeSigningKey();
  const sealing = await generateSealingKeyPair();
  return {
    signingKey,
    sealingKey: toBase64url(sealing.privateKey),
    sealingPublicKey: toBase64url(sealing.publicKey),
  };
}

/**
 * Writes a certificate request (PKCS #10, RFC 2986) for a device's signing key, PEM.
 * @param signingKey PKCS #8, PEM
 * @throws when the key is none
 */
export async function certificateRequestFor(signingKey: string): Promise<string> {
  const keys = {
    privateKey: await importSigningKey(signingKey),
    publicKey: await crypto.subtle.importKey('spki', Uint8Array.from(publicKeyOf(signingKey)), algorithm, true, [
      'verify',
    ]),
  };
  const facts = { name: 'CN=Sallyport device', keys, signingAlgorithm: algorithm };
  return (await Pkcs10CertificateRequestGenerator.create(facts)).toString('pem');
}
