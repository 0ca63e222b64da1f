import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { DiskOperation } from '../harness/disk-faults.ts';
import { effort, shareOf, spread, tried } from '../harness/effort.ts';
import { electronStore } from './kept-things.ts';
import { expectJournal, expectRecord, expectWiped } from './store-checks.ts';
import type { StoreProcess } from './store-run.ts';
import { inFolder, onlyRun, operationsOf, runStore, together } from './store-run.ts';
import type { StoreScript } from './store-scripts.ts';

const Store = await electronStore();
const kept = [
  ['record', expectRecord],
  ['journal', expectJournal],
  ['wipe', expectWiped],
] as const;

/** Which system calls stand for which operation. */
const callsOf: Partial<Record<DiskOperation, readonly string[]>> = {
  write: ['write', 'pwrite64', 'writev', 'pwritev'],
  truncate: ['ftruncate', 'truncate'],
  sync: ['fsync', 'fdatasync'],
  rename: ['rename', 'renameat', 'renameat2'],
  link: ['link', 'linkat'],
  unlink: ['unlink', 'unlinkat'],
  'make-directory': ['mkdir', 'mkdirat'],
  'remove-directory': ['rmdir'],
};

/** A system call that a program made below its folder, after it had everything ready. */
interface Call {
  readonly name: string;
  /** How many of that name its thread had made before, from the program's start on. */
  readonly index: number;
  /** Whether the program's first thread made it. */
  readonly isMain: boolean;
}

/**
 * A file system in memory of that size takes the folder's place for the program alone; what is on it at the end is copied
 * into the folder.
 */
function onSmallDisk(folder: string, kib: number): string[] {
  const script = [
    'set -e; kept="$1"; shift; mkdir "$kept.kept"; mount --bind "$kept" "$kept.kept"',
    `mount -t tmpfs -o size=${kib}k tmpfs "$kept"; set +e; "$@"; cp -r "$kept/." "$kept.kept/"`,
  ].join('; ');
  const asRoot = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  return ['unshare', ...asRoot, '--mount', 'sh', '-c', script, 'sh', folder];
}

/** Runs a program on a disk of its own under strace. @param options tampering */
async function traced<T>(
  script: StoreScript,
  options: string[],
  use: (run: StoreProcess, calls: Call[], isTamperedWith: boolean) => T | Promise<T>,
): Promise<T> {
  return inFolder(async (base) => {
    const [folder, log] = [join(base, 'disk'), join(base, 'strace')];
    mkdirSync(folder);
    const names = Object.values(callsOf).flat();
    const strace = ['strace', '-f', '-qq', '-y', '-s', '999', '-o', log, '-e', `trace=${names.join(',')}`, ...options];
    const run = await runStore({ script, disks: [{ folder }] }, strace);
    const text = readFileSync(log, 'utf8');
    const isTamperedWith = run.signal === 'SIGKILL' || text.includes('(INJECTED)');
    return await use(run, callsIn(text, folder), isTamperedWith);
  });
}

function callsIn(log: string, folder: string): Call[] {
  const counts = new Map<string, number>();
  const lines = log.split('\n').flatMap((text) => {
    const [, thread = '', name = ''] = /^(\d+) +(\w+)\(/.exec(text) ?? [];
    const index = counts.get(`${thread} ${name}`) ?? 0;
    counts.set(`${thread} ${name}`, index + 1);
    return name === '' ? [] : [{ text, thread, name, index }];
  });
  const begins = lines.findIndex(({ text }) => text.includes('begins'));
  const main = lines[0]?.thread;
  const below = lines
    .slice(begins + 1)
    .filter(({ text }) => text.includes(`${folder}/`) || text.includes(`${folder}>`));
  return below.map(({ name, index, thread }) => ({ name, index, isMain: thread === main }));
}

describe('the operations that are counted, killed beside and failed', () => {
  test.each(kept)('S9 S31 are all there are: the kernel sees as many for the %s', async (script) => {
    const counted = await operationsOf(script);
    await traced(script, [], (_, calls) => {
      for (const [operation, names] of Object.entries(callsOf)) {
        const seen = calls.filter(({ name }) => names.includes(name)).length;
        expect([operation, seen]).toEqual([operation, counted.filter((one) => one === operation).length]);
      }
    });
  });
});

describe('the kernel itself, through strace', () => {
  const tampering = [
    ['fails a flush (EIO)', ['fsync', 'fdatasync'], 'error=EIO'],
    ['has no room for a write (ENOSPC)', ['write'], 'error=ENOSPC'],
    ['refuses a rename (EROFS)', ['rename'], 'error=EROFS'],
    ['kills the program in a rename', ['rename'], 'signal=KILL'],
    ['kills the program in a flush', ['fsync', 'fdatasync'], 'signal=KILL'],
    ['kills the program in an unlink', ['unlink'], 'signal=KILL'],
  ] as const;
  const cases = tampering.flatMap(([what, names, how]) =>
    kept
      // A journal's own work removes no file.
      .filter(([script]) => script !== 'journal' || !what.endsWith('unlink'))
      .map(([script, sound]) => ({ what, names, how, script, sound })),
  );

  test.each(shareOf(cases, 7))('S9 S31 $what: the $script is sound', async ({ names, how, script, sound }) => {
    const calls = await traced(script, [], (_, seen) => seen);
    const due = calls.filter(({ name, isMain, index }) => names.some((one) => one === name) && (isMain || index === 0));
    const chosen = spread(due, effort(1, 8));
    expect(chosen.length).toBeGreaterThan(0);
    await together(chosen, ({ name, index }) =>
      traced(script, ['-e', `inject=${name}:${how}:when=${index + 1}`], async (run, _, isTamperedWith) => {
        expect(isTamperedWith, run.errors).toBe(true);
        await sound(onlyRun(run), Store);
      }),
    );
    tried('faults that the kernel made', chosen.length);
  });
});

describe('a machine that has run out', () => {
  const shortages = [
    ...[400, 1000, 1600, 2500, 4000].map(
      (bytes) => ({ of: 'a file’s length', script: 'record', left: bytes }) as const,
    ),
    ...[400, 1000, 1600, 2500, 4000].map(
      (bytes) => ({ of: 'a file’s length', script: 'journal', left: bytes }) as const,
    ),
    { of: 'descriptors', script: 'record', left: 0 },
    { of: 'descriptors', script: 'journal', left: 0 },
  ] as const;

  test.each(shortages)(
    'S31 $of: with $left left the $script says so, and loses nothing',
    async ({ of, script, left }) => {
      const sound = script === 'record' ? expectRecord : expectJournal;
      await inFolder(async (folder) => {
        const shortOf = of === 'descriptors' ? { descriptors: left } : { fileLength: left };
        const ended = await runStore({ script, disks: [{ folder }], shortOf }, ['prlimit', '--nofile=128']);
        const run = onlyRun(ended);
        // A library of electron-store’s lets the kernel’s warning that a file is too long end the program.
        expect(run.operations !== undefined || ended.signal === 'SIGXFSZ', ended.errors).toBe(true);
        expect(run.gaveUp !== undefined || run.told.some((line) => 'refuses' in line)).toBe(true);
        await sound(run, Store);
      });
      tried('faults that the kernel made', 1);
    },
  );

  const smallDisks = [
    ...[8, 12, 16, 20, 24].map((kib) => ['record', kib, expectRecord] as const),
    ...[24, 28, 32, 36, 40].map((kib) => ['journal', kib, expectJournal] as const),
  ];

  test.each(smallDisks)(
    'S31 room: a %s on a file system of %i KiB loses nothing that it kept',
    async (script, kib, sound) => {
      await inFolder(async (base) => {
        const folder = join(base, 'disk');
        mkdirSync(folder);
        const run = await runStore({ script, disks: [{ folder }] }, onSmallDisk(folder, kib));
        expect(onlyRun(run).operations, run.errors).toBeDefined();
        await sound(onlyRun(run), Store);
      });
      tried('faults that the kernel made', 1);
    },
  );
});
