import { createHash, timingSafeEqual } from 'node:crypto';
import { resolve } from 'node:path';
import type { Random } from '../platform/random.ts';
import type { KeyStore, KeyStoreProbe } from './key-store.ts';
import { KeyStoreFault } from './key-store.ts';
import { zero } from './keys.ts';

/** One secret in the operating system's key store, as `@napi-rs/keyring` offers it. */
export interface KeyringEntry {
  getSecret(): number[] | null;
  setSecret(secret: Uint8Array): void;
  deleteCredential(): boolean;
}

/** Shape of `Entry` of `@napi-rs/keyring`. */
export type KeyringEntryConstructor = new (
  service: string,
  account: string,
  options: { linux: { store: 'secret-service' } },
) => KeyringEntry;

/** What {@link OsKeyStore} is made of. */
export interface OsKeyStoreParts {
  /** `Entry` of `@napi-rs/keyring`. */
  readonly Entry: KeyringEntryConstructor;
  /** Name of this installation, see {@link instanceName}. */
  readonly instance: string;
  readonly random: Random;
  /** Says whether a text just stored can be read in the key store's files; see `keyring-files.ts`. */
  readonly isReadableAtRest: (canary: string) => boolean;
}

const SERVICE = 'sallyport';
const CANARY = 'probe';

/**
 * Name under which this installation keeps its secrets, so that two installations of one user never meet.
 * @param userDataPath the client's own data folder
 */
export function instanceName(userDataPath: string): string {
  return createHash('sha256').update(resolve(userDataPath)).digest('base64url').slice(0, 22);
}

/**
 * Tells a locked store from a missing one by what the key store's library says; whatever is unknown counts as missing.
 * The library has one error code for everything, so only its words are left to go by.
 */
export function faultOf(error: unknown): KeyStoreFault {
  if (error instanceof KeyStoreFault) return error;
  const words = error instanceof Error ? error.message : '';
  return new KeyStoreFault(/\block(ed)?\b|prompt|dismissed/i.test(words) ? 'locked' : 'missing');
}

function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

/** The operating system's key store: Secret Service on Linux, Credential Manager on Windows. */
export class OsKeyStore implements KeyStore {
  readonly #parts: OsKeyStoreParts;
  readonly #entries = new Map<string, KeyringEntry>();

  constructor(parts: OsKeyStoreParts) {
    this.#parts = parts;
  }

  /** Stores a canary, reads it back, looks for it in the store's files and destroys it. */
  probe(): KeyStoreProbe {
    try {
      return this.#roundTrip();
    } catch (error) {
      const { reason } = faultOf(error);
      return { refusal: reason === 'locked' ? 'locked' : 'missing' };
    }
  }

  read(name: string): Uint8Array | undefined {
    return this.#onEntry(name, readAndZero);
  }

  write(name: string, secret: Uint8Array): void {
    this.#onEntry(name, (entry) => {
      entry.setSecret(secret);
      const stored = readAndZero(entry);
      const isStored = stored !== undefined && equalBytes(stored, secret);
      if (stored !== undefined) zero(stored);
      if (!isStored) throw new KeyStoreFault('not-stored');
    });
  }

  destroy(name: string): void {
    this.#onEntry(name, (entry) => {
      entry.deleteCredential();
      const left = readAndZero(entry);
      if (left !== undefined) zero(left);
      if (left !== undefined) throw new KeyStoreFault('not-destroyed');
    });
  }

  #roundTrip(): KeyStoreProbe {
    const canary = Buffer.from(this.#parts.random.bytes(16)).toString('hex');
    this.write(CANARY, Buffer.from(canary));
    try {
      // SECURITY: no plaintext fallback: a keyring without a password keeps its secrets readable on the disk (S8).
      return this.#parts.isReadableAtRest(canary) ? { refusal: 'plaintext' } : 'usable';
    } finally {
      this.destroy(CANARY);
    }
  }

  #onEntry<T>(name: string, use: (entry: KeyringEntry) => T): T {
    try {
      return use(this.#entry(name));
    } catch (error) {
      // It may be of a connection that is gone: the next use makes another.
      this.#entries.delete(name);
      throw faultOf(error);
    }
  }

  /** Made once: making one takes longer than using it, and a wipe is in a hurry. */
  #entry(name: string): KeyringEntry {
    const entry = this.#entries.get(name) ?? this.#newEntry(name);
    this.#entries.set(name, entry);
    return entry;
  }

  #newEntry(name: string): KeyringEntry {
    const { Entry, instance } = this.#parts;
    // SECURITY: no plaintext fallback: unless told otherwise the library silently turns to the kernel's keyring, which
    // any process of the user reads and a restart empties (S8).
    return new Entry(SERVICE, `${instance}/${name}`, { linux: { store: 'secret-service' } });
  }
}

function readAndZero(entry: KeyringEntry): Uint8Array | undefined {
  const numbers = entry.getSecret();
  if (numbers === null) return undefined;
  const secret = Uint8Array.from(numbers);
  numbers.fill(0);
  return secret;
}
