import { receipt as receiptSchema, toBase64url } from '@sallyport/protocol';
import type { Receipt, SignedReceipt } from '@sallyport/protocol';
import { signBytes } from './signing-keys.ts';

/**
 * Signs what the device did with an order: ECDSA P-256 with SHA-256 (FIPS 186-5), r ‖ s.
 * @param signingKey the device's key, PKCS #8, PEM
 * @throws when the receipt is none or the key is none
 */
export async function signReceipt(signingKey: string, receipt: Receipt): Promise<SignedReceipt> {
  const bytes = new TextEncoder().encode(JSON.stringify(receiptSchema.parse(receipt)));
  return { receipt: toBase64url(bytes), signature: await signBytes(signingKey, bytes) };
}
