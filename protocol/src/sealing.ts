import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from '@hpke/core';
import { fromBase64url, sha256, toBase64url } from './primitives.ts';

// HPKE (RFC 9180) base mode, DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.
const suite = new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
const info = new TextEncoder().encode('sallyport server share 1');

/** A server share sealed to one device for one grant; both members base64url. */
export interface SealedShare {
  encapsulated: string;
  ciphertext: string;
}

/** A device's sealing key pair: `publicKey` the uncompressed point (65 bytes), `privateKey` the scalar (32 bytes). */
export interface SealingKeyPair {
  publicKey: Uint8Array<ArrayBuffer>;
  privateKey: Uint8Array<ArrayBuffer>;
}

/** Makes a device's sealing key pair. */
export async function generateSealingKeyPair(): Promise<SealingKeyPair> {
  const pair = await suite.kem.generateKeyPair();
  return {
    publicKey: new Uint8Array(await suite.kem.serializePublicKey(pair.publicKey)),
    privateKey: new Uint8Array(await suite.kem.serializePrivateKey(pair.privateKey)),
  };
}

/**
 * Seals the server share to a device, bound to the exact grant it is released for.
 * @param share the server share, 32 bytes
 * @param publicKey the device's sealing key
 * @param grant the grant statement's exact bytes
 * @throws when the public key is not a point of P-256
 */
export async function sealShare(
  share: Uint8Array<ArrayBuffer>,
  publicKey: Uint8Array<ArrayBuffer>,
  grant: Uint8Array<ArrayBuffer>,
): Promise<SealedShare> {
  const recipientPublicKey = await suite.kem.deserializePublicKey(copyOf(publicKey));
  const sender = await suite.createSenderContext({ recipientPublicKey, info });
  const ciphertext = await sender.seal(copyOf(share), (await sha256(grant)).buffer);
  return { encapsulated: toBase64url(new Uint8Array(sender.enc)), ciphertext: toBase64url(new Uint8Array(ciphertext)) };
}

/**
 * Opens a sealed share with the device's private key.
 * @returns the share's 32 bytes, or undefined when it was sealed to another device, for another grant, or altered
 */
export async function openShare(
  sealed: SealedShare,
  privateKey: Uint8Array<ArrayBuffer>,
  grant: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const enc = fromBase64url(sealed.encapsulated);
  const ciphertext = fromBase64url(sealed.ciphertext);
  if (enc === undefined || ciphertext === undefined) return undefined;
  try {
    const recipientKey = await suite.kem.deserializePrivateKey(copyOf(privateKey));
    const recipient = await suite.createRecipientContext({ recipientKey, enc: copyOf(enc), info });
    const share = new Uint8Array(await recipient.open(copyOf(ciphertext), (await sha256(grant)).buffer));
    return share.length === 32 ? share : undefined;
  } catch {
    return undefined;
  }
}

/** Just these bytes: a view's own buffer may hold more than the view shows. */
function copyOf(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}
