import { randomBytes } from 'node:crypto';
import { closeSync, fdatasync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SealedJournal } from '../../src/main/vault/sealed-journal.ts';
import { openSealedJournal } from '../../src/main/vault/sealed-journal.ts';
import { systemFiles } from '../../src/main/platform/files.ts';
import { systemRandom } from '../../src/main/platform/random.ts';
import { projectFolder } from '../harness/runtime.ts';
import { median } from './compare.ts';

/** What one more record costs when there are so many already; medians, ms. */
export interface AppendCost {
  records: number;
  journal: number;
  /** The same bytes, appended and flushed with nothing else. */
  bare: number;
  /** electron-store with its `encryptionKey`: it rewrites everything. */
  electronStore: number;
}

/** Records of that many in one sample of the journal and the bare file. */
const appends = 400;
/** electron-store takes long; as many are enough to see how long. */
const rewrites = 3;

const sync = promisify(fdatasync);

/** A record of the size of an event. */
const record = (number: number): object => ({ number, at: 1_795_000_000_000, kind: 'event', detail: 'x'.repeat(120) });

/** Measures, on the disk the project is on, what one more record costs when there are 100 of them, 1,000 and so on. */
export async function appendCosts(sizes: readonly number[]): Promise<AppendCost[]> {
  const folder = mkdtempSync(join(projectFolder, '.runtime', 'append-bench-'));
  try {
    // The first few hundred are the compiler's.
    await costAt(folder, 2000);
    const costs: AppendCost[] = [];
    for (const records of sizes) costs.push(await costAt(folder, records));
    return costs;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function costAt(folder: string, records: number): Promise<AppendCost> {
  const journal = await filledJournal(join(folder, `${records}.sealed`), records);
  const bare = openSync(join(folder, `${records}.bare`), 'a');
  const line = Buffer.from(JSON.stringify(record(0)));
  for (let number = 0; number < records; number += 1) writeSync(bare, line);
  await sync(bare);
  const appendBare = async (): Promise<void> => {
    writeSync(bare, line);
    await sync(bare);
  };
  const samples: Record<'journal' | 'bare', number[]> = { journal: [], bare: [] };
  for (let number = 0; number < appends; number += 1) {
    // In turns, and each of them first every other time: what the disk does for one also delays the next.
    const turns = number % 2 === 0 ? (['bare', 'journal'] as const) : (['journal', 'bare'] as const);
    for (const turn of turns) {
      samples[turn].push(await timed(turn === 'bare' ? appendBare : () => journal.append(record(number))));
    }
  }
  await journal.close();
  closeSync(bare);
  const electronStore = await electronStoreCost(folder, records);
  return { records, journal: median(samples.journal), bare: median(samples.bare), electronStore };
}

async function filledJournal(path: string, records: number): Promise<SealedJournal> {
  const binding = { device: 'bench', file: 'bench', schemaVersion: 1 };
  const opened = openSealedJournal({
    path,
    binding,
    wrapKey: randomBytes(32),
    files: systemFiles,
    random: systemRandom,
  });
  if (opened.outcome === 'refused') throw new Error(opened.reason);
  for (let number = 0; number < records; number += 1000) {
    const some = Array.from({ length: Math.min(1000, records - number) }, (_, index) => record(number + index));
    await Promise.all(some.map((one) => opened.journal.append(one)));
  }
  return opened.journal;
}

async function electronStoreCost(folder: string, records: number): Promise<number> {
  process.env['ELECTRON_OVERRIDE_DIST_PATH'] ??= '/nowhere';
  const { default: Store } = await import('electron-store');
  const encryptionKey = randomBytes(32).toString('hex');
  const store = new Store<{ entries: object[] }>({ cwd: folder, name: `${records}`, encryptionKey });
  store.set(
    'entries',
    Array.from({ length: records }, (_, number) => record(number)),
  );
  const samples: number[] = [];
  for (let number = 0; number < rewrites; number += 1) {
    samples.push(await timed(async () => store.set('entries', [...store.get('entries'), record(number)])));
  }
  return median(samples);
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
