import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { DiskFault } from '../harness/disk-faults.ts';
import { shareOf, tried } from '../harness/effort.ts';
import { electronStore } from './kept-things.ts';
import { expectJournal, expectRecord, expectWiped } from './store-checks.ts';
import type { StoreRun } from './store-run.ts';
import { errorsIn, inFolder, operationsOf, runStore, together } from './store-run.ts';
import type { StoreScript } from './store-scripts.ts';

const Store = await electronStore();
const kept = [
  ['record', expectRecord],
  ['journal', expectJournal],
] as const;

/** Faults that one program has, one after the other. */
const faultsAtOnce = 20;

/** Has a program meet faults, a new disk for each. @param look is shown what each came to */
async function meet(script: StoreScript, faults: readonly DiskFault[], look: (run: StoreRun) => unknown) {
  const programs = Array.from({ length: Math.ceil(faults.length / faultsAtOnce) }, (_, index) =>
    faults.slice(index * faultsAtOnce, (index + 1) * faultsAtOnce),
  );
  await together(programs, (some) =>
    inFolder(async (base) => {
      const disks = some.map((fault, index) => ({ folder: join(base, String(index)), fault }));
      for (const { folder } of disks) mkdirSync(folder);
      const { runs, errors } = await runStore({ script, disks });
      expect(runs.filter(({ operations }) => operations !== undefined).length, errors).toBe(some.length);
      for (const [index, run] of runs.entries()) {
        const fault = JSON.stringify(some[index]);
        try {
          await look(run);
        } catch (error) {
          throw new Error(`${fault}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
        }
      }
    }),
  );
}

describe('a disk that fails (EIO), is full (ENOSPC), read-only (EROFS), out of descriptors (EMFILE) or writes short', () => {
  test.each(kept)('S31 at any operation, never costs the sealed %s anything it said it has', async (script, sound) => {
    const faults = shareOf(errorsIn(await operationsOf(script)), 80);
    let refused = 0;
    await meet(script, faults, async (run) => {
      if (run.gaveUp !== undefined || run.told.some((line) => 'refuses' in line)) refused += 1;
      await sound(run, Store);
    });
    expect(refused).toBeGreaterThan(faults.length / 4);
    tried(`faults of the disk under a sealed ${script}`, faults.length);
  });
});

describe('a wipe on such a disk', () => {
  test('S9 S33 goes on until everything is gone and proved, whatever failed and however long', async () => {
    const faults = shareOf(errorsIn(await operationsOf('wipe')), 40);
    await meet('wipe', faults, async (run) => {
      expect(run.told.at(-1)).toEqual({ ends: 'dead' });
      await expectWiped(run, Store);
    });
    tried('faults of the disk under a wipe', faults.length);
  });
});
