import { webcrypto } from 'node:crypto';
import { receipt as receiptSchema, toBase64url } from '@sallyport/protocol';
import type { Receipt, SignedReceipt } from '@sallyport/protocol';
import { importSigningKey } from './device-keys.ts';

/**
 * Signs what the device did with an order: ECDSA P-256 with SHA-256 (FIPS 186-5), r ‖ s.
 * @param signingKey the device's key, PKCS #8, PEM
 * @throws when the receipt is none or the key is none
 */
export async function signReceipt(signingKey: string, receipt: Receipt): Promise<SignedReceipt> {
  const bytes = Buffer.from(JSON.stringify(receiptSchema.parse(receipt)));
  const key = await importSigningKey(signingKey);
  const signature = await webcrypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, bytes);
  return { receipt: toBase64url(bytes), signature: toBase64url(new Uint8Array(signature)) };
}
