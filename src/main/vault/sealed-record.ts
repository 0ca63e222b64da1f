import { dirname } from 'node:path';
import type { z } from 'zod';
import type { Files } from '../platform/files.ts';
import type { Random } from '../platform/random.ts';
import type { ShareOrigin } from './device-share.ts';
import { zero } from './keys.ts';
import type { OpenedRecord, RecordBinding } from './record-envelope.ts';
import { openRecord, RECORD_SIZE_LIMIT, sealRecord } from './record-envelope.ts';
import type { RecordDamage } from './record-generations.ts';
import {
  findGenerations,
  newestPath,
  previousPath,
  RECORD_EXTENSION,
  RECORD_NAME,
  stagingPath,
  utf8,
} from './record-generations.ts';

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

/**
 * What became of opening a record. `damaged`: the newest file is not what was committed last; the record is the last good
 * generation, older than what the laptop knew, and fit for reporting only.
 */
export type SealedRecordResult<T> =
  | { readonly outcome: 'fresh' | 'opened'; readonly record: SealedRecord<T> }
  | { readonly outcome: 'damaged'; readonly reason: RecordDamage; readonly record: SealedRecord<T> }
  | { readonly outcome: 'refused'; readonly reason: RecordDamage };

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

/** More than the writings that can lie between a generation and the one kept before it, failed ones among them. */
const NUMBERS_SKIPPED = 1024;

/**
 * Opens the device's sealed record, or makes it when its key is new. Nothing but the record's holder may write the file.
 *
 * A write goes through electron-store into a staging folder, is flushed, read back, opened and compared, and only then
 * takes the record's place: electron-store by itself neither flushes the folder nor notices a write cut short by a full
 * disk, and in some environments writes in place. The generation before stays beside it: it has a second name before its
 * own is taken, and becomes the previous one only once its successor is durable, so that the two are never the same.
 *
 * @returns `fresh` or `opened` with the record; `damaged` with the last good generation when the newest file is not there
 *   (`missing`), is not what was sealed or is no newer than the one kept before it (`tampered`); refused for the same
 *   reasons when there is no good generation, `missing` only when the key is older than this start
 * @throws SealedRecordFault `unknown-schema` for an authentic record of another schema version, `invalid-contents` for
 *   authentic contents (or an `initial`) the schema refuses; the file system's error when the disk fails
 */
export function openSealedRecord<T>(options: SealedRecordOptions<T>): SealedRecordResult<T> {
  const { directory, files, keyOrigin } = options;
  files.makeDirectory(directory);
  files.syncDirectory(dirname(directory));
  files.remove(stagingPath(directory));
  const { newest, previous } = findGenerations(options);
  if (typeof newest === 'object') {
    const inTheWay = previous === 'tampered' ? [previousPath(directory)] : [];
    return { outcome: 'opened', record: recordOf(options, newest, inTheWay) };
  }
  // SECURITY: the generation before is never taken for the newest, only handed over as what is left (S31).
  if (typeof previous === 'object') {
    const record = recordOf(options, previous, [newestPath(directory)], NUMBERS_SKIPPED);
    return { outcome: 'damaged', reason: newest, record };
  }
  if (newest !== 'missing' || previous !== 'missing') return { outcome: 'refused', reason: 'tampered' };
  // SECURITY: rollback: a key that has been used without its record means that the record was taken away (S8).
  return keyOrigin === 'existing' ? { outcome: 'refused', reason: 'missing' } : createRecord(options);
}

function recordOf<T>(
  options: SealedRecordOptions<T>,
  { schemaVersion, value, generation }: OpenedRecord,
  inTheWay: readonly string[],
  skipped = 0,
): SealedRecord<T> {
  if (schemaVersion !== options.binding.schemaVersion) throw new SealedRecordFault('unknown-schema');
  return new SealedRecord(options, checked(options.schema, value), {
    generation,
    begun: generation + skipped,
    inTheWay,
  });
}

function createRecord<T>(options: SealedRecordOptions<T>): SealedRecordResult<T> {
  const record = new SealedRecord(options, checked(options.schema, options.initial), unwritten);
  try {
    record.update((value) => value);
    return { outcome: 'fresh', record };
  } catch (error) {
    record.close();
    throw error;
  }
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

/** How far the writing of a record has come. */
interface WritingState {
  readonly generation: number;
  /** Highest number that a writing may have been begun with: one that failed may have reached the disk all the same. */
  readonly begun: number;
  /** What stands where our files belong and is none of them. */
  readonly inTheWay: readonly string[];
}

const unwritten: WritingState = { generation: 0, begun: 0, inTheWay: [] };

/** The open sealed record of a device: one value, held in memory and durable on the disk. */
export class SealedRecord<T> {
  readonly #options: SealedRecordOptions<T>;
  readonly #key: Uint8Array;
  #value: T;
  #generation: number;
  #begun: number;
  #inTheWay: readonly string[];
  #isOpen = true;

  /** Use {@link openSealedRecord}. */
  constructor(options: SealedRecordOptions<T>, value: T, { generation, begun, inTheWay }: WritingState) {
    this.#options = options;
    this.#key = Uint8Array.from(options.key);
    this.#value = value;
    this.#generation = generation;
    this.#begun = begun;
    this.#inTheWay = inTheWay;
  }

  /** The contents, deeply frozen. */
  get value(): T {
    return this.#value;
  }

  /** Counts up with every writing, over the record's whole life; a lower number than seen before is a rollback. */
  get generation(): number {
    return this.#generation;
  }

  /**
   * Replaces the contents by `change(contents)`; durable before it returns, and unchanged in memory when it throws (the
   * next opening then finds either the old or the new contents).
   * @throws SealedRecordFault when the record is closed, the schema refuses the contents or the disk did not keep them;
   *   the file system's error when the disk fails
   */
  update(change: (value: T) => T): void {
    if (!this.#isOpen) throw new SealedRecordFault('closed');
    const value = checked(this.#options.schema, change(this.#value));
    this.#begun += 1;
    this.#commit(value, this.#begun);
    this.#value = value;
    this.#generation = this.#begun;
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
    this.#inTheWay.forEach((path) => files.remove(path));
    this.#inTheWay = [];
    const kept = this.#keepCurrent();
    files.rename(staged, newestPath(directory));
    files.syncDirectory(directory);
    // Only now: were it before, a power cut in between would leave the same generation twice, as a hand would.
    if (kept !== undefined) files.rename(kept, previousPath(directory));
  }

  /** Gives the generation on the disk a second name, as its own is about to be taken. */
  #keepCurrent(): string | undefined {
    const { directory, files } = this.#options;
    if (!files.exists(newestPath(directory))) return undefined;
    const kept = previousPath(stagingPath(directory));
    files.link(newestPath(directory), kept);
    return kept;
  }

  #stage(value: T, generation: number): string {
    const { directory, files, Store } = this.#options;
    const staging = stagingPath(directory);
    files.remove(staging);
    files.makeDirectory(staging);
    const store = new Store({
      cwd: staging,
      name: RECORD_NAME,
      fileExtension: RECORD_EXTENSION,
      configFileMode: 0o600,
      accessPropertiesByDotNotation: false,
      clearInvalidConfig: false,
      serialize: (content) => this.#serialize(content['value'], generation),
      deserialize: (text) => ({ value: this.#deserialize(text).value }),
    });
    store.store = { value };
    return newestPath(staging);
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
    const text = this.#options.files.read(path, RECORD_SIZE_LIMIT);
    const written = this.#deserialize(utf8(text ?? new Uint8Array()));
    const isSame = written.generation === generation && JSON.stringify(written.value) === JSON.stringify(value);
    if (!isSame) throw new SealedRecordFault('not-durable');
  }
}
