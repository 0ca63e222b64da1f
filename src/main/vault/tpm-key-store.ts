import { timingSafeEqual } from 'node:crypto';
import type { KeyStore, KeyStoreProbe } from './key-store.ts';
import { KeyStoreFault } from './key-store.ts';
import { zero } from './keys.ts';
import type { TpmChipParts, TpmSession } from './tpm-chip.ts';
import { TpmChip } from './tpm-chip.ts';
import type { TpmIndex } from './tpm-indices.ts';
import { isOurs, isWritten, SECRET_LENGTH } from './tpm-indices.ts';

/** Where the secrets lie: fixed indices in the range that the TCG leaves to the owner (0x01800000 to 0x01BFFFFF). */
export const TPM_PLACES: ReadonlyMap<string, number> = new Map([
  ['device-share', 0x0185_a110],
  ['device-share-pending', 0x0185_a111],
]);
const PROBE = 0x0185_a112;

/**
 * A security chip (TPM 2.0) as the key store. A secret lies in an index of the chip's own memory, and the chip gives it out
 * only to a machine that was started as when it was written; nothing of it is on the disk, so that what is destroyed in the
 * chip is gone. One laptop, one installation. See docs/decisions/0013-tpm-nv-indices.md.
 */
export class TpmKeyStore implements KeyStore {
  readonly #chip: TpmChip;
  readonly #parts: TpmChipParts;

  constructor(parts: TpmChipParts) {
    this.#parts = parts;
    this.#chip = new TpmChip(parts);
  }

  /** Looks at what the chip holds for us, stores a canary, reads it back and destroys it. */
  probe(): KeyStoreProbe {
    try {
      this.#chip.inSession((session) => this.#tryOut(session));
      return 'usable';
    } catch (error) {
      if (!(error instanceof KeyStoreFault)) return { refusal: 'missing' };
      const { reason } = error;
      return { refusal: reason === 'locked' || reason === 'changed' ? reason : 'missing' };
    }
  }

  read(name: string): Uint8Array | undefined {
    const place = placeOf(name);
    const index = this.#chip.indices().get(place);
    if (index === undefined || isEmpty(index)) return undefined;
    return this.#chip.inSession((session) => {
      requireBound(index, session);
      return session.read(place);
    });
  }

  write(name: string, secret: Uint8Array): void {
    const place = placeOf(name);
    if (secret.length !== SECRET_LENGTH) throw new KeyStoreFault('not-stored');
    this.#chip.inSession((session) => this.#store(session, place, secret));
  }

  destroy(name: string): void {
    this.#remove(placeOf(name));
  }

  #tryOut(session: TpmSession): void {
    const indices = this.#chip.indices();
    for (const place of TPM_PLACES.values()) requireBound(indices.get(place), session);
    // SECURITY: a secret bound to a start that nobody measured is bound to nothing (S32).
    if (!this.#chip.isMeasured()) throw new KeyStoreFault('changed');
    const left = indices.get(PROBE);
    if (left !== undefined && !isOurs(left)) throw new KeyStoreFault('changed');
    if (left !== undefined) this.#remove(PROBE);
    try {
      this.#store(session, PROBE, this.#parts.random.bytes(SECRET_LENGTH));
    } finally {
      this.#remove(PROBE);
    }
  }

  #store(session: TpmSession, place: number, secret: Uint8Array): void {
    const index = this.#chip.indices().get(place);
    requireBound(index, session);
    // A definition that the power cut off from its write may be bound to a start that is no more.
    if (index !== undefined && index.policy !== session.policy) this.#chip.undefine(place);
    if (index?.policy !== session.policy) session.define(place);
    session.write(place, secret);
    const stored = session.read(place);
    const isStored = timingSafeEqual(stored, secret);
    zero(stored);
    if (!isStored) throw new KeyStoreFault('not-stored');
  }

  #remove(place: number): void {
    if (!this.#chip.indices().has(place)) return;
    this.#chip.undefine(place);
    // SECURITY: crypto-erase: only the chip's own list shows that the index, and so the secret, is gone (S9, S32).
    if (this.#chip.indices().has(place)) throw new KeyStoreFault('not-destroyed');
  }
}

/** Defined by us and never written: the power failed in between. */
function isEmpty(index: TpmIndex): boolean {
  return isOurs(index) && !isWritten(index);
}

/**
 * SECURITY: what lies in a place of ours is used, and overwritten, only if it can be nothing but what this laptop wrote
 * there after a start like today's: whoever planted it otherwise knows it (S32).
 */
function requireBound(index: TpmIndex | undefined, { policy }: TpmSession): void {
  if (index === undefined || isEmpty(index)) return;
  if (!isOurs(index) || index.policy !== policy) throw new KeyStoreFault('changed');
}

function placeOf(name: string): number {
  const place = TPM_PLACES.get(name);
  if (place === undefined) throw new RangeError('the security chip has no place of that name');
  return place;
}
