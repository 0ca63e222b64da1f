import { randomBytes } from 'node:crypto';

/** Source of unpredictable bytes; injected so that tests can look at what was drawn. */
export interface Random {
  /** Returns `length` fresh bytes from a cryptographically secure source. */
  bytes(length: number): Uint8Array;
}

/** The operating system's generator. */
export const systemRandom: Random = { bytes: (length) => randomBytes(length) };
