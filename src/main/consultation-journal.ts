import type { DeviceAppointment } from '@sallyport/protocol';
import * as z from 'zod';
import type { NewDeviceEvent } from './link/outbox.ts';
import type { Files } from './platform/files.ts';
import type { Random } from './platform/random.ts';
import type { Answer, Kept, Log } from './ports.ts';
import { obtainDeviceShare } from './vault/device-share.ts';
import type { KeyStore } from './vault/key-store.ts';
import { journalWrapKey, zero } from './vault/keys.ts';
import type { JournalPosition, SealedJournal } from './vault/sealed-journal.ts';
import { openSealedJournal } from './vault/sealed-journal.ts';

/** Older entries are dropped when the journal is next open, ms. */
const retention = 30 * 24 * 3_600_000;

/** What the journal holds: the consultation the laptop was opened for, and what happened while it was open. */
export type JournalEntry =
  | { readonly at: number; readonly kind: 'opened'; readonly grant: number; readonly appointment: DeviceAppointment }
  | { readonly at: number; readonly kind: 'event'; readonly event: NewDeviceEvent };

const dated = z.object({ at: z.number() });

/** What {@link ConsultationJournal} needs. */
export interface ConsultationJournalOptions {
  readonly path: string;
  readonly device: string;
  readonly keyStore: KeyStore;
  readonly floor: Kept<JournalPosition | null>;
  readonly files: Files;
  readonly random: Random;
  readonly log: Log;
}

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
   * @returns refused when the journal is not what it was, or the disk does not keep the entry; nothing is open then
   */
  async open(serverShare: Uint8Array, entry: Extract<JournalEntry, { kind: 'opened' }>): Promise<Answer<undefined>> {
    await this.close();
    try {
      const journal = this.#openSealed(serverShare);
      if (journal === undefined) return { ok: false, refusal: { reason: 'failed' } };
      this.#open = journal;
      await journal.rotate((kept) => isRecent(kept, entry.at));
      await journal.append(entry);
      return { ok: true, value: undefined };
    } catch (error) {
      this.#options.log.error({ fault: error instanceof Error ? error.name : 'unknown' }, 'journal not opened');
      await this.close();
      return { ok: false, refusal: { reason: 'failed' } };
    } finally {
      zero(serverShare);
    }
  }

  /** Writes an event down when the journal is open. */
  append(entry: JournalEntry): void {
    this.#open?.append(entry).catch((error: unknown) => {
      this.#options.log.error({ fault: error instanceof Error ? error.name : 'unknown' }, 'journal entry not kept');
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
      const { position } = journal;
      this.#options.floor.update(() => position);
    } catch (error) {
      this.#options.log.error({ fault: error instanceof Error ? error.name : 'unknown' }, 'journal not closed well');
    }
  }

  #openSealed(serverShare: Uint8Array): SealedJournal | undefined {
    const { path, device, keyStore, floor, files, random, log } = this.#options;
    const { share } = obtainDeviceShare(keyStore, random);
    // SECURITY: the two halves meet here, in memory, while the laptop is open; both are zeroed at once (S8).
    const wrapKey = journalWrapKey(share, serverShare);
    zero(share);
    const kept = floor.value;
    const binding = { device, file: 'consultations' };
    const opened = openSealedJournal({
      path,
      binding,
      wrapKey,
      files,
      random,
      ...(kept === null ? {} : { floor: kept }),
    });
    zero(wrapKey);
    if (opened.outcome !== 'refused') return opened.journal;
    log.error({ reason: opened.reason }, 'journal refused');
    return undefined;
  }
}

function isRecent(entry: unknown, now: number): boolean {
  const parsed = dated.safeParse(entry);
  return parsed.success && now - parsed.data.at < retention;
}
