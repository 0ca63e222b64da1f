import { join } from 'node:path';
import type { StartRefusal } from '@sallyport/protocol';
import type { DataPlaces } from './data-places.ts';
import type { Files } from './platform/files.ts';
import type { Random } from './platform/random.ts';
import type { Log } from './ports.ts';
import type { DeviceRecord } from './record.ts';
import { blankRecord, deviceRecord, recordSchemaVersion } from './record.ts';
import { openDevelopmentKeyStore } from './vault/development-key-store.ts';
import { confirmDeviceShare, obtainDeviceShare } from './vault/device-share.ts';
import type { KeyStore } from './vault/key-store.ts';
import { KeyStoreFault } from './vault/key-store.ts';
import { readableInKeyringFiles } from './vault/keyring-files.ts';
import { recordKey, zero } from './vault/keys.ts';
import type { KeyringEntryConstructor } from './vault/os-key-store.ts';
import { instanceName, OsKeyStore } from './vault/os-key-store.ts';
import type { RecordStoreConstructor, SealedRecord } from './vault/sealed-record.ts';
import { openSealedRecord, SealedRecordFault } from './vault/sealed-record.ts';

/** What opening the vault needs. */
export interface VaultParts {
  readonly places: DataPlaces;
  readonly files: Files;
  readonly random: Random;
  /** Whether the development key store was asked for; a packaged build does not contain it. */
  readonly wantsDevelopmentKeyStore: boolean;
  /** Where the system's keyring keeps its files. */
  readonly keyringFolder: string;
  readonly Entry: KeyringEntryConstructor;
  readonly Store: RecordStoreConstructor;
  readonly log: Log;
}

/** The open vault, or why the laptop cannot be used. */
export type OpenedVault =
  | { readonly outcome: 'opened'; readonly record: SealedRecord<DeviceRecord> }
  | { readonly outcome: 'refused'; readonly reason: StartRefusal };

/**
 * Chooses the key store of this start.
 * @returns the store; whether it may be used is for its probe to say
 */
export function keyStoreOf({
  places,
  files,
  random,
  wantsDevelopmentKeyStore,
  Entry,
  keyringFolder,
}: VaultParts): KeyStore {
  const development = openDevelopmentKeyStore({
    isRequested: wantsDevelopmentKeyStore,
    directory: places.folder,
    files,
  });
  if (!('refusal' in development)) return development;
  const isReadableAtRest = readableInKeyringFiles(files, keyringFolder);
  return new OsKeyStore({ Entry, instance: instanceName(places.folder), random, isReadableAtRest });
}

/** Tries the key store out and opens the sealed record, or makes it on a laptop that never had one. Never throws. */
export function openVault(parts: VaultParts, keyStore: KeyStore): OpenedVault {
  const probe = keyStore.probe();
  // SECURITY: without a key store that keeps secrets the laptop is not used at all (S8).
  if (probe !== 'usable') return { outcome: 'refused', reason: `key-store-${probe.refusal}` };
  try {
    return openRecord(parts, keyStore);
  } catch (error) {
    parts.log.error({ fault: error instanceof Error ? error.name : 'unknown' }, 'vault not opened');
    if (error instanceof KeyStoreFault) {
      return { outcome: 'refused', reason: error.reason === 'locked' ? 'key-store-locked' : 'key-store-missing' };
    }
    return { outcome: 'refused', reason: error instanceof SealedRecordFault ? 'record-tampered' : 'record-missing' };
  }
}

function openRecord({ places, files, random, Store }: VaultParts, keyStore: KeyStore): OpenedVault {
  const obtained = obtainDeviceShare(keyStore, random);
  const key = recordKey(obtained.share);
  try {
    const result = openSealedRecord<DeviceRecord>({
      directory: places.record,
      key,
      keyOrigin: obtained.origin,
      binding: { purpose: 'device', instance: instanceName(places.folder), schemaVersion: recordSchemaVersion },
      schema: deviceRecord,
      initial: blankRecord,
      Store,
      files,
      random,
    });
    if (result.outcome === 'refused') return { outcome: 'refused', reason: `record-${result.reason}` };
    if (obtained.origin === 'created') confirmDeviceShare(keyStore, obtained);
    return { outcome: 'opened', record: result.record };
  } finally {
    zero(key);
    zero(obtained.share);
  }
}

/** Where GNOME's keyring keeps its files. */
export function keyringFolderOf(environment: Readonly<Record<string, string | undefined>>, home: string): string {
  const data = environment['XDG_DATA_HOME'];
  return join(data === undefined || data === '' ? join(home, '.local', 'share') : data, 'keyrings');
}
