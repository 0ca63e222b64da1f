import * as z from 'zod';
import type { DeviceJournalParts } from './device-journal.ts';
import { faultOf, openDeviceJournal } from './device-journal.ts';
import type { KeptOutbox, OutboxEntry } from './link/outbox-entries.ts';
import {
  emptyOutbox,
  isNeeded,
  neededEntries,
  nothingReported,
  outboxEntry,
  outboxOf,
  reportedHead,
  withEntry,
} from './link/outbox-entries.ts';
import type { MakeEntry, OutboxJournal } from './link/outbox.ts';
import type { Kept } from './ports.ts';
import { eventsWrapKey } from './vault/keys.ts';
import type { JournalRefusal, SealedJournal } from './vault/sealed-journal.ts';
import { JournalFault } from './vault/sealed-journal.ts';

/** The journal is rewritten once this many of its entries say nothing any more. */
const spentLimit = 256;
/** Most entries that wait for a disk that does not take them. */
const waitingLimit = 1000;

/** How far the journal of events had come, as the record keeps it. */
export const eventsMark = z.strictObject({
  /** Null before the journal has begun, or begun anew: one that has not come as far is refused as rolled back. */
  floor: z.strictObject({ generation: z.int(), records: z.int() }).nullable(),
  reported: reportedHead,
});
export type EventsMark = z.infer<typeof eventsMark>;

/** Nothing has happened yet. */
export const noEvents: EventsMark = { floor: null, reported: nothingReported };

/** What {@link EventJournal} needs. */
export interface EventJournalOptions extends DeviceJournalParts {
  readonly mark: Kept<EventsMark>;
  /**
   * Called when the journal is found not to be what it was.
   * @returns whether that is durable: only then may another journal take its place
   */
  readonly onRefused: (reason: JournalRefusal) => boolean;
}

/** Where the sealed journal stands: not opened (a fault of the disk, to be tried again), open, or given up for this run. */
type Sealed = SealedJournal | 'not-open' | 'given-up';

/**
 * The device's own chain of events and what else waits for control, sealed under the device's half of the keys: an inert
 * laptop adds to it and reports from it. One entry an append; those added together share a flush.
 */
export class EventJournal implements OutboxJournal {
  readonly #options: EventJournalOptions;
  #sealed: Sealed = 'not-open';
  #durable: KeptOutbox;
  #waiting: MakeEntry[] = [];
  #writing: Promise<void> | undefined;
  #isClosing = false;

  /** Use {@link EventJournal.open}. */
  private constructor(options: EventJournalOptions) {
    this.#options = options;
    this.#durable = emptyOutbox(options.mark.value.reported);
  }

  /**
   * Opens the journal, or starts it; after one that was refused, another that goes on from what the record knows. When
   * the disk fails it is tried again with each entry that is added. Never throws.
   */
  static open(options: EventJournalOptions): EventJournal {
    const journal = new EventJournal(options);
    const refused = journal.#tryToOpen();
    if (refused !== undefined) journal.#startAnew(refused);
    return journal;
  }

  get durable(): KeptOutbox {
    return this.#durable;
  }

  /** How far it has come on the disk; undefined while that is not known. */
  get mark(): EventsMark | undefined {
    if (typeof this.#sealed === 'string') return undefined;
    return { floor: this.#sealed.position, reported: this.#durable.reported };
  }

  add(make: MakeEntry): void {
    if (this.#waiting.length < waitingLimit) this.#waiting.push(make);
    else this.#options.log.error({}, 'event lost: the disk has taken none for long');
    void this.settled();
  }

  async settled(): Promise<boolean> {
    this.#writing ??= this.#write();
    await this.#writing;
    return this.#waiting.length === 0;
  }

  /** Waits for what is on its way to the disk and lets go of the file for good; the rest is lost. Never rejects. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#writing;
    const sealed = this.#sealed;
    this.#sealed = 'given-up';
    if (typeof sealed !== 'string') await this.#letGo(sealed);
  }

  async #write(): Promise<void> {
    // What is added in the same breath shares a flush.
    await Promise.resolve();
    try {
      while (this.#waiting.length > 0 && !this.#isClosing) {
        const sealed = this.#opened();
        if (sealed === undefined) return;
        await this.#append(sealed, this.#waiting.length);
      }
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#writing = undefined;
    }
  }

  /** All of the batch becomes durable or none of it counts: it is made anew then, with the same numbers. */
  async #append(sealed: SealedJournal, count: number): Promise<void> {
    const { entries, kept } = this.#made(this.#waiting.slice(0, count));
    await Promise.all(entries.map((entry) => sealed.append(entry)));
    this.#waiting.splice(0, count);
    this.#durable = kept;
    const spent = sealed.position.records - neededEntries(kept);
    if (spent >= spentLimit && !this.#isClosing) await this.#compact(sealed);
  }

  #made(makers: readonly MakeEntry[]): { entries: OutboxEntry[]; kept: KeptOutbox } {
    const entries: OutboxEntry[] = [];
    let kept = this.#durable;
    for (const make of makers) {
      const entry = make(kept);
      const after = entry && withEntry(kept, entry);
      if (entry === undefined || after === undefined) continue;
      entries.push(entry);
      kept = after;
    }
    return { entries, kept };
  }

  async #compact(sealed: SealedJournal): Promise<void> {
    const kept = this.#durable;
    await sealed.rotate((entry) => isNeeded(outboxEntry.parse(entry), kept));
    this.#note();
  }

  #opened(): SealedJournal | undefined {
    if (this.#sealed === 'not-open') {
      const refused = this.#tryToOpen();
      if (refused !== undefined) this.#giveUp(refused);
    }
    return typeof this.#sealed === 'string' ? undefined : this.#sealed;
  }

  #tryToOpen(): JournalRefusal | undefined {
    const { mark, log } = this.#options;
    try {
      const { floor, reported } = mark.value;
      const opened = openDeviceJournal(this.#options, {
        file: 'events',
        schemaVersion: 1,
        floor,
        wrapKey: eventsWrapKey,
      });
      if (opened.outcome === 'refused') return opened.reason;
      const kept = readOutbox(opened.journal, reported);
      if (kept === undefined) return 'tampered';
      this.#sealed = opened.journal;
      this.#durable = kept;
      this.#note();
    } catch (error) {
      log.error(faultOf(error), 'journal of events not opened');
    }
    return undefined;
  }

  /** Nobody can read on in what was refused: the chain goes on from how far control certainly had it. */
  #startAnew(refused: JournalRefusal): void {
    const { mark, files, path, log, onRefused } = this.#options;
    // SECURITY: that the laptop is damaged is durable before what shows it is gone (S31).
    if (!onRefused(refused)) {
      this.#sealed = 'given-up';
      return;
    }
    try {
      mark.update((value) => ({ ...value, floor: null }));
      files.remove(path);
      if (this.#tryToOpen() !== undefined) this.#sealed = 'given-up';
    } catch (error) {
      log.error(faultOf(error), 'journal of events not begun anew');
      this.#sealed = 'given-up';
    }
  }

  /** A record that cannot be written keeps the floor it had, which is lower: nothing is refused for that. */
  #note(): void {
    const { mark: kept, log } = this.#options;
    const { mark } = this;
    if (mark === undefined) return;
    try {
      kept.update(() => mark);
    } catch (error) {
      log.error(faultOf(error), 'floor of the journal of events not kept');
    }
  }

  /** A disk that fails must not stand in the way of locking or wiping: what waits is tried again with what comes next. */
  #failed(error: unknown): void {
    this.#options.log.error(faultOf(error), 'events not kept');
    // SECURITY: a journal changed underneath is added to no more, and said to be so (S31).
    if (error instanceof JournalFault && error.reason === 'tampered') this.#giveUp('tampered');
  }

  #giveUp(reason: JournalRefusal): void {
    const sealed = this.#sealed;
    this.#sealed = 'given-up';
    if (typeof sealed !== 'string') void this.#letGo(sealed);
    this.#options.onRefused(reason);
  }

  #letGo(sealed: SealedJournal): Promise<void> {
    return sealed.close().catch((error: unknown) => this.#options.log.error(faultOf(error), 'journal not closed well'));
  }
}

/** Reads what waits; lets go of a journal that cannot be used. @throws the file system's error */
function readOutbox(journal: SealedJournal, reported: EventsMark['reported']): KeptOutbox | undefined {
  let kept: KeptOutbox | undefined;
  try {
    const parsed = z.array(outboxEntry).safeParse(journal.entries());
    kept = parsed.success ? outboxOf(parsed.data, reported) : undefined;
    return kept;
  } finally {
    if (kept === undefined) void journal.close();
  }
}
