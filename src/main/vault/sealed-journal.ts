import type { AppendableFile, Files } from '../platform/files.ts';
import type { Random } from '../platform/random.ts';
import { replaceFile } from '../platform/replace-file.ts';
import { BATCH_SIZE_LIMIT, ENTRY_SIZE_LIMIT, FRAME_OVERHEAD, framesLength, FrameSealer } from './journal-frames.ts';
import type { JournalBinding } from './journal-header.ts';
import { newGeneration } from './journal-header.ts';
import type { JournalPosition, LoadedJournal } from './journal-reading.ts';
import { isBefore, JOURNAL_SIZE_LIMIT, loadJournal } from './journal-reading.ts';
import { zero } from './keys.ts';

/** Most entries that may wait for the disk. */
const QUEUE_LIMIT = 4096;

/** What {@link openSealedJournal} needs. */
export interface SealedJournalOptions {
  readonly path: string;
  readonly binding: JournalBinding;
  /** 32 bytes from `journalWrapKey` or `eventsWrapKey`; copied, the caller's to zero. */
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

/**
 * Opens the device's journal of consultations, or starts one. An existing journal is rewritten as a new generation under a
 * fresh data key: that drops a torn tail, and makes sure that no nonce is ever used twice even if an older copy of the
 * file was put back.
 *
 * @returns `fresh` or `opened` with the journal; refused as `wrong-key`, `tampered` (a record changed, spliced, removed or
 *   moved; another device's, journal's or schema's file; no plain file of ours), `missing` or `rolled-back` (behind the
 *   floor)
 * @throws the file system's error when the disk fails; nothing of the journal is lost then
 */
export function openSealedJournal(options: SealedJournalOptions): SealedJournalResult {
  const { floor } = options;
  const loaded = loadJournal(options, options.wrapKey);
  if (loaded === 'missing' && floor === undefined) {
    return { outcome: 'fresh', journal: new SealedJournal(options, []), droppedBytes: 0 };
  }
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
  if (bytes.length <= ENTRY_SIZE_LIMIT) return bytes;
  zero(bytes);
  throw new JournalFault('too-large');
}

interface Waiting {
  readonly plain: Buffer;
  readonly resolve: () => void;
  readonly reject: (fault: JournalFault) => void;
}

/** The generation that is being written. */
interface Current {
  readonly generation: number;
  readonly handle: AppendableFile;
  /** Seals its records; let go of when it is closed. */
  sealer: FrameSealer | undefined;
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
    try {
      this.#current = this.#startGeneration(generation + 1, entries.map(toJson));
    } catch (error) {
      zero(this.#wrapKey);
      throw error;
    }
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
    this.#current.sealer = undefined;
    zero(this.#wrapKey);
    this.#current.handle.close();
  }

  #serially(task: () => void | Promise<void>): Promise<void> {
    const done = this.#work.then(task);
    this.#work = done.catch(() => undefined);
    return done;
  }

  async #flush(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#takeBatch();
      try {
        await this.#write(batch.map(({ plain }) => plain));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        const fault = error instanceof JournalFault ? error : new JournalFault('not-durable', { cause: error });
        for (const { reject } of batch) reject(fault);
      } finally {
        for (const { plain } of batch) zero(plain);
      }
    }
  }

  #takeBatch(): Waiting[] {
    let size = 0;
    const fits = ({ plain }: Waiting): boolean => (size += plain.length + FRAME_OVERHEAD) <= BATCH_SIZE_LIMIT;
    const tooMany = this.#queue.findIndex((waiting) => !fits(waiting));
    return this.#queue.splice(0, tooMany === -1 ? this.#queue.length : tooMany);
  }

  async #write(plain: readonly Buffer[]): Promise<void> {
    if (!this.#isSound) this.#renew(() => true);
    const current = this.#current;
    if (current.sealer === undefined) throw new JournalFault('closed');
    const length = current.length + framesLength(plain);
    if (length > JOURNAL_SIZE_LIMIT) throw new JournalFault('full');
    this.#isSound = false;
    current.handle.append(current.sealer.seal(plain));
    const flushed = current.handle.sync();
    current.sealer.prepare();
    await flushed;
    this.#isSound = true;
    current.records += plain.length;
    current.length = length;
  }

  /** Reads the file again; what is durable must still stand in it. */
  #load(): LoadedJournal {
    const current = this.#current;
    const loaded = loadJournal(this.#options, this.#wrapKey, current);
    if (typeof loaded === 'string') throw new JournalFault('tampered');
    const { generation, records } = current;
    // SECURITY: nothing is rewritten without what was taken away while it was open (S31).
    if (isBefore(loaded, { generation, records })) throw new JournalFault('tampered');
    return loaded;
  }

  #renew(keep: (entry: unknown) => boolean): void {
    const { entries, generation } = this.#load();
    const kept = entries.filter(keep).map(toJson);
    this.#isSound = false;
    this.#current.handle.close();
    try {
      this.#current = this.#startGeneration(generation + 1, kept);
      this.#isSound = true;
    } catch (error) {
      throw new JournalFault('not-durable', { cause: error });
    }
  }

  #startGeneration(generation: number, plain: readonly Buffer[]): Current {
    try {
      return this.#writeGeneration(generation, plain);
    } finally {
      plain.forEach(zero);
    }
  }

  #writeGeneration(generation: number, plain: readonly Buffer[]): Current {
    const { files, path, binding, random } = this.#options;
    const { dataKey, bytes: header } = newGeneration(this.#wrapKey, binding, generation, random);
    const sealer = new FrameSealer({ dataKey, binding, generation });
    const bytes = Buffer.concat([header, sealer.seal(plain)]);
    replaceFile(files, path, bytes);
    return { generation, sealer, handle: files.openForAppend(path), records: plain.length, length: bytes.length };
  }
}
