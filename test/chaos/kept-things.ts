// What the laptop keeps, on a real disk with the real modules: opened alike by the program that is killed and by whoever
// looks at what it left.
import { join } from 'node:path';
import * as z from 'zod';
import { systemFiles } from '../../src/main/platform/files.ts';
import type { Files } from '../../src/main/platform/files.ts';
import { systemRandom } from '../../src/main/platform/random.ts';
import { openDevelopmentKeyStore } from '../../src/main/vault/development-key-store.ts';
import { confirmDeviceShare, obtainDeviceShare } from '../../src/main/vault/device-share.ts';
import type { KeyStore } from '../../src/main/vault/key-store.ts';
import { journalWrapKey, recordKey } from '../../src/main/vault/keys.ts';
import type { SealedJournalResult } from '../../src/main/vault/sealed-journal.ts';
import { openSealedJournal } from '../../src/main/vault/sealed-journal.ts';
import type { RecordStoreConstructor, SealedRecordResult } from '../../src/main/vault/sealed-record.ts';
import { openSealedRecord } from '../../src/main/vault/sealed-record.ts';

/** A record whose every state can be told from every other. */
const contents = z.strictObject({
  number: z.int(),
  /** As long as a real record's. */
  text: z.string(),
  /** How far the journal has certainly come. */
  floor: z.strictObject({ generation: z.int(), records: z.int() }).nullable(),
});
export type Contents = z.infer<typeof contents>;

/** The contents of that number. */
export function contentsOf(number: number): Omit<Contents, 'floor'> {
  return { number, text: `${number} `.repeat(500 + ((number * 331) % 1500)) };
}

/** The half of the key that control holds. */
const serverShare = new Uint8Array(32).fill(7);

/** The files that the key store, the record and the journal are made of. */
export interface KeptPlaces {
  readonly keys: string;
  readonly record: string;
  readonly journal: string;
}

/** Lays the files out in a folder. */
export function keptPlaces(folder: string): KeptPlaces {
  return { keys: folder, record: join(folder, 'record'), journal: join(folder, 'journal', 'consultations.sealed') };
}

/** Opens the development's key store, as a development build does. */
export function openKeyStore({ keys }: Pick<KeptPlaces, 'keys'>, files: Files = systemFiles): KeyStore {
  Object.assign(globalThis, { __DEVELOPMENT_KEY_STORE__: true });
  const keyStore = openDevelopmentKeyStore({ isRequested: true, directory: keys, files });
  if ('refusal' in keyStore) throw new Error('the development key store is not in this build');
  return keyStore;
}

/** electron-store; outside of Electron it needs to be told not to look for it. */
export async function electronStore(): Promise<RecordStoreConstructor> {
  process.env['ELECTRON_OVERRIDE_DIST_PATH'] ??= '/nowhere';
  return (await import('electron-store')).default;
}

/** Opens the record as a start of the laptop does: its share first, confirmed once there is a record. */
export function openRecord(places: KeptPlaces, Store: RecordStoreConstructor): SealedRecordResult<Contents> {
  const keyStore = openKeyStore(places);
  const share = obtainDeviceShare(keyStore, systemRandom);
  const opened = openSealedRecord<Contents>({
    directory: places.record,
    key: recordKey(share.share),
    keyOrigin: share.origin,
    binding: { purpose: 'device', instance: 'chaos', schemaVersion: 1 },
    schema: contents,
    initial: { ...contentsOf(0), floor: null },
    Store,
    files: systemFiles,
    random: systemRandom,
  });
  if (opened.outcome !== 'refused' && share.origin === 'created') confirmDeviceShare(keyStore, share);
  return opened;
}

/** Opens the journal with both halves of its key. @param floor how far the record says that it has come */
export function openJournal(places: KeptPlaces, floor: Contents['floor']): SealedJournalResult {
  const { share } = obtainDeviceShare(openKeyStore(places), systemRandom);
  return openSealedJournal({
    path: places.journal,
    binding: { device: 'chaos', file: 'consultations', schemaVersion: 1 },
    wrapKey: journalWrapKey(share, serverShare),
    ...(floor === null ? {} : { floor }),
    files: systemFiles,
    random: systemRandom,
  });
}

/** Entries of different sizes, some longer than a sector. */
export function entryOf(number: number): { number: number; text: string } {
  return { number, text: 'x'.repeat((number * 331) % 1500) };
}

const entry = z.object({ number: z.int() });

/** The number of an entry that was read. */
export function numberOf(value: unknown): number {
  return entry.parse(value).number;
}
