import * as z from 'zod';
import { base64url, digest, fromBase64url, identifier, instant, parseJson } from './primitives.ts';
import { isSignedBy } from './signatures.ts';

/**
 * A head of control's audit log: the root of the Merkle tree (RFC 9162, 2.1) over its first `size` entries' hashes.
 */
export const checkpoint = z.strictObject({
  sallyport: z.literal(1),
  type: z.literal('checkpoint'),
  fleet: identifier,
  size: z.int().min(0),
  root: digest,
  at: instant,
});
export type Checkpoint = z.infer<typeof checkpoint>;

/** A checkpoint's exact bytes with the ECDSA P-256 SHA-256 signature (r ‖ s) of the manifest's `auditKey`. */
export const signedCheckpoint = z.strictObject({ checkpoint: base64url(1024), signature: base64url(64) });
export type SignedCheckpoint = z.infer<typeof signedCheckpoint>;

/** What a device signs of its own chain: the number and hash of its newest event. Compact JSON in this order. */
export const deviceHead = z.strictObject({
  sallyport: z.literal(1),
  type: z.literal('device-head'),
  device: identifier,
  number: z.int().min(1),
  hash: digest,
});
export type DeviceHead = z.infer<typeof deviceHead>;

/** Reads a checkpoint out of its bytes, or undefined when they are none. The signature is the caller's to verify. */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint | undefined {
  const text = new TextDecoder().decode(bytes);
  const parsed = parseJson(text, 2048);
  const result = checkpoint.safeParse(parsed?.value);
  return result.success && JSON.stringify(result.data) === text ? result.data : undefined;
}

/** Writes a checkpoint as the exact bytes that are signed and never serialised again. */
export function encodeCheckpoint(value: Pick<Checkpoint, 'fleet' | 'size' | 'root' | 'at'>): Uint8Array<ArrayBuffer> {
  const { fleet, size, root, at } = value;
  const parsed = checkpoint.parse({ sallyport: 1, type: 'checkpoint', fleet, size, root, at });
  return new TextEncoder().encode(JSON.stringify(parsed));
}

/**
 * Verifies a checkpoint's signature.
 * @param auditKey the manifest's, base64url
 * @returns the checkpoint, or undefined when it is malformed or not signed by the key. Never throws on bad input.
 */
export async function verifyCheckpoint(signed: SignedCheckpoint, auditKey: string): Promise<Checkpoint | undefined> {
  const bytes = fromBase64url(signed.checkpoint);
  const key = fromBase64url(auditKey);
  const decoded = bytes && decodeCheckpoint(bytes);
  if (bytes === undefined || key === undefined || decoded === undefined) return undefined;
  return (await isSignedBy(key, bytes, signed.signature)) ? decoded : undefined;
}
