import { language } from '@sallyport/protocol';
import * as z from 'zod';
import { keptWitness, noWitness } from './audit/countersigning.ts';
import type { EventJournal } from './event-journal.ts';
import { eventsMark, noEvents } from './event-journal.ts';
import { keptIdentity } from './identity/identity.ts';
import type { Kept } from './ports.ts';
import { storeDamage } from './store-damage.ts';
import { keptTrust } from './trust/kept-trust.ts';
import { freshLease, keptLease } from './trust/lease.ts';
import { keptReceipt } from './trust/orders.ts';
import { keptTries, noTries } from './trust/wrong-tries.ts';

/** Version of the record's schema; a change of the schema raises it. No fleet has laptops with a record of version 1 or 2. */
export const recordSchemaVersion = 3;

/** What exists once the laptop is enrolled. */
const enrolment = z.strictObject({
  identity: keptIdentity,
  trust: keptTrust,
  lease: keptLease,
  pairing: keptTries,
  /** How far the journal of events had come. */
  events: eventsMark,
  /** Which head of control's record it has countersigned last. */
  witness: keptWitness,
  receipts: z.array(keptReceipt).max(16),
  /** By an officer's order; the lease keeps its own word. */
  suspendedByOrder: z.boolean(),
  /** The activation that is under way: found at a start, it was cut off. */
  openGrant: z.int().min(1).nullable(),
  /** How the store was found damaged: nothing lifts that, only erasing ends it. Null: it was not. */
  damaged: storeDamage.nullable(),
  /** How far the journal of consultations had come: one that has not is refused as rolled back. */
  journal: z.strictObject({ generation: z.int(), records: z.int() }).nullable(),
});
export type Enrolment = z.infer<typeof enrolment>;

/** Everything an inert laptop keeps, sealed under its own share of the key. */
export const deviceRecord = z.strictObject({ language, enrolment: enrolment.nullable() });
export type DeviceRecord = z.infer<typeof deviceRecord>;

/** The record of a laptop that has never been enrolled. */
export const blankRecord: DeviceRecord = { language: 'en', enrolment: null };

/** The record of a laptop at the moment of its enrolment. */
export function newEnrolment({ identity, trust }: Pick<Enrolment, 'identity' | 'trust'>, now: number): Enrolment {
  return {
    identity,
    trust,
    lease: freshLease(now),
    pairing: noTries,
    events: noEvents,
    witness: noWitness,
    receipts: [],
    suspendedByOrder: false,
    openGrant: null,
    damaged: null,
    journal: null,
  };
}

/** The record was asked for what only an enrolled laptop has. */
export class NotEnrolledFault extends Error {
  constructor() {
    super('not enrolled');
    this.name = 'NotEnrolledFault';
  }
}

/**
 * The enrolment's part of a record. Whatever is written, how far the journal of events has come is written with it.
 * @param events the journal, once there is one
 */
export function keptEnrolment(
  record: Kept<DeviceRecord>,
  events: () => Pick<EventJournal, 'mark'> | undefined,
): Kept<Enrolment> {
  const enrolled = ({ enrolment }: DeviceRecord): Enrolment => {
    if (enrolment === null) throw new NotEnrolledFault();
    return enrolment;
  };
  return {
    get value() {
      return enrolled(record.value);
    },
    update: (change) =>
      record.update((value) => {
        const enrolment = change(enrolled(value));
        return { ...value, enrolment: { ...enrolment, events: events()?.mark ?? enrolment.events } };
      }),
  };
}

/** One member of a kept value, as a kept value itself. */
export function part<T extends object, K extends keyof T>(kept: Kept<T>, key: K): Kept<T[K]> {
  return {
    get value() {
      return kept.value[key];
    },
    update: (change) => kept.update((value) => ({ ...value, [key]: change(value[key]) })),
  };
}
