import * as z from 'zod';
import { base64url, digest, identifier, instant, parseJson, sequence } from './primitives.ts';
import { statementRefusal } from './refusals.ts';
import { orderKind } from './statements.ts';

/**
 * What a device says it did with an order: its own words, signed with its own key. For `brick`, "executed" is signed
 * and persisted before anything is destroyed; the device then finishes whatever happens.
 */
export const receipt = z.strictObject({
  sallyport: z.literal(1),
  type: z.literal('receipt'),
  device: identifier,
  /** SHA-256 of the order's exact bytes. */
  statement: digest,
  order: orderKind,
  sequence,
  outcome: z.discriminatedUnion('result', [
    z.strictObject({ result: z.literal('executed') }),
    z.strictObject({ result: z.literal('refused'), reason: statementRefusal }),
  ]),
  at: instant,
});
export type Receipt = z.infer<typeof receipt>;

/** Receipt bytes (base64url) with the device's ECDSA P-256 SHA-256 signature, r ‖ s (IEEE P1363), base64url. */
export const signedReceipt = z.strictObject({ receipt: base64url(2048), signature: base64url(64) });
export type SignedReceipt = z.infer<typeof signedReceipt>;

/** Reads the receipt out of its bytes, or undefined when they are none. The signature is the caller's to verify. */
export function decodeReceipt(bytes: Uint8Array): Receipt | undefined {
  const parsed = parseJson(new TextDecoder().decode(bytes), 4096);
  const result = receipt.safeParse(parsed?.value);
  return result.success ? result.data : undefined;
}
