import { join } from 'node:path';
import type { WipeTargets } from './wipe/wipe-steps.ts';

/** Where the laptop keeps what; everything below one folder. */
export interface DataPlaces {
  readonly folder: string;
  /** Outside everything a wipe erases. */
  readonly tombstone: string;
  readonly record: string;
  /** The journal of consultations, and that of events. */
  readonly journal: string;
  readonly events: string;
  /** Chromium's own files; the page's session is in memory. */
  readonly browser: string;
  readonly logs: string;
  readonly crashDumps: string;
}

/**
 * Lays out the data folder.
 * @param tombstoneFolder absolute; where the machine's description wants the tombstone, when not in the data folder
 */
export function dataPlaces(folder: string, tombstoneFolder: string = join(folder, 'tombstone')): DataPlaces {
  return {
    folder,
    tombstone: join(tombstoneFolder, 'tombstone.json'),
    record: join(folder, 'record'),
    journal: join(folder, 'journal', 'consultations.sealed'),
    events: join(folder, 'journal', 'events.sealed'),
    browser: join(folder, 'browser'),
    logs: join(folder, 'logs'),
    crashDumps: join(folder, 'crash-dumps'),
  };
}

/** What a wipe erases. */
export function wipeTargets({ folder, record, browser, logs, crashDumps }: DataPlaces): WipeTargets {
  return {
    record: [record],
    journal: [join(folder, 'journal')],
    'browser-profile': [browser],
    logs: [logs],
    caches: [join(folder, 'caches')],
    'crash-dumps': [crashDumps],
  };
}
