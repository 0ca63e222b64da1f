import { join } from 'node:path';
import type { StartRefusal } from '@sallyport/protocol';
import type { DataPlaces } from './data-places.ts';
import type { Files } from './platform/files.ts';
import type { MachineFile } from './platform/machine-file.ts';
import { FileFault } from './platform/plain-file.ts';
import type { Random } from './platform/random.ts';
import type { Log } from './ports.ts';
import type { DeviceRecord } from './record.ts';
import { blankRecord, deviceRecord, recordSchemaVersion } from './record.ts';
import type { StoreDamage } from './store-damage.ts';
import { openDevelopmentKeyStore } from './vault/development-key-store.ts';
import type { DeviceShare } from './vault/device-share.ts';
import { confirmDeviceShare, obtainDeviceShare } from './vault/device-share.ts';
import type { KeyStore, KeyStoreFaultReason } from './vault/key-store.ts';
import { KeyStoreFault } from './vault/key-store.ts';
import { readableInKeyringFiles } from './vault/keyring-files.ts';
import { recordKey, zero } from './vault/keys.ts';
import type { KeyringEntryConstructor } from './vault/os-key-store.ts';
import { instanceName, OsKeyStore } from './vault/os-key-store.ts';
import type { RecordStoreConstructor, SealedRecord } from './vault/sealed-record.ts';
import { openSealedRecord, SealedRecordFault } from './vault/sealed-record.ts';
import { TpmKeyStore } from './vault/tpm-key-store.ts';
import { TPM_DEVICE, tpmPrograms } from './vault/tpm-programs.ts';

type RecordDamage = Extract<StoreDamage, `record-${string}`>;

/** What opening the vault needs. */
export interface VaultParts {
  readonly places: DataPlaces;
  readonly files: Files;
  readonly random: Random;
  readonly machine: MachineFile;
  /** Another security chip than the machine's, in development: how tpm2-tools reach it. */
  readonly tpm: string | undefined;
  /** Whether the development key store was asked for; a packaged build does not contain it. */
  readonly wantsDevelopmentKeyStore: boolean;
  /** Where the system's keyring keeps its files. */
  readonly keyringFolder: string;
  readonly Entry: KeyringEntryConstructor;
  readonly Store: RecordStoreConstructor;
  readonly log: Log;
}

/** The open vault, or why the laptop cannot be used. Damaged: the record is an older one than the laptop had. */
export type OpenedVault =
  | { readonly outcome: 'opened'; readonly record: SealedRecord<DeviceRecord>; readonly damage: RecordDamage | null }
  | { readonly outcome: 'refused'; readonly reason: StartRefusal };

/** A file system in memory that every Linux has; Chromium needs it as well. */
const SESSION_MEMORY = '/dev/shm';

/**
 * Chooses the key store of this start.
 * @returns the store; whether it may be used is for its probe to say
 */
export function keyStoreOf({
  places,
  files,
  random,
  machine,
  tpm,
  wantsDevelopmentKeyStore,
  Entry,
  keyringFolder,
}: VaultParts): KeyStore {
  if (machine.keyStore === 'tpm') {
    const run = tpmPrograms(tpm ?? TPM_DEVICE);
    return new TpmKeyStore({ run, registers: machine.tpmRegisters, files, random, memory: SESSION_MEMORY });
  }
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
    return { outcome: 'refused', reason: refusalOf(error) };
  }
}

const keyStoreRefusals: Readonly<Record<KeyStoreFaultReason, StartRefusal>> = {
  missing: 'key-store-missing',
  locked: 'key-store-locked',
  changed: 'key-store-changed',
  'not-stored': 'key-store-missing',
  'not-destroyed': 'key-store-missing',
};

/** Tells what somebody did to the files from what the disk did; whatever is unknown counts as the disk's. */
function refusalOf(error: unknown): StartRefusal {
  if (error instanceof KeyStoreFault) return keyStoreRefusals[error.reason];
  // SECURITY: a link, a pipe or somebody else's file does not come to the record's place by itself (S31).
  if (error instanceof FileFault) return 'record-tampered';
  if (error instanceof SealedRecordFault && error.reason !== 'not-durable') return 'record-tampered';
  return 'disk-fault';
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
    const damage = result.outcome === 'damaged' ? (`record-${result.reason}` as const) : null;
    // SECURITY: an older record is enough to report the damage with, and to be erased by; without an enrolment for neither (S31).
    if (damage !== null && result.record.value.enrolment === null) return { outcome: 'refused', reason: damage };
    if (obtained.origin === 'created') confirmOrClose(keyStore, obtained, result.record);
    return { outcome: 'opened', record: result.record, damage };
  } finally {
    zero(key);
    zero(obtained.share);
  }
}

function confirmOrClose(keyStore: KeyStore, share: DeviceShare, record: SealedRecord<DeviceRecord>): void {
  try {
    confirmDeviceShare(keyStore, share);
  } catch (error) {
    record.close();
    throw error;
  }
}

/** Where GNOME's keyring keeps its files. */
export function keyringFolderOf(environment: Readonly<Record<string, string | undefined>>, home: string): string {
  const data = environment['XDG_DATA_HOME'];
  return join(data === undefined || data === '' ? join(home, '.local', 'share') : data, 'keyrings');
}
