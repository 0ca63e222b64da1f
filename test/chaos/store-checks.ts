import { expect } from 'vitest';
import { verifyErasure } from '@sallyport/protocol';
import { systemFiles } from '../../src/main/platform/files.ts';
import type { RecordStoreConstructor, SealedRecord } from '../../src/main/vault/sealed-record.ts';
import { readTombstone, wipeStatus } from '../../src/main/wipe/tombstone.ts';
import { everything, inUse, laptopPlaces, publicKeyIn, reportNumber, whatIsLeft } from './erased-things.ts';
import type { Contents } from './kept-things.ts';
import { contentsOf, entryOf, keptPlaces, numberOf, openJournal, openRecord } from './kept-things.ts';
import { onlyRun, runStore } from './store-run.ts';
import type { StoreRun } from './store-run.ts';

/** What a run says it has kept, and what may have been kept besides. */
export function saidOf({ told }: Pick<StoreRun, 'told'>): { kept: number[]; last: number; inFlight: number[] } {
  const kept = told.flatMap((line) => ('keeps' in line ? [line.keeps] : []));
  const lastKept = told.findLastIndex((line) => 'keeps' in line);
  const inFlight = told.slice(lastKept + 1).flatMap((line) => ('tries' in line ? [line.tries] : []));
  const tried = told.findLast((line) => 'tries' in line && kept.includes(line.tries));
  return { kept, last: tried !== undefined && 'tries' in tried ? tried.tries : -1, inFlight };
}

/**
 * Opens the record as the next start would: it is exactly what was committed last, or what was being committed, and it
 * works on.
 */
export async function expectRecord(run: StoreRun, Store: RecordStoreConstructor): Promise<void> {
  const places = keptPlaces(run.folder);
  const { last, inFlight } = saidOf(run);
  const result = openRecord(places, Store);
  expect(last < 0 ? ['fresh', 'opened'] : ['opened']).toContain(result.outcome);
  if (result.outcome === 'refused') return;
  const { record } = result;
  expect([Math.max(last, 0), ...inFlight]).toContain(record.value.number);
  expect(record.value).toMatchObject(contentsOf(record.value.number));
  expectWorksOn(record, () => openRecord(places, Store));
}

function expectWorksOn(record: SealedRecord<Contents>, again: () => ReturnType<typeof openRecord>): void {
  const { generation } = record;
  record.update((value) => ({ ...value, ...contentsOf(99) }));
  record.close();
  const result = again();
  expect(result.outcome).toBe('opened');
  if (result.outcome === 'refused') return;
  expect(result.record.value.number).toBe(99);
  expect(result.record.generation).toBeGreaterThan(generation);
}

/**
 * Opens the journal as the next activation would: every entry that was kept is in it, once and in order, whole, and none
 * that was never handed in.
 */
export async function expectJournal(run: StoreRun, Store: RecordStoreConstructor): Promise<void> {
  const places = keptPlaces(run.folder);
  const opened = openRecord(places, Store);
  if (opened.outcome !== 'opened') throw new Error(`the record is ${opened.outcome}`);
  const { kept, inFlight } = saidOf(run);
  const forgotten = run.told.flatMap((line) => ('forgets' in line ? [line.forgets] : []));
  const tried = run.told.flatMap((line) => ('tries' in line ? [line.tries] : []));
  const result = openJournal(places, opened.record.value.floor);
  if (result.outcome === 'refused') throw new Error(`the journal is refused: ${result.reason}`);
  const entries = result.journal.entries();
  const found = entries.map(numberOf);
  expect(found).toEqual(expect.arrayContaining(kept.filter((number) => !forgotten.includes(number))));
  expect([...tried, ...inFlight]).toEqual(expect.arrayContaining(found));
  expect(found).toEqual(found.toSorted((left, right) => left - right));
  expect(new Set(found).size).toBe(found.length);
  expect(entries).toEqual(found.map(entryOf));
  await result.journal.append(entryOf(99));
  expect(result.journal.entries().map(numberOf)).toEqual([...found, 99]);
  await result.journal.close();
}

/** Whether the laptop in a folder is alive, being wiped or dead, as its next start finds it. */
function statusIn(folder: string): ReturnType<typeof wipeStatus> {
  return wipeStatus(readTombstone(systemFiles, laptopPlaces(folder).tombstone));
}

/**
 * Starts a laptop anew after a wipe that may have been cut off. Either none was begun, and the laptop is whole and works;
 * or it is gone on with to its end: everything is gone, and the proof of it holds and is later than any sent before.
 */
export async function expectWiped(run: StoreRun, Store: RecordStoreConstructor): Promise<void> {
  const { folder } = run;
  if (statusIn(folder) === 'none') {
    expect(run.told.filter((line) => 'delivers' in line || 'ends' in line)).toEqual([]);
    expect(whatIsLeft(folder)).toEqual(expect.arrayContaining(everything(folder)));
    await expectRecord({ folder, told: [{ tries: inUse.number }, { keeps: inUse.number }] }, Store);
    return;
  }
  if (statusIn(folder) === 'wiping') {
    const { told, gaveUp } = onlyRun(await runStore({ script: 'resume', disks: [{ folder }] }));
    expect({ told, gaveUp }).toEqual({ told: [{ begins: folder }, { ends: 'dead' }], gaveUp: undefined });
  }
  await expectDead(run);
}

async function expectDead({ folder, told }: StoreRun): Promise<void> {
  const reading = readTombstone(systemFiles, laptopPlaces(folder).tombstone);
  if (reading.state !== 'present') throw new Error(`the tombstone is ${reading.state}`);
  const { phase, notice, reported, reportKey } = reading.tombstone;
  expect({ phase, reportKey, left: whatIsLeft(folder) }).toEqual({ phase: 'dead', reportKey: null, left: [] });
  if (notice === null || reported === null) throw new Error('nothing proves the erasure');
  const proof = { receipt: null, notice, report: reported.report };
  expect(await verifyErasure(proof, publicKeyIn(folder))).toMatchObject({ report: { phase: 'dead' } });
  const sent = told.flatMap((line) => ('delivers' in line && line.delivers !== null ? [line.delivers] : []));
  expect(reportNumber(proof)).toBeGreaterThanOrEqual(Math.max(0, ...sent));
}
