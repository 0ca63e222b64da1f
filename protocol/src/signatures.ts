import { fromBase64url } from './primitives.ts';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/**
 * Whether a key signed these exact bytes: ECDSA P-256 with SHA-256 (FIPS 186-5), r ‖ s.
 * @param key SubjectPublicKeyInfo (RFC 5480), DER
 * @param signature 64 bytes, base64url
 * @returns false also when key or signature are malformed. Never throws.
 */
export async function isSignedBy(
  key: Uint8Array<ArrayBuffer>,
  bytes: Uint8Array<ArrayBuffer>,
  signature: string,
): Promise<boolean> {
  const signed = fromBase64url(signature);
  if (signed?.length !== 64) return false;
  try {
    const publicKey = await crypto.subtle.importKey('spki', key, algorithm, false, ['verify']);
    return await crypto.subtle.verify(algorithm, publicKey, signed, bytes);
  } catch {
    return false;
  }
}
