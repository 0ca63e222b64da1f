import type { Log } from '../ports.ts';
import { deviceEventHashes, encodeDeviceHead } from '@sallyport/protocol';
import type { ActivationEnd, DeviceEvent, DeviceRequestMethod, DeviceRequestParams } from '@sallyport/protocol';
import type { KeptOutbox, NewDeviceEvent, OutboxEntry, ReportedHead } from './outbox-entries.ts';
import { entryOf, entryOfDropped } from './outbox-entries.ts';

const batchSize = 100;

/** Makes the next entry from what is durable before it, or says that there is none to add. */
export type MakeEntry = (kept: KeptOutbox) => OutboxEntry | undefined;

/** Where what the device reports is kept. */
export interface OutboxJournal {
  /** What waits for control and is certainly on the disk. */
  readonly durable: KeptOutbox;
  /** Adds an entry at the end, in order; never throws. It is in {@link durable} once it is. */
  add(make: MakeEntry): void;
  /** @returns once everything that was added has been tried: whether it is durable; never rejects */
  settled(): Promise<boolean>;
}

/** What {@link Outbox} needs. */
export interface OutboxOptions {
  readonly journal: OutboxJournal;
  /** The device's id. */
  readonly device: string;
  /** The device's signature over bytes, r ‖ s, base64url. */
  readonly sign: (bytes: Uint8Array<ArrayBuffer>) => Promise<string>;
  /** Asks control; says whether it has taken it for good. */
  readonly deliver: <M extends DeviceRequestMethod>(method: M, params: DeviceRequestParams<M>) => Promise<boolean>;
  readonly log: Log;
}

/** What the device reports: kept until control has acknowledged it, in order, across restarts. */
export class Outbox {
  readonly #options: OutboxOptions;
  #flushing: Promise<void> | undefined;
  #isDirty = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Keeps an event for the record, as the next of the device's chain, and reports it. */
  record(event: NewDeviceEvent): void {
    this.#options.journal.add((kept) => entryOf(kept, event));
    void this.flush();
  }

  /** Keeps the end of an activation and reports it. */
  activationEnded(grant: number, reason: ActivationEnd): void {
    this.#options.journal.add(() => ({ kind: 'ended', grant, reason }));
    void this.flush();
  }

  /** Reports everything that waits; called whenever control is reached. @returns once it has been tried; never throws */
  flush(): Promise<void> {
    this.#isDirty = true;
    this.#flushing ??= this.#flushAll();
    return this.#flushing;
  }

  async #flushAll(): Promise<void> {
    try {
      while (this.#isDirty) {
        this.#isDirty = false;
        await this.#options.journal.settled();
        await this.#flushEnded();
        await this.#flushEvents();
      }
    } catch (error) {
      this.#options.log.error({ fault: error instanceof Error ? error.name : 'unknown' }, 'events not reported');
    } finally {
      this.#flushing = undefined;
    }
  }

  async #flushEnded(): Promise<void> {
    for (let first = this.#kept.endedActivations[0]; first !== undefined; first = this.#kept.endedActivations[0]) {
      if (!(await this.#options.deliver('activation.ended', first))) return;
      const { grant } = first;
      if (!(await this.#isKept(() => ({ kind: 'end-reported', grant })))) return;
    }
  }

  /** The same batch again, after a power cut or a lost answer, is the same events under the same numbers and hashes. */
  async #flushEvents(): Promise<void> {
    while (this.#kept.events.length > 0 || this.#kept.dropped !== null) {
      if (this.#kept.events.length === 0 && !(await this.#isKept(entryOfDropped))) return;
      const { reported } = this.#kept;
      const events = this.#kept.events.slice(0, batchSize);
      const head = await this.#headAfter(events);
      // SECURITY: the head is signed, so that nobody but this laptop can say what it reported (S27).
      const signature = await this.#options.sign(encodeDeviceHead({ device: this.#options.device, ...head }));
      if (!(await this.#options.deliver('record.report', { previous: reported.hash, events, signature }))) return;
      if (!(await this.#isKept(() => ({ kind: 'reported', head })))) return;
      // Only now is there room that no flood has left.
      if (this.#kept.dropped !== null && !(await this.#isKept(entryOfDropped))) return;
    }
  }

  async #headAfter(events: readonly DeviceEvent[]): Promise<ReportedHead> {
    const { number, hash } = this.#kept.reported;
    const hashes = await deviceEventHashes(this.#options.device, events, hash);
    return { number: number + events.length, hash: hashes.at(-1) ?? hash };
  }

  /** SECURITY: only what is on the disk is told: no power cut gives an event's number to another (S27). */
  get #kept(): KeptOutbox {
    return this.#options.journal.durable;
  }

  #isKept(make: MakeEntry): Promise<boolean> {
    this.#options.journal.add(make);
    return this.#options.journal.settled();
  }
}
