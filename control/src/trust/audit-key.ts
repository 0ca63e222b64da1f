import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';

/** Makes the P-256 key that signs control's audit checkpoints: once, when control is initialised. PKCS #8 PEM. */
export function createAuditKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/**
 * The public half, as the manifest's policy names it: SubjectPublicKeyInfo (RFC 5480), base64url.
 * @param key PKCS #8 PEM
 * @throws when it is none
 */
export function auditPublicKeyOf(key: string): string {
  return createPublicKey(createPrivateKey(key)).export({ type: 'spki', format: 'der' }).toString('base64url');
}
