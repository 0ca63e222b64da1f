import type { ErasureProof } from '@sallyport/protocol';
import { expectFault } from '../harness/faulty-disk.ts';
import type { SealedJournal } from '../../src/main/vault/sealed-journal.ts';
import type { RecordStoreConstructor, SealedRecord } from '../../src/main/vault/sealed-record.ts';
import type { Contents } from './kept-things.ts';
import { erasureOf, evidenceFor, fillLaptop, reportNumber } from './erased-things.ts';
import { laptopScript, nextStartScript } from './laptop-scripts.ts';
import { contentsOf, electronStore, entryOf, keptPlaces, numberOf, openJournal, openRecord } from './kept-things.ts';
import { tell, tryTo } from './telling.ts';

/** Programs that keep things; each gets everything ready first, and is watched from then on. */
export const scripts = {
  record: recordScript,
  journal: journalScript,
  wipe: wipeScript,
  resume: resumeScript,
  laptop: laptopScript,
  'next start': nextStartScript,
};
export type StoreScript = keyof typeof scripts;

/** How often a laptop is started anew when it refuses to start. */
const starts = 3;

function opened(folder: string, Store: RecordStoreConstructor): SealedRecord<Contents> {
  const result = openRecord(keptPlaces(folder), Store);
  if (result.outcome !== 'fresh' && result.outcome !== 'opened') throw new Error(result.outcome);
  return result.record;
}

/** Starts the laptop until it starts. */
function started<T>(start: () => T): T {
  for (let tried = 1; ; tried += 1) {
    try {
      return start();
    } catch (error) {
      if (tried === starts) throw error;
    }
  }
}

/** The first start of a laptop, some changes, a second start, some more. */
async function recordScript(folder: string): Promise<() => Promise<void>> {
  const Store = await electronStore();
  const put = (record: SealedRecord<Contents>, number: number): Promise<void> =>
    tryTo(number, () => record.update((value) => ({ ...value, ...contentsOf(number) })));
  return async () => {
    tell({ tries: 0 });
    const first = started(() => opened(folder, Store));
    tell({ keeps: 0 });
    for (let number = 1; number <= 3; number += 1) await put(first, number);
    first.close();
    const second = started(() => opened(folder, Store));
    for (let number = 4; number <= 5; number += 1) await put(second, number);
    second.close();
  };
}

/** Entries one by one and together, one forgotten, a closing that says how far it came, a second opening. */
async function journalScript(folder: string): Promise<() => Promise<void>> {
  const record = opened(folder, await electronStore());
  const open = (): SealedJournal => {
    const result = openJournal(keptPlaces(folder), record.value.floor);
    if (result.outcome === 'refused') throw new Error(result.reason);
    return result.journal;
  };
  const add = (journal: SealedJournal, number: number): Promise<void> =>
    tryTo(number, () => journal.append(entryOf(number)));
  const close = async (journal: SealedJournal): Promise<void> => {
    await journal.close();
    const { position } = journal;
    await Promise.resolve()
      .then(() => record.update((value) => ({ ...value, floor: position })))
      .catch(() => undefined);
  };
  return async () => {
    const first = started(open);
    await add(first, 1);
    await Promise.all([2, 3, 4].map((number) => add(first, number)));
    tell({ forgets: 2 });
    await first.rotate((entry) => numberOf(entry) !== 2).catch(() => undefined);
    await Promise.all([5, 6].map((number) => add(first, number)));
    await close(first);
    const second = started(open);
    await add(second, 7);
    await close(second);
  };
}

/** A disk that fails for good is mended after this many rounds over all steps: a wipe never gives up. */
const roundsOfFailure = 2;

function mendingLog() {
  const info = (line: object): void => {
    if ('round' in line && Number(line.round) > roundsOfFailure) expectFault();
  };
  return { info, warn: () => undefined, error: () => undefined };
}

/** A laptop in use is bricked while control listens. */
async function wipeScript(folder: string): Promise<() => Promise<void>> {
  await fillLaptop(folder, await electronStore());
  const evidence = await evidenceFor(folder);
  const erasure = erasureOf(folder, mendingLog());
  const overLink = async (proof: ErasureProof): Promise<boolean> => {
    tell({ delivers: reportNumber(proof) });
    return true;
  };
  return async () => tell({ ends: await erasure.begin(evidence, overLink) });
}

/** What the next start does: goes on with whatever wipe it finds. */
async function resumeScript(folder: string): Promise<() => Promise<void>> {
  const erasure = erasureOf(folder, mendingLog());
  return async () => {
    if (erasure.status === 'none') return;
    if (erasure.status === 'wiping') await erasure.resume();
    tell({ ends: 'dead' });
  };
}
