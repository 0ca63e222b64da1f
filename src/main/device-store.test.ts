import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { dataPlaces } from './data-places.ts';
import type { DataPlaces } from './data-places.ts';
import { DeviceStore } from './device-store.ts';
import { sampleLaptop } from './laptop-testing.ts';
import { systemFiles } from './platform/files.ts';
import { plainMachine } from './platform/machine-file.ts';
import { systemRandom } from './platform/random.ts';
import { temporaryDirectory } from './platform/testing/temporary-directory.ts';
import type { KeyStore } from './vault/key-store.ts';
import type { RecordStoreConstructor } from './vault/sealed-record.ts';
import { openVault } from './vault-opening.ts';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const { enrolled } = await sampleLaptop(Date.UTC(2026, 10, 22, 9));
let Store: RecordStoreConstructor;
let places: DataPlaces;
let keyStore: KeyStore;

beforeAll(async () => {
  // Outside Electron the module named electron answers with a path; it must not try to fetch a runtime.
  process.env['ELECTRON_OVERRIDE_DIST_PATH'] ??= join('nowhere', 'electron');
  ({ default: Store } = await import('electron-store'));
});

beforeEach(() => {
  places = dataPlaces(temporaryDirectory());
  const secrets = new Map<string, Uint8Array>();
  keyStore = {
    probe: () => 'usable',
    read: (name) => copyOf(secrets.get(name)),
    write: (name, secret) => void secrets.set(name, Uint8Array.from(secret)),
    destroy: (name) => void secrets.delete(name),
  };
});

/** Whoever reads a secret zeroes it. */
const copyOf = (secret: Uint8Array | undefined): Uint8Array | undefined => secret && Uint8Array.from(secret);
const recordFile = (): string => join(places.record, 'record.sealed');
const parts = { files: systemFiles, random: systemRandom, log };
const opened = () => {
  const machine = { machine: plainMachine, tpm: undefined, wantsDevelopmentKeyStore: false, keyringFolder: '/none' };
  const Entry = class {
    getSecret = (): null => null;
    setSecret = (): void => undefined;
    deleteCredential = (): boolean => false;
  };
  return openVault({ ...parts, ...machine, places, Entry, Store }, keyStore);
};

/** A start: the record, then everything else that is kept. */
function started() {
  const vault = opened();
  if (vault.outcome === 'refused') return vault.reason;
  const { record, damage } = vault;
  if (record.value.enrolment === null) record.update((value) => ({ ...value, enrolment: enrolled }));
  const { journal: journalPath, events: eventsPath } = places;
  const found: string[] = [];
  const store = new DeviceStore({ ...parts, record, keyStore, journalPath, eventsPath, damage }, (each) =>
    found.push(each),
  );
  return { store, found, record };
}

function running() {
  const start = started();
  if (typeof start === 'string') throw new Error(start);
  return start;
}

describe('S31 what an enrolled laptop keeps', () => {
  test('is what it was at the next start, and the one after', () => {
    running();
    for (let starts = 0; starts < 3; starts += 1) expect(running().found).toEqual([]);
  });

  test.each<[string, () => void]>([
    ['record-tampered', () => writeFileSync(recordFile(), readFileSync(recordFile()).subarray(7))],
    ['record-missing', () => rmSync(recordFile())],
    ['journal-events-missing', () => rmSync(places.events)],
    ['journal-events-tampered', () => writeFileSync(places.events, 'x')],
  ])('%s is found once, said at once, and stays through every start', (damage, hand) => {
    running();
    running();
    hand();
    const found = running();
    expect([found.found, found.store.damage]).toEqual([[damage], damage]);
    expect(found.record.value.enrolment?.damaged).toBe(damage);
    const later = running();
    expect([later.found, later.store.damage]).toEqual([[], damage]);
  });

  test('a record that is changed before there is an enrolment is refused: there is nobody to report it for', () => {
    const vault = opened();
    if (vault.outcome === 'refused') throw new Error(vault.reason);
    vault.record.update((value) => ({ ...value, language: 'cy' }));
    writeFileSync(recordFile(), 'x');
    expect(started()).toBe('record-tampered');
  });

  test('a key store that does not give its half while the laptop runs damages nothing', () => {
    const { record } = running();
    const broken: KeyStore = { ...keyStore, read: () => undefined };
    const { journal: journalPath, events: eventsPath } = places;
    const store = new DeviceStore(
      { ...parts, record, keyStore: broken, journalPath, eventsPath, damage: null },
      () => undefined,
    );
    expect([store.damage, store.events.mark]).toEqual([null, undefined]);
  });
});
