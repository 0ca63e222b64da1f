import { expect, test } from 'vitest';
import { formatPairingCode, pairingCode, pairingCodeOf } from './pairing.ts';

test('P3.1 a code is six Crockford symbols of the nonce, always the same for the same nonce', async () => {
  const nonce = new Uint8Array(16).fill(7);
  const code = await pairingCodeOf(nonce);
  expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{6}$/);
  expect(await pairingCodeOf(nonce)).toBe(code);
  expect(await pairingCodeOf(new Uint8Array(16).fill(8))).not.toBe(code);
});

test('P3.2 what people type is folded: case, spaces, dashes, O and 0, I, L and 1', () => {
  expect(pairingCode.parse('k7m 2-qx')).toBe('K7M2QX');
  expect(pairingCode.parse('OiL 000')).toBe('011000');
});

test.each(['', 'K7M2Q', 'K7M2QXX', 'K7M2QU', 'K7M2Q!', 'K'.repeat(17)])('P3.2 %j is no code', (typed) => {
  expect(pairingCode.safeParse(typed).success).toBe(false);
});

test('a code is written in two groups', () => {
  expect(formatPairingCode('K7M2QX')).toBe('K7M 2QX');
});
