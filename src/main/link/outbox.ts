import type { Kept, Log } from '../ports.ts';
import {
  activationEnd,
  deviceChainGenesis,
  deviceEvent,
  deviceEventHashes,
  digest,
  encodeDeviceHead,
  instant,
} from '@sallyport/protocol';
import type { ActivationEnd, DeviceEvent, DeviceRequestMethod, DeviceRequestParams } from '@sallyport/protocol';
import * as z from 'zod';

/** Most events that wait for control. Beyond that none is taken until some are delivered: a chain has no holes. */
const eventLimit = 500;
/** What others can cause as often as they like leaves room for what people did. */
const noisyLimit = 400;
const noisy: readonly DeviceEvent['event'][] = [
  'page-refused',
  'page-gone',
  'pairing-refused',
  'participant-refused',
  'statement-refused',
];
const activationLimit = 50;
const batchSize = 100;

/** What is durable on the device until control has it: no patient data, no secret. */
export const keptOutbox = z.strictObject({
  /** How far control has the device's own chain of events; number 0 and the genesis digest at first. */
  reported: z.strictObject({ number: z.int().min(0), hash: digest }),
  /** The events after that, each numbered one more than the one before. */
  events: z.array(deviceEvent).max(eventLimit),
  /** Events there was no room for, and when the last of them was. */
  dropped: z.strictObject({ count: z.int().min(1), at: instant }).nullable(),
  endedActivations: z.array(z.strictObject({ grant: z.int().min(1), reason: activationEnd })).max(activationLimit),
});
export type KeptOutbox = z.infer<typeof keptOutbox>;

/** Nothing has happened, nothing waits. */
export const emptyOutbox: KeptOutbox = {
  reported: { number: 0, hash: deviceChainGenesis },
  events: [],
  dropped: null,
  endedActivations: [],
};

/** An event before it has its place in the device's chain. */
export type NewDeviceEvent = Omit<DeviceEvent, 'number'>;

/** What {@link Outbox} needs. */
export interface OutboxOptions {
  readonly kept: Kept<KeptOutbox>;
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
    this.#update((kept) => added(kept, event));
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
      const done = (kept: KeptOutbox): KeptOutbox => ({
        ...kept,
        endedActivations: kept.endedActivations.filter((ended) => ended.grant !== grant),
      });
      if (!this.#update(done)) return;
    }
  }

  /** The same batch again, after a power cut or a lost answer, is the same events under the same numbers and hashes. */
  async #flushEvents(): Promise<void> {
    while (this.#kept.events.length > 0) {
      const { reported } = this.#kept;
      const events = this.#kept.events.slice(0, batchSize);
      const head = await this.#headAfter(events);
      // SECURITY: the head is signed, so that nobody but this laptop can say what it reported (S27).
      const signature = await this.#options.sign(encodeDeviceHead({ device: this.#options.device, ...head }));
      if (!(await this.#options.deliver('record.report', { previous: reported.hash, events, signature }))) return;
      if (!this.#update((kept) => reportedUpTo(kept, head))) return;
    }
  }

  async #headAfter(events: readonly DeviceEvent[]): Promise<KeptOutbox['reported']> {
    const hashes = await deviceEventHashes(this.#options.device, events, this.#kept.reported.hash);
    return { number: this.#kept.reported.number + events.length, hash: hashes.at(-1) ?? this.#kept.reported.hash };
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

/** SECURITY: nothing that is kept makes room for something newer: a flood cannot wash out what went before it (S27). */
function added(kept: KeptOutbox, event: NewDeviceEvent): KeptOutbox {
  const limit = noisy.includes(event.event) ? noisyLimit : eventLimit;
  if (kept.events.length < limit) return { ...kept, events: [...kept.events, { number: nextNumber(kept), ...event }] };
  return { ...kept, dropped: { count: (kept.dropped?.count ?? 0) + 1, at: event.at } };
}

function reportedUpTo(kept: KeptOutbox, reported: KeptOutbox['reported']): KeptOutbox {
  const rest = { ...kept, reported, events: kept.events.filter(({ number }) => number > reported.number) };
  if (rest.dropped === null) return rest;
  const { count, at } = rest.dropped;
  return { ...added(rest, { at, event: 'events-dropped', detail: String(count) }), dropped: null };
}

function nextNumber({ reported, events }: KeptOutbox): number {
  return (events.at(-1)?.number ?? reported.number) + 1;
}
