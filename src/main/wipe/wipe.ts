import { dirname } from 'node:path';
import type { Clock } from '../platform/clock.ts';
import type { Files } from '../platform/files.ts';
import type { ControlContact, Tombstone } from './tombstone.ts';
import { fittingTombstone, readTombstone, writeTombstone } from './tombstone.ts';
import type { WipeParts, WipeStep } from './wipe-steps.ts';
import { checkTargets, isExpendable, wipeSteps } from './wipe-steps.ts';

/** Why the device is to be wiped, as far as the tombstone keeps it. */
export interface WipeEvidence {
  /** The signed receipt, or undefined when the device cannot sign one (its record does not open). */
  readonly receipt: Uint8Array | undefined;
  /** How to post the receipt later without an identity; undefined when not known. */
  readonly control: ControlContact | undefined;
}

/** What a wipe tells as it goes; carries no path and no secret. */
export interface WipeProgress {
  /** 1 for the first round over all steps. */
  readonly round: number;
  readonly step: 'tombstone' | WipeStep['name'];
  readonly outcome: 'verified' | 'failed';
}

/** What {@link startOrResumeWipe} needs. */
export interface WipeOptions extends WipeParts {
  readonly tombstonePath: string;
  /** Kept from the first call that gives one; later ones change nothing. Undefined on resuming at a start. */
  readonly evidence?: WipeEvidence;
  readonly clock: Clock;
  /** Wait in ms after the given number of rounds (from 1) that left something unverified. */
  readonly backOff: (rounds: number) => number;
  readonly onProgress?: (progress: WipeProgress) => void;
}

/** How long a single step may take before it counts as failed and is tried again, in ms. */
export const STEP_DEADLINE_MS = 60_000;

/** Waits a quarter of a second, then twice as long each time, up to half a minute. */
export function wipeBackOff(rounds: number): number {
  return Math.min(30_000, 250 * 2 ** Math.min(rounds - 1, 10));
}

/**
 * Wipes the device, or goes on with a wipe that was cut off. Nothing is destroyed before the tombstone with the receipt is
 * durable; from then on there is no way back. Every round tries every step in order, whatever became of the one before,
 * and rounds go on until one round has verified all of them. Calling it again at any time, also while it runs, is safe.
 *
 * @returns resolves to the dead device's tombstone; does not resolve while any step fails
 * @throws WipeTargetsFault (as a rejection, before anything is written) when the wipe would erase its own tombstone
 */
export async function startOrResumeWipe(options: WipeOptions): Promise<Tombstone> {
  checkTargets(options.targets, options.tombstonePath);
  for (let round = 1; ; round += 1) {
    const dead = await wipeRound(options, round);
    if (dead !== undefined) return dead;
    await pause(options.clock, options.backOff(round));
  }
}

async function wipeRound(options: WipeOptions, round: number): Promise<Tombstone | undefined> {
  const begun = attempt(() => begin(options));
  report(options, round, 'tombstone', begun !== undefined);
  if (begun?.phase === 'dead') return begun;
  const steps = wipeSteps(options);
  // SECURITY: a kill always finishes: on a full disk the tombstone finds room once logs and caches are gone (S9).
  const isDone = await carryOutAll(options, round, begun === undefined ? steps.filter(isExpendable) : steps);
  return isDone && begun !== undefined ? attempt(() => finish(options)) : undefined;
}

async function carryOutAll(options: WipeOptions, round: number, steps: readonly WipeStep[]): Promise<boolean> {
  let isDone = true;
  for (const step of steps) {
    const isVerified = await carryOutVerified(step, options.clock);
    report(options, round, step.name, isVerified);
    isDone &&= isVerified;
  }
  return isDone;
}

/** Makes sure that there is a durable tombstone, and returns it. */
function begin(options: WipeOptions): Tombstone {
  const { files, tombstonePath } = options;
  const reading = readTombstone(files, tombstonePath);
  if (reading.state === 'present' && !isRicher(options, reading.tombstone)) {
    // It may stand in memory only, when the attempt that wrote it was cut off; flushing takes no room on the disk.
    if (reading.tombstone.phase === 'wiping') flush(files, tombstonePath);
    return reading.tombstone;
  }
  const tombstone = newTombstone(options);
  writeTombstone(files, tombstonePath, tombstone);
  return tombstone;
}

function flush(files: Files, path: string): void {
  files.syncFile(path);
  files.syncDirectory(dirname(path));
}

/** An evidence that comes after a wipe was begun without one, as after a damaged tombstone, is still worth keeping. */
function isRicher({ evidence }: WipeOptions, { receipt, phase }: Tombstone): boolean {
  return phase === 'wiping' && receipt === null && evidence?.receipt !== undefined;
}

function newTombstone({ evidence, clock }: WipeOptions): Tombstone {
  const receipt = evidence?.receipt;
  return fittingTombstone({
    version: 1,
    phase: 'wiping',
    startedAt: Math.trunc(clock.now()),
    receipt: receipt === undefined ? null : Buffer.from(receipt).toString('base64'),
    receiptDelivered: false,
    control: evidence?.control ?? null,
  });
}

/** Reads again before it writes: the receipt may have been acknowledged meanwhile. */
function finish(options: WipeOptions): Tombstone {
  const { files, tombstonePath } = options;
  const reading = readTombstone(files, tombstonePath);
  const tombstone = reading.state === 'present' ? reading.tombstone : newTombstone(options);
  const dead: Tombstone = { ...tombstone, phase: 'dead' };
  writeTombstone(files, tombstonePath, dead);
  return dead;
}

async function carryOutVerified(step: WipeStep, clock: Clock): Promise<boolean> {
  try {
    await withDeadline(clock, async () => step.carryOut());
    return await withDeadline(clock, async () => step.verify());
  } catch {
    return false;
  }
}

function withDeadline<T>(clock: Clock, work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimer(STEP_DEADLINE_MS, () => reject(new Error('wipe step took too long')));
    work()
      .then(resolve, reject)
      .finally(() => timer.cancel());
  });
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

function report({ onProgress }: WipeOptions, round: number, step: WipeProgress['step'], isVerified: boolean): void {
  onProgress?.({ round, step, outcome: isVerified ? 'verified' : 'failed' });
}

function pause(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => void clock.setTimer(delayMs, resolve));
}
