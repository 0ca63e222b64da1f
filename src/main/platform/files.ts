import {
  closeSync,
  constants,
  fdatasync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { openPlainFile } from './plain-file.ts';

/** Largest file, in bytes, that is read where the reader names no limit. */
export const READ_LIMIT = 4 * 1024 * 1024;

/** A file that is open for appending. */
export interface AppendableFile {
  /** Writes all of `bytes` at the end; they are not durable before {@link sync}. */
  append(bytes: Uint8Array): void;
  /** Resolves once everything appended so far is on the disk; rejects when the disk says it is not. */
  sync(): Promise<void>;
  /** Gives the descriptor back; does nothing when called again. */
  close(): void;
}

/**
 * The file operations of the vault and the wipe, and nothing more. All throw the system's error (`code` set) when they
 * fail. A change of a name (create, link, rename, remove) is durable only after {@link syncDirectory} of the folder it is
 * in. What opens a file throws `FileFault` where something else stands in its place: a link, a pipe, a device, a folder, a
 * file of another account (the system's own is taken).
 */
export interface Files {
  /**
   * Returns the content, or undefined when there is no such file.
   * @param limit largest file taken, in bytes; {@link READ_LIMIT} when not given
   * @throws FileFault also `too-large`, before anything is read
   */
  read(path: string, limit?: number): Uint8Array | undefined;
  /** Creates or empties the file (mode 0600), writes all of `bytes` and makes them durable. */
  write(path: string, bytes: Uint8Array): void;
  /** Makes what was written to an existing file durable. */
  syncFile(path: string): void;
  /** Makes the names in a folder durable. */
  syncDirectory(path: string): void;
  /** Gives a file a second name, `to`, which must not exist; both lead to the same bytes. */
  link(from: string, to: string): void;
  /** Replaces `to` by `from` in one step. */
  rename(from: string, to: string): void;
  /** Removes a file, or a folder with all it holds; links are removed, not followed. Absent is fine. */
  remove(path: string): void;
  /** Says whether the name exists, be it a file, a folder or a link that leads nowhere. */
  exists(path: string): boolean;
  /** Names in a folder; none when there is no such folder. */
  list(path: string): string[];
  /** Makes a folder and those above it (mode 0700); existing is fine. */
  makeDirectory(path: string): void;
  /** Opens an existing or new file (mode 0600) for appending. */
  openForAppend(path: string): AppendableFile;
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

function orWhenAbsent<T>(attempt: () => T, absent: T): T {
  try {
    return attempt();
  } catch (error) {
    if (isAbsent(error)) return absent;
    throw error;
  }
}

function withFile<T>(path: string, flags: number, limit: number, use: (descriptor: number, size: number) => T): T {
  const { descriptor, size } = openPlainFile(path, flags, limit);
  try {
    return use(descriptor, size);
  } finally {
    closeSync(descriptor);
  }
}

/** Reads as many bytes as the file had when it was opened, however it grows meanwhile. */
function readAll(descriptor: number, size: number): Uint8Array {
  const bytes = Buffer.alloc(size);
  let done = 0;
  for (let got = 1; got > 0 && done < size; done += got) got = readSync(descriptor, bytes, done, size - done, null);
  return bytes.subarray(0, done);
}

/** A single write may store fewer bytes than it was given and still succeed: a nearly full disk does. */
function writeAll(descriptor: number, bytes: Uint8Array): void {
  let done = 0;
  while (done < bytes.length) done += writeSync(descriptor, bytes, done);
}

function writeFile(path: string, bytes: Uint8Array): void {
  withFile(path, constants.O_WRONLY | constants.O_CREAT, Infinity, (descriptor) => {
    ftruncateSync(descriptor);
    writeAll(descriptor, bytes);
    fsyncSync(descriptor);
  });
}

function syncDirectory(path: string): void {
  // Windows cannot open a folder for flushing; NTFS writes names through its own log.
  if (process.platform === 'win32') return;
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** POSIX fdatasync also flushes what is needed to read the bytes back: a file's new length, not its times. */
function syncData(descriptor: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fdatasync(descriptor, (error) => (error === null ? resolve() : reject(error)));
  });
}

function openForAppend(path: string): AppendableFile {
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT;
  const { descriptor } = openPlainFile(path, flags, Infinity);
  let isOpen = true;
  return {
    append: (bytes) => writeAll(descriptor, bytes),
    sync: () => syncData(descriptor),
    close: () => {
      if (isOpen) closeSync(descriptor);
      isOpen = false;
    },
  };
}

/** The machine's own file system. */
export const systemFiles: Files = {
  read: (path, limit = READ_LIMIT) =>
    orWhenAbsent<Uint8Array | undefined>(() => withFile(path, constants.O_RDONLY, limit, readAll), undefined),
  write: writeFile,
  syncFile: (path) => withFile(path, constants.O_RDWR, Infinity, fsyncSync),
  syncDirectory,
  link: linkSync,
  rename: renameSync,
  remove: (path) => rmSync(path, { recursive: true, force: true, maxRetries: 3 }),
  exists: (path) => orWhenAbsent(() => lstatSync(path, { throwIfNoEntry: false }) !== undefined, false),
  list: (path) => orWhenAbsent(() => readdirSync(path), []),
  makeDirectory: (path) => void mkdirSync(path, { recursive: true, mode: 0o700 }),
  openForAppend,
};
