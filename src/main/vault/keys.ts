import { hkdfSync } from 'node:crypto';

/** Length in bytes of a share, and of every key made from shares. */
export const KEY_LENGTH = 32;
/** Length in bytes of the random salt that every generation's own key is derived with. */
export const SALT_LENGTH = 32;

// SECURITY: key separation: each use has its own label, so that no key serves two purposes (S8).
const RECORD_LABEL = 'sallyport/record-key/1';
const JOURNAL_LABEL = 'sallyport/journal-wrap-key/1';
const EVENTS_LABEL = 'sallyport/events-wrap-key/1';
const RECORD_DATA_LABEL = 'sallyport/record-data-key/2';
const GENERATION_LABEL = 'sallyport/journal-generation-key/2';

const NO_SALT = new Uint8Array();

function derive(secret: Uint8Array, label: string, salt: Uint8Array = NO_SALT): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, salt, label, KEY_LENGTH));
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
 * Derives the key of the journal of events: what an inert device must be able to add to and to send (HKDF-SHA-256, RFC
 * 5869).
 * @param deviceShare 32 bytes; stays the caller's to zero
 * @returns a fresh 32-byte key, the caller's to zero
 * @throws RangeError when the share has another length
 */
export function eventsWrapKey(deviceShare: Uint8Array): Uint8Array {
  requireShare(deviceShare);
  return derive(deviceShare, EVENTS_LABEL);
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

/**
 * Derives the key that seals one writing of the record and no other (HKDF-SHA-256, RFC 5869).
 * @param key 32 bytes from {@link recordKey}; stays the caller's to zero
 * @param salt {@link SALT_LENGTH} random bytes, fresh for this writing
 * @returns a fresh 32-byte key, the caller's to zero
 */
export function recordDataKey(key: Uint8Array, salt: Uint8Array): Uint8Array {
  return derive(key, RECORD_DATA_LABEL, salt);
}

/**
 * Derives the key that wraps the data key of one generation of a journal and of no other (HKDF-SHA-256, RFC 5869).
 * @param wrapKey 32 bytes from {@link journalWrapKey} or {@link eventsWrapKey}; stays the caller's to zero
 * @param salt {@link SALT_LENGTH} random bytes, fresh for this generation
 * @returns a fresh 32-byte key, the caller's to zero
 */
export function generationKey(wrapKey: Uint8Array, salt: Uint8Array): Uint8Array {
  return derive(wrapKey, GENERATION_LABEL, salt);
}

/** Overwrites secret bytes in place. Copies the runtime made elsewhere are out of reach. */
export function zero(secret: Uint8Array): void {
  secret.fill(0);
}
