import { dirname } from 'node:path';
import type {
  ErasureProof,
  ErasureStep,
  ErasureStepName,
  PlatformEraser as ChosenEraser,
  SignedErasureNotice,
  SignedReceipt,
} from '@sallyport/protocol';
import { fixedErasureSteps } from '@sallyport/protocol';
import type { Clock } from '../platform/clock.ts';
import type { Files } from '../platform/files.ts';
import type { PlatformEraser } from './platform/platform-eraser.ts';
import type { ControlContact, Tombstone } from './tombstone.ts';
import { fittingTombstone, proofOf, readTombstone, writeTombstone } from './tombstone.ts';
import type { SignWith } from './wipe-report.ts';
import { pendingSteps, reportTime, sayTheSame, signNextReport, stepsAfter } from './wipe-report.ts';
import type { WipeParts, WipeStep } from './wipe-steps.ts';
import { checkTargets, isExpendable, wipeStepNames, wipeSteps } from './wipe-steps.ts';

/** What is known of a wipe before anything is destroyed; all of it is kept in the tombstone. */
export interface WipeEvidence {
  /** When the wipe begins, ms since 1970: as the notice says it. */
  readonly startedAt: number;
  /** Null when the lease ran out. */
  readonly receipt: SignedReceipt | null;
  /** Null when the device cannot sign one: it was never enrolled, or its record does not open. */
  readonly notice: SignedErasureNotice | null;
  /** The private half of the notice's report key, PKCS #8, PEM. */
  readonly reportKey: string | null;
  /** How to post the proof later without an identity. */
  readonly control: ControlContact | null;
  /** What the policy chose to do below the files. */
  readonly erasers: readonly ChosenEraser[];
  readonly dataVolume: string | null;
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
  /** `resume`: the disk said at this start that a wipe is under way. */
  readonly start: { readonly kind: 'begin'; readonly evidence: WipeEvidence } | { readonly kind: 'resume' };
  /** What this start can erase below the files, of what the tombstone's policy chose. Must not throw. */
  readonly erasersFor: (chosen: Pick<Tombstone, 'erasers' | 'dataVolume'>) => readonly PlatformEraser[];
  /** What to do below the files when the tombstone no longer says it. */
  readonly fallback: Pick<WipeEvidence, 'erasers' | 'dataVolume'>;
  readonly sign: SignWith;
  readonly clock: Clock;
  /** Wait in ms after the given number of rounds (from 1) that left something unverified. */
  readonly backOff: (rounds: number) => number;
  readonly onProgress?: (progress: WipeProgress) => void;
  /** Told of the proof whenever it is durable: once the share is gone, and after every round. */
  readonly onProof?: (proof: ErasureProof, isRoundOver: boolean) => void;
}

/** How long a single step may take before it counts as failed and is tried again, in ms. */
export const stepDeadline = 60_000;

/** Waits a quarter of a second, then twice as long each time, up to half a minute. */
export function wipeBackOff(rounds: number): number {
  return Math.min(30_000, 250 * 2 ** Math.min(rounds - 1, 10));
}

/**
 * Wipes the device, or goes on with a wipe that was cut off. Nothing is destroyed before the tombstone with the notice is
 * durable; from then on there is no way back. Every round tries every step in order, whatever became of the one before,
 * also those that an earlier start had verified, and rounds go on until one has verified all of them. Calling it again at
 * any time, also while it runs, is safe.
 *
 * The tombstone is written once before the share is destroyed, again only after that has been verified, and then when a
 * round has news: so that a full or failing disk holds up nothing but the report.
 *
 * @returns resolves to the dead device's tombstone; does not resolve while any step fails
 * @throws WipeTargetsFault (as a rejection, before anything is written) when the wipe would erase its own tombstone
 */
export async function startOrResumeWipe(options: WipeOptions): Promise<Tombstone> {
  checkTargets(options.targets, options.tombstonePath);
  const wipe = new Wipe(options);
  for (let round = 1; ; round += 1) {
    const dead = await wipe.round(round);
    if (dead !== undefined) return dead;
    await pause(options.clock, options.backOff(round));
  }
}

/** One wipe in this process: what it does, and the tombstone as it was last durable. */
class Wipe {
  readonly #options: WipeOptions;
  #tombstone: Tombstone | undefined;

  constructor(options: WipeOptions) {
    this.#options = options;
  }

  /** Tries every step once. @returns the dead device's tombstone once all are verified */
  async round(round: number): Promise<Tombstone | undefined> {
    const begun = attempt(() => this.#begin());
    this.#tell(round, 'tombstone', begun !== undefined);
    if (begun?.phase === 'dead') return begun;
    if (begun === undefined) return this.#makeRoom(round);
    const { erasersFor } = this.#options;
    const names = begun.steps.map(({ step }) => step);
    let { steps } = begun;
    for (const step of wipeSteps(this.#options, names, erasersFor(begun))) {
      const isVerified = await carryOutVerified(step, this.#options.clock);
      const at = reportTime(this.#options.clock.now(), begun.startedAt);
      steps = stepsAfter(steps, { step: step.name, outcome: isVerified ? 'verified' : 'failed', at });
      this.#tell(round, step.name, isVerified);
      if (reportsAfter(step.name, steps)) await this.#report(steps, 'wiping', false);
    }
    return this.#report(steps, steps.every(({ outcome }) => outcome === 'verified') ? 'dead' : 'wiping', true);
  }

  /** SECURITY: a kill always finishes: on a full disk the tombstone finds room once logs and caches are gone (S9). */
  async #makeRoom(round: number): Promise<undefined> {
    for (const step of wipeSteps(this.#options, wipeStepNames([]), []).filter(isExpendable)) {
      this.#tell(round, step.name, await carryOutVerified(step, this.#options.clock));
    }
  }

  /** Makes sure that there is a durable tombstone, and returns it. */
  #begin(): Tombstone {
    const { files, tombstonePath, start } = this.#options;
    const reading = readTombstone(files, tombstonePath);
    if (reading.state === 'present') {
      // It may stand in memory only, when the attempt that wrote it was cut off; flushing takes no room on the disk.
      flush(files, tombstonePath);
      this.#tombstone = reading.tombstone;
      return reading.tombstone;
    }
    // What looked like a tombstone at this start and is none: a failing disk alone does not erase a healthy laptop.
    if (reading.state === 'absent' && start.kind === 'resume' && this.#tombstone === undefined) {
      throw new NothingBegun();
    }
    const tombstone = this.#tombstone ?? this.#newTombstone();
    writeTombstone(files, tombstonePath, tombstone);
    this.#tombstone = tombstone;
    return tombstone;
  }

  #newTombstone(): Tombstone {
    const { start, clock, erasersFor, fallback } = this.#options;
    const nothing = { startedAt: clock.now(), receipt: null, notice: null, reportKey: null, control: null };
    const evidence: WipeEvidence = start.kind === 'begin' ? start.evidence : { ...nothing, ...fallback };
    const chosen = { erasers: [...evidence.erasers], dataVolume: evidence.dataVolume };
    return fittingTombstone({
      ...evidence,
      ...chosen,
      version: 2,
      phase: 'wiping',
      startedAt: reportTime(evidence.startedAt),
      steps: pendingSteps(wipeStepNames(erasersFor(chosen))),
      reported: null,
      delivered: false,
    });
  }

  /**
   * Signs what is news, makes it durable and hands the proof on.
   * @returns the tombstone when it is a dead device's, durable
   */
  async #report(
    steps: Tombstone['steps'],
    phase: Tombstone['phase'],
    isRoundOver: boolean,
  ): Promise<Tombstone | undefined> {
    const before = this.#tombstone;
    if (before === undefined) return undefined;
    const isNews = phase === 'dead' || before.reported === null || !sayTheSame(steps, before.steps);
    if (isNews) {
      const { clock, sign } = this.#options;
      const signed = await signNextReport(before, { steps, phase, now: clock.now() }, sign);
      attempt(() => this.#keep(before, { ...before, steps, phase, reported: signed ?? before.reported }));
    }
    const after = this.#tombstone ?? before;
    const proof = proofOf(after);
    if (proof !== undefined) this.#options.onProof?.(proof, isRoundOver);
    return after.phase === 'dead' ? after : undefined;
  }

  /** Replaces the tombstone, unless another run of the same wipe has come further: it never goes back. */
  #keep(before: Tombstone, tombstone: Tombstone): void {
    const { files, tombstonePath } = this.#options;
    const reading = readTombstone(files, tombstonePath);
    // SECURITY: dead stays dead, and a report's number is used once (S9).
    if (reading.state === 'present' && hasComeFurther(reading.tombstone, before)) {
      this.#tombstone = reading.tombstone;
      return;
    }
    // SECURITY: with the last report its key is gone from here: nothing more can be said in this wipe's name (S33).
    const kept = tombstone.phase === 'dead' ? { ...tombstone, reportKey: null } : tombstone;
    writeTombstone(files, tombstonePath, kept);
    this.#tombstone = kept;
  }

  #tell(round: number, step: WipeProgress['step'], isVerified: boolean): void {
    this.#options.onProgress?.({ round, step, outcome: isVerified ? 'verified' : 'failed' });
  }
}

/** Once the share is gone; and before the platform's erasers when there are any, which may take the machine away. */
function reportsAfter(name: ErasureStepName, steps: readonly ErasureStep[]): boolean {
  const index = steps.findIndex(({ step }) => step === name);
  if (index === 0) return steps[0]?.outcome === 'verified';
  return index === fixedErasureSteps.length - 1 && index < steps.length - 1;
}

/** At this start the disk no longer says that there is a wipe to go on with. */
class NothingBegun extends Error {}

function hasComeFurther(standing: Tombstone, before: Tombstone): boolean {
  return standing.phase === 'dead' || (standing.reported?.number ?? 0) > (before.reported?.number ?? 0);
}

function flush(files: Files, path: string): void {
  files.syncFile(path);
  files.syncDirectory(dirname(path));
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
    const timer = clock.setTimer(stepDeadline, () => reject(new Error('wipe step took too long')));
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

function pause(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => void clock.setTimer(delayMs, resolve));
}
