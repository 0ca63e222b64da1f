import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { ShareKeyError, type HeldKeys, type ShareContext, type StoredShare } from './share-keys.ts';

/** Bytes of a key, and of a share. */
export const keyLength = 32;
const shareLength = 32;
const nonceLength = 12;
const tagLength = 16;

/** @returns the key's id: 22 characters that say nothing of the key, and that no other key has */
export function keyIdOf(key: Uint8Array): string {
  return createHmac('sha256', key).update('sallyport share key id 1').digest().subarray(0, 16).toString('base64url');
}

/**
 * Keys in memory, and the one place that seals and opens stored shares.
 *
 * Nonces are random: by NIST SP 800-38D (8.3) good for 2^32 sealings under one key. A key seals once for each laptop when
 * it becomes current and once at each enrolment, thousands in its life at the most.
 */
export class KeyRing {
  readonly held: HeldKeys;
  readonly #keys: ReadonlyMap<string, Uint8Array>;

  /** @param current @param others 32 bytes each; the ring's to zero from now on */
  constructor(current: Uint8Array, others: readonly Uint8Array[]) {
    const keys = [current, ...others];
    if (keys.some(({ length }) => length !== keyLength)) throw new RangeError('a share key is 32 bytes');
    this.#keys = new Map(keys.map((key) => [keyIdOf(key), key]));
    const [first = '', ...rest] = this.#keys.keys();
    this.held = { current: first, others: rest };
  }

  /** See `ShareKeys.seal`. */
  seal(key: string, context: ShareContext, share: Uint8Array): StoredShare {
    if (share.length !== shareLength) throw new RangeError('a server share is 32 bytes');
    const nonce = randomBytes(nonceLength);
    // SECURITY: the tag's whole length is stated; node:crypto would take four bytes of it otherwise (S35).
    const cipher = createCipheriv('aes-256-gcm', this.#keyOf(key), nonce, { authTagLength: tagLength });
    cipher.setAAD(boundTo(context, key));
    return { key, nonce, sealed: Buffer.concat([cipher.update(share), cipher.final(), cipher.getAuthTag()]) };
  }

  /** See `ShareKeys.open`. */
  open(context: ShareContext, { key, nonce, sealed }: StoredShare): Uint8Array<ArrayBuffer> {
    const decipher = createDecipheriv('aes-256-gcm', this.#keyOf(key), nonce, { authTagLength: tagLength });
    decipher.setAAD(boundTo(context, key));
    decipher.setAuthTag(sealed.subarray(shareLength));
    const opened = decipher.update(sealed.subarray(0, shareLength));
    const share = new Uint8Array(opened);
    opened.fill(0);
    try {
      decipher.final();
      return share;
    } catch {
      share.fill(0);
      throw new ShareKeyError(`The stored share of laptop ${context.device} was altered: it does not open.`);
    }
  }

  /** Zeroes every key. The ring is of no use afterwards. */
  zero(): void {
    for (const key of this.#keys.values()) key.fill(0);
  }

  #keyOf(id: string): Uint8Array {
    const key = this.#keys.get(id);
    if (key === undefined) throw new ShareKeyError(`The share key ${id} is not here.`);
    return key;
  }
}

/** SECURITY: a stored share opens in its own row alone: of this fleet, this laptop and this key (S35). */
function boundTo({ fleet, device }: ShareContext, key: string): Buffer {
  return Buffer.from(JSON.stringify(['sallyport server share at rest 1', fleet, device, key]));
}
