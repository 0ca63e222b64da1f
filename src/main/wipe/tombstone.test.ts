import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fixedErasureSteps } from '@sallyport/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { systemFiles } from '../platform/files.ts';
import { temporaryDirectory } from '../platform/testing/temporary-directory.ts';
import type { Tombstone } from './tombstone.ts';
import {
  fittingTombstone,
  markDelivered,
  proofOf,
  readTombstone,
  undeliveredProof,
  wipeStatus,
  writeTombstone,
} from './tombstone.ts';
import { pendingSteps } from './wipe-report.ts';

const receipt = { receipt: 'cmVjZWlwdA', signature: 'c2lnbmVk' };
const notice = { notice: 'bm90aWNl', signature: 'c2lnbmVk' };
const report = { report: 'cmVwb3J0', signature: 'c2lnbmVk' };
const tombstone: Tombstone = {
  version: 2,
  phase: 'wiping',
  startedAt: 1_795_000_000_000,
  receipt,
  notice,
  reportKey: '-----BEGIN PRIVATE KEY-----',
  steps: pendingSteps([...fixedErasureSteps, 'luks2']),
  reported: { number: 2, report },
  erasers: ['luks2', 'power-off'],
  dataVolume: '/dev/sda3',
  delivered: false,
  control: { address: 'control.example:7443', caCertificate: '-----BEGIN CERTIFICATE-----' },
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
    ['another version', { ...tombstone, version: 1 }],
    ['a phase nobody knows', { ...tombstone, phase: 'none' }],
    ['too few steps', { ...tombstone, steps: tombstone.steps.slice(0, 6) }],
    ['too much', { ...tombstone, reportKey: 'A'.repeat(100_000) }],
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

  test('a disk that stumbles once and then says that there is none does not make a healthy laptop erase itself', () => {
    let stumbles = 2;
    const read = (): undefined => {
      stumbles -= 1;
      if (stumbles >= 0) throw Object.assign(new Error('EMFILE'), { code: 'EMFILE' });
    };
    expect(wipeStatus(readTombstone({ read }, newPath()))).toBe('none');
  });

  test('that does not read back as written is a fault', () => {
    const files = { ...systemFiles, read: () => Buffer.from('{}') };
    expect(() => writeTombstone(files, newPath(), tombstone)).toThrow('not durable');
  });
});

describe('S33 the proof in the tombstone', () => {
  test('is to be delivered until the last report has been', () => {
    const path = newPath();
    expect(undeliveredProof(readTombstone(systemFiles, path))).toBeUndefined();
    writeTombstone(systemFiles, path, { ...tombstone, phase: 'dead' });
    const proof = { receipt, notice, report };
    expect(undeliveredProof(readTombstone(systemFiles, path))).toEqual({ proof, control: tombstone.control });
    markDelivered(systemFiles, path);
    expect(undeliveredProof(readTombstone(systemFiles, path))).toBeUndefined();
    expect(statusAt(path)).toBe('dead');
  });

  test('is none without a notice, and only the notice before the first report', () => {
    expect(proofOf({ ...tombstone, notice: null })).toBeUndefined();
    expect(proofOf({ ...tombstone, reported: null })).toEqual({ receipt, notice, report: null });
  });

  test('an acknowledgement of what is not the last counts for nothing', () => {
    const path = newPath();
    writeTombstone(systemFiles, path, tombstone);
    markDelivered(systemFiles, path);
    expect(undeliveredProof(readTombstone(systemFiles, path))).toBeDefined();
  });

  test('noting a delivery brings no tombstone about and leaves a damaged one alone', () => {
    const path = newPath();
    markDelivered(systemFiles, path);
    expect(statusAt(path)).toBe('none');
    systemFiles.makeDirectory(join(path, '..'));
    writeFileSync(path, 'damaged');
    markDelivered(systemFiles, path);
    expect(Buffer.from(systemFiles.read(path) ?? []).toString()).toBe('damaged');
  });

  test('evidence that does not fit is left out, not the tombstone', () => {
    const farControl = { ...tombstone, control: { address: 'a'.repeat(400), caCertificate: '' } };
    expect(fittingTombstone(tombstone)).toEqual(tombstone);
    expect(fittingTombstone(farControl)).toEqual({ ...tombstone, control: null });
    const tooLong = { notice: 'A'.repeat(4000), signature: 'AA' };
    expect(fittingTombstone({ ...tombstone, notice: tooLong })).toMatchObject({ notice: null, reportKey: null });
  });
});
