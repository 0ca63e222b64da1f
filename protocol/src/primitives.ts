import * as z from 'zod';

/** A random identifier (RFC 9562 UUID) of a device, person, site, appointment or statement subject. */
export const identifier = z.uuid();

/** Milliseconds since the Unix epoch. Bounded to the years 2020 to 2200 so that absurd clocks are malformed input. */
export const instant = z.int().min(1_577_836_800_000).max(7_258_118_400_000);

/** Words a person reads or wrote: one line, no control characters, no bidirectional overrides, trimmed. */
export const line = (maxCharacters: number): z.ZodString =>
  z
    .string()
    .min(1)
    .max(maxCharacters)
    .regex(/^(?!\s)[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*(?<!\s)$/u);

/** Several lines of words a person wrote: line feeds allowed, other control characters not. */
export const paragraph = (maxCharacters: number): z.ZodString =>
  z
    .string()
    .max(maxCharacters)
    .regex(/^(?:[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|\n)*$/u);

/** Base64url (RFC 4648 section 5) without padding, of at most `maxBytes` bytes. */
export const base64url = (maxBytes: number): z.ZodString =>
  z
    .string()
    .min(2)
    .max(Math.ceil((maxBytes * 4) / 3))
    .regex(/^[A-Za-z0-9_-]+$/);

/** A SHA-256 digest in base64url: 32 bytes, 43 characters. */
export const digest = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** A position in a device's order or grant sequence: from 1, only ever up. */
export const sequence = z
  .int()
  .min(1)
  .max(2 ** 31 - 1);

/** Encodes bytes as base64url (RFC 4648 section 5) without padding. */
export function toBase64url(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/**
 * Decodes base64url without padding.
 * @returns the bytes, or undefined when the text is not the one canonical encoding of any bytes.
 */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return undefined;
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  // SECURITY: decoders accept variants in the unused last bits; only the canonical text names the bytes (S4).
  return toBase64url(bytes) === text ? bytes : undefined;
}

/** SHA-256 (FIPS 180-4) of bytes, 32 bytes. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

/**
 * Parses JSON text from outside the process.
 * @param text the text, at most `maxCharacters` UTF-16 units long
 * @returns the value still unknown to every schema, or undefined when it is too long or not JSON
 */
export function parseJson(text: string, maxCharacters: number): { value: unknown } | undefined {
  if (text.length > maxCharacters) return undefined;
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}
