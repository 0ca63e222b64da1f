import type { ErasureCause, SignedErasureNotice, SignedReceipt } from '@sallyport/protocol';
import { decodeReceipt, encodeErasureNotice, fromBase64url, toBase64url } from '@sallyport/protocol';
import { makeSigningKey, publicKeyOf, signBytes } from './signing-keys.ts';
import type { KeptIdentity } from './identity.ts';

/** What a notice says. */
export interface NoticeFacts {
  readonly identity: Pick<KeptIdentity, 'device' | 'signingKey'>;
  /** The brick order's receipt; null when the lease ran out. */
  readonly receipt: SignedReceipt | null;
  /** SHA-256 of the installed software, base64url; null when it has not been measured. */
  readonly software: string | null;
  /** ms since 1970. */
  readonly at: number;
}

/** A notice that the device's own key has signed, and the key that signs what follows. */
export interface MadeNotice {
  readonly notice: SignedErasureNotice;
  /** PKCS #8, PEM. */
  readonly reportKey: string;
}

/**
 * Signs, before anything is destroyed, that the device erases itself, and makes the key of its reports.
 * @throws when the device's key is none or the receipt does not decode
 */
export async function makeErasureNotice({ identity, receipt, software, at }: NoticeFacts): Promise<MadeNotice> {
  const reportKey = await makeSigningKey();
  const bytes = encodeErasureNotice({
    device: identity.device.id,
    cause: causeOf(receipt),
    reportKey: toBase64url(publicKeyOf(reportKey)),
    software,
    at,
  });
  // SECURITY: the laptop's own key says that it erases itself, and which key may say how far that came (S33).
  const signature = await signBytes(identity.signingKey, bytes);
  return { notice: { notice: toBase64url(bytes), signature }, reportKey };
}

function causeOf(receipt: SignedReceipt | null): ErasureCause {
  if (receipt === null) return { kind: 'lease' };
  const bytes = fromBase64url(receipt.receipt);
  const decoded = bytes && decodeReceipt(bytes);
  if (decoded === undefined) throw new TypeError('erasure notice: the receipt does not decode');
  return { kind: 'order', statement: decoded.statement, sequence: decoded.sequence };
}
