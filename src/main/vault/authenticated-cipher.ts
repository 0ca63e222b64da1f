import { createCipheriv, createDecipheriv } from 'node:crypto';
import { zero } from './keys.ts';

/** Length in bytes of a nonce. */
export const NONCE_LENGTH = 12;
/** Length in bytes of the tag that ends every sealed text. */
export const TAG_LENGTH = 16;

const ALGORITHM = 'aes-256-gcm';

/** What sealing and opening must agree on, besides the key. */
export interface SealContext {
  /** 12 bytes, never used twice with one key. */
  readonly nonce: Uint8Array;
  /** The facts the text is bound to; both sides state the same ones in the same order. */
  readonly boundTo: readonly (string | number)[];
}

/** JSON keeps neighbouring facts apart, whatever they contain. */
function associatedData(boundTo: SealContext['boundTo']): Uint8Array {
  return Buffer.from(JSON.stringify(boundTo));
}

/**
 * Seals bytes with AES-256-GCM.
 * @param key 32 bytes
 * @returns the sealed text followed by its 16-byte tag
 */
export function seal(key: Uint8Array, context: SealContext, plain: Uint8Array): Uint8Array {
  const cipher = createCipheriv(ALGORITHM, key, context.nonce, { authTagLength: TAG_LENGTH });
  cipher.setAAD(associatedData(context.boundTo));
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/**
 * Opens what {@link seal} made.
 * @param key 32 bytes
 * @param sealed the sealed text followed by its 16-byte tag
 * @returns the bytes, or undefined when the key, the nonce, the facts or any sealed byte differ
 */
export function open(key: Uint8Array, context: SealContext, sealed: Uint8Array): Uint8Array | undefined {
  if (sealed.length < TAG_LENGTH || context.nonce.length !== NONCE_LENGTH) return undefined;
  // SECURITY: GCM tag length: without authTagLength node:crypto takes tags of four bytes (S8).
  const decipher = createDecipheriv(ALGORITHM, key, context.nonce, { authTagLength: TAG_LENGTH });
  decipher.setAAD(associatedData(context.boundTo));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_LENGTH));
  const plain = decipher.update(sealed.subarray(0, sealed.length - TAG_LENGTH));
  try {
    decipher.final();
    return plain;
  } catch {
    zero(plain);
    return undefined;
  }
}
