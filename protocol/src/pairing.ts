import * as z from 'zod';
import { sha256 } from './primitives.ts';

/** Crockford's base 32: no I, L, O or U. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const symbols = 6;

/** A pairing code as a person types it: six symbols, any case, spaces and dashes ignored, look-alikes folded. */
export const pairingCode = z
  .string()
  .max(16)
  .transform((typed) => typed.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1'))
  .pipe(z.string().regex(/^[0-9A-HJKMNP-TV-Z]{6}$/));

/**
 * The code a laptop shows for its pairing nonce: six symbols of SHA-256(nonce), 30 bits. Whoever approves a grant
 * sees the same code, derived from the nonce inside the statement, and compares it with the laptop's screen.
 * @param nonce the 16 random bytes of the pairing
 */
export async function pairingCodeOf(nonce: Uint8Array<ArrayBuffer>): Promise<string> {
  return codeOf(await sha256(nonce), symbols);
}

/** Writes the first bytes of a digest as symbols of Crockford's base 32, five bits a byte. */
export function codeOf(hash: Uint8Array, count: number): string {
  return Array.from(hash.subarray(0, count), (byte) => alphabet.charAt(byte % alphabet.length)).join('');
}

/** Writes a pairing code for people: two groups of three. */
export function formatPairingCode(code: string): string {
  return `${code.slice(0, 3)} ${code.slice(3)}`;
}
