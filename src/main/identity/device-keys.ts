import 'reflect-metadata';
import { createPrivateKey, createPublicKey, webcrypto } from 'node:crypto';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import { toBase64url } from '@sallyport/protocol';
import { generateSealingKeyPair } from '@sallyport/protocol/sealing';

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
  const pair = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', pair.privateKey));
  const signingKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }).export({
    format: 'pem',
    type: 'pkcs8',
  });
  pkcs8.fill(0);
  const sealing = await generateSealingKeyPair();
  return {
    signingKey: signingKey.toString(),
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
    publicKey: await webcrypto.subtle.importKey('spki', publicKeyOf(signingKey), algorithm, true, ['verify']),
  };
  const facts = { name: 'CN=Sallyport device', keys, signingAlgorithm: algorithm };
  return (await Pkcs10CertificateRequestGenerator.create(facts)).toString('pem');
}

/**
 * Imports a device's signing key for use.
 * @param signingKey PKCS #8, PEM
 * @throws when the key is none
 */
export async function importSigningKey(signingKey: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(signingKey).export({ format: 'der', type: 'pkcs8' });
  const key = await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']);
  der.fill(0);
  return key;
}

/**
 * Signs with a device's key: ECDSA P-256 with SHA-256 (FIPS 186-5).
 * @param signingKey PKCS #8, PEM
 * @returns r ‖ s, base64url
 * @throws when the key is none
 */
export async function signBytes(signingKey: string, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const key = await importSigningKey(signingKey);
  const signature = await webcrypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, bytes);
  return toBase64url(new Uint8Array(signature));
}

/** The public key (SubjectPublicKeyInfo, DER) of a private key in PEM. */
export function publicKeyOf(signingKey: string): Buffer {
  return createPublicKey(signingKey).export({ format: 'der', type: 'spki' });
}
