import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ErasureProof } from '@sallyport/protocol';
import { fixedErasureSteps } from '@sallyport/protocol';
import { describe, expect, test, vi } from 'vitest';
import type { Clock } from '../platform/clock.ts';
import { systemFiles } from '../platform/files.ts';
import { temporaryDirectory } from '../platform/testing/temporary-directory.ts';
import { proofOf, readTombstone, undeliveredProof } from './tombstone.ts';
import type { ShareEraser } from './wipe-steps.ts';
import {
  eraserOf,
  evidence,
  fill,
  filledDisk,
  optionsOn,
  quickClock,
  reportOf,
  resumed,
  shareOn,
  statusOf,
  verifiedSteps,
  whatIsLeft,
  signWith,
} from './wipe-testing.ts';
import type { WipeEvidence, WipeProgress } from './wipe.ts';
import { startOrResumeWipe, stepDeadline, wipeBackOff } from './wipe.ts';

describe('S9 a wipe on a real disk', () => {
  test('leaves nothing but the tombstone with the receipt, and says so at every later start', async () => {
    const root = temporaryDirectory();
    fill(systemFiles, root);
    mkdirSync(join(root, 'kept'));
    writeFileSync(join(root, 'kept', 'file'), 'not ours');
    symlinkSync(join(root, 'kept'), join(root, 'browser-profile', 'link'));
    const options = optionsOn(systemFiles, root);
    const dead = await startOrResumeWipe(options);
    expect(dead).toMatchObject({ phase: 'dead', notice: evidence.notice, reportKey: null, delivered: false });
    expect(dead.steps).toEqual(verifiedSteps);
    expect(whatIsLeft(options)).toEqual([]);
    expect(statusOf(options)).toBe('dead');
    expect(undeliveredProof(readTombstone(systemFiles, options.tombstonePath))).toEqual({
      proof: proofOf(dead),
      control: evidence.control,
    });
    expect(readFileSync(join(root, 'kept', 'file'), 'utf8')).toBe('not ours');
    expect(await startOrResumeWipe(resumed(options))).toEqual(dead);
    expect(existsSync(join(root, 'state', 'tombstone.json.next'))).toBe(false);
  });

  test('goes through its steps in order, keys first, the platform last', async () => {
    const root = temporaryDirectory();
    fill(systemFiles, root);
    const progress: WipeProgress[] = [];
    const erasersFor = () => [eraserOf(), eraserOf({ step: 'mdm' })];
    await startOrResumeWipe(optionsOn(systemFiles, root, { erasersFor, onProgress: (step) => progress.push(step) }));
    expect(progress.map(({ step }) => step)).toEqual(['tombstone', ...fixedErasureSteps, 'luks2', 'mdm']);
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

describe('S9 a wipe never gives up and never goes back', () => {
  test('a step that fails is tried again until it verifies, and keeps no other step waiting', async () => {
    const disk = filledDisk();
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
    expect(firstRound).toHaveLength(8);
    expect(progress.at(-1)).toEqual({ round: 5, step: 'crash-dumps', outcome: 'verified' });
  });

  test('a step that says it is done but does not verify is not taken for done', async () => {
    const root = temporaryDirectory();
    fill(systemFiles, root);
    const isErased = vi.fn<() => Promise<boolean>>().mockResolvedValueOnce(false).mockResolvedValue(true);
    const erase = vi.fn(() => Promise.resolve());
    await startOrResumeWipe(optionsOn(systemFiles, root, { erasersFor: () => [eraserOf({ erase, isErased })] }));
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
      if (delay !== stepDeadline) return quick.setTimer(delay, then);
      const handle = setTimeout(then, 20);
      return { cancel: () => clearTimeout(handle) };
    };
    const erasersFor = () => [eraserOf({ erase })];
    await startOrResumeWipe(optionsOn(systemFiles, root, { erasersFor, clock: { ...quick, setTimer } }));
    expect(erase).toHaveBeenCalledTimes(2);
  });

  test('while the tombstone cannot be written no key and no record is touched, but logs and caches make room', async () => {
    const disk = filledDisk();
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
    const disk = filledDisk();
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

  test('started twice at once it ends once, with the first notice, and no number is used for two reports', async () => {
    const root = temporaryDirectory();
    fill(systemFiles, root);
    const proofs: ErasureProof[] = [];
    const onProof = (proof: ErasureProof): unknown => proofs.push(proof);
    const options = optionsOn(systemFiles, root, { onProof, sign: signWith });
    const other: WipeEvidence = { ...evidence, notice: null, reportKey: null, control: null };
    const [first, second] = await Promise.all([
      startOrResumeWipe(options),
      startOrResumeWipe({ ...options, start: { kind: 'begin', evidence: other } }),
    ]);
    expect(first).toEqual(second);
    expect(first.notice).toEqual(evidence.notice);
    const byNumber = new Map<number | undefined, string | undefined>();
    for (const { report } of proofs) {
      const number = reportOf({ reported: report && { number: 1, report } })?.number;
      expect(byNumber.get(number) ?? report?.report).toBe(report?.report);
      byNumber.set(number, report?.report);
    }
  });

  test('dead stays dead: nothing that comes later begins it anew', async () => {
    const disk = filledDisk();
    const options = optionsOn(disk, '/data');
    const dead = await startOrResumeWipe(options);
    fill(disk, '/data');
    expect(await startOrResumeWipe(options)).toEqual(dead);
    expect(whatIsLeft(options)).not.toEqual([]);
  });

  test('evidence that no tombstone can hold does not stop it', async () => {
    const disk = filledDisk();
    const odd = { ...evidence, control: { address: 'a'.repeat(500), caCertificate: 'PEM' } };
    const dead = await startOrResumeWipe(optionsOn(disk, '/data', { start: { kind: 'begin', evidence: odd } }));
    expect(dead).toMatchObject({ phase: 'dead', notice: evidence.notice, control: null });
  });

  test('a key that does not sign does not stop it: it ends dead, without its reports', async () => {
    const disk = filledDisk();
    const sign = (): Promise<string> => Promise.reject(new Error('no key'));
    const dead = await startOrResumeWipe(optionsOn(disk, '/data', { sign }));
    expect(dead).toMatchObject({ phase: 'dead', notice: evidence.notice, reported: null, reportKey: null });
  });

  test.each([
    ['the folder of the tombstone', '/data/state'],
    ['the tombstone itself', '/data/state/tombstone.json'],
    ['a folder above it, spelt crookedly', '/data/logs/..'],
    ['a root', '/'],
    ['a relative path', 'logs'],
  ])('targets that hold %s are refused before anything is written', async (_, path) => {
    const disk = filledDisk();
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
