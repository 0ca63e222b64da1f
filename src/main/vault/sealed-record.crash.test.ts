import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { effort, tried } from '../../../test/harness/effort.ts';
import type { Files } from '../platform/files.ts';
import { systemRandom } from '../platform/random.ts';
import { DISK_ERRORS, failingFiles } from '../platform/testing/failing-files.ts';
import { PowerCut, SimulatedDisk, UNFLUSHED_CONTENTS } from '../platform/testing/simulated-disk.ts';
import type { SealedRecord, SealedRecordResult } from './sealed-record.ts';
import { openSealedRecord } from './sealed-record.ts';
import { storeOn } from './testing/store-on.ts';

const key = randomBytes(32);
const schema = z.strictObject({ sequence: z.int(), note: z.string() });
type Contents = z.infer<typeof schema>;

/** Contents of different lengths, some over a sector. */
const contentsOf = (sequence: number): Contents => ({ sequence, note: 'x'.repeat((sequence * 331) % 1500) });

function openOn(files: Files, keyOrigin: 'created' | 'existing'): SealedRecordResult<Contents> {
  return openSealedRecord<Contents>({
    directory: '/data/record',
    key,
    keyOrigin,
    binding: { purpose: 'device', instance: 'this-installation', schemaVersion: 1 },
    schema,
    initial: contentsOf(0),
    Store: storeOn(files),
    files,
    random: systemRandom,
  });
}

/** What the record's holder knows: the last contents that were committed, and those being committed. */
interface Witness {
  committed: number | undefined;
  begun: number;
}

function recordIn(result: SealedRecordResult<Contents>): SealedRecord<Contents> {
  if (result.outcome === 'damaged' || result.outcome === 'refused') {
    throw new Error(`${result.outcome} ${result.reason}`);
  }
  return result.record;
}

function opened(files: Files, witness: Witness): SealedRecord<Contents> {
  const record = recordIn(openOn(files, witness.committed === undefined ? 'created' : 'existing'));
  expect([witness.committed ?? 0, witness.begun]).toContain(record.value.sequence);
  witness.committed = witness.begun = record.value.sequence;
  return record;
}

function update(record: SealedRecord<Contents>, witness: Witness): void {
  witness.begun += 1;
  record.update(() => contentsOf(witness.begun));
  witness.committed = witness.begun;
}

/** One life: made, changed, closed, opened, changed. */
function live(files: Files, witness: Witness): void {
  const first = opened(files, witness);
  for (let times = 0; times < 3; times += 1) update(first, witness);
  first.close();
  const second = opened(files, witness);
  for (let times = 0; times < 2; times += 1) update(second, witness);
  second.close();
}

function untilPowerFails(disk: SimulatedDisk, witness: Witness, powerFailsAt: number): void {
  disk.powerFailsAt = powerFailsAt;
  try {
    live(disk, witness);
  } catch (error) {
    expect(error).toBeInstanceOf(PowerCut);
  }
}

/** Exactly the last committed contents or those being committed, and good for further work. */
function expectRecovered(disk: SimulatedDisk, { committed, begun }: Witness): void {
  const result = openOn(disk, committed === undefined ? 'created' : 'existing');
  expect(['fresh', 'opened']).toContain(result.outcome);
  const record = recordIn(result);
  expect([committed ?? 0, begun]).toContain(record.value.sequence);
  expect(record.value).toEqual(contentsOf(record.value.sequence));
  record.update(() => contentsOf(99));
  expect(recordIn(openOn(disk, 'existing')).value).toEqual(contentsOf(99));
}

const fates = (['lost', 'kept'] as const).flatMap((names) =>
  UNFLUSHED_CONTENTS.map((contents) => [names, contents] as const),
);

const newWitness = (): Witness => ({ committed: undefined, begun: 0 });

function operationsOfALife(): number {
  const disk = new SimulatedDisk();
  untilPowerFails(disk, newWitness(), Infinity);
  return disk.operations;
}

describe('S31 the record after a power cut', () => {
  test('before any operation, whatever the disk kept: it holds what was committed last, or what was being committed', () => {
    const operations = operationsOfALife();
    expect(operations).toBeGreaterThan(50);
    for (let powerFailsAt = 0; powerFailsAt <= operations; powerFailsAt += 1) {
      for (const [names, contents] of fates) {
        const disk = new SimulatedDisk();
        const witness = newWitness();
        untilPowerFails(disk, witness, powerFailsAt);
        expectRecovered(disk.afterPowerCut(names, contents), witness);
      }
    }
    tried('power cuts in the writing of a record', (operations + 1) * fates.length);
  });

  test('and after another one in the life that follows', () => {
    const operations = operationsOfALife();
    let cuts = 0;
    for (let firstCut = 0; firstCut <= operations; firstCut += effort(3, 1)) {
      for (const [names, contents] of fates) {
        const first = new SimulatedDisk();
        const witness = newWitness();
        untilPowerFails(first, witness, firstCut);
        const second = first.afterPowerCut(names, contents);
        untilPowerFails(second, witness, (firstCut * 7) % operations);
        expectRecovered(second.afterPowerCut(names, contents), witness);
        cuts += 2;
      }
    }
    tried('power cuts in the writing of a record', cuts);
  });

  test('that kept the names of one step and not of the one before, as a disk may that does not keep their order', () => {
    const disk = new SimulatedDisk();
    const witness = newWitness();
    live(disk, witness);
    const held = recordIn(openOn(disk, 'existing'));
    const kept = disk.read('/data/record/previous.sealed') ?? new Uint8Array();
    held.update(() => contentsOf(6));
    disk.write('/data/record/previous.sealed', kept);
    expect(recordIn(openOn(disk, 'existing')).value).toEqual(contentsOf(6));
    disk.remove('/data/record/previous.sealed');
    expect(recordIn(openOn(disk, 'existing')).value).toEqual(contentsOf(6));
  });
});

describe('S31 the record on a failing disk', () => {
  const cases = DISK_ERRORS.flatMap((code) => (['before', 'after'] as const).map((when) => ({ code, when })));

  test.each(cases)('$code $when any one call did its work: nothing is lost, and writing goes on', ({ code, when }) => {
    let faults = 0;
    for (let at = 0; ; at += 1) {
      const disk = new SimulatedDisk();
      const witness = newWitness();
      const failing = failingFiles(disk, { at, times: 1, when, code });
      const isWhole = untilItFails(failing.files, witness, code);
      expectRecovered(disk, witness);
      if (isWhole && failing.calls() <= at) break;
      faults += 1;
    }
    expect(faults).toBeGreaterThan(50);
    tried('faults of the disk in the writing of a record', faults);
  });

  test.each(cases)('$code $when a call did its work: the same holder tries again and succeeds', ({ code, when }) => {
    for (let at = 0; at < 16; at += 1) {
      const disk = new SimulatedDisk();
      const witness = newWitness();
      live(disk, witness);
      const { files, calls } = failingFiles(disk, { at: 5 + at, times: 1, when, code });
      const record = recordIn(openOn(files, 'existing'));
      expect(calls()).toBeLessThanOrEqual(5);
      const before = record.value;
      let tries = 0;
      for (let isDone = false; !isDone; tries += 1) {
        isDone = attempt(() => record.update(() => contentsOf(50 + tries)), code);
        if (!isDone) expect(record.value).toBe(before);
      }
      expect(tries).toBeLessThanOrEqual(2);
      const next = recordIn(openOn(disk, 'existing'));
      expect(next.value).toEqual(contentsOf(49 + tries));
      expect(next.generation).toBe(record.generation);
    }
  });

  test('that gives half a write: the half never takes the place of the record', () => {
    const disk = new SimulatedDisk();
    const witness = newWitness();
    live(disk, witness);
    const record = recordIn(openOn(disk, 'existing'));
    disk.fault = (operation) => (operation === 'append' ? 'partly' : undefined);
    expect(() => record.update(() => contentsOf(7))).toThrow('ENOSPC');
    expectRecovered(disk.afterPowerCut('kept', 'kept'), witness);
  });
});

function attempt(work: () => void, code: string): boolean {
  try {
    work();
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code });
    return false;
  }
}

function untilItFails(files: Files, witness: Witness, code: string): boolean {
  return attempt(() => live(files, witness), code);
}
