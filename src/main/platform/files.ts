import {
  closeSync,
  fsync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';

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
 * fail. A change of a name (create, rename, remove) is durable only after {@link syncDirectory} of the folder it is in.
 */
export interface Files {
  /** Returns the content, or undefined when there is no such file. */
  read(path: string): Uint8Array | undefined;
  /** Creates or empties the file (mode 0600), writes all of `bytes` and makes them durable. */
  write(path: string, bytes: Uint8Array): void;
  /** Makes what was written to an existing file durable. */
  syncFile(path: string): void;
  /** Makes the names in a folder durable. */
  syncDirectory(path: string): void;
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

const OWNER_ONLY = 0o600;

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

function withDescriptor(path: string, flags: string, use: (descriptor: number) => void): void {
  const descriptor = openSync(path, flags, OWNER_ONLY);
  try {
    use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** A single write may store fewer bytes than it was given and still succeed: a nearly full disk does. */
function writeAll(descriptor: number, bytes: Uint8Array): void {
  let done = 0;
  while (done < bytes.length) done += writeSync(descriptor, bytes, done);
}

function writeFile(path: string, bytes: Uint8Array): void {
  withDescriptor(path, 'w', (descriptor) => {
    writeAll(descriptor, bytes);
    fsyncSync(descriptor);
  });
}

function syncDirectory(path: string): void {
  // Windows cannot open a folder for flushing; NTFS writes names through its own log.
  if (process.platform === 'win32') return;
  withDescriptor(path, 'r', fsyncSync);
}

function syncDescriptor(descriptor: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fsync(descriptor, (error) => (error === null ? resolve() : reject(error)));
  });
}

function openForAppend(path: string): AppendableFile {
  const descriptor = openSync(path, 'a', OWNER_ONLY);
  let isOpen = true;
  return {
    append: (bytes) => writeAll(descriptor, bytes),
    sync: () => syncDescriptor(descriptor),
    close: () => {
      if (isOpen) closeSync(descriptor);
      isOpen = false;
    },
  };
}

/** The machine's own file system. */
export const systemFiles: Files = {
  read: (path) => orWhenAbsent<Uint8Array | undefined>(() => readFileSync(path), undefined),
  write: writeFile,
  syncFile: (path) => withDescriptor(path, 'r+', fsyncSync),
  syncDirectory,
  rename: renameSync,
  remove: (path) => rmSync(path, { recursive: true, force: true, maxRetries: 3 }),
  exists: (path) => orWhenAbsent(() => lstatSync(path, { throwIfNoEntry: false }) !== undefined, false),
  list: (path) => orWhenAbsent(() => readdirSync(path), []),
  makeDirectory: (path) => void mkdirSync(path, { recursive: true, mode: 0o700 }),
  openForAppend,
};
