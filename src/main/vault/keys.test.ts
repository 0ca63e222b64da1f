import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { journalWrapKey, recordKey, zero } from './keys.ts';

/** RFC 5869 written out with HMAC, for one block of output and no salt. */
function hkdfByHand(secret: Uint8Array, label: string): Buffer {
  const extracted = createHmac('sha256', Buffer.alloc(32)).update(secret).digest();
  return createHmac('sha256', extracted).update(label).update(Uint8Array.of(1)).digest();
}

describe('S8 keys made from shares', () => {
  const device = randomBytes(32);
  const server = randomBytes(32);

  test('are HKDF-SHA-256 under a label of their own', () => {
    expect(recordKey(device)).toEqual(new Uint8Array(hkdfByHand(device, 'sallyport/record-key/1')));
    const both = Buffer.concat([device, server]);
    expect(journalWrapKey(device, server)).toEqual(new Uint8Array(hkdfByHand(both, 'sallyport/journal-wrap-key/1')));
  });

  test('take both halves, in their places', () => {
    const key = journalWrapKey(device, server);
    expect(journalWrapKey(server, device)).not.toEqual(key);
    expect(journalWrapKey(device, randomBytes(32))).not.toEqual(key);
    expect(recordKey(device)).not.toEqual(key);
  });

  test.each([0, 16, 31, 33, 64])('a share of %i bytes is none', (length) => {
    expect(() => recordKey(randomBytes(length))).toThrow(RangeError);
    expect(() => journalWrapKey(device, randomBytes(length))).toThrow(RangeError);
    expect(() => journalWrapKey(randomBytes(length), server)).toThrow(RangeError);
  });

  test('the shares stay as they were', () => {
    const [deviceBefore, serverBefore] = [Buffer.from(device), Buffer.from(server)];
    journalWrapKey(device, server);
    expect([device, server]).toEqual([deviceBefore, serverBefore]);
  });

  test('zero overwrites in place', () => {
    const secret = randomBytes(32);
    zero(secret);
    expect(secret).toEqual(Buffer.alloc(32));
  });
});
