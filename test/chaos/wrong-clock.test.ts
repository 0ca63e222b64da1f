import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/main/platform/clock.ts';
import type { Clock } from '../../src/main/platform/clock.ts';
import { inFolder } from './store-run.ts';
import { enrolledLaptop, playLaptop } from './played-laptop.ts';
import type { PlayedLaptop } from './played-laptop.ts';

const decade = 10 * 365 * 86_400_000;
const ignore = (): void => undefined;

/** A clock that shows another time than it is; its battery has died, or somebody has set it. */
function off(by: number): Clock {
  return { ...systemClock, now: () => systemClock.now() + by };
}

async function started(folder: string, clock: Clock): Promise<PlayedLaptop> {
  const laptop = await playLaptop(folder, { onLearnt: ignore, clock });
  if (laptop.outcome !== 'played') throw new Error(`the laptop is ${laptop.outcome}`);
  return laptop;
}

/** A laptop that has been in contact and was switched off. */
async function usedLaptop(folder: string): Promise<void> {
  const sample = await enrolledLaptop(folder);
  const laptop = await playLaptop(folder, { onLearnt: ignore, sample });
  if (laptop.outcome !== 'played') throw new Error(`the laptop is ${laptop.outcome}`);
  laptop.kiosk.away();
}

describe('a laptop whose clock is ten years off at a start', () => {
  test('S21 S31 behind: it keeps all it has', () =>
    inFolder(async (folder) => {
      await usedLaptop(folder);
      for (let start = 1; start <= 2; start += 1) {
        const behind = await started(folder, off(-decade));
        expect(behind.kiosk.snapshot.screen.screen).toBe('inert');
        behind.kiosk.away();
      }
    }));

  test('S21 behind, in contact, and right at the next start: it is itself again', () =>
    inFolder(async (folder) => {
      await usedLaptop(folder);
      await started(folder, off(-decade));
      const after = await started(folder, systemClock);
      expect(after.kiosk.snapshot.screen.screen).toBe('inert');
    }));

  test('S9 S21 ahead: its lease is over, so that it erases itself, wholly, and stays dead when the clock is right', () =>
    inFolder(async (folder) => {
      await usedLaptop(folder);
      const ahead = await started(folder, off(decade));
      expect(ahead.kiosk.snapshot.screen.screen).toBe('wiping');
      await ahead.ended;
      expect(existsSync(join(folder, 'laptop', 'record'))).toBe(false);
      expect((await playLaptop(folder, { onLearnt: ignore })).outcome).toBe('wiped');
    }));
});
