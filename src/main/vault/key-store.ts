/**
 * Why a key store may not be used: there is none, it does not open, it would keep keys in plain text, or it was bound to
 * another start of this machine than today's.
 */
export type KeyStoreRefusal = 'missing' | 'locked' | 'plaintext' | 'changed';

/** What a look at the key store found. */
export type KeyStoreProbe = 'usable' | { readonly refusal: KeyStoreRefusal };

/** Where the device's own secrets live. Names are short words such as `device-share`. */
export interface KeyStore {
  /** Tries the store out and says whether secrets may be entrusted to it. */
  probe(): KeyStoreProbe;
  /**
   * Returns the secret (the caller's to zero), or undefined when the store is in order and has none of that name.
   * @throws KeyStoreFault when the store cannot be read
   */
  read(name: string): Uint8Array | undefined;
  /**
   * Stores a secret and reads it back.
   * @throws KeyStoreFault when it is not there afterwards
   */
  write(name: string, secret: Uint8Array): void;
  /**
   * Destroys a secret and looks for it again; fine when there was none. A store that is not there may say as much:
   * whoever relies on it asks {@link probe} as well.
   * @throws KeyStoreFault when it is still there
   */
  destroy(name: string): void;
}

/** Why an operation on the key store failed. */
export type KeyStoreFaultReason = 'missing' | 'locked' | 'changed' | 'not-stored' | 'not-destroyed';

/** A key store that was in order failed at its work. Carries no name and no byte of a secret. */
export class KeyStoreFault extends Error {
  readonly reason: KeyStoreFaultReason;
  constructor(reason: KeyStoreFaultReason) {
    super(`key store: ${reason}`);
    this.name = 'KeyStoreFault';
    this.reason = reason;
  }
}
