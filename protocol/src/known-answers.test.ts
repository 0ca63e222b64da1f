import { Aes128Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from '@hpke/core';
import { isoCBOR, verifySignature } from '@simplewebauthn/server/helpers';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { outsideVectors } from '../../test/harness/outside-vectors.ts';
import { isStrictSignature } from './assertion.ts';
import { sha256 } from './primitives.ts';

// What the libraries and the runtime under the contract must answer, from the standards themselves.

const hex = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
const bufferOf = (text: string): ArrayBuffer => hex(text).buffer;
const asHex = (bytes: ArrayBuffer | Uint8Array): string => Buffer.from(bytes as Uint8Array).toString('hex');

test.each([
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
])('S4 SHA-256 of “%s” is the digest of FIPS 180-4', async (text, digest) => {
  expect(asHex(await sha256(new TextEncoder().encode(text)))).toBe(digest);
});

test('S8 HPKE opens what RFC 9180, A.3.1 (DHKEM(P-256, HKDF-SHA256), HKDF-SHA256) seals, message by message', async () => {
  const suite = new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes128Gcm() });
  const secret = 'f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2';
  const recipient = await suite.createRecipientContext({
    recipientKey: await suite.kem.deserializePrivateKey(bufferOf(secret)),
    enc: bufferOf(
      `04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325
       ac98536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4`,
    ),
    info: bufferOf('4f6465206f6e2061204772656369616e2055726e'),
  });
  const sealed = [
    ['436f756e742d30', '5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434'],
    ['436f756e742d31', 'fa6f037b47fc21826b610172ca9637e82d6e5801eb31cbd3748271affd4ecb06646e0329cbdf3c3cd655b28e82'],
    ['436f756e742d32', '895cabfac50ce6c6eb02ffe6c048bf53b7f7be9a91fc559402cbc5b8dcaeb52b2ccc93e466c28fb55fed7a7fec'],
  ] as const;
  for (const [aad, text] of sealed) {
    const opened = await recipient.open(bufferOf(text), bufferOf(aad));
    expect(Buffer.from(opened).toString()).toBe('Beauty is truth, truth beauty');
  }
});

/** A P-256 key as passkeys state it: COSE_Key (RFC 9052, 7). */
function coseKey(x: Uint8Array<ArrayBuffer>, y: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const entries: [number, number | Uint8Array<ArrayBuffer>][] = [
    [1, 2],
    [3, -7],
    [-1, 1],
    [-2, x],
    [-3, y],
  ];
  return isoCBOR.encode(new Map(entries));
}

async function isGood(
  key: Uint8Array<ArrayBuffer>,
  data: Uint8Array<ArrayBuffer>,
  signature: string,
): Promise<boolean> {
  if (!isStrictSignature(hex(signature))) return false;
  try {
    return await verifySignature({ signature: hex(signature), data, credentialPublicKey: key });
  } catch {
    return false;
  }
}

describe('S4 ECDSA P-256 with SHA-256, as every passkey’s signature is checked', () => {
  // RFC 6979, A.2.5.
  const key = coseKey(
    hex('60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6'),
    hex('7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299'),
  );
  const der = (r: string, s: string): string => {
    const integer = (value: string): string => {
      const padded = Number.parseInt(value.slice(0, 2), 16) >= 0x80 ? `00${value}` : value;
      return `02${(padded.length / 2).toString(16).padStart(2, '0')}${padded}`;
    };
    const body = integer(r) + integer(s);
    return `30${(body.length / 2).toString(16)}${body}`;
  };
  test.each([
    [
      'sample',
      'EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716',
      'F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8',
    ],
    [
      'test',
      'F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367',
      '019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083',
    ],
  ])('the signature of “%s” in RFC 6979, A.2.5', async (message, r, s) => {
    const data = new TextEncoder().encode(message);
    expect(await isGood(key, data, der(r, s))).toBe(true);
    expect(await isGood(key, new TextEncoder().encode(`${message}!`), der(r, s))).toBe(false);
    expect(await isGood(key, data, der(s, r))).toBe(false);
  });

  const vectors = z
    .object({
      testGroups: z.array(
        z.object({
          publicKey: z.object({ uncompressed: z.string() }),
          tests: z.array(z.object({ tcId: z.number(), msg: z.string(), sig: z.string(), result: z.string() })),
        }),
      ),
    })
    .optional()
    .parse(outsideVectors('wycheproof/ecdsa_secp256r1_sha256_test.json'));
  for (const [index, group] of (vectors?.testGroups ?? []).entries()) {
    test(`Wycheproof group ${index}: nothing invalid counts`, async () => {
      const point = hex(group.publicKey.uncompressed);
      const theirs = coseKey(point.slice(1, 33), point.slice(33, 65));
      for (const { tcId, msg, sig, result } of group.tests) {
        const good = await isGood(theirs, hex(msg), sig);
        if (result === 'invalid') expect({ tcId, good }).toEqual({ tcId, good: false });
        if (result === 'valid') expect({ tcId, good }).toEqual({ tcId, good: true });
      }
    });
  }
});
