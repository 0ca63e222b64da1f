import { fromBase64url, sha256, toBase64url } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { approveWithPasskey } from './passkey.ts';

const bytes = new TextEncoder().encode('the exact bytes');
const credential = new Uint8Array([1, 2, 3, 4]);
const buffer = (...values: number[]) => new Uint8Array(values).buffer;

const assertion = {
  id: 'AQIDBA',
  type: 'public-key',
  rawId: credential.buffer,
  response: {
    clientDataJSON: buffer(1),
    authenticatorData: buffer(2),
    signature: buffer(3),
    userHandle: buffer(9),
  },
};

describe('an approval', () => {
  test('asks for the hash of the exact bytes, by the given passkeys, with the person verified (P2.2, P2.3, S4)', async () => {
    const asked: CredentialRequestOptions[] = [];
    const result = await approveWithPasskey(
      (options) => {
        asked.push(options);
        return Promise.resolve(assertion as unknown as Credential);
      },
      bytes,
      'example',
      [credential],
    );
    expect(asked[0]?.publicKey).toMatchObject({
      challenge: await sha256(bytes),
      rpId: 'example',
      allowCredentials: [{ type: 'public-key', id: credential }],
      userVerification: 'required',
    });
    expect(result).toEqual({
      ok: true,
      approval: {
        credential: toBase64url(credential),
        clientDataJSON: 'AQ',
        authenticatorData: 'Ag',
        signature: 'Aw',
      },
    });
    expect(fromBase64url('AQIDBA')).toEqual(credential);
  });

  test.each([
    ['NotAllowedError', 'not-used'],
    ['AbortError', 'not-used'],
    ['SecurityError', 'failed'],
  ])('that ends in %s is %s', async (name, reason) => {
    const refuse = () => Promise.reject(Object.assign(new Error('detail'), { name }));
    expect(await approveWithPasskey(refuse, bytes, 'example', [credential])).toEqual({ ok: false, reason });
  });

  test.each([
    ['nothing', null],
    ['a password', { id: 'x', type: 'password' }],
  ])('that brings %s is none', async (_, given) => {
    const get = () => Promise.resolve(given);
    expect(await approveWithPasskey(get, bytes, 'example', [credential])).toEqual({ ok: false, reason: 'failed' });
  });
});
