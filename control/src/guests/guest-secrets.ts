import { createHash, randomBytes } from 'node:crypto';
import { codeOf } from '@sallyport/protocol';

/** What is given out to a guest, by two ways: the link's token, and the code that is read out. */
export interface GuestSecrets {
  /** 32 random bytes, base64url. */
  token: string;
  /** Six symbols of Crockford's base 32. */
  code: string;
}

/** Makes a guest's secrets. */
export function makeSecrets(): GuestSecrets {
  return { token: randomToken(), code: codeOf(randomBytes(6), 6) };
}

/** 32 random bytes, base64url: a link's token, or the cookie of the browser that used it. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * The digest under which a token is kept.
 * SECURITY: who reads the database has nobody's link, code or cookie: the token is 256 random bits (S38).
 */
export function tokenDigest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** The digest under which a code is kept, bound to the token of its own link. */
export function codeDigest({ token, code }: GuestSecrets): Buffer {
  return createHash('sha256').update(token).update(code).digest();
}
