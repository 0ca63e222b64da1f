import { createPrivateKey, createPublicKey } from 'node:crypto';
import { toBase64url } from '@sallyport/protocol';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** A key of the Web Cryptography API, whichever library declares it. */
type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** Makes a P-256 key to sign with. @returns its private half, PKCS #8, PEM */
export async function makeSigningKey(): Promise<string> {
  const pair = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', pair.privateKey));
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }).export({ format: 'pem', type: 'pkcs8' });
  pkcs8.fill(0);
  return key.toString();
}

/**
 * Imports a device's signing key for use.
 * @param signingKey PKCS #8, PEM
 * @throws when the key is none
 */
export async function importSigningKey(signingKey: string): Promise<Key> {
  const exported = createPrivateKey(signingKey).export({ format: 'der', type: 'pkcs8' });
  const der = Uint8Array.from(exported);
  exported.fill(0);
  const key = await crypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']);
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
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, bytes);
  return toBase64url(new Uint8Array(signature));
}

/** The public key (SubjectPublicKeyInfo, DER) of a private key in PEM. */
export function publicKeyOf(signingKey: string): Buffer {
  return createPublicKey(signingKey).export({ format: 'der', type: 'spki' });
}
