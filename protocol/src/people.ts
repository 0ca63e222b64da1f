import * as z from 'zod';
import { base64url, identifier, line, sha256 } from './primitives.ts';
import { codeOf } from './pairing.ts';

/** One passkey of a person: WebAuthn credential id and COSE public key (RFC 9052), both base64url. */
export const credential = z.strictObject({ id: base64url(1023), publicKey: base64url(1024) });
export type Credential = z.infer<typeof credential>;

/** A person as a manifest or roster names them, with the passkeys that speak for them. */
export const person = z.strictObject({
  id: identifier,
  name: line(80),
  credentials: z.array(credential).min(1).max(5),
});
export type Person = z.infer<typeof person>;

/** What a person may approve. A person holds a role at a site, or for the fleet (trustee, fleetOfficer). */
export const role = z.enum(['trustee', 'fleetOfficer', 'manager', 'healthcare', 'consultant']);
export type Role = z.infer<typeof role>;

export const siteKind = z.enum(['prison', 'hospital']);
export type SiteKind = z.infer<typeof siteKind>;

/**
 * The code by which people recognise a passkey that was made elsewhere: whoever registered it reads it from their own
 * screen, whoever approves its place in a manifest or roster sees the same. Ten symbols of SHA-256(id ‖ public key), 50 bits.
 */
export async function keyCodeOf({ id, publicKey }: Credential): Promise<string> {
  const code = codeOf(await sha256(new TextEncoder().encode(`${id}.${publicKey}`)), 10);
  return `${code.slice(0, 5)} ${code.slice(5)}`;
}
