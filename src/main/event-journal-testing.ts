// The journal of events for tests: real, on a simulated disk, with the record's part of it in memory.
import { EventJournal, noEvents } from './event-journal.ts';
import type { EventsMark } from './event-journal.ts';
import { systemRandom } from './platform/random.ts';
import { SimulatedDisk } from './platform/testing/simulated-disk.ts';
import type { Log } from './ports.ts';
import { keptInMemory } from './trust/testing/kept-in-memory.ts';
import type { KeptInMemory } from './trust/testing/kept-in-memory.ts';
import type { KeyStore } from './vault/key-store.ts';

/** Where the journal is, on the simulated disk. */
export const eventsPath = '/data/journal/events.sealed';

/** What a journal of events stands on. */
export interface EventsPlace {
  readonly disk: SimulatedDisk;
  readonly mark: KeptInMemory<EventsMark>;
  readonly device: string;
}

/** A journal of events, and what has been said of it. */
export interface OpenEvents extends EventsPlace {
  readonly journal: EventJournal;
  /** Why it was refused. */
  readonly refused: string[];
  /** Faults in the log. */
  readonly faults: string[];
}

const keyStore: KeyStore = {
  probe: () => 'usable',
  read: () => new Uint8Array(32).fill(1),
  write: () => undefined,
  destroy: () => undefined,
};

/** A laptop that has just been enrolled. */
export function newEvents(device: string): EventsPlace {
  return { disk: new SimulatedDisk(), mark: keptInMemory<EventsMark>(noEvents), device };
}

/** Opens the journal as a start does. @param isNoted whether its refusal becomes durable in the record */
export function openEvents({ disk, mark, device }: EventsPlace, isNoted = (): boolean => true): OpenEvents {
  const refused: string[] = [];
  const faults: string[] = [];
  const log: Log = { info: () => undefined, warn: () => undefined, error: (_facts, words) => void faults.push(words) };
  const onRefused = (reason: string): boolean => {
    refused.push(reason);
    return isNoted();
  };
  const parts = { path: eventsPath, device, keyStore, files: disk, random: systemRandom, log, mark, onRefused };
  return { disk, mark, device, journal: EventJournal.open(parts), refused, faults };
}

/** A disk that takes nothing any more. */
export function breakDisk(disk: SimulatedDisk, isBroken = true): void {
  const full = (): never => {
    throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
  };
  disk.fault = isBroken ? full : undefined;
}
