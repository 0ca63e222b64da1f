import type { ErasureProof } from '@sallyport/protocol';
import { stageOfErasure, verifyErasure } from '@sallyport/protocol';
import { describe, expect, test, vi } from 'vitest';
import type { Clock } from '../platform/clock.ts';
import { markDelivered, proofOf, readTombstone, undeliveredProof, writeTombstone } from './tombstone.ts';
import type { ShareEraser } from './wipe-steps.ts';
import {
  deviceKey,
  eraserOf,
  evidence,
  fill,
  filledDisk,
  optionsOn,
  quickClock,
  reportKey,
  resumed,
  statusOf,
  whatIsLeft,
  signWith,
  publicKeyOf,
} from './wipe-testing.ts';
import type { WipeEvidence, WipeOptions, WipeProgress } from './wipe.ts';
import { startOrResumeWipe } from './wipe.ts';

describe('S33 what a wipe can prove', () => {
  const deviceSpki = (): Uint8Array<ArrayBuffer> => publicKeyOf(deviceKey);
  const told = async (changes: Partial<WipeOptions> = {}): Promise<{ stages: string[]; numbers: unknown[] }> => {
    const disk = filledDisk();
    const proofs: ErasureProof[] = [];
    const onProof = (proof: ErasureProof): unknown => proofs.push(proof);
    await startOrResumeWipe(optionsOn(disk, '/data', { sign: signWith, onProof, ...changes }));
    const outcomes = await Promise.all(proofs.map((proof) => verifyErasure(proof, deviceSpki())));
    const reports = outcomes.map((outcome) => (typeof outcome === 'string' ? outcome : outcome.report));
    return {
      stages: reports.map((report) => (typeof report === 'string' ? report : stageOfErasure(report))),
      numbers: reports.map((report) => (typeof report === 'string' ? report : report?.number)),
    };
  };

  test('is signed and durable when the keys are gone, and at its end', async () => {
    expect(await told()).toEqual({ stages: ['keys-destroyed', 'attested'], numbers: [1, 2] });
  });

  test('is signed once more before the platform’s erasers, which may take the machine away', async () => {
    expect(await told({ erasersFor: () => [eraserOf()] })).toEqual({
      stages: ['keys-destroyed', 'erased', 'attested'],
      numbers: [1, 2, 3],
    });
  });

  test('is news only when it says something new, however many rounds it takes', async () => {
    const isErased = vi.fn<() => Promise<boolean>>().mockResolvedValue(true);
    for (let rounds = 0; rounds < 6; rounds += 1) isErased.mockResolvedValueOnce(false);
    const { numbers } = await told({ erasersFor: () => [eraserOf({ isErased })] });
    expect([...new Set(numbers)]).toEqual([1, 2, 3, 4]);
    expect(numbers.length).toBeGreaterThan(6);
  });

  test('tells of a share that does not go: nothing is proved of the keys, whatever else is gone', async () => {
    let failuresLeft = 1;
    const share: ShareEraser = { erase: () => undefined, isErased: () => (failuresLeft -= 1) < 0 };
    expect((await told({ share })).stages).toEqual(['accepted', 'erased', 'attested']);
  });

  test('S9 no disk write stands between the durable tombstone and the destroyed share, nor before it is verified', async () => {
    const disk = filledDisk();
    const done: string[] = [];
    disk.fault = (operation, path) => void done.push(`${operation} ${path}`);
    await startOrResumeWipe(optionsOn(disk, '/data'));
    const share = done.indexOf('remove /data/keys/share');
    const before = done.slice(0, share).filter((operation) => !operation.startsWith('make-directory'));
    expect(before).toEqual([
      'create /data/state/tombstone.json.next',
      'write /data/state/tombstone.json.next',
      'sync /data/state/tombstone.json.next',
      'rename /data/state/tombstone.json',
      'sync-directory /data/state',
    ]);
    expect(done[share + 1]).toBe('sync-directory /data/keys');
    expect(done.filter((operation) => operation.startsWith('rename'))).toHaveLength(3);
  });

  test('the key of its reports is gone from the tombstone with the last of them, never before', async () => {
    const disk = filledDisk();
    const kept: (string | null)[] = [];
    const { tombstonePath } = optionsOn(disk, '/data');
    const onProof = (): void => {
      const reading = readTombstone(disk, tombstonePath);
      if (reading.state === 'present') kept.push(reading.tombstone.reportKey);
    };
    await startOrResumeWipe(optionsOn(disk, '/data', { onProof }));
    expect(kept).toEqual([reportKey, null]);
  });

  test('an acknowledgement stays noted; the same proof is offered again by a start that finds it unacknowledged', async () => {
    const disk = filledDisk();
    const options = optionsOn(disk, '/data');
    const dead = await startOrResumeWipe(options);
    const again = undeliveredProof(readTombstone(disk, options.tombstonePath));
    expect(again?.proof).toEqual(proofOf(dead));
    markDelivered(disk, options.tombstonePath);
    expect(await startOrResumeWipe(resumed(options))).toEqual({ ...dead, delivered: true });
  });
});

describe('S34 what the policy chose to do below the files', () => {
  test('is kept for later starts, and without the means for it the laptop stays wiping', async () => {
    const disk = filledDisk();
    const chosen: WipeEvidence = { ...evidence, erasers: ['luks2', 'power-off'], dataVolume: '/dev/sda3' };
    const failing = eraserOf({ isErased: () => Promise.resolve(false) });
    const begun = optionsOn(disk, '/data', { start: { kind: 'begin', evidence: chosen }, erasersFor: () => [failing] });
    const outcome = { over: false };
    const cut = { ...begun, backOff: () => ((outcome.over = true), 1_000_000_000) };
    const never: Clock = { ...quickClock(), setTimer: () => ({ cancel: () => undefined }) };
    void startOrResumeWipe({ ...cut, clock: never });
    await vi.waitFor(() => expect(outcome.over).toBe(true));
    const rounds: WipeProgress[] = [];
    const isOver = { now: false };
    const later = { ...resumed(begun), erasersFor: () => [], onProgress: (step: WipeProgress) => rounds.push(step) };
    void startOrResumeWipe({ ...later, clock: never, backOff: () => ((isOver.now = true), 1) });
    await vi.waitFor(() => expect(isOver.now).toBe(true));
    expect(rounds.at(-1)).toEqual({ round: 1, step: 'luks2', outcome: 'failed' });
    expect(statusOf(begun)).toBe('wiping');
    const asked: unknown[] = [];
    const erasersFor: WipeOptions['erasersFor'] = (from) => (asked.push([from.erasers, from.dataVolume]), [eraserOf()]);
    const dead = await startOrResumeWipe({ ...resumed(begun), erasersFor });
    expect(asked[0]).toEqual([['luks2', 'power-off'], '/dev/sda3']);
    expect(dead.steps.at(-1)).toMatchObject({ step: 'luks2', outcome: 'verified' });
  });

  test('a tombstone that no longer says it: the machine’s own volume is erased', async () => {
    const disk = filledDisk();
    disk.write('/data/state/tombstone.json', Buffer.from('damaged'));
    const fallback = { erasers: ['luks2'], dataVolume: '/dev/sda3' } as const;
    const options = resumed(optionsOn(disk, '/data', { fallback, erasersFor: () => [eraserOf()] }));
    const dead = await startOrResumeWipe(options);
    expect(dead.steps.map(({ step }) => step)).toContain('luks2');
    expect(dead.notice).toBeNull();
  });

  test('S9 verified steps are looked at again at a start that finds it wiping', async () => {
    const disk = filledDisk();
    const options = optionsOn(disk, '/data');
    const dead = await startOrResumeWipe(options);
    writeTombstone(disk, options.tombstonePath, { ...dead, phase: 'wiping', reportKey });
    fill(disk, '/data');
    const again = await startOrResumeWipe(resumed(options));
    expect(whatIsLeft(options)).toEqual([]);
    expect(again.reported?.number).toBeGreaterThan(dead.reported?.number ?? 0);
  });
});
