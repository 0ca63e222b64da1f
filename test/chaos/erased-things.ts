// A laptop's files as a brick finds them, and the erasure of them with the real modules.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ErasureProof } from '@sallyport/protocol';
import { decodeErasureReport, fromBase64url } from '@sallyport/protocol';
import { filesBelow } from '../harness/disk.ts';
import { dataPlaces } from '../../src/main/data-places.ts';
import type { DataPlaces } from '../../src/main/data-places.ts';
import type { ErasureEvidence } from '../../src/main/erasure-evidence.ts';
import { Erasure } from '../../src/main/erasure.ts';
import { makeSigningKey, publicKeyOf } from '../../src/main/identity/signing-keys.ts';
import { makeErasureNotice } from '../../src/main/identity/erasure-notice.ts';
import { systemClock } from '../../src/main/platform/clock.ts';
import type { Clock } from '../../src/main/platform/clock.ts';
import { systemFiles } from '../../src/main/platform/files.ts';
import { plainMachine } from '../../src/main/platform/machine-file.ts';
import type { Log } from '../../src/main/ports.ts';
import type { RecordStoreConstructor } from '../../src/main/vault/sealed-record.ts';
import { contentsOf, entryOf, keptPlaces, openJournal, openKeyStore, openRecord } from './kept-things.ts';

/** The record's number and the journal's entries of a laptop that is in use. */
export const inUse = { number: 3, entries: [1, 2, 3] } as const;

/** Where everything of a laptop is, in one folder; its record and journal where {@link keptPlaces} has them. */
export function laptopPlaces(folder: string): DataPlaces {
  return dataPlaces(folder);
}

/** Every file of the laptop besides its key, record and journal: what a browser, a log, a cache leaves. */
function clutter({ browser, logs, crashDumps, folder }: DataPlaces): string[] {
  return [
    join(browser, 'Cookies'),
    join(browser, 'Session Storage', '000003.log'),
    join(logs, 'main.log'),
    join(folder, 'caches', 'deep', 'deeper', 'file'),
    join(crashDumps, 'pending', 'one.dmp'),
  ];
}

/** Makes a laptop that is in use. */
export async function fillLaptop(folder: string, Store: RecordStoreConstructor): Promise<void> {
  const opened = openRecord(keptPlaces(folder), Store);
  if (opened.outcome !== 'fresh') throw new Error('it is no new laptop');
  const journal = openJournal(keptPlaces(folder), null);
  if (journal.outcome === 'refused') throw new Error(journal.reason);
  await Promise.all(inUse.entries.map((number) => journal.journal.append(entryOf(number))));
  await journal.journal.close();
  opened.record.update((value) => ({ ...value, ...contentsOf(inUse.number), floor: journal.journal.position }));
  for (const file of clutter(laptopPlaces(folder))) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, 'A1234BC');
  }
  writeFileSync(signingKeyFile(folder), await makeSigningKey());
}

/** The laptop's own key; in its record in life, kept aside here for whoever checks what it signed. */
function signingKeyFile(folder: string): string {
  return join(folder, 'signing-key.pem');
}

/** The laptop's public key, as control knows it. */
export function publicKeyIn(folder: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(publicKeyOf(readFileSync(signingKeyFile(folder), 'utf8')));
}

/** What the laptop signs before anything is destroyed. */
export async function evidenceFor(folder: string): Promise<ErasureEvidence> {
  const signingKey = readFileSync(signingKeyFile(folder), 'utf8');
  const device = { id: '0190a0a0-0000-7000-8000-000000000001', name: 'HB-01', site: 'site', siteName: 'HMP Exemplar' };
  const startedAt = Date.now();
  return {
    startedAt,
    receipt: null,
    control: { address: '127.0.0.1:1', caCertificate: 'PEM' },
    erasers: [],
    ...(await makeErasureNotice({ identity: { device, signingKey }, receipt: null, software: null, at: startedAt })),
  };
}

/**
 * Nobody waits here for a link, or for a disk to come back: one second is twenty milliseconds. How long an erasure may take before
 * the client starts anew stays what it is: here nobody would start it.
 */
const hurried: Clock = {
  ...systemClock,
  setTimer: (delayMs, then) => systemClock.setTimer(delayMs < 30_000 ? delayMs / 50 : delayMs, then),
};

/** The erasure as a start of the laptop has it. */
export function erasureOf(folder: string, log: Log): Erasure {
  return new Erasure({
    places: laptopPlaces(folder),
    files: systemFiles,
    clock: hurried,
    keyStore: openKeyStore(keptPlaces(folder)),
    machine: plainMachine,
    choose: () => ({ erasers: [], powerSwitch: undefined }),
    exchange: async () => ({ outcome: 'not-reachable' }),
    log,
  });
}

/** The number of a proof's report; null when it has none yet. */
export function reportNumber({ report }: ErasureProof): number | null {
  const bytes = report === null ? undefined : fromBase64url(report.report);
  return (bytes && decodeErasureReport(bytes)?.number) ?? null;
}

/** The files of a laptop, its key among them, that are still there; a wipe's own and this test's left out. */
export function whatIsLeft(folder: string): string[] {
  const names = filesBelow(folder).map((file) => file.slice(folder.length + 1));
  return names.filter((name) => name !== 'signing-key.pem' && !name.startsWith('tombstone/'));
}

/** What {@link whatIsLeft} names, among others, of a laptop of which nothing has been erased. */
export function everything(folder: string): string[] {
  const places = laptopPlaces(folder);
  const key = join(folder, 'development-key-store', 'device-share.key');
  const files = [key, join(places.record, 'record.sealed'), places.journal, ...clutter(places)];
  return files.map((file) => file.slice(folder.length + 1));
}
