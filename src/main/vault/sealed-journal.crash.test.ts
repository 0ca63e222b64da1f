import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { effort, tried } from '../../../test/harness/effort.ts';
import type { Files } from '../platform/files.ts';
import { systemRandom } from '../platform/random.ts';
import { DISK_ERRORS, failingFiles } from '../platform/testing/failing-files.ts';
import { PowerCut, SimulatedDisk, UNFLUSHED_CONTENTS } from '../platform/testing/simulated-disk.ts';
import { ENTRY_SIZE_LIMIT } from './journal-frames.ts';
import type { SealedJournal } from './sealed-journal.ts';
import { JournalFault, openSealedJournal } from './sealed-journal.ts';

const wrapKey = randomBytes(32);
const binding = { device: 'device-1', file: 'consultations', schemaVersion: 1 };

function opened(files: Files): SealedJournal {
  const result = openSealedJournal({ path: '/data/journal', binding, wrapKey, files, random: systemRandom });
  if (result.outcome === 'refused') throw new Error(result.reason);
  return result.journal;
}

interface Witness {
  /** Entries whose adding was resolved. */
  readonly durable: number[];
  /** Entries that were handed in. */
  readonly added: number[];
  /** Entries that a rotation may have taken out. */
  forgotten: number[];
  isRotated: boolean;
}

/** Entries of different sizes, some over a sector, so that tails are torn at many kinds of places. */
const entryOf = (number: number): unknown => ({ number, text: 'x'.repeat((number * 331) % 1500) });
const numberOf = (entry: unknown): number =>
  typeof entry === 'object' && entry !== null && 'number' in entry ? Number(entry.number) : NaN;

/** One life of the journal: adding singly and together, a rotation, closing and opening again. */
async function live(files: Files, witness: Witness): Promise<void> {
  let journal = opened(files);
  const add = (number: number): Promise<void> => {
    witness.added.push(number);
    return journal.append(entryOf(number)).then(() => void witness.durable.push(number));
  };
  await add(1);
  await Promise.all([2, 3, 4].map(add));
  witness.forgotten = [2];
  await journal.rotate((entry) => numberOf(entry) !== 2);
  witness.isRotated = true;
  await Promise.all([5, 6].map(add));
  await journal.close();
  journal = opened(files);
  await add(7);
  await journal.close();
}

function expectRecovered(disk: SimulatedDisk, witness: Witness): void {
  const found = opened(disk).entries().map(numberOf);
  const must = witness.durable.filter((number) => !witness.forgotten.includes(number));
  expect(found).toEqual(expect.arrayContaining(must));
  expect(witness.added).toEqual(expect.arrayContaining(found));
  expect(found).toEqual(found.toSorted((left, right) => left - right));
  expect(new Set(found).size).toBe(found.length);
  if (witness.isRotated) expect(found).not.toContain(2);
}

async function untilPowerFails(powerFailsAt: number): Promise<{ disk: SimulatedDisk; witness: Witness }> {
  const disk = new SimulatedDisk();
  const witness: Witness = { durable: [], added: [], forgotten: [], isRotated: false };
  disk.powerFailsAt = powerFailsAt;
  await live(disk, witness).catch((error: unknown) => expect(disk.isOff, String(error)).toBe(true));
  return { disk, witness };
}

describe('S31 the journal after a power cut', () => {
  test('before any operation, whatever the disk kept: nothing durable is lost, nothing unknown appears', async () => {
    const { disk: whole } = await untilPowerFails(Infinity);
    expect(whole.operations).toBeGreaterThan(25);
    for (let powerFailsAt = 0; powerFailsAt <= whole.operations; powerFailsAt += 1) {
      const { disk, witness } = await untilPowerFails(powerFailsAt);
      for (const names of ['lost', 'kept'] as const) {
        for (const contents of UNFLUSHED_CONTENTS) expectRecovered(disk.afterPowerCut(names, contents), witness);
      }
    }
    tried('power cuts in the writing of a journal', (whole.operations + 1) * 2 * UNFLUSHED_CONTENTS.length);
  });

  test('that hits the recovery too: it recovers from that as well', async () => {
    const { disk: whole } = await untilPowerFails(Infinity);
    for (let firstCut = 8; firstCut <= whole.operations; firstCut += effort(3, 1)) {
      const { disk, witness } = await untilPowerFails(firstCut);
      for (let secondCut = 0; secondCut < 6; secondCut += 1) {
        const second = disk.afterPowerCut('kept', 'torn');
        second.powerFailsAt = secondCut;
        expect(() => opened(second)).toThrow(PowerCut);
        for (const contents of UNFLUSHED_CONTENTS) expectRecovered(second.afterPowerCut('lost', contents), witness);
      }
    }
  });
});

describe('S31 the journal on a failing disk', () => {
  const cases = DISK_ERRORS.flatMap((code) => (['before', 'after'] as const).map((when) => ({ code, when })));

  test.each(cases)('$code $when any one call did its work: nothing durable is lost', async ({ code, when }) => {
    let faults = 0;
    for (let at = 0; ; at += 1) {
      const disk = new SimulatedDisk();
      const witness: Witness = { durable: [], added: [], forgotten: [], isRotated: false };
      const failing = failingFiles(disk, { at, times: 1, when, code });
      await live(failing.files, witness).catch((error: unknown) => {
        const refused = error instanceof JournalFault ? error.reason === 'not-durable' : undefined;
        expect(refused ?? error).toEqual(refused ?? expect.objectContaining({ code }));
      });
      for (const contents of UNFLUSHED_CONTENTS) expectRecovered(disk.afterPowerCut('kept', contents), witness);
      if (failing.calls() <= at) break;
      faults += 1;
    }
    expect(faults).toBeGreaterThan(20);
    tried('faults of the disk in the writing of a journal', faults);
  });

  test.each(['append', 'sync', 'create', 'write', 'rename', 'sync-directory', 'open'])(
    'a failing %s rejects, and once the disk works again adding goes on with nothing lost',
    async (failing) => {
      const disk = new SimulatedDisk();
      const journal = opened(disk);
      await journal.append(entryOf(1));
      let failuresLeft = 3;
      disk.fault = (operation) => {
        if (operation === failing && failuresLeft-- > 0) throw Object.assign(new Error('EIO'), { code: 'EIO' });
        // The rewriting after a failed adding is where the other operations come in.
        if (operation === 'append' && failuresLeft > 0) return 'partly';
        return undefined;
      };
      const outcomes: string[] = [];
      for (let number = 2; number <= 8; number += 1) {
        const added = journal.append(entryOf(number));
        outcomes.push(
          await added.then(
            () => 'added',
            () => 'refused',
          ),
        );
      }
      expect(outcomes).toContain('refused');
      expect(outcomes.at(-1)).toBe('added');
      const durable = [1, ...outcomes.flatMap((outcome, index) => (outcome === 'added' ? [index + 2] : []))];
      expect(journal.entries().map(numberOf)).toEqual(durable);
      await journal.close();
      for (const contents of UNFLUSHED_CONTENTS) {
        expect(opened(disk.afterPowerCut('lost', contents)).entries().map(numberOf)).toEqual(durable);
      }
    },
  );

  test('a full disk: half an entry is never followed by another, and no data key is used after a failure', async () => {
    const disk = new SimulatedDisk();
    const journal = opened(disk);
    await journal.append('first');
    const before = journal.position.generation;
    disk.fault = (operation) => (operation === 'append' ? 'partly' : undefined);
    await expect(journal.append('x'.repeat(ENTRY_SIZE_LIMIT / 2))).rejects.toThrow(
      expect.objectContaining({ reason: 'not-durable' }),
    );
    expect(journal.entries()).toEqual(['first']);
    disk.fault = undefined;
    await journal.append('second');
    expect(journal.position.generation).toBe(before + 1);
    expect(journal.entries()).toEqual(['first', 'second']);
  });
});
