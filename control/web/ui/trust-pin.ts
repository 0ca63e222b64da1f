import { approvedStatement, digest, identifier, parseJson } from '@sallyport/protocol';
import * as z from 'zod';

/** Where a browser keeps things; `localStorage`, or a test's. */
export type PinStorage = Pick<Storage, 'getItem' | 'setItem'>;

const storageKey = 'sallyport.trust';
const maxCharacters = 4 * 1024 * 1024;

const rosterVersion = z.strictObject({ version: z.int().min(1), digest });
export type RosterVersion = z.infer<typeof rosterVersion>;

/** The highest manifest this browser has verified, and the highest version of each roster with its digest. */
const pinned = z.strictObject({ manifest: approvedStatement, rosters: z.record(identifier, rosterVersion) });
export type Pinned = z.infer<typeof pinned>;

/** What a browser has seen of the fleet's trust: the least it accepts from then on. */
export class TrustPin {
  readonly #storage: PinStorage;
  /** For a browser that keeps nothing: what this page has seen. */
  #seen: Pinned | undefined;

  constructor(storage: PinStorage) {
    this.#storage = storage;
  }

  /** What was seen; undefined before the first time, `unreadable` when it was changed. */
  read(): Pinned | 'unreadable' | undefined {
    const text = this.#text();
    if (text === null) return this.#seen;
    const read = pinned.safeParse(parseJson(text, maxCharacters)?.value);
    return read.success ? read.data : 'unreadable';
  }

  keepManifest(manifest: Pinned['manifest']): void {
    const before = this.read();
    this.#write({ manifest, rosters: before === 'unreadable' ? {} : (before?.rosters ?? {}) });
  }

  keepRoster(site: string, seen: RosterVersion): void {
    const before = this.read();
    if (before === undefined || before === 'unreadable') return;
    this.#write({ ...before, rosters: { ...before.rosters, [site]: seen } });
  }

  #text(): string | null {
    try {
      return this.#storage.getItem(storageKey);
    } catch {
      return null;
    }
  }

  #write(value: Pinned): void {
    this.#seen = value;
    try {
      this.#storage.setItem(storageKey, JSON.stringify(value));
    } catch {
      // Full, or forbidden: then this page remembers for as long as it is open.
    }
  }
}
