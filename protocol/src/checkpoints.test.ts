import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint, verifyCheckpoint } from './checkpoints.ts';
import { deviceChainGenesis, deviceEventHash, deviceEventHashes, encodeDeviceHead } from './device-chain.ts';
import { toBase64url } from './primitives.ts';
import { isSignedBy } from './signatures.ts';

const device = '6f0a4a3e-3b4c-4d5e-8f6a-7b8c9d0e1f2a';
const at = 1_800_000_000_000;
const root = 'B'.repeat(42) + 'A';
const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64url');

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64url');
const signed = (bytes: Uint8Array): string =>
  sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url');

describe('S27 P5.8 what a laptop hashes and signs has one text', () => {
  test('an event', async () => {
    const text = `{"device":"${device}","number":1,"at":${at},"event":"opened","detail":null,"previous":"${deviceChainGenesis}"}`;
    expect(await deviceEventHash(device, { number: 1, at, event: 'opened' }, deviceChainGenesis)).toBe(digestOf(text));
  });

  test('a chain of them, each naming the one before', async () => {
    const [first = '', second] = await deviceEventHashes(
      device,
      [
        { number: 1, at, event: 'opened' },
        { number: 2, at, event: 'left', detail: 'left' },
      ],
      deviceChainGenesis,
    );
    const text = `{"device":"${device}","number":2,"at":${at},"event":"left","detail":"left","previous":"${first}"}`;
    expect(second).toBe(digestOf(text));
  });

  test('its head', () => {
    const text = `{"sallyport":1,"type":"device-head","device":"${device}","number":2,"hash":"${root}"}`;
    expect(new TextDecoder().decode(encodeDeviceHead({ device, number: 2, hash: root }))).toBe(text);
  });
});

describe('S27 a checkpoint', () => {
  const bytes = encodeCheckpoint({ fleet: device, size: 7, root, at });
  const checkpoint = toBase64url(bytes);

  test('has one text, which alone is read', () => {
    const text = `{"sallyport":1,"type":"checkpoint","fleet":"${device}","size":7,"root":"${root}","at":${at}}`;
    expect(new TextDecoder().decode(bytes)).toBe(text);
    expect(decodeCheckpoint(bytes)).toMatchObject({ size: 7, root });
    for (const other of [text.replace(',', ', '), text.replace('7', '-7'), text.replace('checkpoint', 'device-head')]) {
      expect(decodeCheckpoint(new TextEncoder().encode(other))).toBeUndefined();
    }
  });

  test('counts only with the signature of the fleet’s audit key over these bytes', async () => {
    expect(await verifyCheckpoint({ checkpoint, signature: signed(bytes) }, key)).toMatchObject({ size: 7 });
    const other = encodeCheckpoint({ fleet: device, size: 8, root, at });
    expect(await verifyCheckpoint({ checkpoint, signature: signed(other) }, key)).toBeUndefined();
    expect(await verifyCheckpoint({ checkpoint: 'e30', signature: signed(bytes) }, key)).toBeUndefined();
    expect(await verifyCheckpoint({ checkpoint, signature: signed(bytes) }, 'AAAA')).toBeUndefined();
  });

  test.each(['', 'AA', '!', signed(bytes).slice(0, -2)])('the signature “%s” is none', async (signature) => {
    expect(await isSignedBy(new Uint8Array(Buffer.from(key, 'base64url')), bytes, signature)).toBe(false);
  });
});
