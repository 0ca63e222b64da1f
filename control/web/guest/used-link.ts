import { sha256, toBase64url } from '@sallyport/protocol';

/** Where a browser keeps things; `localStorage`, or a test's. */
type LinkStorage = Pick<Storage, 'getItem' | 'setItem'>;

const storageKey = 'sallyport.guest';

/** Remembers, by its digest, the link by which this browser came in: opened again it leads back, and asks for no code. */
export class UsedLink {
  readonly #storage: () => LinkStorage;

  /** @param storage may throw, where the browser keeps nothing */
  constructor(storage: () => LinkStorage) {
    this.#storage = storage;
  }

  async isThis(token: string): Promise<boolean> {
    try {
      return this.#storage().getItem(storageKey) === (await digestOf(token));
    } catch {
      return false;
    }
  }

  async remember(token: string): Promise<void> {
    try {
      // SECURITY: a digest: what is kept opens nothing (S38).
      this.#storage().setItem(storageKey, await digestOf(token));
    } catch {
      // Then the link, opened again, asks for its code and says that it was used.
    }
  }
}

async function digestOf(token: string): Promise<string> {
  return toBase64url(await sha256(new TextEncoder().encode(token)));
}
