import { hkdfSync } from 'node:crypto';

/** Length in bytes of a share, and of every key made from shares. */
export const KEY_LENGTH = 32;

// SECURITY: key separation: each use has its own label, so that no key serves two purposes (S8).
const RECORD_LABEL = 'sallyport/record-key/1';
const JOURNAL_LABEL = 'sallyport/journal-wrap-key/1';

function derive(secret: Uint8Array, label: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(), label, KEY_LENGTH));
}

function requireShare(share: Uint8Array): void {
  if (share.length !== KEY_LENGTH) throw new RangeError('a share has 32 bytes');
}

/**
 * Derives the key of the sealed record: what an inert device may read (HKDF-SHA-256, RFC 5869).
 * @param deviceShare 32 bytes; stays the caller's to zero
 * @returns a fresh 32-byte key, the caller's to zero
 * @throws RangeError when the share has another length
 */
export function recordKey(deviceShare: Uint8Array): Uint8Array {
  requireShare(deviceShare);
  return derive(deviceShare, RECORD_LABEL);
}

/**
 * Derives the key that wraps the journal's data keys; it takes both halves (HKDF-SHA-256, RFC 5869).
 * @param deviceShare 32 bytes from the key store; stays the caller's to zero
 * @param serverShare 32 bytes from the grant; stays the caller's to zero
 * @returns a fresh 32-byte key, the caller's to zero
 * @throws RangeError when a share has another length
 */
export function journalWrapKey(deviceShare: Uint8Array, serverShare: Uint8Array): Uint8Array {
  requireShare(deviceShare);
  requireShare(serverShare);
  const both = new Uint8Array(2 * KEY_LENGTH);
  both.set(deviceShare);
  both.set(serverShare, KEY_LENGTH);
  try {
    return derive(both, JOURNAL_LABEL);
  } finally {
    zero(both);
  }
}

/** Overwrites secret bytes in place. Copies the runtime made elsewhere are out of reach. */
export function zero(secret: Uint8Array): void {
  secret.fill(0);
}
