import { dirname, join } from 'node:path';
import type { z } from 'zod';
import type { Files } from '../platform/files.ts';
import type { Random } from '../platform/random.ts';
import type { ShareOrigin } from './device-share.ts';
import { zero } from './keys.ts';
import type { OpenedRecord, RecordBinding } from './record-envelope.ts';
import { openRecord, RECORD_SIZE_LIMIT, sealRecord } from './record-envelope.ts';

/** The part of an electron-store (or conf) instance that is used: assigning to `store` writes the whole file. */
export interface RecordStore {
  store: Record<string, unknown>;
}

/** Shape of `ElectronStore`, injected because importing it needs Electron. */
export type RecordStoreConstructor = new (options: {
  cwd: string;
  name: string;
  fileExtension: string;
  configFileMode: number;
  accessPropertiesByDotNotation: boolean;
  clearInvalidConfig: boolean;
  serialize: (content: Record<string, unknown>) => string;
  deserialize: (text: string) => Record<string, unknown>;
}) => RecordStore;

/** What {@link openSealedRecord} needs. */
export interface SealedRecordOptions<T> {
  /** Folder of the record; made when absent. */
  readonly directory: string;
  /** 32 bytes from `recordKey`; copied, the caller's to zero. */
  readonly key: Uint8Array;
  /** Whether the key is older than this start: then a missing file is a refusal. */
  readonly keyOrigin: ShareOrigin;
  readonly binding: RecordBinding;
  /** Strict schema of the contents. */
  readonly schema: z.ZodType<T>;
  /** Contents of a record that never was. */
  readonly initial: T;
  /** `ElectronStore`. */
  readonly Store: RecordStoreConstructor;
  readonly files: Files;
  readonly random: Random;
}

/** What became of opening a record. */
export type SealedRecordResult<T> =
  | { readonly outcome: 'fresh' | 'opened'; readonly record: SealedRecord<T> }
  | { readonly outcome: 'refused'; readonly reason: 'tampered' | 'missing' };

/** Why work on an open record failed. */
export type SealedRecordFaultReason = 'closed' | 'not-durable' | 'invalid-contents' | 'unknown-schema' | 'too-large';

/** A fault while working on the sealed record; carries nothing of its contents. */
export class SealedRecordFault extends Error {
  readonly reason: SealedRecordFaultReason;
  constructor(reason: SealedRecordFaultReason) {
    super(`sealed record: ${reason}`);
    this.name = 'SealedRecordFault';
    this.reason = reason;
  }
}

const NAME = 'record';
const EXTENSION = 'sealed';

/**
 * Opens the device's sealed record, or makes it when its key is new. Nothing but the record's holder may write the file.
 *
 * A write goes through electron-store into a staging folder, is flushed, read back, opened and compared, and only then
 * takes the record's place: electron-store by itself neither flushes the folder nor notices a write cut short by a full
 * disk, and in some environments writes in place.
 *
 * @returns `fresh` or `opened` with the record; refused as `missing` when the key is old and the file is not there, as
 *   `tampered` when any byte of it, its binding or its key is not what was sealed
 * @throws SealedRecordFault `unknown-schema` for an authentic record of another schema version, `invalid-contents` for
 *   authentic contents (or an `initial`) the schema refuses; the file system's error when the disk fails
 */
export function openSealedRecord<T>(options: SealedRecordOptions<T>): SealedRecordResult<T> {
  const { directory, files, key, binding, initial } = options;
  files.makeDirectory(directory);
  files.remove(join(directory, 'staging'));
  const text = files.read(join(directory, `${NAME}.${EXTENSION}`));
  if (text === undefined) return createRecord(options, initial);
  if (text.length > RECORD_SIZE_LIMIT) return { outcome: 'refused', reason: 'tampered' };
  const opened = openRecord(key, binding, Buffer.from(text).toString('utf8'));
  if (opened === undefined) return { outcome: 'refused', reason: 'tampered' };
  if (opened.schemaVersion !== binding.schemaVersion) throw new SealedRecordFault('unknown-schema');
  return {
    outcome: 'opened',
    record: new SealedRecord(options, checked(options.schema, opened.value), opened.generation),
  };
}

function createRecord<T>(options: SealedRecordOptions<T>, initial: T): SealedRecordResult<T> {
  // SECURITY: rollback: a key that has been used without its record means that the record was taken away (S8).
  if (options.keyOrigin === 'existing') return { outcome: 'refused', reason: 'missing' };
  const record = new SealedRecord(options, checked(options.schema, initial), 0);
  record.update((value) => value);
  return { outcome: 'fresh', record };
}

function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new SealedRecordFault('invalid-contents');
  return deepFreeze(parsed.data);
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}

/** The open sealed record of a device: one value, held in memory and durable on the disk. */
export class SealedRecord<T> {
  readonly #options: SealedRecordOptions<T>;
  readonly #key: Uint8Array;
  #value: T;
  #generation: number;
  #isOpen = true;

  /** Use {@link openSealedRecord}. */
  constructor(options: SealedRecordOptions<T>, value: T, generation: number) {
    this.#options = options;
    this.#key = Uint8Array.from(options.key);
    this.#value = value;
    this.#generation = generation;
  }

  /** The contents, deeply frozen. */
  get value(): T {
    return this.#value;
  }

  /** How many times the record was written, over its whole life; a lower number than seen before is a rollback. */
  get generation(): number {
    return this.#generation;
  }

  /**
   * Replaces the contents by `change(contents)`; durable before it returns, and unchanged in memory when it throws.
   * @throws SealedRecordFault when the record is closed, the schema refuses the contents or the disk did not keep them;
   *   the file system's error when the disk fails
   */
  update(change: (value: T) => T): void {
    if (!this.#isOpen) throw new SealedRecordFault('closed');
    const value = checked(this.#options.schema, change(this.#value));
    this.#commit(value, this.#generation + 1);
    this.#value = value;
    this.#generation += 1;
  }

  /** Zeroes the key; the record can be read but no longer changed. Does nothing when called again. */
  close(): void {
    this.#isOpen = false;
    zero(this.#key);
  }

  #commit(value: T, generation: number): void {
    const { directory, files } = this.#options;
    const staged = this.#stage(value, generation);
    files.syncFile(staged);
    this.#compare(staged, value, generation);
    files.rename(staged, join(directory, `${NAME}.${EXTENSION}`));
    files.syncDirectory(directory);
    files.syncDirectory(dirname(directory));
  }

  #stage(value: T, generation: number): string {
    const { directory, files, Store } = this.#options;
    const staging = join(directory, 'staging');
    files.remove(staging);
    files.makeDirectory(staging);
    const store = new Store({
      cwd: staging,
      name: NAME,
      fileExtension: EXTENSION,
      configFileMode: 0o600,
      accessPropertiesByDotNotation: false,
      clearInvalidConfig: false,
      serialize: (content) => this.#serialize(content['value'], generation),
      deserialize: (text) => ({ value: this.#deserialize(text).value }),
    });
    store.store = { value };
    return join(staging, `${NAME}.${EXTENSION}`);
  }

  #serialize(value: unknown, generation: number): string {
    const { binding, random } = this.#options;
    const text = sealRecord(this.#key, binding, { value, generation }, random);
    if (text.length > RECORD_SIZE_LIMIT) throw new SealedRecordFault('too-large');
    return text;
  }

  #deserialize(text: string): OpenedRecord {
    const opened = openRecord(this.#key, this.#options.binding, text);
    if (opened === undefined) throw new SealedRecordFault('not-durable');
    return opened;
  }

  #compare(path: string, value: T, generation: number): void {
    const text = Buffer.from(this.#options.files.read(path) ?? []).toString('utf8');
    const written = this.#deserialize(text);
    const isSame = written.generation === generation && JSON.stringify(written.value) === JSON.stringify(value);
    if (!isSame) throw new SealedRecordFault('not-durable');
  }
}
