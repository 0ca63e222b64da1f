import { dirname, isAbsolute, relative, resolve } from 'node:path';
import type { ErasureStepName } from '@sallyport/protocol';
import { fixedErasureSteps } from '@sallyport/protocol';
import type { Files } from '../platform/files.ts';
import type { PlatformEraser } from './platform/platform-eraser.ts';

/** The device's share in the key store, as something to destroy. */
export interface ShareEraser {
  /** Destroys the share and proves it; throws when it cannot. Harmless when done already. */
  erase(): void;
  /** Says whether the share is certainly gone; may throw when it cannot tell. */
  isErased(): boolean;
}

/** What is erased from the disk after the share. */
export type ErasedPlace = Exclude<(typeof fixedErasureSteps)[number], 'device-share'>;
/** What is erased from the disk after the share, in this order. */
export const erasedPlaces: readonly ErasedPlace[] = fixedErasureSteps.filter((step) => step !== 'device-share');

/** Absolute paths of files and folders, by what they hold. */
export type WipeTargets = Readonly<Record<ErasedPlace, readonly string[]>>;

/** One thing a wipe does, and how it is proved. Both may be tried any number of times. */
export interface WipeStep {
  readonly name: ErasureStepName;
  carryOut(): void | Promise<void>;
  verify(): boolean | Promise<boolean>;
}

/** What {@link wipeSteps} needs. */
export interface WipeParts {
  readonly files: Files;
  readonly share: ShareEraser;
  readonly targets: WipeTargets;
}

/** The targets would erase the tombstone, or a path among them is no place to erase. */
export class WipeTargetsFault extends Error {
  constructor() {
    super('wipe targets: a path is relative, a root, or holds the tombstone');
    this.name = 'WipeTargetsFault';
  }
}

/** This start has no means to do what the wipe's policy asks for. */
export class NoEraserFault extends Error {
  constructor(step: ErasureStepName) {
    super(`wipe: no eraser for ${step}`);
    this.name = 'NoEraserFault';
  }
}

function holds(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (!isAbsolute(way) && way.split(/[\\/]/)[0] !== '..');
}

/**
 * Checks, before anything depends on it, that a wipe would spare its own tombstone.
 * @throws WipeTargetsFault when it would not
 */
export function checkTargets(targets: WipeTargets, tombstonePath: string): void {
  const isSound = (path: string): boolean =>
    isAbsolute(path) && dirname(path) !== path && !holds(resolve(path), resolve(tombstonePath));
  const paths = erasedPlaces.flatMap((place) => targets[place]);
  if (!isAbsolute(tombstonePath) || !paths.every(isSound)) throw new WipeTargetsFault();
}

/** The names of a wipe's steps, in order: keys before what they protect, what lies below the files last. */
export function wipeStepNames(erasers: readonly PlatformEraser[]): readonly ErasureStepName[] {
  return [...fixedErasureSteps, ...new Set(erasers.map(({ step }) => step))];
}

/**
 * The steps of a wipe that follow its tombstone.
 * @param names the wipe's own, as its tombstone has them
 * @param erasers what this start can erase below the files
 */
export function wipeSteps(
  { files, share, targets }: WipeParts,
  names: readonly ErasureStepName[],
  erasers: readonly PlatformEraser[],
): readonly WipeStep[] {
  return names.map((name) => {
    // SECURITY: crypto-erase: a deleted file may still be on a flash disk; without its key it is noise (S9).
    if (name === 'device-share') return { name, carryOut: () => share.erase(), verify: () => share.isErased() };
    if (isErasedPlace(name)) return erasingStep(files, name, targets[name]);
    return platformStep(name, erasers);
  });
}

function isErasedPlace(name: ErasureStepName): name is ErasedPlace {
  return (erasedPlaces as readonly ErasureStepName[]).includes(name);
}

const expendable: readonly ErasureStepName[] = ['browser-profile', 'logs', 'caches', 'crash-dumps'];

/** Says whether a step may be carried out before there is a tombstone: it takes away nothing anybody needs. */
export function isExpendable({ name }: WipeStep): boolean {
  return expendable.includes(name);
}

/** SECURITY: what the policy asked for is never left out: without the means for it the laptop stays wiping (S34). */
function platformStep(name: PlatformEraser['step'], erasers: readonly PlatformEraser[]): WipeStep {
  const eraser = erasers.find(({ step }) => step === name);
  if (eraser !== undefined) return { name, carryOut: () => eraser.erase(), verify: () => eraser.isErased() };
  return { name, carryOut: () => Promise.reject(new NoEraserFault(name)), verify: () => false };
}

function erasingStep(files: Files, name: ErasedPlace, paths: readonly string[]): WipeStep {
  return {
    name,
    carryOut: () => erase(files, paths),
    verify: () => paths.every((path) => !files.exists(path)),
  };
}

/** Tries every path, whatever became of the one before, and throws the last failure. */
function erase(files: Files, paths: readonly string[]): void {
  let failure: { readonly error: unknown } | undefined;
  for (const path of paths) {
    try {
      files.remove(path);
      if (files.exists(dirname(path))) files.syncDirectory(dirname(path));
    } catch (error) {
      failure = { error };
    }
  }
  if (failure !== undefined) throw failure.error;
}
