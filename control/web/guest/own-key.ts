import { toBase64url } from '@sallyport/protocol';

/** The key that a guest's page makes for its one consultation; the private half cannot leave the browser. */
export class OwnKey {
  #keys: Promise<CryptoKeyPair> | undefined;

  /** The public half: an uncompressed point of P-256, base64url. */
  async publicKey(): Promise<string> {
    // SECURITY: the private half is not extractable: no script can send it anywhere (S38).
    this.#keys ??= crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, false, ['deriveBits']);
    const { publicKey } = await this.#keys;
    return toBase64url(new Uint8Array(await crypto.subtle.exportKey('raw', publicKey)));
  }

  /** The same, when this very page has made one; undefined on a page that came back by its cookie. */
  async madeHere(): Promise<string | undefined> {
    return this.#keys === undefined ? undefined : this.publicKey();
  }
}
