import { activationEnd, deviceChainGenesis, deviceEvent, digest, instant } from '@sallyport/protocol';
import type { DeviceEvent } from '@sallyport/protocol';
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

/** How far control has the device's own chain of events; number 0 and the genesis digest at first. */
export const reportedHead = z.strictObject({ number: z.int().min(0), hash: digest });
export type ReportedHead = z.infer<typeof reportedHead>;

/** Control has nothing of the chain. */
export const nothingReported: ReportedHead = { number: 0, hash: deviceChainGenesis };

const grant = z.int().min(1);

/** What the journal of events holds, an entry a fact. No patient data, no secret. */
export const outboxEntry = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('event'), event: deviceEvent }),
  /** Events there was no room for, how many in all, and when the last of them was. */
  z.strictObject({ kind: z.literal('dropped'), count: z.int().min(1), at: instant }),
  /** Control has taken the chain up to here. */
  z.strictObject({ kind: z.literal('reported'), head: reportedHead }),
  z.strictObject({ kind: z.literal('ended'), grant, reason: activationEnd }),
  /** Control knows that the grant's activation has ended. */
  z.strictObject({ kind: z.literal('end-reported'), grant }),
]);
export type OutboxEntry = z.infer<typeof outboxEntry>;
type Of<K extends OutboxEntry['kind']> = Extract<OutboxEntry, { kind: K }>;

/** What waits for control, as the entries come to it. */
export interface KeptOutbox {
  readonly reported: ReportedHead;
  /** The events after that, each numbered one more than the one before. */
  readonly events: readonly DeviceEvent[];
  readonly dropped: Omit<Of<'dropped'>, 'kind'> | null;
  readonly endedActivations: readonly Omit<Of<'ended'>, 'kind'>[];
}

/** Nothing waits. */
export function emptyOutbox(reported: ReportedHead = nothingReported): KeptOutbox {
  return { reported, events: [], dropped: null, endedActivations: [] };
}

/** An event before it has its place in the device's chain. */
export type NewDeviceEvent = Omit<DeviceEvent, 'number'>;

/**
 * What waits once an entry has been added. Idempotent: an entry that is there already changes nothing.
 * @returns undefined when it cannot come after the others: an event is missing between them
 */
export function withEntry(kept: KeptOutbox, entry: OutboxEntry): KeptOutbox | undefined {
  switch (entry.kind) {
    case 'event':
      return withEvent(kept, entry.event);
    case 'dropped':
      return { ...kept, dropped: { count: entry.count, at: entry.at } };
    case 'reported':
      return reportedUpTo(kept, entry.head);
    case 'ended':
      return withEnd(kept, entry);
    case 'end-reported':
      return { ...kept, endedActivations: without(kept, entry.grant) };
    default:
      return entry satisfies never;
  }
}

/**
 * What waits, read from a whole journal.
 * @param reported how far control certainly has the chain
 * @returns undefined when the entries do not follow one another
 */
export function outboxOf(entries: readonly OutboxEntry[], reported: ReportedHead): KeptOutbox | undefined {
  // Of the events before this one only some may be there still: the journal drops them when it is rewritten.
  const newest = entries.reduce((head, entry) => laterHead(head, entry), reported);
  let kept: KeptOutbox | undefined = emptyOutbox(newest);
  for (const entry of entries) kept &&= withEntry(kept, entry);
  return kept;
}

function laterHead(head: ReportedHead, entry: OutboxEntry): ReportedHead {
  return entry.kind === 'reported' && entry.head.number > head.number ? entry.head : head;
}

/** Says whether an entry is still needed to know what waits. */
export function isNeeded(entry: OutboxEntry, { reported, dropped, endedActivations }: KeptOutbox): boolean {
  switch (entry.kind) {
    case 'event':
      return entry.event.number > reported.number;
    case 'dropped':
      return entry.count === dropped?.count && entry.at === dropped.at;
    case 'reported':
      return entry.head.number === reported.number;
    case 'ended':
      return endedActivations.some((ended) => ended.grant === entry.grant);
    case 'end-reported':
      return false;
    default:
      return entry satisfies never;
  }
}

/** How many entries it takes to say what waits. */
export function neededEntries({ events, dropped, endedActivations }: KeptOutbox): number {
  return events.length + endedActivations.length + (dropped === null ? 0 : 1) + 1;
}

/**
 * The entry that puts an event on the record.
 * SECURITY: nothing that is kept makes room for something newer: a flood cannot wash out what went before it (S27).
 */
export function entryOf(kept: KeptOutbox, event: NewDeviceEvent): OutboxEntry {
  const limit = noisy.includes(event.event) ? noisyLimit : eventLimit;
  if (kept.events.length < limit) return { kind: 'event', event: { number: nextNumber(kept), ...event } };
  return { kind: 'dropped', count: (kept.dropped?.count ?? 0) + 1, at: event.at };
}

/** The entry that says how many events there was no room for, once there is room to say so. */
export function entryOfDropped(kept: KeptOutbox): Of<'event'> | undefined {
  const { dropped, events } = kept;
  if (dropped === null || events.length >= eventLimit) return undefined;
  const { count, at } = dropped;
  return { kind: 'event', event: { number: nextNumber(kept), at, event: 'events-dropped', detail: String(count) } };
}

function withEvent(kept: KeptOutbox, event: DeviceEvent): KeptOutbox | undefined {
  const next = nextNumber(kept);
  if (event.number > next) return undefined;
  const dropped = event.event === 'events-dropped' ? null : kept.dropped;
  return { ...kept, dropped, events: event.number < next ? kept.events : [...kept.events, event] };
}

function reportedUpTo(kept: KeptOutbox, reported: ReportedHead): KeptOutbox {
  if (reported.number < kept.reported.number) return kept;
  return { ...kept, reported, events: kept.events.filter(({ number }) => number > reported.number) };
}

function withEnd(kept: KeptOutbox, { grant: ended, reason }: Of<'ended'>): KeptOutbox {
  return { ...kept, endedActivations: [...without(kept, ended), { grant: ended, reason }].slice(-activationLimit) };
}

function without({ endedActivations }: KeptOutbox, ended: number): KeptOutbox['endedActivations'] {
  return endedActivations.filter((each) => each.grant !== ended);
}

function nextNumber({ reported, events }: KeptOutbox): number {
  return (events.at(-1)?.number ?? reported.number) + 1;
}
