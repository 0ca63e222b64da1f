import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { KeyRing, keyIdOf } from './key-ring.ts';
import { ShareKeyError } from './share-keys.ts';

const context = { fleet: randomUUID(), device: randomUUID() };
const key = randomBytes(32);
const share = randomBytes(32);
const ring = new KeyRing(Buffer.from(key), []);
const stored = ring.seal(ring.held.current, context, share);

describe('S35 a sealed share', () => {
  test('opens under its key, for its laptop, and holds nothing of the share', () => {
    expect(Buffer.from(ring.open(context, stored))).toEqual(share);
    expect(stored).toMatchObject({ key: keyIdOf(key) });
    expect([stored.nonce.length, stored.sealed.length]).toEqual([12, 48]);
    expect(Buffer.from(stored.sealed).includes(share.subarray(0, 4))).toBe(false);
  });

  test('is another one each time', () => {
    const again = ring.seal(ring.held.current, context, share);
    expect(again.nonce).not.toEqual(stored.nonce);
    expect(again.sealed).not.toEqual(stored.sealed);
  });

  test.each([
    ['another laptop', { ...context, device: randomUUID() }],
    ['another fleet', { ...context, fleet: randomUUID() }],
  ])('does not open for %s', (_what, other) => {
    expect(() => ring.open(other, stored)).toThrow(ShareKeyError);
  });

  test('does not open with any one bit of it changed, or under another key', () => {
    for (const part of ['nonce', 'sealed'] as const) {
      for (let bit = 0; bit < stored[part].length * 8; bit += 1) {
        const changed = Uint8Array.from(stored[part]);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(() => ring.open(context, { ...stored, [part]: changed })).toThrow(ShareKeyError);
      }
    }
    const other = new KeyRing(randomBytes(32), [Buffer.from(key)]);
    expect(() => other.open(context, { ...stored, key: other.held.current })).toThrow(ShareKeyError);
    expect(Buffer.from(other.open(context, stored))).toEqual(share);
  });

  test('does not open with its tag cut short, and a tag of another length is no tag', () => {
    for (const length of [32, 36, 44, 47]) {
      expect(() => ring.open(context, { ...stored, sealed: stored.sealed.subarray(0, length) })).toThrow();
    }
  });

  test('whose key is missing is refused with its id, without key or share in the words', () => {
    const other = new KeyRing(randomBytes(32), []);
    const refused = (): unknown => other.open(context, stored);
    expect(refused).toThrow(`The share key ${keyIdOf(key)} is not here.`);
    expect(() => other.seal(keyIdOf(key), context, share)).toThrow(ShareKeyError);
    try {
      ring.open({ ...context, device: randomUUID() }, stored);
    } catch (error) {
      const words = JSON.stringify(error, Object.getOwnPropertyNames(error));
      for (const secret of [key, share]) {
        for (const form of ['hex', 'base64', 'base64url'] as const) expect(words).not.toContain(secret.toString(form));
      }
    }
    expect.assertions(2 + 6);
  });
});

describe('S35 keys in memory', () => {
  test('are zeroed when their ring is', () => {
    const [current, old] = [randomBytes(32), randomBytes(32)];
    const short = new KeyRing(current, [old]);
    expect(short.held).toEqual({ current: keyIdOf(current), others: [keyIdOf(old)] });
    short.zero();
    expect([current, old]).toEqual([Buffer.alloc(32), Buffer.alloc(32)]);
  });

  test('are 32 bytes', () => {
    expect(() => new KeyRing(randomBytes(16), [])).toThrow(RangeError);
  });
});
