import type { AppendableFile, Files } from '../platform/files.ts';
import type { Random } from '../platform/random.ts';
import { replaceFile } from '../platform/replace-file.ts';
import type { FrameContext } from './journal-frames.ts';
import { BATCH_SIZE_LIMIT, ENTRY_SIZE_LIMIT, FRAME_OVERHEAD, scanFrames, sealFrame } from './journal-frames.ts';
import type { JournalBinding } from './journal-header.ts';
import { newGeneration, openHeader } from './journal-header.ts';
import { zero } from './keys.ts';

/** Largest journal, in bytes; rotate before it is reached. */
const JOURNAL_SIZE_LIMIT = 64 * 1024 * 1024;
/** Most entries that may wait for the disk. */
const QUEUE_LIMIT = 4096;

/** How far a journal has come; later positions have a higher generation or, within it, more records. */
export interface JournalPosition {
  readonly generation: number;
  readonly records: number;
}

/** What {@link openSealedJournal} needs. */
export interface SealedJournalOptions {
  readonly path: string;
  readonly binding: JournalBinding;
  /** 32 bytes from `journalWrapKey`; copied, the caller's to zero. */
  readonly wrapKey: Uint8Array;
  /** A position it has certainly reached, kept elsewhere: a journal that has not was rolled back or removed. */
  readonly floor?: JournalPosition;
  readonly files: Files;
  readonly random: Random;
}

/** Why a journal is refused. */
export type JournalRefusal = 'wrong-key' | 'tampered' | 'missing' | 'rolled-back';

/** What became of opening a journal; `droppedBytes` is the length of the torn tail that was dropped. */
export type SealedJournalResult =
  | { readonly outcome: 'fresh' | 'opened'; readonly journal: SealedJournal; readonly droppedBytes: number }
  | { readonly outcome: 'refused'; readonly reason: JournalRefusal };

/** Why work on an open journal failed. */
export type JournalFaultReason = 'closed' | 'not-durable' | 'too-large' | 'full' | 'not-json' | 'tampered';

/** A fault while working on an open journal; carries nothing of its contents. */
export class JournalFault extends Error {
  readonly reason: JournalFaultReason;
  constructor(reason: JournalFaultReason, options?: ErrorOptions) {
    super(`sealed journal: ${reason}`, options);
    this.name = 'JournalFault';
    this.reason = reason;
  }
}

/** What stands in a journal's file. */
interface Loaded extends JournalPosition {
  readonly entries: readonly unknown[];
  readonly droppedBytes: number;
}

function load(
  { binding, wrapKey }: Pick<SealedJournalOptions, 'binding' | 'wrapKey'>,
  file: Uint8Array,
  durable?: { generation: number; length: number },
): Loaded | 'tampered' | 'wrong-key' {
  const header = openHeader(wrapKey, binding, file);
  if (typeof header === 'string') return header;
  const { dataKey, generation, end } = header;
  const bytes = generation === durable?.generation ? file.subarray(0, durable.length) : file;
  const scanned = scanFrames({ dataKey, binding, generation }, bytes, end);
  zero(dataKey);
  if (scanned === 'tampered') return 'tampered';
  const { entries } = scanned;
  return { generation, entries, records: entries.length, droppedBytes: bytes.length - scanned.end };
}

function isBefore(position: JournalPosition, floor: JournalPosition): boolean {
  if (position.generation !== floor.generation) return position.generation < floor.generation;
  return position.records < floor.records;
}

/**
 * Opens the device's journal of consultations, or starts one. An existing journal is rewritten as a new generation under a
 * fresh data key: that drops a torn tail, and makes sure that no nonce is ever used twice even if an older copy of the
 * file was put back.
 *
 * @returns `fresh` or `opened` with the journal; refused as `wrong-key`, `tampered` (a record changed, spliced, removed or
 *   moved; another device's or journal's file), `missing` or `rolled-back` (behind the floor)
 * @throws the file system's error when the disk fails; nothing of the journal is lost then
 */
export function openSealedJournal(options: SealedJournalOptions): SealedJournalResult {
  const { files, path, floor } = options;
  const file = files.read(path);
  if (file === undefined) {
    if (floor !== undefined) return { outcome: 'refused', reason: 'missing' };
    return { outcome: 'fresh', journal: new SealedJournal(options, []), droppedBytes: 0 };
  }
  const loaded = file.length > JOURNAL_SIZE_LIMIT + BATCH_SIZE_LIMIT ? 'tampered' : load(options, file);
  if (typeof loaded === 'string') return { outcome: 'refused', reason: loaded };
  if (floor !== undefined && isBefore(loaded, floor)) return { outcome: 'refused', reason: 'rolled-back' };
  const journal = new SealedJournal(options, loaded.entries, loaded.generation);
  return { outcome: 'opened', journal, droppedBytes: loaded.droppedBytes };
}

function jsonText(entry: unknown): string {
  try {
    const text: unknown = JSON.stringify(entry);
    if (typeof text === 'string') return text;
  } catch {
    // A cycle or a big integer: refused like anything else JSON cannot express.
  }
  throw new JournalFault('not-json');
}

function toJson(entry: unknown): Buffer {
  const bytes = Buffer.from(jsonText(entry));
  if (bytes.length > ENTRY_SIZE_LIMIT) throw new JournalFault('too-large');
  return bytes;
}

interface Waiting {
  readonly plain: Buffer;
  readonly resolve: () => void;
  readonly reject: (fault: JournalFault) => void;
}

/** The generation that is being written. */
interface Current extends FrameContext {
  readonly handle: AppendableFile;
  /** Records that are certainly on the disk. */
  records: number;
  /** Bytes that are certainly on the disk. */
  length: number;
}

/** An open journal: entries go in at the end and stay as they are. */
export class SealedJournal {
  readonly #options: SealedJournalOptions;
  readonly #wrapKey: Uint8Array;
  #current: Current;
  /** False after a failed write or flush: what the disk holds is then uncertain and the data key is not used again. */
  #isSound = true;
  #isOpen = true;
  #queue: Waiting[] = [];
  #work: Promise<void> = Promise.resolve();

  /** Use {@link openSealedJournal}. */
  constructor(options: SealedJournalOptions, entries: readonly unknown[], generation = 0) {
    this.#options = options;
    this.#wrapKey = Uint8Array.from(options.wrapKey);
    this.#current = this.#startGeneration(generation + 1, entries.map(toJson));
  }

  /** How far the journal has come on the disk; keep it elsewhere as the floor of the next opening. */
  get position(): JournalPosition {
    const { generation, records } = this.#current;
    return { generation, records };
  }

  /**
   * Adds an entry; entries added together share a flush. The cost does not grow with the journal.
   * @param entry anything JSON can express, at most 256 KiB of it
   * @returns resolves once the entry is durable
   * @throws JournalFault (as a rejection) `not-durable` when the disk did not take it (the next one is tried anew),
   *   `too-large`, `full`, `not-json` or `closed`
   */
  append(entry: unknown): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.#isOpen) throw new JournalFault('closed');
      if (this.#queue.length >= QUEUE_LIMIT) throw new JournalFault('full');
      this.#queue.push({ plain: toJson(entry), resolve, reject });
      if (this.#queue.length === 1) void this.#serially(() => this.#flush());
    });
  }

  /**
   * Reads the durable entries from the disk, oldest first.
   * @throws JournalFault `closed`, or `tampered` when the file was changed underneath; the file system's error
   */
  entries(): readonly unknown[] {
    if (!this.#isOpen) throw new JournalFault('closed');
    return this.#load().entries;
  }

  /**
   * Rewrites the journal with the entries `keep` says yes to, under a fresh data key; the old file is replaced in one step.
   * @throws JournalFault `closed`, `tampered` or `not-durable` (as a rejection); all entries are kept then
   */
  rotate(keep: (entry: unknown) => boolean): Promise<void> {
    return this.#serially(() => {
      if (!this.#isOpen) throw new JournalFault('closed');
      this.#renew(keep);
    });
  }

  /** Waits for what was added, zeroes the keys and lets go of the file. Does nothing more when called again. */
  async close(): Promise<void> {
    this.#isOpen = false;
    await this.#work;
    this.#current.handle.close();
    zero(this.#current.dataKey);
    zero(this.#wrapKey);
  }

  #serially(task: () => void | Promise<void>): Promise<void> {
    const done = this.#work.then(task);
    this.#work = done.catch(() => undefined);
    return done;
  }

  async #flush(): Promise<void> {
    while (this.#queue.length > 0) await this.#flushBatch(this.#takeBatch());
  }

  async #flushBatch(batch: readonly Waiting[]): Promise<void> {
    try {
      if (!this.#isSound) this.#renew(() => true);
      await this.#write(batch.map(({ plain }) => plain));
      batch.forEach(({ resolve }) => resolve());
    } catch (error) {
      const fault = error instanceof JournalFault ? error : new JournalFault('not-durable', { cause: error });
      batch.forEach(({ reject }) => reject(fault));
    }
    batch.forEach(({ plain }) => zero(plain));
  }

  #takeBatch(): Waiting[] {
    let size = 0;
    const fits = ({ plain }: Waiting): boolean => (size += plain.length + FRAME_OVERHEAD) <= BATCH_SIZE_LIMIT;
    const tooMany = this.#queue.findIndex((waiting) => !fits(waiting));
    return this.#queue.splice(0, tooMany === -1 ? this.#queue.length : tooMany);
  }

  async #write(plain: readonly Buffer[]): Promise<void> {
    const current = this.#current;
    const frames = Buffer.concat(plain.map((entry, index) => sealFrame(current, current.records + index, entry)));
    if (current.length + frames.length > JOURNAL_SIZE_LIMIT) throw new JournalFault('full');
    this.#isSound = false;
    current.handle.append(frames);
    await current.handle.sync();
    this.#isSound = true;
    current.records += plain.length;
    current.length += frames.length;
  }

  #load(): Loaded {
    const { files, path, binding } = this.#options;
    const file = files.read(path);
    const loaded = file && load({ binding, wrapKey: this.#wrapKey }, file, this.#current);
    if (typeof loaded !== 'object') throw new JournalFault('tampered');
    return loaded;
  }

  #renew(keep: (entry: unknown) => boolean): void {
    const { entries, generation } = this.#load();
    const kept = entries.filter(keep).map(toJson);
    this.#isSound = false;
    this.#current.handle.close();
    try {
      const previousKey = this.#current.dataKey;
      this.#current = this.#startGeneration(generation + 1, kept);
      zero(previousKey);
      this.#isSound = true;
    } catch (error) {
      throw new JournalFault('not-durable', { cause: error });
    }
  }

  #startGeneration(generation: number, plain: readonly Buffer[]): Current {
    const { files, path, binding, random } = this.#options;
    const { dataKey, bytes: header } = newGeneration(this.#wrapKey, binding, generation, random);
    const context = { dataKey, binding, generation };
    const bytes = Buffer.concat([header, ...plain.map((entry, number) => sealFrame(context, number, entry))]);
    plain.forEach(zero);
    try {
      replaceFile(files, path, bytes);
      return { ...context, handle: files.openForAppend(path), records: plain.length, length: bytes.length };
    } catch (error) {
      zero(dataKey);
      throw error;
    }
  }
}
