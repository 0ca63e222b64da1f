import type { Kept, Log } from '../ports.ts';
import { activationEnd, deviceEvent } from '@sallyport/protocol';
import type { ActivationEnd, DeviceEvent, DeviceRequestMethod, DeviceRequestParams } from '@sallyport/protocol';
import * as z from 'zod';

/** Most events that wait for control; beyond that the oldest make room, so that a laptop cut off for weeks goes on. */
const eventLimit = 500;
const activationLimit = 50;
const batchSize = 100;

/** What is durable on the device until control has it: no patient data, no secret. */
export const keptOutbox = z.strictObject({
  events: z.array(deviceEvent).max(eventLimit),
  endedActivations: z.array(z.strictObject({ grant: z.int().min(1), reason: activationEnd })).max(activationLimit),
});
export type KeptOutbox = z.infer<typeof keptOutbox>;

/** Nothing waits. */
export const emptyOutbox: KeptOutbox = { events: [], endedActivations: [] };

/** What {@link Outbox} needs. */
export interface OutboxOptions {
  readonly kept: Kept<KeptOutbox>;
  /** Asks control; says whether it has taken it for good. */
  readonly deliver: <M extends DeviceRequestMethod>(method: M, params: DeviceRequestParams<M>) => Promise<boolean>;
  readonly log: Log;
}

/** What the device reports: kept until control has acknowledged it, in order, across restarts. */
export class Outbox {
  readonly #options: OutboxOptions;
  #sending = false;
  #isDirty = false;
  /** Events at the front that are being reported. */
  #reporting = 0;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Keeps an event for the record and reports it. */
  record(event: DeviceEvent): void {
    const isFull = this.#kept.events.length >= eventLimit;
    this.#update((kept) => ({ ...kept, events: [...kept.events, event].slice(-eventLimit) }));
    if (isFull) this.#reporting = Math.max(0, this.#reporting - 1);
    void this.flush();
  }

  /** Keeps the end of an activation and reports it. */
  activationEnded(grant: number, reason: ActivationEnd): void {
    this.#update((kept) => ({
      ...kept,
      endedActivations: [...kept.endedActivations, { grant, reason }].slice(-activationLimit),
    }));
    void this.flush();
  }

  /** Reports everything that waits; called whenever control is reached. */
  async flush(): Promise<void> {
    this.#isDirty = true;
    if (this.#sending) return;
    this.#sending = true;
    try {
      while (this.#isDirty) {
        this.#isDirty = false;
        await this.#flushEnded();
        await this.#flushEvents();
      }
    } finally {
      this.#sending = false;
    }
  }

  async #flushEnded(): Promise<void> {
    for (let first = this.#kept.endedActivations[0]; first !== undefined; first = this.#kept.endedActivations[0]) {
      if (!(await this.#options.deliver('activation.ended', first))) return;
      const { grant } = first;
      const done = (kept: KeptOutbox): KeptOutbox => ({
        ...kept,
        endedActivations: kept.endedActivations.filter((ended) => ended.grant !== grant),
      });
      if (!this.#update(done)) return;
    }
  }

  async #flushEvents(): Promise<void> {
    while (this.#kept.events.length > 0) {
      const events = this.#kept.events.slice(0, batchSize);
      this.#reporting = events.length;
      if (!(await this.#options.deliver('record.report', { events }))) return;
      const reported = this.#reporting;
      if (!this.#update((kept) => ({ ...kept, events: kept.events.slice(reported) }))) return;
    }
  }

  get #kept(): KeptOutbox {
    return this.#options.kept.value;
  }

  /** A disk that fails must not stand in the way of locking or wiping. */
  #update(change: (kept: KeptOutbox) => KeptOutbox): boolean {
    try {
      this.#options.kept.update(change);
      return true;
    } catch (error) {
      this.#options.log.error({ fault: error instanceof Error ? error.name : 'unknown' }, 'outbox not kept');
      return false;
    }
  }
}
