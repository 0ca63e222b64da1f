import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { Clock } from '../platform/clock.ts';
import type { Files } from '../platform/files.ts';
import { systemFiles } from '../platform/files.ts';
import { SimulatedDisk, UNFLUSHED_CONTENTS } from '../platform/testing/simulated-disk.ts';
import { temporaryDirectory } from '../platform/testing/temporary-directory.ts';
import { noneEraser } from './platform-eraser.ts';
import type { WipeStatus } from './tombstone.ts';
import { markReceiptDelivered, readTombstone, undeliveredReceipt, wipeStatus } from './tombstone.ts';
import type { ErasedPlace, ShareEraser, WipeTargets } from './wipe-steps.ts';
import { ERASED_PLACES } from './wipe-steps.ts';
import type { WipeOptions, WipeProgress } from './wipe.ts';
import { startOrResumeWipe, STEP_DEADLINE_MS, wipeBackOff } from './wipe.ts';

const RECEIPT = Buffer.from('a signed receipt');
const CONTROL = { address: 'https://control.example:7443', caCertificatePem: 'PEM' };

/** A clock whose waits are over at once, but never a step's deadline. */
function quickClock(): Clock & { readonly waits: number[] } {
  const waits: number[] = [];
  const setTimer = (delayMs: number, callback: () => void): { cancel: () => void } => {
    if (delayMs === STEP_DEADLINE_MS) return { cancel: () => undefined };
    waits.push(delayMs);
    const handle = setImmediate(callback);
    return { cancel: () => clearImmediate(handle) };
  };
  return { now: () => 1_795_000_000_000, monotonic: () => 0, uptime: () => 0, setTimer, waits };
}

function targetsIn(root: string): WipeTargets {
  const all: Partial<Record<ErasedPlace, string[]>> = {};
  for (const place of ERASED_PLACES) all[place] = [`${root}/${place}`];
  return { record: [], journal: [], 'browser-profile': [], logs: [], caches: [], 'crash-dumps': [], ...all };
}

/** A key store that is a file on the same disk. */
function shareOn(files: Files, root: string): ShareEraser {
  return {
    erase: () => {
      files.remove(`${root}/keys/share`);
      files.syncDirectory(`${root}/keys`);
    },
    isErased: () => !files.exists(`${root}/keys/share`),
  };
}

function fill(files: Files, root: string): void {
  for (const name of [...ERASED_PLACES, 'keys', 'state']) {
    files.makeDirectory(`${root}/${name}`);
    if (name !== 'state') files.write(`${root}/${name}/share`, Buffer.from('secret'));
    files.syncDirectory(`${root}/${name}`);
  }
  files.makeDirectory(`${root}/caches/deep/deeper`);
  files.write(`${root}/caches/deep/deeper/file`, Buffer.from('x'));
}

function optionsOn(files: Files, root: string, changes: Partial<WipeOptions> = {}): WipeOptions {
  return {
    files,
    share: shareOn(files, root),
    targets: targetsIn(root),
    platform: noneEraser,
    tombstonePath: `${root}/state/tombstone.json`,
    evidence: { receipt: RECEIPT, control: CONTROL },
    clock: quickClock(),
    backOff: wipeBackOff,
    ...changes,
  };
}

/** The same wipe as a later start takes it up: with no evidence but what is on the disk. */
function resumed(options: WipeOptions): WipeOptions {
  const { evidence: _, ...rest } = options;
  return rest;
}

const statusOf = ({ files, tombstonePath }: WipeOptions): WipeStatus => wipeStatus(readTombstone(files, tombstonePath));

function whatIsLeft({ files, share, targets }: WipeOptions): string[] {
  const left = ERASED_PLACES.filter((place) => targets[place].some((path) => files.exists(path)));
  return share.isErased() ? left : ['device-share', ...left];
}

describe('S9 a wipe on a real disk', () => {
  test('leaves nothing but the tombstone with the receipt, and says so at every later start', async () => {
    const root = temporaryDirectory();
    fill(systemFiles, root);
    mkdirSync(join(root, 'kept'));
    writeFileSync(join(root, 'kept', 'file'), 'not ours');
    symlinkSync(join(root, 'kept'), join(root, 'browser-profile', 'link'));
    const options = optionsOn(systemFiles, root);
    const dead = await startOrResumeWipe(options);
    expect(dead).toMatchObject({ phase: 'dead', receipt: RECEIPT.toString('base64'), receiptDelivered: false });
    expect(whatIsLeft(options)).toEqual([]);
    expect(statusOf(options)).toBe('dead');
    expect(undeliveredReceipt(readTombstone(systemFiles, options.tombstonePath))).toEqual({
      receipt: RECEIPT,
      control: CONTROL,
    });
    expect(readFileSync(join(root, 'kept', 'file'), 'utf8')).toBe('not ours');
    expect(await startOrResumeWipe(resumed(options))).toEqual(dead);
    expect(existsSync(join(root, 'state', 'tombstone.json.next'))).toBe(false);
  });

  test('goes through its steps in order, keys first, the platform last', async () => {
    const root = temporaryDirectory();
    fill(systemFiles, root);
    const progress: WipeProgress[] = [];
    await startOrResumeWipe(optionsOn(systemFiles, root, { onProgress: (step) => progress.push(step) }));
    expect(progress.map(({ step }) => step)).toEqual(['tombstone', 'device-share', ...ERASED_PLACES, 'platform']);
    expect(progress.every(({ round, outcome }) => round === 1 && outcome === 'verified')).toBe(true);
  });

  test('of a device that has nothing left ends in dead all the same', async () => {
    const root = temporaryDirectory();
    systemFiles.makeDirectory(join(root, 'keys'));
    const options = optionsOn(systemFiles, root);
    await startOrResumeWipe(options);
    expect(statusOf(options)).toBe('dead');
  });
});

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
      const start = withEvidence ? options : resumed(options);
      void startOrResumeWipe({ ...start, clock, backOff }).then(() => resolve());
    });
    await off;
    return disk;
  }
  const noop = (): void => undefined;

  function filledDisk(): SimulatedDisk {
    const disk = new SimulatedDisk();
    fill(disk, '/data');
    return disk;
  }

  async function expectFinished(disk: SimulatedDisk): Promise<void> {
    const options = resumed(optionsOn(disk, '/data'));
    const status = statusOf(options);
    switch (status) {
      case 'none':
        expect(whatIsLeft(options)).toEqual(['device-share', ...ERASED_PLACES]);
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
    expect(undeliveredReceipt(reading)).toEqual({ receipt: RECEIPT, control: CONTROL });
  }

  test('before any operation: either nothing was begun, or the next start finishes it and has the receipt', async () => {
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

  test('with its tombstone damaged goes on to dead, without the receipt that was in it', async () => {
    const disk = filledDisk();
    const options = resumed(optionsOn(disk, '/data'));
    disk.write('/data/state/tombstone.json', Buffer.from('{"phase":'));
    expect(statusOf(options)).toBe('wiping');
    await startOrResumeWipe(options);
    expect(statusOf(options)).toBe('dead');
    expect(whatIsLeft(options)).toEqual([]);
    expect(undeliveredReceipt(readTombstone(disk, options.tombstonePath))).toBeUndefined();
  });
});

describe('S9 a wipe never gives up and never goes back', () => {
  test('a step that fails is tried again until it verifies, and keeps no other step waiting', async () => {
    const disk = new SimulatedDisk();
    fill(disk, '/data');
    let failuresLeft = 4;
    const share = shareOn(disk, '/data');
    const failing: ShareEraser = {
      erase: () => {
        failuresLeft -= 1;
        if (failuresLeft >= 0) throw new Error('key ring locked');
        share.erase();
      },
      isErased: () => share.isErased(),
    };
    const clock = quickClock();
    const progress: WipeProgress[] = [];
    const options = optionsOn(disk, '/data', { share: failing, clock, onProgress: (step) => progress.push(step) });
    await startOrResumeWipe(options);
    expect(clock.waits).toEqual([250, 500, 1000, 2000]);
    const firstRound = progress.filter(({ round }) => round === 1);
    expect(firstRound.filter(({ outcome }) => outcome === 'failed').map(({ step }) => step)).toEqual(['device-share']);
    expect(firstRound).toHaveLength(9);
    expect(progress.at(-1)).toEqual({ round: 5, step: 'platform', outcome: 'verified' });
  });

  test('a step that says it is done but does not verify is not taken for done', async () => {
    const root = temporaryDirectory();
    fill(systemFiles, root);
    const isErased = vi.fn<() => Promise<boolean>>().mockResolvedValueOnce(false).mockResolvedValue(true);
    const erase = vi.fn(() => Promise.resolve());
    await startOrResumeWipe(optionsOn(systemFiles, root, { platform: { name: 'test', erase, isErased } }));
    expect(erase).toHaveBeenCalledTimes(2);
  });

  test('a platform eraser that never answers does not hold up the wipe beyond its deadline', async () => {
    const root = temporaryDirectory();
    fill(systemFiles, root);
    const erase = vi
      .fn<() => Promise<void>>()
      .mockReturnValueOnce(new Promise(() => undefined))
      .mockResolvedValue();
    const quick = quickClock();
    // Every deadline passes after a moment.
    const setTimer: Clock['setTimer'] = (delay, then) => {
      if (delay !== STEP_DEADLINE_MS) return quick.setTimer(delay, then);
      const handle = setTimeout(then, 20);
      return { cancel: () => clearTimeout(handle) };
    };
    const platform = { name: 'test', erase, isErased: () => Promise.resolve(true) };
    await startOrResumeWipe(optionsOn(systemFiles, root, { platform, clock: { ...quick, setTimer } }));
    expect(erase).toHaveBeenCalledTimes(2);
  });

  test('while the tombstone cannot be written no key and no record is touched, but logs and caches make room', async () => {
    const disk = new SimulatedDisk();
    fill(disk, '/data');
    const left: string[][] = [];
    const options = optionsOn(disk, '/data', {
      backOff: () => (left.push(whatIsLeft(options)), 1),
    });
    disk.fault = (operation, path) => {
      const isFull = left.length < 2 && operation === 'write' && path.includes('tombstone');
      if (isFull) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
      return undefined;
    };
    await startOrResumeWipe(options);
    expect(left).toEqual([
      ['device-share', 'record', 'journal'],
      ['device-share', 'record', 'journal'],
    ]);
    expect(statusOf(options)).toBe('dead');
  });

  test('a wipe that was begun needs no room on the disk to go on', async () => {
    const disk = new SimulatedDisk();
    fill(disk, '/data');
    const options = optionsOn(disk, '/data');
    let isFull = false;
    disk.fault = (operation, path) => {
      if (operation === 'remove' && path.endsWith('share') && path.includes('keys')) isFull = true;
      if (operation === 'remove' && path.includes('caches')) isFull = false;
      if (isFull && operation === 'write') throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
      return undefined;
    };
    await startOrResumeWipe(options);
    expect(statusOf(options)).toBe('dead');
  });

  test('started twice at once it ends once, with the first receipt', async () => {
    const root = temporaryDirectory();
    fill(systemFiles, root);
    const options = optionsOn(systemFiles, root);
    const other = { ...options, evidence: { receipt: Buffer.from('another receipt'), control: undefined } };
    const [first, second] = await Promise.all([startOrResumeWipe(options), startOrResumeWipe(other)]);
    expect(first).toEqual(second);
    expect(first.receipt).toBe(RECEIPT.toString('base64'));
  });

  test('a receipt acknowledged during the wipe stays acknowledged', async () => {
    const disk = new SimulatedDisk();
    fill(disk, '/data');
    const { tombstonePath } = optionsOn(disk, '/data');
    const onProgress = ({ step }: WipeProgress): void => {
      if (step === 'journal') markReceiptDelivered(disk, tombstonePath);
    };
    const dead = await startOrResumeWipe(optionsOn(disk, '/data', { onProgress }));
    expect(dead.receiptDelivered).toBe(true);
  });

  test('evidence that no tombstone can hold does not stop it', async () => {
    const disk = new SimulatedDisk();
    fill(disk, '/data');
    const evidence = { receipt: RECEIPT, control: { address: 'not an address', caCertificatePem: 'PEM' } };
    const dead = await startOrResumeWipe(optionsOn(disk, '/data', { evidence }));
    expect(dead).toMatchObject({ phase: 'dead', receipt: RECEIPT.toString('base64'), control: null });
  });

  test.each([
    ['the folder of the tombstone', '/data/state'],
    ['the tombstone itself', '/data/state/tombstone.json'],
    ['a folder above it, spelt crookedly', '/data/logs/..'],
    ['a root', '/'],
    ['a relative path', 'logs'],
  ])('targets that hold %s are refused before anything is written', async (_, path) => {
    const disk = new SimulatedDisk();
    fill(disk, '/data');
    const options = optionsOn(disk, '/data');
    const targets = { ...options.targets, logs: [path] };
    await expect(startOrResumeWipe({ ...options, targets })).rejects.toThrow('wipe targets');
    expect(statusOf(options)).toBe('none');
    expect(whatIsLeft(options)).toHaveLength(7);
  });

  test('the waits grow to half a minute and stay there', () => {
    expect([1, 2, 3, 7, 8, 50].map(wipeBackOff)).toEqual([250, 500, 1000, 16_000, 30_000, 30_000]);
  });
});
