import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { zero } from './keys.ts';

/** Length in bytes of a nonce. */
export const NONCE_LENGTH = 12;
/** Length in bytes of the tag that ends every sealed text. */
export const TAG_LENGTH = 16;

const ALGORITHM = 'aes-256-gcm';

/**
 * 32 bytes, or the same held by the runtime, which seals many small texts several times as fast: it does not copy them for
 * each. The runtime overwrites what it holds when the last reference to it is gone and has been collected.
 */
export type SealingKey = Uint8Array | KeyObject;

/**
 * Hands a key to the runtime, and overwrites the bytes given.
 * @param key 32 bytes
 */
export function heldKey(key: Uint8Array): KeyObject {
  try {
    return createSecretKey(key);
  } finally {
    zero(key);
  }
}

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
 * @returns the sealed text followed by its 16-byte tag
 */
export function seal(key: SealingKey, context: SealContext, plain: Uint8Array): Buffer {
  const sealed = Buffer.alloc(plain.length + TAG_LENGTH);
  sealer(key, context)(sealed, plain);
  return sealed;
}

/** Seals one text, and no second: into `target`, which is 16 bytes longer than `plain`. */
export type Sealer = (target: Uint8Array, plain: Uint8Array) => void;

/** Does of {@link seal} what takes longest and does not need the text. */
export function sealer(key: SealingKey, context: SealContext): Sealer {
  const cipher = createCipheriv(ALGORITHM, key, context.nonce, { authTagLength: TAG_LENGTH });
  cipher.setAAD(associatedData(context.boundTo));
  return (target, plain) => {
    target.set(cipher.update(plain));
    cipher.final();
    target.set(cipher.getAuthTag(), plain.length);
  };
}

/**
 * Opens what {@link seal} made.
 * @param sealed the sealed text followed by its 16-byte tag
 * @returns the bytes, the caller's to zero, or undefined when the key, the nonce, the facts or any sealed byte differ
 */
export function open(key: SealingKey, context: SealContext, sealed: Uint8Array): Buffer | undefined {
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

/**
 * Opens what {@link seal} made of JSON; its bytes are overwritten as soon as they are parsed.
 * @returns what the JSON says, or undefined when it does not open
 */
export function openJson(
  key: SealingKey,
  context: SealContext,
  sealed: Uint8Array,
): { readonly value: unknown } | undefined {
  const plain = open(key, context, sealed);
  if (plain === undefined) return undefined;
  try {
    return { value: JSON.parse(plain.toString('utf8')) as unknown };
  } finally {
    zero(plain);
  }
}
