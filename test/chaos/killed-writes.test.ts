import { describe, expect, test } from 'vitest';
import type { DiskFault } from '../harness/disk-faults.ts';
import { shareOf, tried } from '../harness/effort.ts';
import { expectLaptop } from './laptop-checks.ts';
import { electronStore } from './kept-things.ts';
import { expectJournal, expectRecord, expectWiped } from './store-checks.ts';
import { deathsIn, inFolder, isChange, onlyRun, operationsOf, runStore, together } from './store-run.ts';

const Store = await electronStore();
const kept = [
  ['record', 'what it last committed or what it was committing', expectRecord],
  ['journal', 'every entry that was committed, once and in order', expectJournal],
] as const;

describe('a program killed by SIGKILL before, in or after any change of the disk', () => {
  test.each(kept)('S31 leaves of its sealed %s %s', async (script, _, expectSound) => {
    const operations = await operationsOf(script);
    expect(operations.filter(isChange).length).toBeGreaterThan(30);
    const deaths = shareOf(deathsIn(operations), 16);
    await together(deaths, (fault) =>
      inFolder(async (folder) => {
        const killed = await runStore({ script, disks: [{ folder, fault }] });
        expect(killed.signal, killed.errors).toBe('SIGKILL');
        await expectSound(onlyRun(killed), Store);
      }),
    );
    tried(`kills of a program beside a change of its sealed ${script}`, deaths.length);
  });
});

describe('a wipe killed by SIGKILL before, in or after any change of the disk', () => {
  test('S9 S33 was not begun, or ends in dead at the next start with its proof, and nothing is left', async () => {
    const operations = await operationsOf('wipe');
    expect(operations.filter(isChange).length).toBeGreaterThan(30);
    const deaths = shareOf(deathsIn(operations), 16);
    await together(deaths, (fault) =>
      inFolder(async (folder) => {
        const killed = await runStore({ script: 'wipe', disks: [{ folder, fault }] });
        expect(killed.signal, killed.errors).toBe('SIGKILL');
        await expectWiped(onlyRun(killed), Store);
      }),
    );
    tried('kills of a wipe beside a change of the disk', deaths.length);
  });

  test('S9 killed again while it is gone on with, at the next start after that', async () => {
    const first = shareOf(deathsIn(await operationsOf('wipe')), 8).slice(2);
    let twice = 0;
    await together(
      first.map((fault, index) => ({ fault, index })),
      ({ fault, index }) =>
        inFolder(async (folder) => {
          const killed = await runStore({ script: 'wipe', disks: [{ folder, fault }] });
          const again: DiskFault = { kind: 'death', at: (index * 7) % 31, moment: 'before' };
          const resumed = await runStore({ script: 'resume', disks: [{ folder, fault: again }] });
          if (resumed.signal === 'SIGKILL') twice += 1;
          await expectWiped(onlyRun(killed), Store);
        }),
    );
    expect(twice).toBeGreaterThan(0);
    tried('wipes killed a second time', twice);
  });
});

describe('a whole laptop killed by SIGKILL before, in or after any change of the disk', () => {
  test('S1 S5 S9 S31 is at its next start what it last told control, never open, never damaged, never behind', async () => {
    const operations = await operationsOf('laptop');
    expect(operations.filter(isChange).length).toBeGreaterThan(200);
    const deaths = shareOf(deathsIn(operations), 12);
    await together(deaths, (fault) =>
      inFolder(async (folder) => {
        const killed = await runStore({ script: 'laptop', disks: [{ folder, fault }] });
        expect(killed.errors).toBe('');
        await withFault(fault, () => expectLaptop(onlyRun(killed)));
      }),
    );
    tried('kills of a whole laptop beside a change of the disk', deaths.length);
  });
});

/** Names the fault in what a check has to say. */
async function withFault(fault: DiskFault, check: () => Promise<void>): Promise<void> {
  try {
    await check();
  } catch (error) {
    throw new Error(`${JSON.stringify(fault)}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
