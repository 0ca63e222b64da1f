import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diskErrors } from '../harness/disk-faults.ts';
import type { DiskError, DiskFault, DiskOperation } from '../harness/disk-faults.ts';
import { projectFolder, runtime } from '../harness/runtime.ts';
import type { Told } from './telling.ts';
import type { StoreEnd, StoreErrand } from './store-worker.ts';

/** What a program came to on one disk. */
export interface StoreRun extends Partial<StoreEnd> {
  readonly folder: string;
  /** What it said of its work, in order. */
  readonly told: readonly Told[];
}

/** What a program came to. */
export interface StoreProcess {
  /** One for each disk; of the one on which it was killed, and those behind it, the operations are not known. */
  readonly runs: readonly StoreRun[];
  readonly signal: NodeJS.Signals | null;
  readonly errors: string;
}

/**
 * Runs the program to its end.
 * @param prefix a program and its arguments that start it: `strace`, `prlimit`
 */
export async function runStore(errand: StoreErrand, prefix: readonly string[] = []): Promise<StoreProcess> {
  const command = [...prefix, runtime().node, `${projectFolder}test/chaos/store-worker.ts`, JSON.stringify(errand)];
  const [program = '', ...args] = command;
  // One that hangs is ended otherwise than those that are killed.
  const child = spawn(program, args, { cwd: projectFolder, stdio: ['ignore', 'pipe', 'pipe'], timeout: 110_000 });
  const [output, errors] = [collect(child.stdout), collect(child.stderr)];
  const signal = await new Promise<NodeJS.Signals | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (_, ended) => resolve(ended));
  });
  return { runs: runsOf(errand, output()), signal, errors: errors() };
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return () => text;
}

function runsOf({ disks }: StoreErrand, output: string): StoreRun[] {
  const lines = output.trim().split('\n').filter(Boolean);
  const left = lines.map((line) => JSON.parse(line) as Told | StoreEnd);
  return disks.map(({ folder }) => {
    const end = left.findIndex((line) => 'operations' in line);
    const mine = left.splice(0, end < 0 ? left.length : end + 1);
    const told = mine.filter((line): line is Told => !('operations' in line));
    return { folder, told, ...mine.find((line) => 'operations' in line) };
  });
}

/** The one run of a program that had one disk. */
export function onlyRun({ runs: [run] }: StoreProcess): StoreRun {
  if (run === undefined) throw new Error('the program had no disk');
  return run;
}

/** Carries a script out with nothing amiss, to know what there is. @returns each operation on the disk */
export async function operationsOf(script: StoreErrand['script']): Promise<readonly DiskOperation[]> {
  return inFolder(async (folder) => {
    const { operations } = onlyRun(await runStore({ script, disks: [{ folder }] }));
    if (operations === undefined) throw new Error('the program was killed');
    return operations;
  });
}

/** Changes the disk, so that a death beside it leaves the disk otherwise than a death beside its neighbours. */
export function isChange(operation: DiskOperation): boolean {
  return operation !== 'read' && operation !== 'open';
}

/** Every system error that can befall a run, once or from there on for good, and every write cut short. */
export function errorsIn(operations: readonly DiskOperation[]): DiskFault[] {
  const codes = Object.entries(diskErrors) as [DiskError, readonly DiskOperation[]][];
  return operations.flatMap((operation, at): DiskFault[] => [
    ...codes
      .filter(([, befallen]) => befallen.includes(operation))
      .flatMap(([code]) => [false, true].map((forGood) => ({ kind: 'error' as const, at, code, forGood }))),
    ...(operation === 'write' ? [{ kind: 'short-write' as const, at }] : []),
  ]);
}

/** Every death there is in a run: before and after each change, and in the middle of each write. */
export function deathsIn(operations: readonly DiskOperation[]): Extract<DiskFault, { kind: 'death' }>[] {
  return operations.flatMap((operation, at) => {
    if (!isChange(operation)) return [];
    const moments = operation === 'write' ? (['before', 'within', 'after'] as const) : (['before', 'after'] as const);
    return moments.map((moment) => ({ kind: 'death' as const, at, moment }));
  });
}

/** A new folder, gone when `use` is done. */
export async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-chaos-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Does something with each, a few at a time. */
export async function together<T>(each: readonly T[], use: (one: T) => Promise<void>, atOnce = 3): Promise<void> {
  const left = [...each];
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await use(next);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
