import { dirname } from 'node:path';
import type { AppendableFile, Files } from '../files.ts';
import { READ_LIMIT } from '../files.ts';
import { FileFault } from '../plain-file.ts';

/** Thrown by every operation from the moment the simulated power fails. */
export class PowerCut extends Error {
  constructor() {
    super('power cut');
    this.name = 'PowerCut';
  }
}

/** What a power cut leaves of bytes that were written but never flushed. */
export const UNFLUSHED_CONTENTS = ['lost', 'kept', 'torn', 'hole'] as const;
export type UnflushedContents = (typeof UNFLUSHED_CONTENTS)[number];

/** A file's bytes: those on the platter and those a running system sees. */
interface Node {
  durable: Uint8Array;
  current: Uint8Array;
}
type Entry = Node | 'directory';

/** Disks store whole sectors; the hole that stands for a lost one is as long. */
const SECTOR_LENGTH = 512;

const newNode = (): Node => ({ durable: new Uint8Array(), current: new Uint8Array() });

function absent(path: string): Error {
  return Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
}

function survivingContents({ durable, current }: Node, fate: UnflushedContents): Uint8Array {
  if (fate === 'lost') return durable;
  if (fate === 'kept') return current;
  const common = current.length >= durable.length ? durable.length : 0;
  const middle = common + Math.floor((current.length - common) / 2);
  if (fate === 'torn') return current.slice(0, middle);
  const holed = Uint8Array.from(current);
  holed.fill(0, common, common - (common % SECTOR_LENGTH) + SECTOR_LENGTH);
  return holed;
}

function survivorOf(entry: Entry, fate: UnflushedContents): Entry {
  if (entry === 'directory') return entry;
  const bytes = survivingContents(entry, fate);
  return { durable: bytes, current: bytes };
}

/**
 * A disk in memory that keeps apart what is durable and what is merely written, as a real one does, and whose power can
 * be made to fail before any chosen operation. For tests only.
 */
export class SimulatedDisk implements Files {
  /** Number of changing operations carried out so far. */
  operations = 0;
  /** The operation before which the power fails; never by default. */
  powerFailsAt = Infinity;
  /**
   * When set, called before each changing operation; what it throws is what the operation throws. Answering 'partly'
   * makes an append store half of its bytes and then fail as a full disk does.
   */
  fault: ((operation: string, path: string) => 'partly' | undefined) | undefined;
  #durable = new Map<string, Entry>();
  #current = new Map<string, Entry>();

  /** Says whether the power has failed. */
  get isOff(): boolean {
    return this.operations >= this.powerFailsAt;
  }

  /**
   * The disk as the next start finds it.
   * @param names whether names changed since the last directory flush survive
   * @param contents what becomes of bytes that were not flushed
   */
  afterPowerCut(names: 'lost' | 'kept', contents: UnflushedContents): SimulatedDisk {
    const next = new SimulatedDisk();
    const survivors = new Map<Entry, Entry>();
    for (const [path, entry] of names === 'kept' ? this.#current : this.#durable) {
      const survivor = survivors.get(entry) ?? survivorOf(entry, contents);
      survivors.set(entry, survivor);
      next.#durable.set(path, survivor);
      next.#current.set(path, survivor);
    }
    return next;
  }

  read(path: string, limit = READ_LIMIT): Uint8Array | undefined {
    if (this.isOff) throw new PowerCut();
    const entry = this.#current.get(path);
    if (entry === 'directory') throw new FileFault('not-plain');
    if (entry !== undefined && entry.current.length > limit) throw new FileFault('too-large');
    return entry && Uint8Array.from(entry.current);
  }

  write(path: string, bytes: Uint8Array): void {
    this.#step('create', path);
    const node = this.#fileAt(path);
    node.current = new Uint8Array();
    this.#step('write', path);
    node.current = Uint8Array.from(bytes);
    this.#step('sync', path);
    node.durable = node.current;
  }

  syncFile(path: string): void {
    this.#step('sync', path);
    const node = this.#existing(path);
    if (node !== 'directory') node.durable = node.current;
  }

  syncDirectory(path: string): void {
    this.#step('sync-directory', path);
    this.#existing(path);
    const inside = (name: string): boolean => name === path || dirname(name) === path;
    for (const name of this.#durable.keys()) if (inside(name) && !this.#current.has(name)) this.#durable.delete(name);
    for (const [name, entry] of this.#current) if (inside(name)) this.#durable.set(name, entry);
  }

  link(from: string, to: string): void {
    this.#step('link', to);
    if (this.#current.has(to)) throw Object.assign(new Error(`EEXIST: ${to}`), { code: 'EEXIST' });
    this.#current.set(to, this.#existing(from));
  }

  rename(from: string, to: string): void {
    this.#step('rename', to);
    const entry = this.#existing(from);
    // POSIX: two names of one file stay as they are.
    if (entry !== 'directory' && entry === this.#current.get(to)) return;
    this.#current.delete(from);
    this.#current.set(to, entry);
  }

  remove(path: string): void {
    const doomed = [...this.#current.keys()].filter((name) => name === path || name.startsWith(`${path}/`));
    for (const name of doomed.toReversed()) {
      this.#step('remove', name);
      this.#current.delete(name);
    }
  }

  exists(path: string): boolean {
    if (this.isOff) throw new PowerCut();
    return this.#current.has(path);
  }

  list(path: string): string[] {
    if (this.isOff) throw new PowerCut();
    const names = [...this.#current.keys()].filter((name) => dirname(name) === path && name !== path);
    return names.map((name) => name.slice(path.length + 1));
  }

  makeDirectory(path: string): void {
    if (this.#current.get(path) === 'directory') return;
    if (path !== dirname(path)) this.makeDirectory(dirname(path));
    this.#step('make-directory', path);
    this.#current.set(path, 'directory');
    // A crash that loses whole folders is the same as one before they were made; keep them, lose what is in them.
    this.#durable.set(path, 'directory');
  }

  openForAppend(path: string): AppendableFile {
    this.#step('open', path);
    const node = this.#fileAt(path);
    return {
      append: (bytes) => {
        const fate = this.#step('append', path);
        const stored = fate === 'partly' ? bytes.subarray(0, bytes.length >> 1) : bytes;
        node.current = Buffer.concat([node.current, stored]);
        if (fate === 'partly') throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
      },
      sync: async () => {
        await Promise.resolve();
        this.#step('sync', path);
        node.durable = node.current;
      },
      close: () => undefined,
    };
  }

  #step(operation: string, path: string): 'partly' | undefined {
    if (this.isOff) throw new PowerCut();
    const fate = this.fault?.(operation, path);
    this.operations += 1;
    return fate;
  }

  #existing(path: string): Entry {
    const entry = this.#current.get(path);
    if (entry === undefined) throw absent(path);
    return entry;
  }

  #fileAt(path: string): Node {
    const entry = this.#current.get(path) ?? newNode();
    if (entry === 'directory') throw new FileFault('not-plain');
    if (this.#current.get(dirname(path)) !== 'directory') throw absent(path);
    this.#current.set(path, entry);
    return entry;
  }
}
