import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { systemFiles } from '../platform/files.ts';
import { systemRandom } from '../platform/random.ts';
import { temporaryDirectory } from '../platform/testing/temporary-directory.ts';
import { openSealedJournal } from './sealed-journal.ts';
import type { SealedRecordResult } from './sealed-record.ts';
import { openSealedRecord } from './sealed-record.ts';
import { storeOn } from './testing/store-on.ts';

const isRoot = process.getuid?.() === 0;
const nobody = 65_534;
const key = randomBytes(32);
const schema = z.strictObject({ sequence: z.int() });

/** What somebody may leave where a file of the vault was; the file itself is moved aside. */
const obstacles: [string, (path: string) => void][] = [
  ['a link to the very file', (path) => symlinkSync(`${path}.aside`, path)],
  ['a link to nowhere', (path) => symlinkSync('/nowhere', path)],
  ['a pipe', (path) => void execFileSync('mkfifo', [path])],
  ['a sparse file of 1 TB', makeSparse],
  ['a folder', (path) => mkdirSync(join(path, 'inner'), { recursive: true })],
  ['a device', (path) => symlinkSync('/dev/zero', path)],
];
if (isRoot) {
  obstacles.push(['the same file, owned by another', giveAway]);
}

function makeSparse(path: string): void {
  writeFileSync(path, '');
  truncateSync(path, 1024 ** 4);
}

function giveAway(path: string): void {
  renameSync(`${path}.aside`, path);
  chownSync(path, nobody, nobody);
}

function openRecord(directory: string, keyOrigin: 'created' | 'existing'): SealedRecordResult<{ sequence: number }> {
  return openSealedRecord({
    directory,
    key,
    keyOrigin,
    binding: { purpose: 'device', instance: 'this-installation', schemaVersion: 1 },
    schema,
    initial: { sequence: 0 },
    Store: storeOn(systemFiles),
    files: systemFiles,
    random: systemRandom,
  });
}

function openJournal(path: string): ReturnType<typeof openSealedJournal> {
  const binding = { device: 'device-1', file: 'consultations', schemaVersion: 1 };
  return openSealedJournal({ path, binding, wrapKey: key, files: systemFiles, random: systemRandom });
}

function replaceBy(path: string, put: (path: string) => void): void {
  renameSync(path, `${path}.aside`);
  put(path);
}

describe('S31 in the place of a file of the vault', () => {
  test.each(obstacles)('%s is damage of the record, and what is written next stands in its place', (_, put) => {
    const directory = join(temporaryDirectory(), 'record');
    const first = openRecord(directory, 'created');
    if (first.outcome !== 'fresh') throw new Error(first.outcome);
    first.record.update(() => ({ sequence: 1 }));
    replaceBy(join(directory, 'record.sealed'), put);
    const second = openRecord(directory, 'existing');
    expect(second).toMatchObject({ outcome: 'damaged', reason: 'tampered', record: { value: { sequence: 0 } } });
    if (second.outcome === 'damaged') second.record.update(() => ({ sequence: -1 }));
    expect(openRecord(directory, 'existing')).toMatchObject({ outcome: 'opened', record: { value: { sequence: -1 } } });
  });

  test.each(obstacles)('%s where the generation before was does not keep the record from going on', (_, put) => {
    const directory = join(temporaryDirectory(), 'record');
    const first = openRecord(directory, 'created');
    if (first.outcome !== 'fresh') throw new Error(first.outcome);
    first.record.update(() => ({ sequence: 1 }));
    replaceBy(join(directory, 'previous.sealed'), put);
    const second = openRecord(directory, 'existing');
    if (second.outcome !== 'opened') throw new Error(second.outcome);
    second.record.update(() => ({ sequence: 2 }));
    rmSync(join(directory, 'record.sealed'));
    expect(openRecord(directory, 'existing')).toMatchObject({ outcome: 'damaged', record: { value: { sequence: 1 } } });
  });

  test.each(obstacles)('%s is no journal', async (_, put) => {
    const path = join(temporaryDirectory(), 'journal.sealed');
    const first = openJournal(path);
    if (first.outcome !== 'fresh') throw new Error(first.outcome);
    await first.journal.append('one');
    await first.journal.close();
    replaceBy(path, put);
    expect(openJournal(path)).toEqual({ outcome: 'refused', reason: 'tampered' });
  });

  test.each(obstacles)('%s put under an open journal is not written to', async (_, put) => {
    const path = join(temporaryDirectory(), 'journal.sealed');
    const first = openJournal(path);
    if (first.outcome !== 'fresh') throw new Error(first.outcome);
    await first.journal.append('one');
    replaceBy(path, put);
    await expect(first.journal.rotate(() => true)).rejects.toMatchObject({ reason: 'tampered' });
    await first.journal.close();
  });
});
