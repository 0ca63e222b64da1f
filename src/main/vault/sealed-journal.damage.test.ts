import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { effort, seed, tried } from '../../../test/harness/effort.ts';
import { systemRandom } from '../platform/random.ts';
import { SimulatedDisk } from '../platform/testing/simulated-disk.ts';
import type { JournalBinding } from './journal-header.ts';
import type { SealedJournalOptions } from './sealed-journal.ts';
import { openSealedJournal } from './sealed-journal.ts';

const path = '/data/journal';
const binding: JournalBinding = { device: 'device-1', file: 'consultations', schemaVersion: 1 };
const wrapKey = randomBytes(32);

function openOn(
  disk: SimulatedDisk,
  changes: Partial<SealedJournalOptions> = {},
): ReturnType<typeof openSealedJournal> {
  return openSealedJournal({ path, binding, wrapKey, files: disk, random: systemRandom, ...changes });
}

/** What came of opening: why it was refused, or its entries. */
function found(disk: SimulatedDisk, changes: Partial<SealedJournalOptions> = {}): unknown {
  const result = openOn(disk, changes);
  return result.outcome === 'refused' ? result.reason : result.journal.entries();
}

/** The file of a journal with these entries. */
async function fileWith(entries: readonly unknown[], changes: Partial<SealedJournalOptions> = {}): Promise<Buffer> {
  const disk = new SimulatedDisk();
  const result = openOn(disk, changes);
  if (result.outcome === 'refused') throw new Error(result.reason);
  await Promise.all(entries.map((entry) => result.journal.append(entry)));
  await result.journal.close();
  return Buffer.from(disk.read(path) ?? []);
}

function diskWith(bytes: Uint8Array): SimulatedDisk {
  const disk = new SimulatedDisk();
  disk.makeDirectory('/data');
  disk.write(path, bytes);
  return disk;
}

function flipped(whole: Buffer, bit: number): Buffer {
  const changed = Buffer.from(whole);
  changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return changed;
}

/** Where the frames begin, and last where the file ends. */
function boundaries(file: Buffer): number[] {
  const starts = [4 + file.readUInt32BE()];
  for (let at = starts[0] ?? 0; at < file.length; starts.push(at)) at += 14 + file.readUInt32BE(at + 1);
  return starts;
}

/** Says whether the file with that bit changed is refused, for the right reason, and left as it is. */
function isRefused(whole: Buffer, bit: number): boolean {
  const changed = flipped(whole, bit);
  const disk = diskWith(changed);
  const reason = found(disk);
  const isHeader = bit >> 3 < 4 + whole.readUInt32BE();
  const isRight = reason === 'tampered' || (isHeader && reason === 'wrong-key');
  return isRight && Buffer.compare(disk.read(path) ?? Buffer.alloc(0), changed) === 0;
}

describe('S31 every bit and every length of a journal', () => {
  test('every bit of a small one: refused, and nothing is written over it', async () => {
    const whole = await fileWith(['one', { two: 2 }]);
    for (let bit = 0; bit < whole.length * 8; bit += 1) if (!isRefused(whole, bit)) expect.unreachable(`bit ${bit}`);
    tried('spoilt files of a journal', whole.length * 8);
  });

  test('any bit of one that spans many sectors', async () => {
    const whole = await fileWith(Array.from({ length: 12 }, (_, index) => ({ index, text: 'x'.repeat(index * 60) })));
    const bits = whole.length * 8;
    expect(whole.length).toBeGreaterThan(8 * 512);
    for (let bit = 0; bit < effort(0, bits); bit += 1) if (!isRefused(whole, bit)) expect.unreachable(`bit ${bit}`);
    fc.assert(
      fc.property(fc.nat(bits - 1), (bit) => isRefused(whole, bit)),
      { numRuns: 300, ...seed() },
    );
    tried('spoilt files of a journal', effort(300, bits));
  });

  test('any shorter length: what was whole before the cut, or refused when it is known to have been more', async () => {
    const entries = ['one', { two: 2 }, 'x'.repeat(700), 'four'];
    const whole = await fileWith(entries);
    const starts = boundaries(whole);
    const [headerEnd = 0] = starts;
    const floor = { generation: 1, records: entries.length };
    for (let length = 0; length < whole.length; length += 1) {
      const cut = whole.subarray(0, length);
      const intact = starts.filter((start) => start <= length).length - 1;
      expect(found(diskWith(cut))).toEqual(length < headerEnd ? 'tampered' : entries.slice(0, intact));
      expect(found(diskWith(cut), { floor })).toBe(length < headerEnd ? 'tampered' : 'rolled-back');
    }
    tried('spoilt files of a journal', whole.length * 2);
  });
});

describe('S31 a journal of elsewhere', () => {
  test.each<[string, string, Partial<SealedJournalOptions>]>([
    ['another laptop', 'tampered', { binding: { ...binding, device: 'device-2' } }],
    ['another laptop of our name', 'wrong-key', { wrapKey: randomBytes(32) }],
    ['another file', 'tampered', { binding: { ...binding, file: 'events' } }],
    ['another schema', 'tampered', { binding: { ...binding, schemaVersion: 2 } }],
  ])('is refused: %s', async (_, reason, changes) => {
    const foreign = await fileWith(['one', 'two'], changes);
    expect(found(diskWith(foreign))).toBe(reason);
    expect(found(diskWith(foreign), changes)).toEqual(['one', 'two']);
  });

  test('cannot lend its records to ours, nor its header', async () => {
    const ours = await fileWith(['one', 'two']);
    const changes: Partial<SealedJournalOptions>[] = [
      { binding: { ...binding, device: 'device-2' } },
      { binding: { ...binding, schemaVersion: 2 } },
      {},
    ];
    for (const change of changes) {
      const other = await fileWith(['one', 'two'], change);
      const [ourStart = 0, ourSecond = 0] = boundaries(ours);
      const [start = 0, second = 0] = boundaries(other);
      const spliced = [
        [ours.subarray(0, ourStart), other.subarray(start)],
        [ours.subarray(0, ourSecond), other.subarray(second)],
        [ours, other.subarray(second)],
        [other.subarray(0, start), ours.subarray(ourStart)],
      ];
      for (const parts of spliced) expect(['tampered', 'wrong-key']).toContain(found(diskWith(Buffer.concat(parts))));
    }
  });

  test('a header that claims another schema does not open', async () => {
    const whole = await fileWith(['one']);
    const claimed = Buffer.from(whole.toString('latin1').replace('"schemaVersion":1', '"schemaVersion":2'), 'latin1');
    expect(found(diskWith(claimed))).toBe('tampered');
    expect(found(diskWith(claimed), { binding: { ...binding, schemaVersion: 2 } })).toBe('wrong-key');
  });

  test('a folder in its place is refused', () => {
    const disk = new SimulatedDisk();
    disk.makeDirectory(path);
    expect(found(disk)).toBe('tampered');
  });
});
