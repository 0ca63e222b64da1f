import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { eventsWrapKey, generationKey, journalWrapKey, recordDataKey, recordKey, zero } from './keys.ts';

/** RFC 5869 written out with HMAC, for one block of output; no salt is as many zeros as the hash is long. */
function hkdfByHand(secret: Uint8Array, label: string, salt: Uint8Array = Buffer.alloc(32)): Buffer {
  const extracted = createHmac('sha256', salt).update(secret).digest();
  return createHmac('sha256', extracted).update(label).update(Uint8Array.of(1)).digest();
}

describe('S8 keys made from shares', () => {
  const device = randomBytes(32);
  const server = randomBytes(32);

  test('are HKDF-SHA-256 under a label of their own', () => {
    expect(recordKey(device)).toEqual(new Uint8Array(hkdfByHand(device, 'sallyport/record-key/1')));
    const both = Buffer.concat([device, server]);
    expect(journalWrapKey(device, server)).toEqual(new Uint8Array(hkdfByHand(both, 'sallyport/journal-wrap-key/1')));
    expect(eventsWrapKey(device)).toEqual(new Uint8Array(hkdfByHand(device, 'sallyport/events-wrap-key/1')));
  });

  test('of a generation take its salt', () => {
    const [key, salt] = [randomBytes(32), randomBytes(32)];
    const byHand = (label: string): Uint8Array => new Uint8Array(hkdfByHand(key, label, salt));
    expect(recordDataKey(key, salt)).toEqual(byHand('sallyport/record-data-key/2'));
    expect(generationKey(key, salt)).toEqual(byHand('sallyport/journal-generation-key/2'));
    expect(recordDataKey(key, randomBytes(32))).not.toEqual(recordDataKey(key, salt));
  });

  test('take both halves, in their places', () => {
    const key = journalWrapKey(device, server);
    expect(journalWrapKey(server, device)).not.toEqual(key);
    expect(journalWrapKey(device, randomBytes(32))).not.toEqual(key);
    expect(recordKey(device)).not.toEqual(key);
  });

  test.each([0, 16, 31, 33, 64])('a share of %i bytes is none', (length) => {
    expect(() => recordKey(randomBytes(length))).toThrow(RangeError);
    expect(() => eventsWrapKey(randomBytes(length))).toThrow(RangeError);
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
