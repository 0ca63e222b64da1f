import { expect, test } from 'vitest';
import { toBase64url } from './primitives.ts';
import { generateSealingKeyPair, openShare, sealShare } from './sealing.ts';

const share = new Uint8Array(32).map((_, index) => index);
const grant = new TextEncoder().encode('{"grant":1}');

test('P4.1 S8 a sealed share opens for its device and its grant', async () => {
  const device = await generateSealingKeyPair();
  expect(device.publicKey).toHaveLength(65);
  const sealed = await sealShare(share, device.publicKey, grant);
  expect(await openShare(sealed, device.privateKey, grant)).toEqual(share);
});

test('P4.1 S8 and for nothing else', async () => {
  const device = await generateSealingKeyPair();
  const other = await generateSealingKeyPair();
  const sealed = await sealShare(share, device.publicKey, grant);
  expect(await openShare(sealed, other.privateKey, grant)).toBeUndefined();
  expect(await openShare(sealed, device.privateKey, new TextEncoder().encode('{"grant":2}'))).toBeUndefined();
  expect(
    await openShare({ ...sealed, ciphertext: toBase64url(new Uint8Array(48)) }, device.privateKey, grant),
  ).toBeUndefined();
  expect(await openShare({ ...sealed, encapsulated: 'AAAA' }, device.privateKey, grant)).toBeUndefined();
});
