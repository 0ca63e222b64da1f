import type { Files } from './platform/files.ts';
import type { Random } from './platform/random.ts';
import type { Log } from './ports.ts';
import { existingDeviceShare } from './vault/device-share.ts';
import type { JournalPosition } from './vault/journal-reading.ts';
import type { KeyStore } from './vault/key-store.ts';
import { zero } from './vault/keys.ts';
import type { SealedJournalResult } from './vault/sealed-journal.ts';
import { openSealedJournal } from './vault/sealed-journal.ts';

/** What any of the device's journals needs. */
export interface DeviceJournalParts {
  readonly path: string;
  readonly device: string;
  readonly keyStore: KeyStore;
  readonly files: Files;
  readonly random: Random;
  readonly log: Log;
}

/** Which journal is opened, how far it had come, and what makes its key of the device's share. */
export interface DeviceJournalKind {
  readonly file: 'events' | 'consultations';
  readonly schemaVersion: number;
  /** Null: it never was. */
  readonly floor: JournalPosition | null;
  /** @returns 32 bytes, zeroed here */
  readonly wrapKey: (deviceShare: Uint8Array) => Uint8Array;
}

/**
 * Opens one of the device's journals, or starts it.
 * @throws KeyStoreFault or the file system's error; nothing of the journal is lost then
 */
export function openDeviceJournal(
  { path, device, keyStore, files, random }: DeviceJournalParts,
  { file, schemaVersion, floor, wrapKey: wrapKeyOf }: DeviceJournalKind,
): SealedJournalResult {
  const share = existingDeviceShare(keyStore);
  const wrapKey = wrapKeyOf(share);
  // SECURITY: halves of keys, and what is made of them, are in memory no longer than it takes to open (S8).
  zero(share);
  const binding = { device, file, schemaVersion };
  try {
    return openSealedJournal({ path, binding, wrapKey, files, random, ...(floor === null ? {} : { floor }) });
  } finally {
    zero(wrapKey);
  }
}

/** Words for a fault in the log: its kind, never its contents. */
export function faultOf(error: unknown): { readonly fault: string } {
  return { fault: error instanceof Error ? error.name : 'unknown' };
}
