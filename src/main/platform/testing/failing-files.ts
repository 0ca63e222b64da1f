import type { Files } from '../files.ts';

/** Errors that a disk gives. */
export const DISK_ERRORS = ['EIO', 'ENOSPC', 'EROFS', 'EMFILE'] as const;
export type DiskError = (typeof DISK_ERRORS)[number];

/** Which call fails, and how. */
export interface Failure {
  /** Number of the call, from 0. */
  readonly at: number;
  /** How many calls in a row fail; all from there on when Infinity. */
  readonly times: number;
  /** Whether the failing call has done its work. */
  readonly when: 'before' | 'after';
  readonly code: DiskError;
}

/**
 * The same disk, but chosen calls fail. Every call counts, reading ones and those on an open file too. For tests only.
 * @returns the disk, and how many calls it has had
 */
export function failingFiles(files: Files, failure: Failure): { files: Files; calls: () => number } {
  let calls = 0;
  const guarded = <A extends unknown[], R>(operation: (...given: A) => R): ((...given: A) => R) => {
    return (...given) => {
      const fails = calls >= failure.at && calls < failure.at + failure.times;
      calls += 1;
      if (fails && failure.when === 'before') throw diskError(failure.code);
      const result = operation(...given);
      if (fails) throw diskError(failure.code);
      return result;
    };
  };
  return {
    files: {
      read: guarded((path, limit) => files.read(path, limit)),
      write: guarded((path, bytes) => files.write(path, bytes)),
      syncFile: guarded((path) => files.syncFile(path)),
      syncDirectory: guarded((path) => files.syncDirectory(path)),
      link: guarded((from, to) => files.link(from, to)),
      rename: guarded((from, to) => files.rename(from, to)),
      remove: guarded((path) => files.remove(path)),
      exists: guarded((path) => files.exists(path)),
      list: guarded((path) => files.list(path)),
      makeDirectory: guarded((path) => files.makeDirectory(path)),
      openForAppend: guarded((path) => {
        const file = files.openForAppend(path);
        return {
          append: guarded((bytes) => file.append(bytes)),
          sync: guarded(() => file.sync()),
          close: () => file.close(),
        };
      }),
    },
    calls: () => calls,
  };
}

function diskError(code: DiskError): Error {
  return Object.assign(new Error(code), { code });
}
