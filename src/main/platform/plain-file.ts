import { closeSync, constants, fstatSync, lstatSync, openSync } from 'node:fs';
import type { Stats } from 'node:fs';

/** Why what stands in a file's place is not used: no file, somebody else's, or larger than the reader takes. */
export type FileFaultReason = 'not-plain' | 'foreign' | 'too-large';

/** What stands at a path is not a file of ours; it was neither read nor written. */
export class FileFault extends Error {
  readonly reason: FileFaultReason;
  constructor(reason: FileFaultReason) {
    super(`file: ${reason}`);
    this.name = 'FileFault';
    this.reason = reason;
  }
}

/** What is asked of a file before it is used. */
export interface PlainFileTerms {
  /** The account we run as; undefined where the system has no such number. */
  readonly owner: number | undefined;
  /** Largest file taken, in bytes. */
  readonly limit: number;
}

const OWNER_ONLY = 0o600;
const SUPERUSER = 0;

/**
 * Says what is wrong with a file.
 * @returns nothing when it is a plain file of ours (or the system's: whoever is root need not trick us) within the limit
 */
export function fileFaultOf(
  stats: Pick<Stats, 'isFile' | 'uid' | 'size'>,
  { owner, limit }: PlainFileTerms,
): FileFaultReason | undefined {
  if (!stats.isFile()) return 'not-plain';
  if (owner !== undefined && stats.uid !== owner && stats.uid !== SUPERUSER) return 'foreign';
  return stats.size > limit ? 'too-large' : undefined;
}

/** A file that has been looked at; its holder closes it. */
export interface PlainFile {
  readonly descriptor: number;
  /** Its length when it was opened, in bytes. */
  readonly size: number;
}

/**
 * Opens a plain file of ours; a new one is for its owner only.
 * @param flags of open(2), from `constants`
 * @param limit largest file taken, in bytes
 * @throws FileFault when something else stands there; the system's error, such as ENOENT
 */
export function openPlainFile(path: string, flags: number, limit: number): PlainFile {
  const terms: PlainFileTerms = { owner: process.getuid?.(), limit };
  const standing = lstatSync(path, { throwIfNoEntry: false });
  // SECURITY: opening a device already does something, so that it is looked at before as well as after (S31).
  if (standing !== undefined) requirePlain(standing, terms);
  const descriptor = openUnfollowed(path, flags);
  try {
    const stats = fstatSync(descriptor);
    requirePlain(stats, terms);
    return { descriptor, size: stats.size };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function requirePlain(stats: Stats, terms: PlainFileTerms): void {
  const reason = fileFaultOf(stats, terms);
  if (reason !== undefined) throw new FileFault(reason);
}

/** Windows knows neither flag; there the look before is what refuses a link. */
const unfollowed =
  ((constants.O_NOFOLLOW as number | undefined) ?? 0) | ((constants.O_NONBLOCK as number | undefined) ?? 0);

function openUnfollowed(path: string, flags: number): number {
  try {
    // SECURITY: neither a link put there meanwhile is followed nor a pipe waited for (S31).
    return openSync(path, flags | unfollowed, OWNER_ONLY);
  } catch (error) {
    if (error instanceof Error && 'code' in error && isObstacle(error.code)) throw new FileFault('not-plain');
    throw error;
  }
}

/** A link, a pipe or socket nobody serves, a folder opened for writing. */
function isObstacle(code: unknown): boolean {
  return code === 'ELOOP' || code === 'ENXIO' || code === 'EISDIR';
}
