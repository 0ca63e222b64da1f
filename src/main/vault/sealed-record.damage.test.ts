import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { tried } from '../../../test/harness/effort.ts';
import { systemRandom } from '../platform/random.ts';
import { SimulatedDisk } from '../platform/testing/simulated-disk.ts';
import type { SealedRecord, SealedRecordOptions } from './sealed-record.ts';
import { openSealedRecord } from './sealed-record.ts';
import { storeOn } from './testing/store-on.ts';

const schema = z.strictObject({ sequence: z.int() });
type Contents = z.infer<typeof schema>;
type Options = SealedRecordOptions<Contents>;

const key = randomBytes(32);
const newest = '/data/record/record.sealed';
const previous = '/data/record/previous.sealed';

let disk: SimulatedDisk;

beforeEach(() => {
  disk = new SimulatedDisk();
});

function openWith(changes: Partial<Options> = {}): ReturnType<typeof openSealedRecord<Contents>> {
  return openSealedRecord<Contents>({
    directory: '/data/record',
    key,
    keyOrigin: 'existing',
    binding: { purpose: 'device', instance: 'this-installation', schemaVersion: 1 },
    schema,
    initial: { sequence: 0 },
    Store: storeOn(disk),
    files: disk,
    random: systemRandom,
    ...changes,
  });
}

/** What came of opening: the outcome, why, and what the record says. */
function found(changes: Partial<Options> = {}): string {
  const result = openWith(changes);
  if (result.outcome === 'refused') return `refused ${result.reason}`;
  const { sequence } = result.record.value;
  return result.outcome === 'damaged' ? `damaged ${result.reason} ${sequence}` : `${result.outcome} ${sequence}`;
}

/** A record that was written so many times; the last contents are the number of writings less one. */
function written(times: number, changes: Partial<Options> = {}): SealedRecord<Contents> {
  const result = openWith({ keyOrigin: 'created', ...changes });
  if (result.outcome !== 'fresh') throw new Error(result.outcome);
  for (let sequence = 1; sequence < times; sequence += 1) result.record.update(() => ({ sequence }));
  return result.record;
}

const bytesAt = (path: string): Uint8Array => disk.read(path) ?? new Uint8Array();

/** Every change of one bit, and every shorter length. */
function* spoilt(whole: Uint8Array): Generator<Uint8Array> {
  for (let bit = 0; bit < whole.length * 8; bit += 1) {
    const changed = Uint8Array.from(whole);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    yield changed;
  }
  for (let length = 0; length < whole.length; length += 1) yield whole.subarray(0, length);
  yield Buffer.concat([whole, Buffer.from(' ')]);
}

describe('S31 every bit and every length', () => {
  test('of the only generation: refused, and nothing is written over it', () => {
    written(1);
    let tries = 0;
    for (const bytes of spoilt(bytesAt(newest))) {
      disk.write(newest, bytes);
      expect(found()).toBe('refused tampered');
      expect(found({ keyOrigin: 'created' })).toBe('refused tampered');
      expect(bytesAt(newest)).toEqual(Uint8Array.from(bytes));
      tries += 1;
    }
    tried('spoilt files of a record', tries);
  });

  test('of the newest generation: damaged, with the one before it', () => {
    written(4);
    let tries = 0;
    for (const bytes of spoilt(bytesAt(newest))) {
      disk.write(newest, bytes);
      expect(found()).toBe('damaged tampered 2');
      tries += 1;
    }
    tried('spoilt files of a record', tries);
  });

  test('of the generation before: the newest stands, and the next writing heals it', () => {
    written(4);
    let tries = 0;
    for (const bytes of spoilt(bytesAt(previous))) {
      disk.write(previous, bytes);
      expect(found()).toBe('opened 3');
      tries += 1;
    }
    tried('spoilt files of a record', tries);
    const result = openWith();
    if (result.outcome === 'opened') result.record.update(() => ({ sequence: 9 }));
    disk.remove(newest);
    expect(found()).toBe('damaged missing 3');
  });

  test('of both: refused', () => {
    written(4);
    for (const path of [newest, previous]) disk.write(path, bytesAt(path).subarray(1));
    expect(found()).toBe('refused tampered');
    disk.remove(newest);
    expect(found()).toBe('refused tampered');
  });
});

describe('S31 a record that somebody put back, took away or brought along', () => {
  test('the newest taken away is told from a record that never was', () => {
    written(4);
    disk.remove(newest);
    expect(found()).toBe('damaged missing 2');
    expect(found({ keyOrigin: 'created' })).toBe('damaged missing 2');
    disk.remove(previous);
    expect(found()).toBe('refused missing');
    expect(found({ keyOrigin: 'created' })).toBe('fresh 0');
  });

  test('any older generation over the newest, the one kept before it among them, is damage', () => {
    const record = written(1);
    const older: Uint8Array[] = [];
    for (let sequence = 1; sequence < 6; sequence += 1) {
      older.push(bytesAt(newest));
      record.update(() => ({ sequence }));
    }
    for (const bytes of older) {
      disk.write(newest, bytes);
      expect(found()).toBe('damaged tampered 4');
    }
    disk.remove(newest);
    disk.rename(previous, newest);
    expect(found()).toBe('opened 4');
  });

  test('both generations exchanged are damage', () => {
    written(4);
    const bytes = bytesAt(newest);
    disk.write(newest, bytesAt(previous));
    disk.write(previous, bytes);
    expect(found()).toBe('damaged tampered 3');
  });

  test('an older folder put back opens, and its generation says so to control', () => {
    const record = written(3);
    const copies = [newest, previous].map((path) => [path, bytesAt(path)] as const);
    record.update(() => ({ sequence: 3 }));
    for (const [path, bytes] of copies) disk.write(path, bytes);
    const result = openWith();
    if (result.outcome !== 'opened') throw new Error(result.outcome);
    expect(result.record.generation).toBeLessThan(record.generation);
  });

  test.each<[string, Partial<Options>]>([
    ['another laptop', { key: randomBytes(32) }],
    ['another installation', { binding: { purpose: 'device', instance: 'other', schemaVersion: 1 } }],
    ['another purpose', { binding: { purpose: 'other', instance: 'this-installation', schemaVersion: 1 } }],
  ])('a record of %s, alone or with its generation before, is refused', (_, changes) => {
    written(4, changes);
    expect(found()).toBe('refused tampered');
    disk.remove(previous);
    expect(found()).toBe('refused tampered');
    expect(found(changes)).toBe('opened 3');
  });

  test('the newest of another laptop over ours is damage', () => {
    written(2, { directory: '/data/other', key: randomBytes(32) });
    written(4);
    disk.write(newest, bytesAt('/data/other/record.sealed'));
    expect(found()).toBe('damaged tampered 2');
  });

  test('a record of another schema is a fault', () => {
    written(4, { binding: { purpose: 'device', instance: 'this-installation', schemaVersion: 2 } });
    expect(() => found()).toThrow(expect.objectContaining({ reason: 'unknown-schema' }));
  });

  test('a folder in the place of either', () => {
    written(4);
    disk.remove(newest);
    disk.makeDirectory(`${newest}/inner`);
    expect(found()).toBe('damaged tampered 2');
    disk.remove(previous);
    disk.makeDirectory(previous);
    expect(found()).toBe('refused tampered');
  });
});

function putFolder(): void {
  disk.remove(newest);
  disk.makeDirectory(`${newest}/inner`);
}

describe('S31 a damaged record', () => {
  const obstacles: [string, () => void][] = [
    ['that was torn', () => disk.write(newest, bytesAt(newest).subarray(9))],
    ['that was put back', () => disk.write(newest, bytesAt(previous))],
    ['that was taken away', () => disk.remove(newest)],
    ['that has a folder in its place', putFolder],
  ];

  test.each(obstacles)('%s takes what its holder writes down about it, for good', (_, spoil) => {
    const { generation } = written(4);
    spoil();
    const result = openWith();
    if (result.outcome !== 'damaged') throw new Error(result.outcome);
    expect(result.record.generation).toBeLessThan(generation);
    result.record.update((value) => ({ sequence: -value.sequence }));
    expect(result.record.generation).toBeGreaterThan(generation);
    expect(found()).toBe('opened -2');
  });

  test.each(obstacles)('%s keeps its last good generation through a power cut at any step of that', (_, spoil) => {
    for (let operation = 0; operation < 20; operation += 1) {
      disk = new SimulatedDisk();
      written(4);
      spoil();
      disk.syncDirectory('/data/record');
      const result = openWith();
      if (result.outcome !== 'damaged') throw new Error(result.outcome);
      disk.powerFailsAt = disk.operations + operation;
      const cut = disk;
      try {
        result.record.update(() => ({ sequence: -1 }));
      } catch {
        expect(disk.isOff).toBe(true);
      }
      for (const names of ['lost', 'kept'] as const) {
        disk = cut.afterPowerCut(names, 'torn');
        expect(['damaged tampered 2', 'damaged missing 2', 'opened -1']).toContain(found());
      }
    }
  });
});
