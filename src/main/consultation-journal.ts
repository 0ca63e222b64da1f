import type { DeviceAppointment, UpcomingAppointment } from '@sallyport/protocol';
import * as z from 'zod';
import type { DeviceJournalParts } from './device-journal.ts';
import { faultOf, openDeviceJournal } from './device-journal.ts';
import type { NewDeviceEvent } from './link/outbox-entries.ts';
import type { Kept } from './ports.ts';
import { journalWrapKey, zero } from './vault/keys.ts';
import type { JournalPosition } from './vault/journal-reading.ts';
import type { JournalRefusal, SealedJournal, SealedJournalResult } from './vault/sealed-journal.ts';

/** Older entries are dropped when the journal is next open, ms. */
const retention = 30 * 24 * 3_600_000;

/**
 * What the journal holds: the consultation the laptop was opened for, the next ones it was told of, and what happened while
 * it was open. Of entries already there only the date is read: earlier ones have fewer members, and a new member needs no new
 * version of the journal's schema, which is bound into its key: a journal of another version is damage.
 */
export type JournalEntry =
  | {
      readonly at: number;
      readonly kind: 'opened';
      readonly grant: number;
      readonly appointment: DeviceAppointment;
      readonly upcoming: readonly UpcomingAppointment[];
    }
  | { readonly at: number; readonly kind: 'event'; readonly event: NewDeviceEvent };

const dated = z.object({ at: z.number() });

/** What {@link ConsultationJournal} needs. */
export interface ConsultationJournalOptions extends DeviceJournalParts {
  readonly floor: Kept<JournalPosition | null>;
}

/** What came of opening: refused when it is not what it was, failed when disk or key store did. */
export type JournalOpening =
  { readonly outcome: 'opened' | 'failed' } | { readonly outcome: 'refused'; readonly reason: JournalRefusal };

/** The journal of consultations: readable only while both halves of its key are here. */
export class ConsultationJournal {
  readonly #options: ConsultationJournalOptions;
  #open: SealedJournal | undefined;
  #closed: Promise<void> = Promise.resolve();

  constructor(options: ConsultationJournalOptions) {
    this.#options = options;
  }

  /**
   * Opens the journal with both halves and writes down what the laptop was opened for.
   * @param serverShare 32 bytes from the grant; zeroed before this returns
   * @returns opened once the entry is durable; nothing is open otherwise
   */
  async open(serverShare: Uint8Array, entry: Extract<JournalEntry, { kind: 'opened' }>): Promise<JournalOpening> {
    await this.close();
    try {
      const opened = this.#openSealed(serverShare);
      if (opened.outcome === 'refused') {
        this.#options.log.error({ reason: opened.reason }, 'journal refused');
        return opened;
      }
      this.#open = opened.journal;
      await opened.journal.rotate((kept) => isRecent(kept, entry.at));
      await opened.journal.append(entry);
      this.#note(opened.journal.position);
      return { outcome: 'opened' };
    } catch (error) {
      this.#options.log.error(faultOf(error), 'journal not opened');
      await this.close();
      return { outcome: 'failed' };
    } finally {
      zero(serverShare);
    }
  }

  /** Writes an event down when the journal is open. */
  append(entry: JournalEntry): void {
    this.#open?.append(entry).catch((error: unknown) => {
      this.#options.log.error(faultOf(error), 'journal entry not kept');
    });
  }

  /** Closes the journal and zeroes its keys. @returns once it is closed */
  close(): Promise<void> {
    const journal = this.#open;
    this.#open = undefined;
    if (journal === undefined) return this.#closed;
    this.#closed = this.#close(journal);
    return this.#closed;
  }

  async #close(journal: SealedJournal): Promise<void> {
    try {
      await journal.close();
      this.#note(journal.position);
    } catch (error) {
      this.#options.log.error(faultOf(error), 'journal not closed well');
    }
  }

  /** SECURITY: known to the record from its first entry on: a journal taken away is missed (S31). */
  #note(position: JournalPosition): void {
    this.#options.floor.update(() => position);
  }

  #openSealed(serverShare: Uint8Array): SealedJournalResult {
    return openDeviceJournal(this.#options, {
      file: 'consultations',
      schemaVersion: 1,
      floor: this.#options.floor.value,
      // SECURITY: the two halves meet here, in memory, while the laptop is open; both are zeroed at once (S8).
      wrapKey: (deviceShare) => journalWrapKey(deviceShare, serverShare),
    });
  }
}

function isRecent(entry: unknown, now: number): boolean {
  const parsed = dated.safeParse(entry);
  return parsed.success && now - parsed.data.at < retention;
}
