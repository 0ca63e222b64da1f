import { join } from 'node:path';
import type { Files } from '../platform/files.ts';
import { replaceFile } from '../platform/replace-file.ts';
import type { KeyStore, KeyStoreProbe } from './key-store.ts';
import { KeyStoreFault } from './key-store.ts';

declare global {
  /** Set by the build: true only in development builds; a packaged build has `false` and drops what hangs on it. */
  const __DEVELOPMENT_KEY_STORE__: boolean;
}

/** What {@link openDevelopmentKeyStore} needs. */
export interface DevelopmentKeyStoreOptions {
  /** Whether the person who started the client asked for it with the development flag. */
  readonly isRequested: boolean;
  /** Where the secrets are kept, one file (mode 0600) each. */
  readonly directory: string;
  readonly files: Files;
}

/**
 * Opens a key store that keeps secrets readable in files, for machines without one, in development only.
 * @returns the store, or the refusal `plaintext` when this build does not contain it or nobody asked for it
 */
export function openDevelopmentKeyStore(
  options: DevelopmentKeyStoreOptions,
): KeyStore | { readonly refusal: 'plaintext' } {
  // SECURITY: no plaintext fallback: the branch below is not in a packaged build at all (S8, S18).
  if (typeof __DEVELOPMENT_KEY_STORE__ !== 'undefined' && __DEVELOPMENT_KEY_STORE__) {
    if (options.isRequested) return new DevelopmentKeyStore(options);
  }
  return { refusal: 'plaintext' };
}

class DevelopmentKeyStore implements KeyStore {
  readonly #files: Files;
  readonly #directory: string;

  constructor({ files, directory }: DevelopmentKeyStoreOptions) {
    this.#files = files;
    this.#directory = join(directory, 'development-key-store');
  }

  probe(): KeyStoreProbe {
    try {
      this.write('probe', new Uint8Array(1));
      this.destroy('probe');
      return 'usable';
    } catch {
      return { refusal: 'missing' };
    }
  }

  read(name: string): Uint8Array | undefined {
    return this.#files.read(this.#pathOf(name));
  }

  write(name: string, secret: Uint8Array): void {
    replaceFile(this.#files, this.#pathOf(name), secret);
  }

  destroy(name: string): void {
    this.#files.makeDirectory(this.#directory);
    this.#files.remove(this.#pathOf(name));
    this.#files.remove(`${this.#pathOf(name)}.next`);
    this.#files.syncDirectory(this.#directory);
    if (this.#files.exists(this.#pathOf(name))) throw new KeyStoreFault('not-destroyed');
  }

  #pathOf(name: string): string {
    return join(this.#directory, `${name}.key`);
  }
}
