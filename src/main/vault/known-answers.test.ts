import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { outsideVectors } from '../../../test/harness/outside-vectors.ts';
import { TAG_LENGTH } from './authenticated-cipher.ts';

// What node:crypto must answer to the calls that the vault makes of it, from the standards themselves.

const hex = (text: string): Buffer => Buffer.from(text, 'hex');

interface Sealed {
  key: string;
  iv: string;
  aad: string;
  msg: string;
  ct: string;
  tag: string;
}

function sealed({ key, iv, aad, msg }: Sealed): { ct: string; tag: string } {
  const cipher = createCipheriv('aes-256-gcm', hex(key), hex(iv), { authTagLength: TAG_LENGTH });
  cipher.setAAD(hex(aad));
  const ct = Buffer.concat([cipher.update(hex(msg)), cipher.final()]).toString('hex');
  return { ct, tag: cipher.getAuthTag().toString('hex') };
}

function opened({ key, iv, aad, ct, tag }: Sealed): string | undefined {
  try {
    const decipher = createDecipheriv('aes-256-gcm', hex(key), hex(iv), { authTagLength: TAG_LENGTH });
    decipher.setAAD(hex(aad));
    decipher.setAuthTag(hex(tag));
    return Buffer.concat([decipher.update(hex(ct)), decipher.final()]).toString('hex');
  } catch {
    return undefined;
  }
}

describe('S8 AES-256-GCM with tags of sixteen bytes', () => {
  // McGrew and Viega, The Galois/Counter Mode of Operation, appendix B, cases 13, 14 and 16 (NIST SP 800-38D's own).
  test.each<Sealed>([
    { key: '00'.repeat(32), iv: '00'.repeat(12), aad: '', msg: '', ct: '', tag: '530f8afbc74536b9a963b4f1c4cb738b' },
    {
      key: '00'.repeat(32),
      iv: '00'.repeat(12),
      aad: '',
      msg: '00'.repeat(16),
      ct: 'cea7403d4d606b6e074ec5d3baf39d18',
      tag: 'd0d1c8a799996bf0265b98b5d48ab919',
    },
    {
      key: 'feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308',
      iv: 'cafebabefacedbaddecaf888',
      aad: 'feedfacedeadbeeffeedfacedeadbeefabaddad2',
      msg: 'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
      ct: '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662',
      tag: '76fc6ece0f4e1768cddf8853bb2d551b',
    },
  ])('the published case with tag $tag', (vector) => {
    expect(sealed(vector)).toEqual({ ct: vector.ct, tag: vector.tag });
    expect(opened(vector)).toBe(vector.msg);
    expect(opened({ ...vector, tag: vector.tag.slice(0, 8) })).toBeUndefined();
  });

  const vectors = z
    .object({
      testGroups: z.array(
        z.object({
          keySize: z.number(),
          ivSize: z.number(),
          tests: z.array(
            z.object({
              tcId: z.number(),
              key: z.string(),
              iv: z.string(),
              aad: z.string(),
              msg: z.string(),
              ct: z.string(),
              tag: z.string(),
              result: z.string(),
            }),
          ),
        }),
      ),
    })
    .optional()
    .parse(outsideVectors('wycheproof/aes_gcm_test.json'));
  const ours = vectors?.testGroups.filter(({ keySize, ivSize }) => keySize === 256 && ivSize === 96) ?? [];
  for (const [index, group] of ours.entries()) {
    test(`Wycheproof group ${index}`, () => {
      for (const vector of group.tests) {
        const expected = vector.result === 'valid' ? vector.msg : undefined;
        expect({ tcId: vector.tcId, opened: opened(vector) }).toEqual({ tcId: vector.tcId, opened: expected });
      }
    });
  }
});

describe('S8 HKDF with SHA-256', () => {
  const derived = (ikm: string, salt: string, info: string, size: number): string =>
    Buffer.from(hkdfSync('sha256', hex(ikm), hex(salt), hex(info), size)).toString('hex');

  test('the cases of RFC 5869, A.1 and A.3', () => {
    const ikm = '0b'.repeat(22);
    expect(derived(ikm, '000102030405060708090a0b0c', 'f0f1f2f3f4f5f6f7f8f9', 42)).toBe(
      '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
    );
    expect(derived(ikm, '', '', 42)).toBe(
      '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
    );
  });

  const vectors = z
    .object({
      testGroups: z.array(
        z.object({
          tests: z.array(
            z.object({
              ikm: z.string(),
              salt: z.string(),
              info: z.string(),
              size: z.number(),
              okm: z.string(),
              result: z.string(),
            }),
          ),
        }),
      ),
    })
    .optional()
    .parse(outsideVectors('wycheproof/hkdf_sha256_test.json'));
  for (const [index, { tests }] of (vectors?.testGroups ?? []).entries()) {
    test(`Wycheproof group ${index}`, () => {
      for (const { ikm, salt, info, size, okm, result } of tests.filter(({ size: length }) => length > 0)) {
        if (result === 'invalid') expect(() => derived(ikm, salt, info, size)).toThrow();
        else expect(derived(ikm, salt, info, size)).toBe(okm);
      }
    });
  }
});
