// A program that keeps things while its disk fails: `node store-worker.ts '{"script", "disks": [{"folder", "fault"}]}'`.
// It says what it is about to commit and what it has committed, one line each, and after each disk how it came by it.
import { execFileSync } from 'node:child_process';
import { expectFault, operations, say, useUpDescriptors } from '../harness/faulty-disk.ts';
import type { DiskFault, DiskOperation } from '../harness/disk-faults.ts';
import type { StoreScript } from './store-scripts.ts';

/** What the program is told: what to do on which disks, one after the other. */
export interface StoreErrand {
  readonly script: StoreScript;
  readonly disks: readonly { readonly folder: string; readonly fault?: DiskFault }[];
  /** What runs out once everything is ready: descriptors, or how long a file may become (bytes). */
  readonly shortOf?: { readonly descriptors?: number; readonly fileLength?: number };
}

/** The program's line after each disk. */
export interface StoreEnd {
  /** Each operation on the disk; none are named of a disk that failed, whose retries are many. */
  readonly operations: readonly DiskOperation[];
  /** The name of the fault with which it gave up. */
  readonly gaveUp?: string;
}

function limitFiles(length: number): void {
  execFileSync('prlimit', [`--pid=${process.pid}`, `--fsize=${length}`]);
}

// Loaded only now, so that whatever keeps a function of node:fs for itself keeps a counted one.
const { scripts } = await import('./store-scripts.ts');
const { script, disks, shortOf = {} } = JSON.parse(process.argv[2] ?? '') as StoreErrand;
for (const { folder, fault } of disks) {
  const run = await scripts[script](folder);
  say({ begins: folder });
  if (shortOf.fileLength !== undefined) limitFiles(shortOf.fileLength);
  if (shortOf.descriptors !== undefined) useUpDescriptors(shortOf.descriptors);
  expectFault(fault);
  const gaveUp = await run().then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  const done = fault === undefined ? [...operations] : [];
  expectFault();
  say({ operations: done, gaveUp } satisfies Record<keyof StoreEnd, unknown>);
}
// Timers of what was left waiting must not keep it.
process.exit(0);
