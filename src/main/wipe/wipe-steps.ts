import { dirname, isAbsolute, relative, resolve } from 'node:path';
import type { Files } from '../platform/files.ts';
import type { PlatformEraser } from './platform-eraser.ts';

/** The device's share in the key store, as something to destroy. */
export interface ShareEraser {
  /** Destroys the share and proves it; throws when it cannot. Harmless when done already. */
  erase(): void;
  /** Says whether the share is certainly gone; may throw when it cannot tell. */
  isErased(): boolean;
}

/** What is erased from the disk after the share, in this order. */
export const ERASED_PLACES = ['record', 'journal', 'browser-profile', 'logs', 'caches', 'crash-dumps'] as const;
export type ErasedPlace = (typeof ERASED_PLACES)[number];

/** Absolute paths of files and folders, by what they hold. */
export type WipeTargets = Readonly<Record<ErasedPlace, readonly string[]>>;

/** One thing a wipe does, and how it is proved. Both may be tried any number of times. */
export interface WipeStep {
  readonly name: 'device-share' | ErasedPlace | 'platform';
  carryOut(): void | Promise<void>;
  verify(): boolean | Promise<boolean>;
}

/** What {@link wipeSteps} needs. */
export interface WipeParts {
  readonly files: Files;
  readonly share: ShareEraser;
  readonly targets: WipeTargets;
  readonly platform: PlatformEraser;
}

/** The targets would erase the tombstone, or a path among them is no place to erase. */
export class WipeTargetsFault extends Error {
  constructor() {
    super('wipe targets: a path is relative, a root, or holds the tombstone');
    this.name = 'WipeTargetsFault';
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
  const paths = ERASED_PLACES.flatMap((place) => targets[place]);
  if (!isAbsolute(tombstonePath) || !paths.every(isSound)) throw new WipeTargetsFault();
}

/** The steps of a wipe that follow its tombstone, in order: keys before what they protect. */
export function wipeSteps({ files, share, targets, platform }: WipeParts): readonly WipeStep[] {
  return [
    // SECURITY: crypto-erase: a deleted file may still be on a flash disk; without its key it is noise (S9).
    { name: 'device-share', carryOut: () => share.erase(), verify: () => share.isErased() },
    ...ERASED_PLACES.map((place) => erasingStep(files, place, targets[place])),
    { name: 'platform', carryOut: () => platform.erase(), verify: () => platform.isErased() },
  ];
}

const EXPENDABLE: readonly WipeStep['name'][] = ['browser-profile', 'logs', 'caches', 'crash-dumps'];

/** Says whether a step may be carried out before there is a tombstone: it takes away nothing anybody needs. */
export function isExpendable({ name }: WipeStep): boolean {
  return EXPENDABLE.includes(name);
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
