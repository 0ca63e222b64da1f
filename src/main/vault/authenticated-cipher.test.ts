import { createDecipheriv, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { open, seal } from './authenticated-cipher.ts';

const key = randomBytes(32);
const context = { nonce: randomBytes(12), boundTo: ['purpose', 1] };

describe('S8 sealing', () => {
  test('is AES-256-GCM with a tag of sixteen bytes at the end', () => {
    const sealed = seal(key, context, Buffer.from('next steps'));
    const decipher = createDecipheriv('aes-256-gcm', key, context.nonce, { authTagLength: 16 });
    decipher.setAAD(Buffer.from('["purpose",1]'));
    decipher.setAuthTag(sealed.subarray(-16));
    const plain = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
    expect(plain.toString()).toBe('next steps');
  });

  test('opens to what was sealed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (plain) => {
        expect(Buffer.from(open(key, context, seal(key, context, plain)) ?? [])).toEqual(Buffer.from(plain));
      }),
    );
  });

  test('any changed, missing or added byte, and any short tag, is refused', () => {
    const sealed = seal(key, context, randomBytes(40));
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = Uint8Array.from(sealed);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(open(key, context, changed)).toBeUndefined();
    }
    for (let length = 0; length < sealed.length; length += 1) {
      expect(open(key, context, sealed.subarray(0, length))).toBeUndefined();
    }
    expect(open(key, context, Buffer.concat([sealed, Buffer.alloc(1)]))).toBeUndefined();
  });

  test('another key, nonce or fact is refused, also facts that run together', () => {
    const sealed = seal(key, { ...context, boundTo: ['ab', 'c'] }, randomBytes(40));
    expect(open(randomBytes(32), { ...context, boundTo: ['ab', 'c'] }, sealed)).toBeUndefined();
    expect(open(key, { nonce: randomBytes(12), boundTo: ['ab', 'c'] }, sealed)).toBeUndefined();
    expect(open(key, { nonce: new Uint8Array(), boundTo: ['ab', 'c'] }, sealed)).toBeUndefined();
    expect(open(key, { ...context, boundTo: ['a', 'bc'] }, sealed)).toBeUndefined();
    expect(open(key, { ...context, boundTo: ['ab', 'c'] }, sealed)).toBeDefined();
  });
});
