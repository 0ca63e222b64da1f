import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { systemFiles } from '../platform/files.ts';
import { systemRandom } from '../platform/random.ts';
import { SimulatedDisk } from '../platform/testing/simulated-disk.ts';
import { temporaryDirectory } from '../platform/testing/temporary-directory.ts';
import { ENTRY_SIZE_LIMIT } from './journal-frames.ts';
import type { SealedJournal, SealedJournalOptions } from './sealed-journal.ts';
import { openSealedJournal } from './sealed-journal.ts';

let options: SealedJournalOptions;

beforeEach(() => {
  options = {
    path: join(temporaryDirectory(), 'vault', 'journal.sealed'),
    binding: { device: 'device-1', file: 'consultations', schemaVersion: 1 },
    wrapKey: randomBytes(32),
    files: systemFiles,
    random: systemRandom,
  };
});

function opened(changes: Partial<SealedJournalOptions> = {}): SealedJournal {
  const result = openSealedJournal({ ...options, ...changes });
  if (result.outcome === 'refused') throw new Error(result.reason);
  onTestFinished(() => result.journal.close());
  return result.journal;
}

function outcome(changes: Partial<SealedJournalOptions> = {}): string {
  const result = openSealedJournal({ ...options, ...changes });
  if (result.outcome === 'refused') return result.reason;
  onTestFinished(() => result.journal.close());
  return result.outcome;
}

async function filledWith(entries: readonly unknown[]): Promise<void> {
  const journal = opened();
  for (const entry of entries) await journal.append(entry);
  await journal.close();
}

/** Where the frames of the file begin, and last where it ends. */
function boundaries(file: Buffer): number[] {
  const found = [4 + file.readUInt32BE()];
  for (let at = found[0] ?? 0; at < file.length; found.push(at)) at += 14 + file.readUInt32BE(at + 1);
  return found;
}

const faultWith = (reason: string): unknown => expect.objectContaining({ name: 'JournalFault', reason });

describe('S8 the sealed journal', () => {
  test('starts afresh, and gives back what was added in its order', async () => {
    expect(outcome()).toBe('fresh');
    const entries = ['text', 1, null, true, [1, { deep: 'ä' }], { consultation: 'c-1' }];
    await filledWith(entries);
    expect(opened().entries()).toEqual(entries);
  });

  test('shows nothing of its entries in the file', async () => {
    await filledWith([{ canary: 'PLAINTEXT-CANARY' }]);
    const file = readFileSync(options.path, 'latin1');
    expect(file).not.toContain('CANARY');
    expect(file).not.toContain('canary');
  });

  test('writes under a new generation and a new data key after every opening and every rotation', async () => {
    const journal = opened();
    await journal.append('a');
    const wrapped = (): unknown => /"wrappedKey":"(.+?)"/.exec(readFileSync(options.path, 'latin1'))?.[1];
    const keys = [wrapped()];
    await journal.rotate(() => true);
    keys.push(wrapped());
    await journal.close();
    const next = opened();
    keys.push(wrapped());
    expect(next.position).toEqual({ generation: 3, records: 1 });
    expect(new Set(keys).size).toBe(3);
  });

  test('rotation keeps what it is told to keep, and adding goes on', async () => {
    const journal = opened();
    await Promise.all([1, 2, 3, 4].map((entry) => journal.append(entry)));
    await journal.rotate((entry) => entry !== 2);
    await journal.append(5);
    expect(journal.entries()).toEqual([1, 3, 4, 5]);
    await journal.close();
    expect(opened().entries()).toEqual([1, 3, 4, 5]);
    expect(systemFiles.list(join(options.path, '..'))).toEqual(['journal.sealed']);
  });

  test('entries added together share one flush and keep their order', async () => {
    let flushes = 0;
    const counting = (path: string): ReturnType<typeof systemFiles.openForAppend> => {
      const file = systemFiles.openForAppend(path);
      return { ...file, sync: () => ((flushes += 1), file.sync()) };
    };
    const journal = opened({ files: { ...systemFiles, openForAppend: counting } });
    const entries = Array.from({ length: 500 }, (_, index) => index);
    await Promise.all(entries.map((entry) => journal.append(entry)));
    expect(flushes).toBe(1);
    expect(journal.entries()).toEqual(entries);
    expect(journal.position.records).toBe(500);
  });

  test('adding is resolved only after the flush', async () => {
    const order: string[] = [];
    const slow = (path: string): ReturnType<typeof systemFiles.openForAppend> => {
      const file = systemFiles.openForAppend(path);
      return { ...file, sync: () => file.sync().then(() => void order.push('flushed')) };
    };
    await opened({ files: { ...systemFiles, openForAppend: slow } })
      .append('a')
      .then(() => order.push('resolved'));
    expect(order).toEqual(['flushed', 'resolved']);
  });

  test('one entry costs the same however long the journal is', async () => {
    const journal = opened();
    const size = (): number => readFileSync(options.path).length;
    const grow = async (): Promise<number> => {
      const before = size();
      await journal.append('entry');
      return size() - before;
    };
    const first = await grow();
    await Promise.all(Array.from({ length: 1000 }, () => journal.append('x'.repeat(100))));
    expect(await grow()).toBe(first);
  });

  test('more than one flush may hold goes into several, in order', async () => {
    const journal = opened();
    const entries = Array.from({ length: 12 }, (_, index) => `${index}${'x'.repeat(ENTRY_SIZE_LIMIT - 10)}`);
    await Promise.all(entries.map((entry) => journal.append(entry)));
    expect(journal.entries()).toEqual(entries);
  });

  test('refuses what it cannot hold', async () => {
    const journal = opened();
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    await expect(journal.append('x'.repeat(ENTRY_SIZE_LIMIT))).rejects.toThrow(faultWith('too-large'));
    await expect(journal.append(undefined)).rejects.toThrow(faultWith('not-json'));
    await expect(journal.append(cycle)).rejects.toThrow(faultWith('not-json'));
    await expect(journal.append(1n)).rejects.toThrow(faultWith('not-json'));
    const flood = Array.from({ length: 5000 }, () => journal.append(0));
    const refused = (await Promise.allSettled(flood)).filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(5000 - 4096);
    expect(journal.entries()).toHaveLength(4096);
  });

  test('closing waits for what was added, zeroes the keys and refuses the rest', async () => {
    const drawn: Uint8Array[] = [];
    const random = {
      bytes: (length: number) => (drawn.push(systemRandom.bytes(length)), drawn.at(-1) ?? randomBytes(0)),
    };
    const journal = opened({ random });
    const added = journal.append('last');
    await journal.close();
    await journal.close();
    await added;
    const [, dataKey] = drawn;
    expect(dataKey).toEqual(Buffer.alloc(32));
    await expect(journal.append('x')).rejects.toThrow(faultWith('closed'));
    await expect(journal.rotate(() => true)).rejects.toThrow(faultWith('closed'));
    expect(() => journal.entries()).toThrow(faultWith('closed'));
    expect(options.wrapKey).not.toEqual(Buffer.alloc(32));
    expect(opened().entries()).toEqual(['last']);
  });
});

describe('S31 a torn tail', () => {
  test('cut anywhere is dropped, with nothing before it lost, and gone from the file', async () => {
    await filledWith(['one', 'two', { three: 3 }]);
    const whole = readFileSync(options.path);
    const starts = boundaries(whole);
    for (let length = starts[0] ?? 0; length <= whole.length; length += 1) {
      writeFileSync(options.path, whole.subarray(0, length));
      const result = openSealedJournal(options);
      if (result.outcome === 'refused') throw new Error(result.reason);
      const intact = starts.filter((start) => start <= length).length - 1;
      expect(result.journal.entries()).toEqual(['one', 'two', { three: 3 }].slice(0, intact));
      expect(result.droppedBytes).toBe(length - (starts[intact] ?? 0));
      await result.journal.close();
      expect(boundaries(readFileSync(options.path)).at(-1)).toBe(readFileSync(options.path).length);
    }
  });

  test('of sectors that never got written is dropped', async () => {
    await filledWith(['one', 'two', 'x'.repeat(2000)]);
    const whole = readFileSync(options.path);
    const start = boundaries(whole).at(-2) ?? 0;
    for (const holeStart of [start, start - (start % 512) + 512, start - (start % 512) + 1024]) {
      const holed = Buffer.from(whole);
      holed.fill(0, holeStart, holeStart - (holeStart % 512) + 512);
      writeFileSync(options.path, holed);
      expect(opened().entries()).toEqual(['one', 'two']);
    }
    writeFileSync(options.path, Buffer.concat([whole, Buffer.alloc(5)]));
    expect(opened().entries()).toHaveLength(3);
  });

  test('is not seen in a damaged record, wherever its sectors begin', async () => {
    for (let padding = 0; padding < 512; padding += 1) {
      const disk = new SimulatedDisk();
      const path = '/vault/journal.sealed';
      const journal = opened({ files: disk, path });
      await Promise.all(['x'.repeat(padding), 'two', 'three'].map((entry) => journal.append(entry)));
      await journal.close();
      const damaged = Buffer.from(disk.read(path) ?? []);
      const place = (boundaries(damaged)[1] ?? 0) + 20;
      damaged.writeUInt8(damaged.readUInt8(place) ^ 1, place);
      disk.write(path, damaged);
      expect(outcome({ files: disk, path })).toBe('tampered');
    }
  });

  test('longer than one flush is no torn tail', async () => {
    await filledWith(['one']);
    writeFileSync(options.path, Buffer.concat([readFileSync(options.path), Buffer.alloc(1024 * 1024 + 1)]));
    expect(outcome()).toBe('tampered');
  });
});

describe('S8 S31 a journal that is not what was written is refused', () => {
  test('under another key, device or name', async () => {
    await filledWith(['one']);
    expect(outcome({ wrapKey: randomBytes(32) })).toBe('wrong-key');
    expect(outcome({ binding: { device: 'device-2', file: 'consultations', schemaVersion: 1 } })).toBe('tampered');
    expect(outcome({ binding: { device: 'device-1', file: 'other', schemaVersion: 1 } })).toBe('tampered');
    expect(outcome()).toBe('opened');
  });

  test('with records removed, moved, doubled or taken from elsewhere', async () => {
    await filledWith(['same', 'same', 'same']);
    const whole = readFileSync(options.path);
    const [header = 0, second = 0, third = 0] = boundaries(whole);
    const parts = [whole.subarray(header, second), whole.subarray(second, third), whole.subarray(third)];
    const [one = whole, two = whole, three = whole] = parts;
    await opened().append('more');
    const later = readFileSync(options.path);
    const spliced = later.subarray(boundaries(later)[1], boundaries(later)[2]);
    const wrong = [
      [two, three],
      [one, three],
      [two, one, three],
      [one, one, two],
      [one, two, two],
      [one, spliced, three],
    ];
    for (const frames of wrong) {
      writeFileSync(options.path, Buffer.concat([whole.subarray(0, header), ...frames]));
      expect(outcome()).toBe('tampered');
    }
  });

  test('with the records of one generation under the header of another', async () => {
    await filledWith(['one']);
    const first = readFileSync(options.path);
    await opened().close();
    const second = readFileSync(options.path);
    const [start = 0] = boundaries(first);
    writeFileSync(options.path, Buffer.concat([second.subarray(0, start), first.subarray(start)]));
    expect(outcome()).toBe('tampered');
  });

  test('swapped with another journal of the device', async () => {
    await filledWith(['one']);
    const other = { path: `${options.path}.other`, binding: { device: 'device-1', file: 'other', schemaVersion: 1 } };
    await opened(other).close();
    writeFileSync(options.path, readFileSync(other.path));
    expect(outcome()).toBe('tampered');
  });

  test('with anything else in its place', () => {
    opened();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        writeFileSync(options.path, bytes);
        expect(outcome()).toBe('tampered');
      }),
    );
  });

  test('behind the floor: an older copy put back, records cut off, or no file at all', async () => {
    await filledWith(['one', 'two']);
    const older = readFileSync(options.path);
    const journal = opened();
    await journal.append('three');
    const floor = journal.position;
    await journal.close();
    const newest = readFileSync(options.path);
    expect(floor).toEqual({ generation: 2, records: 3 });
    writeFileSync(options.path, older);
    expect(outcome({ floor })).toBe('rolled-back');
    writeFileSync(options.path, newest.subarray(0, boundaries(newest)[2]));
    expect(outcome({ floor })).toBe('rolled-back');
    rmSync(options.path);
    expect(outcome({ floor })).toBe('missing');
    writeFileSync(options.path, newest);
    expect(opened({ floor }).entries()).toEqual(['one', 'two', 'three']);
  });

  test('when records that were durable are gone while it is open', async () => {
    const journal = opened();
    await Promise.all(['one', 'two'].map((entry) => journal.append(entry)));
    const whole = readFileSync(options.path);
    for (const length of boundaries(whole)
      .slice(0, -1)
      .concat(whole.length - 1)) {
      writeFileSync(options.path, whole.subarray(0, length));
      expect(() => journal.entries()).toThrow(faultWith('tampered'));
      await expect(journal.rotate(() => true)).rejects.toThrow(faultWith('tampered'));
    }
  });

  test('when an older copy is put under it while it is open', async () => {
    await filledWith(['one']);
    const older = readFileSync(options.path);
    const journal = opened();
    await journal.append('two');
    writeFileSync(options.path, older);
    await expect(journal.rotate(() => true)).rejects.toThrow(faultWith('tampered'));
  });

  test('when it is changed while open', async () => {
    const journal = opened();
    await journal.append('one');
    const whole = readFileSync(options.path);
    writeFileSync(
      options.path,
      Buffer.concat([whole.subarray(0, -1), Buffer.from([whole.readUInt8(whole.length - 1) ^ 1])]),
    );
    expect(() => journal.entries()).toThrow(faultWith('tampered'));
    await expect(journal.rotate(() => true)).rejects.toThrow(faultWith('tampered'));
    rmSync(options.path);
    expect(() => journal.entries()).toThrow(faultWith('tampered'));
  });
});
