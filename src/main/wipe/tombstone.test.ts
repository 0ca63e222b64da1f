import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { systemFiles } from '../platform/files.ts';
import { temporaryDirectory } from '../platform/testing/temporary-directory.ts';
import type { Tombstone } from './tombstone.ts';
import {
  fittingTombstone,
  markReceiptDelivered,
  readTombstone,
  undeliveredReceipt,
  wipeStatus,
  writeTombstone,
} from './tombstone.ts';

const tombstone: Tombstone = {
  version: 1,
  phase: 'wiping',
  startedAt: 1_795_000_000_000,
  receipt: Buffer.from('signed receipt').toString('base64'),
  receiptDelivered: false,
  control: { address: 'https://control.example:7443', caCertificatePem: '-----BEGIN CERTIFICATE-----' },
};

const newPath = (): string => join(temporaryDirectory(), 'state', 'tombstone.json');
const statusAt = (path: string): string => wipeStatus(readTombstone(systemFiles, path));

describe('S9 the tombstone', () => {
  test('is none where there is none', () => {
    expect(statusAt(newPath())).toBe('none');
  });

  test.each(['wiping', 'dead'] as const)('says %s when it was written so, and reads back whole', (phase) => {
    const path = newPath();
    writeTombstone(systemFiles, path, { ...tombstone, phase });
    expect(readTombstone(systemFiles, path)).toEqual({ state: 'present', tombstone: { ...tombstone, phase } });
    expect(statusAt(path)).toBe(phase);
  });

  test('damaged in any way counts as wiping, never as none', () => {
    const path = newPath();
    writeTombstone(systemFiles, path, { ...tombstone, phase: 'dead' });
    const whole = Buffer.from(systemFiles.read(path) ?? []);
    for (let length = 0; length < whole.length; length += 1) {
      writeFileSync(path, whole.subarray(0, length));
      expect(statusAt(path)).toBe('wiping');
    }
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = Buffer.from(whole);
        changed.writeUInt8(changed.readUInt8(at) ^ change, at);
        writeFileSync(path, changed);
        expect(['wiping', 'dead']).toContain(statusAt(path));
      }),
    );
    fc.assert(
      fc.property(fc.json(), (text) => {
        writeFileSync(path, text);
        expect(statusAt(path)).toBe('wiping');
      }),
    );
  });

  test.each([
    ['a surplus field', { ...tombstone, surplus: 1 }],
    ['another version', { ...tombstone, version: 2 }],
    ['a phase nobody knows', { ...tombstone, phase: 'none' }],
    ['too much', { ...tombstone, receipt: 'A'.repeat(300_000) }],
  ])('with %s counts as wiping', (_, content) => {
    const path = newPath();
    systemFiles.makeDirectory(join(path, '..'));
    writeFileSync(path, JSON.stringify(content));
    expect(statusAt(path)).toBe('wiping');
  });

  test('that cannot be read at all counts as wiping', () => {
    const path = newPath();
    systemFiles.makeDirectory(path);
    expect(statusAt(path)).toBe('wiping');
    const read = (): never => {
      throw Object.assign(new Error('EIO'), { code: 'EIO' });
    };
    expect(wipeStatus(readTombstone({ read }, path))).toBe('wiping');
  });

  test('that does not read back as written is a fault', () => {
    const files = { ...systemFiles, read: () => Buffer.from('{}') };
    expect(() => writeTombstone(files, newPath(), tombstone)).toThrow('not durable');
  });
});

describe('S9 the receipt in the tombstone', () => {
  test('is to be delivered until it has been, also when the device is dead', () => {
    const path = newPath();
    expect(undeliveredReceipt(readTombstone(systemFiles, path))).toBeUndefined();
    writeTombstone(systemFiles, path, { ...tombstone, phase: 'dead' });
    expect(undeliveredReceipt(readTombstone(systemFiles, path))).toEqual({
      receipt: Buffer.from('signed receipt'),
      control: tombstone.control,
    });
    markReceiptDelivered(systemFiles, path);
    expect(undeliveredReceipt(readTombstone(systemFiles, path))).toBeUndefined();
    expect(statusAt(path)).toBe('dead');
  });

  test('noting a delivery brings no tombstone about and leaves a damaged one alone', () => {
    const path = newPath();
    markReceiptDelivered(systemFiles, path);
    expect(statusAt(path)).toBe('none');
    systemFiles.makeDirectory(join(path, '..'));
    writeFileSync(path, 'damaged');
    markReceiptDelivered(systemFiles, path);
    expect(systemFiles.read(path)?.toString()).toBe('damaged');
  });

  test('evidence that does not fit is left out, not the tombstone', () => {
    const wrongAddress = { ...tombstone, control: { address: 'http://plain.example', caCertificatePem: '' } };
    expect(fittingTombstone(tombstone)).toEqual(tombstone);
    expect(fittingTombstone(wrongAddress)).toEqual({ ...tombstone, control: null });
    expect(fittingTombstone({ ...tombstone, receipt: 'A'.repeat(100_000) })).toEqual({
      ...tombstone,
      control: null,
      receipt: null,
    });
  });
});
