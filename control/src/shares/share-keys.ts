/** Whose share it is: what a stored share is bound to besides its key. */
export interface ShareContext {
  fleet: string;
  device: string;
}

/** A server share as the database keeps it. */
export interface StoredShare {
  /** Id of the key it is sealed under. */
  key: string;
  /** 12 bytes. */
  nonce: Uint8Array;
  /** Ciphertext and tag, 32 + 16 bytes. */
  sealed: Uint8Array;
}

/** Ids of the keys that are held: the one new shares belong under, and those that only still open. */
export interface HeldKeys {
  current: string;
  others: string[];
}

/**
 * The keys of the server shares, kept outside the database: a key management service as control uses it. A key's id
 * is derived from the key, so that no other key passes for it.
 */
export interface ShareKeys {
  /** Where they are, for whoever operates control. */
  readonly place: string;
  /**
   * @returns the keys held now; undefined when there are none yet
   * @throws ShareKeyError when they cannot be read, or may not be trusted
   */
  held(): Promise<HeldKeys | undefined>;
  /**
   * Seals a share under the key of that id (AES-256-GCM), bound to the context and the id.
   * @param share 32 bytes; stays the caller's to zero
   * @throws ShareKeyError when that key is not held
   */
  seal(key: string, context: ShareContext, share: Uint8Array): Promise<StoredShare>;
  /**
   * Opens a stored share.
   * @returns its 32 bytes, the caller's to zero
   * @throws ShareKeyError when its key is not held, or it was altered or is another laptop's
   */
  open(context: ShareContext, stored: StoredShare): Promise<Uint8Array<ArrayBuffer>>;
  /** How control makes and destroys these keys; undefined where somebody else does that. */
  readonly upkeep: KeyUpkeep | undefined;
}

/** The making and destroying of keys; each is durable when it returns, and all or nothing through a power cut. */
export interface KeyUpkeep {
  /** Makes a new key the current one, beside those there are. @returns its id */
  make(): Promise<string>;
  /** Destroys every key but this one. @throws ShareKeyError when this one is not there: then nothing is destroyed */
  keepOnly(key: string): Promise<void>;
}

/** The keys of the server shares are missing, wrong or not safe where they are. In words, without any key or share. */
export class ShareKeyError extends Error {
  override readonly name = 'ShareKeyError';
}
