import { describe, expect, test } from 'vitest';
import type { Clock } from '../platform/clock.ts';
import type { Files } from '../platform/files.ts';
import type { SimulatedDisk } from '../platform/testing/simulated-disk.ts';
import { UNFLUSHED_CONTENTS } from '../platform/testing/simulated-disk.ts';
import { readTombstone, undeliveredProof, wipeStatus } from './tombstone.ts';
import { erasedPlaces } from './wipe-steps.ts';
import {
  evidence,
  filledDisk,
  optionsOn,
  quickClock,
  reportOf,
  resumed,
  shareOn,
  statusOf,
  whatIsLeft,
} from './wipe-testing.ts';
import type { WipeOptions } from './wipe.ts';
import { startOrResumeWipe, wipeBackOff } from './wipe.ts';

describe('S9 a wipe that was cut off', () => {
  /** Wipes until the power fails before that operation. */
  async function cutAt(powerFailsAt: number, first: SimulatedDisk, withEvidence: boolean): Promise<SimulatedDisk> {
    const disk = first;
    disk.operations = 0;
    disk.powerFailsAt = powerFailsAt;
    const options = optionsOn(disk, '/data');
    const off = new Promise<void>((resolve) => {
      // The wipe itself never gives up, so the cut has to be noticed from outside.
      const backOff = (rounds: number): number => (disk.isOff && resolve(), wipeBackOff(rounds));
      const clock: Clock = {
        ...quickClock(),
        setTimer: (delay, then) => quickClock().setTimer(delay, disk.isOff ? noop : then),
      };
      const begun = withEvidence ? options : resumed(options);
      void startOrResumeWipe({ ...begun, clock, backOff }).then(() => resolve());
    });
    await off;
    return disk;
  }
  const noop = (): void => undefined;

  async function expectFinished(disk: SimulatedDisk): Promise<void> {
    const options = resumed(optionsOn(disk, '/data'));
    const status = statusOf(options);
    switch (status) {
      case 'none':
        expect(whatIsLeft(options)).toEqual(['device-share', ...erasedPlaces]);
        return;
      case 'wiping':
        await startOrResumeWipe(options);
        break;
      case 'dead':
        break;
      default:
        return status satisfies never;
    }
    expect(whatIsLeft(options)).toEqual([]);
    const reading = readTombstone(disk, options.tombstonePath);
    expect(wipeStatus(reading)).toBe('dead');
    const waiting = undeliveredProof(reading);
    expect(waiting).toMatchObject({ proof: { notice: evidence.notice }, control: evidence.control });
    expect(reading).toMatchObject({ tombstone: { reportKey: null } });
    const report = reading.state === 'present' ? reportOf(reading.tombstone) : undefined;
    expect(report?.phase).toBe('dead');
    expect(report?.number).toBeGreaterThanOrEqual(2);
  }

  test('before any operation: either nothing was begun, or the next start finishes it and has the proof', async () => {
    const whole = await cutAt(Infinity, filledDisk(), true);
    expect(whole.operations).toBeGreaterThan(25);
    const statuses = new Set<string>();
    for (let powerFailsAt = 0; powerFailsAt <= whole.operations; powerFailsAt += 1) {
      const disk = await cutAt(powerFailsAt, filledDisk(), true);
      for (const names of ['lost', 'kept'] as const) {
        for (const contents of UNFLUSHED_CONTENTS) {
          const next = disk.afterPowerCut(names, contents);
          statuses.add(statusOf(optionsOn(next, '/data')));
          await expectFinished(next);
        }
      }
    }
    expect([...statuses].toSorted()).toEqual(['dead', 'none', 'wiping']);
  });

  test('again and again, at every pair of places, still finishes', async () => {
    const whole = await cutAt(Infinity, filledDisk(), true);
    for (let first = 6; first <= whole.operations; first += 2) {
      for (let second = 0; second < 24; second += 2) {
        const disk = (await cutAt(first, filledDisk(), true)).afterPowerCut('lost', 'torn');
        if (statusOf(optionsOn(disk, '/data')) === 'none') continue;
        const again = await cutAt(second, disk, false);
        await expectFinished(again.afterPowerCut('kept', 'lost'));
      }
    }
  });

  test('first by the death of the process, then by a power cut that takes all that was not flushed, still finishes', async () => {
    const whole = await cutAt(Infinity, filledDisk(), true);
    for (let first = 0; first <= whole.operations; first += 1) {
      for (let second = 0; second < 24; second += 1) {
        const disk = await cutAt(first, filledDisk(), true);
        disk.powerFailsAt = Infinity;
        if (statusOf(optionsOn(disk, '/data')) === 'none') continue;
        const again = await cutAt(second, disk, false);
        await expectFinished(again.afterPowerCut('lost', 'lost'));
      }
    }
  });

  test('with its tombstone damaged goes on to dead, without the proof that was in it', async () => {
    const disk = filledDisk();
    const options = resumed(optionsOn(disk, '/data'));
    disk.write('/data/state/tombstone.json', Buffer.from('{"phase":'));
    expect(statusOf(options)).toBe('wiping');
    await startOrResumeWipe(options);
    expect(statusOf(options)).toBe('dead');
    expect(whatIsLeft(options)).toEqual([]);
    expect(undeliveredProof(readTombstone(disk, options.tombstonePath))).toBeUndefined();
    expect(readTombstone(disk, options.tombstonePath)).toMatchObject({ tombstone: { notice: null, receipt: null } });
  });
});

describe('S9 a wipe on a failing disk', () => {
  /** Everything a disk can be asked, the nth of which, or the nth and all that follow, fail. */
  function failingFrom(
    disk: SimulatedDisk,
    at: number,
    until: number,
    code: string,
  ): { files: Files; asked: () => number } {
    let asked = 0;
    const fail = (): void => {
      asked += 1;
      if (asked > at && asked <= until) throw Object.assign(new Error(code), { code });
    };
    const files = new Proxy<Files>(disk, {
      get: (_, name) => {
        const carryOut = Reflect.get(disk, name, disk) as (...given: unknown[]) => unknown;
        return (...given: unknown[]) => (fail(), carryOut.apply(disk, given));
      },
    });
    return { files, asked: () => asked };
  }

  /** Wipes for three rounds at the most. @returns whether it came to its end */
  async function comesToItsEnd(options: WipeOptions): Promise<boolean> {
    return new Promise((resolve) => {
      const clock = quickClock();
      // The wipe itself never gives up: after the third round its wait does not end any more.
      const backOff = (rounds: number): number => {
        if (rounds < 3) return 1;
        clock.setTimer = () => ({ cancel: () => undefined });
        resolve(false);
        return 1;
      };
      void startOrResumeWipe({ ...options, clock, backOff }).then(() => resolve(true));
    });
  }

  /** What a later start, on a disk that works again, makes of it. */
  async function expectNoHalfWipedLaptop(disk: SimulatedDisk): Promise<void> {
    const options = resumed(optionsOn(disk, '/data'));
    if (statusOf(options) === 'none') {
      // Not begun: the record that says so is whole, and so is the key that opens it.
      expect(whatIsLeft(options)).toEqual(expect.arrayContaining(['device-share', 'record', 'journal']));
      return;
    }
    await startOrResumeWipe(options);
    expect(whatIsLeft(options)).toEqual([]);
    expect(statusOf(options)).toBe('dead');
  }

  test.each(['EIO', 'ENOSPC', 'EROFS', 'EMFILE'])('%s at any one call: it ends dead all the same', async (code) => {
    const whole = failingFrom(filledDisk(), Infinity, Infinity, code);
    await startOrResumeWipe(optionsOn(whole.files, '/data'));
    expect(whole.asked()).toBeGreaterThan(40);
    for (let at = 0; at < whole.asked(); at += 1) {
      const disk = filledDisk();
      const { files } = failingFrom(disk, at, at + 1, code);
      const options = optionsOn(files, '/data');
      await startOrResumeWipe({ ...options, share: shareOn(files, '/data') });
      expect(whatIsLeft(optionsOn(disk, '/data'))).toEqual([]);
      expect(statusOf(optionsOn(disk, '/data'))).toBe('dead');
    }
  });

  test.each(['EIO', 'ENOSPC', 'EROFS', 'EMFILE'])('%s from any call on: not begun, wiping or dead', async (code) => {
    const whole = failingFrom(filledDisk(), Infinity, Infinity, code);
    await startOrResumeWipe(optionsOn(whole.files, '/data'));
    for (let at = 0; at < whole.asked(); at += 1) {
      const disk = filledDisk();
      await comesToItsEnd(optionsOn(failingFrom(disk, at, Infinity, code).files, '/data'));
      for (const contents of UNFLUSHED_CONTENTS) await expectNoHalfWipedLaptop(disk.afterPowerCut('lost', contents));
      await expectNoHalfWipedLaptop(disk.afterPowerCut('kept', 'kept'));
    }
  });

  test('a disk that fails at a start while it looks for the tombstone of a healthy laptop erases nothing', async () => {
    const disk = filledDisk();
    const { files } = failingFrom(disk, 0, 3, 'EMFILE');
    expect(statusOf(optionsOn(files, '/data'))).toBe('wiping');
    expect(await comesToItsEnd(resumed(optionsOn(files, '/data')))).toBe(false);
    expect(whatIsLeft(optionsOn(disk, '/data'))).toEqual(['device-share', 'record', 'journal']);
    expect(statusOf(optionsOn(disk, '/data'))).toBe('none');
  });
});
