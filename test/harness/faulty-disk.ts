// Stands between this process and its disk: every operation of node:fs is counted, and a chosen one kills the process or
// fails. It takes the place of node:fs for everybody, so it is the first thing a program imports.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join } from 'node:path';
import { diskErrors } from './disk-faults.ts';
import type { Death, DiskError, DiskFault, DiskOperation } from './disk-faults.ts';

/** The operations so far. */
export const operations: DiskOperation[] = [];

let fault: DiskFault | undefined;

/** Starts to count anew. @param next what is to befall whom; nothing by default */
export function expectFault(next?: DiskFault): void {
  operations.length = 0;
  fault = next;
}

/** Writes a line to whoever started this program; at once, uncounted. */
export function say(line: unknown): void {
  const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
  let done = 0;
  while (done < bytes.length) done += writtenTo(1, bytes, done);
}

/** Bytes of a pipe that took some; none when whoever reads it is behind. */
function writtenTo(descriptor: number, bytes: Buffer, from: number): number {
  try {
    return real.writeSync(descriptor, bytes, from);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return 0;
    throw error;
  }
}

/** Opens files until there are that many descriptors left. */
export function useUpDescriptors(left: number): void {
  const opened: number[] = [];
  try {
    for (;;) opened.push(real.openSync('/dev/null', 'r'));
  } catch {
    for (const descriptor of opened.slice(opened.length - left)) real.closeSync(descriptor);
  }
}

const real = { ...fs };

function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

/** Counts an operation. @returns its number, after what befalls it beforehand */
function arrives(operation: DiskOperation): number {
  const number = operations.push(operation) - 1;
  if (fault?.kind === 'death' && fault.at === number && fault.moment === 'before') die();
  if (fault?.kind === 'error' && isDue(fault, number, operation)) throw errorOf(fault.code, operation);
  return number;
}

function isDue({ at, forGood, code }: Extract<DiskFault, { kind: 'error' }>, number: number, operation: DiskOperation) {
  const befallen: readonly DiskOperation[] = diskErrors[code];
  return (number === at || (forGood && number > at)) && befallen.includes(operation);
}

function errorOf(code: DiskError, syscall: string): Error {
  return Object.assign(new Error(`${code}: injected, ${syscall}`), { code, syscall, errno: -5 });
}

function leaves(number: number): void {
  if (fault?.kind === 'death' && fault.at === number && fault.moment === 'after') die();
}

function counted<A extends unknown[], R>(operation: DiskOperation, carryOut: (...given: A) => R) {
  return (...given: A): R => {
    const number = arrives(operation);
    const result = carryOut(...given);
    leaves(number);
    return result;
  };
}

/** An operation of the thread pool: what befalls it befalls it when it is asked for, or when it is done. */
function countedLater(carryOut: (descriptor: number, done: (error: Error | null) => void) => void) {
  return (descriptor: number, done: (error: Error | null) => void): void => {
    const number = attempted(() => arrives('sync'));
    if (number instanceof Error) {
      setImmediate(done, number);
      return;
    }
    carryOut(descriptor, (error) => {
      leaves(number);
      done(error);
    });
  };
}

function attempted(action: () => number): number | Error {
  try {
    return action();
  } catch (error) {
    return error as Error;
  }
}

const isForReading = (flags?: string | number): boolean =>
  flags === undefined ||
  (typeof flags === 'number' ? (flags & (fs.constants.O_CREAT | fs.constants.O_TRUNC)) === 0 : flags.startsWith('r'));

const openSync: typeof fs.openSync = (path, flags, mode) =>
  counted(isForReading(flags) ? 'open' : 'create', () => real.openSync(path, flags, mode))();

/** Writes from a Buffer may be halved; the rest of the forms node:fs knows are text, which is made a Buffer. */
function writeSync(descriptor: number, data: Uint8Array | string, ...where: (number | string | null)[]): number {
  if (descriptor <= 2) return real.writeSync(descriptor, String(data));
  const number = arrives('write');
  const bytes = bytesOf(data, where);
  const isHalved = fault?.at === number && (fault.kind === 'short-write' || isDeath(fault, 'within'));
  const written = real.writeSync(descriptor, isHalved ? bytes.subarray(0, bytes.length >> 1) : bytes);
  if (fault?.at === number && isDeath(fault, 'within')) die();
  leaves(number);
  return written;
}

function isDeath(which: DiskFault, moment: Death): boolean {
  return which.kind === 'death' && which.moment === moment;
}

function bytesOf(data: Uint8Array | string, [offset, length]: (number | string | null)[]): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  const from = typeof offset === 'number' ? offset : 0;
  return data.subarray(from, typeof length === 'number' ? from + length : undefined);
}

/** What `rmSync` does, so that each name it removes is an operation of its own. */
function rmSync(path: fs.PathLike, options: fs.RmOptions = {}): void {
  const found = real.lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) {
    if (options.force !== true) throw Object.assign(new Error(`ENOENT: ${String(path)}`), { code: 'ENOENT' });
  } else if (found.isDirectory()) {
    for (const name of real.readdirSync(path)) rmSync(join(String(path), name), options);
    counted('remove-directory', real.rmdirSync)(path);
  } else counted('unlink', real.unlinkSync)(path);
}

/** What a recursive `mkdirSync` does, folder by folder. */
function mkdirSync(path: fs.PathLike, options?: fs.MakeDirectoryOptions): void {
  if (options?.recursive !== true) {
    counted('make-directory', real.mkdirSync)(path, options);
  } else if (!real.existsSync(path)) {
    mkdirSync(dirname(String(path)), options);
    counted('make-directory', real.mkdirSync)(path, { ...options, recursive: false });
  }
}

Object.assign(fs, {
  openSync,
  writeSync,
  rmSync,
  mkdirSync,
  readFileSync: counted('read', real.readFileSync),
  readdirSync: counted('read', real.readdirSync),
  readSync: counted('read', real.readSync),
  fsyncSync: counted('sync', real.fsyncSync),
  fdatasyncSync: counted('sync', real.fdatasyncSync),
  fsync: countedLater(real.fsync),
  fdatasync: countedLater(real.fdatasync),
  ftruncateSync: counted('truncate', real.ftruncateSync),
  truncateSync: counted('truncate', real.truncateSync),
  renameSync: counted('rename', real.renameSync),
  linkSync: counted('link', real.linkSync),
  unlinkSync: counted('unlink', real.unlinkSync),
  rmdirSync: counted('remove-directory', real.rmdirSync),
});
syncBuiltinESMExports();
