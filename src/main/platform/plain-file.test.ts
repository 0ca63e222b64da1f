import { execFileSync } from 'node:child_process';
import { chownSync, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemFiles } from './files.ts';
import { fileFaultOf } from './plain-file.ts';
import { temporaryDirectory } from './testing/temporary-directory.ts';

const isRoot = process.getuid?.() === 0;
const nobody = 65_534;

/** Everything that opens a file. */
const openings: [string, (path: string) => unknown][] = [
  ['reading', (path) => systemFiles.read(path)],
  ['writing', (path) => systemFiles.write(path, Buffer.from('ours'))],
  ['appending', (path) => systemFiles.openForAppend(path)],
  ['flushing', (path) => systemFiles.syncFile(path)],
];

const faultWith = (reason: string): unknown => expect.objectContaining({ name: 'FileFault', reason });

describe.each(openings)('S31 %s', (_, open) => {
  test('follows no link, and leaves what it leads to as it is', () => {
    const root = temporaryDirectory();
    const [link, target] = [join(root, 'link'), join(root, 'target')];
    writeFileSync(target, 'theirs');
    symlinkSync(target, link);
    expect(() => open(link)).toThrow(faultWith('not-plain'));
    expect(readFileSync(target, 'utf8')).toBe('theirs');
  });

  test('makes nothing at the end of a link that leads nowhere', () => {
    const root = temporaryDirectory();
    const [link, target] = [join(root, 'link'), join(root, 'target')];
    symlinkSync(target, link);
    expect(() => open(link)).toThrow(faultWith('not-plain'));
    expect(systemFiles.exists(target)).toBe(false);
  });

  test('waits for nobody at a pipe', () => {
    const path = join(temporaryDirectory(), 'pipe');
    execFileSync('mkfifo', [path]);
    expect(() => open(path)).toThrow(faultWith('not-plain'));
  });

  test('takes neither a folder, a device nor a socket for a file', async () => {
    const root = temporaryDirectory();
    mkdirSync(join(root, 'folder'));
    const server = createServer().listen(join(root, 'socket'));
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    for (const path of [join(root, 'folder'), '/dev/zero', join(root, 'socket')]) {
      expect(() => open(path)).toThrow(faultWith('not-plain'));
    }
  });

  // Only root can give a file away; the check itself is below.
  test.runIf(isRoot)('refuses a file of another account', () => {
    const path = join(temporaryDirectory(), 'a');
    writeFileSync(path, 'theirs');
    chownSync(path, nobody, nobody);
    expect(() => open(path)).toThrow(faultWith('foreign'));
    expect(readFileSync(path, 'utf8')).toBe('theirs');
  });
});

describe('S31 a file of ours', () => {
  const statsOf = (uid: number, size = 10): { isFile: () => boolean; uid: number; size: number } => ({
    isFile: () => true,
    uid,
    size,
  });

  test('belongs to our account or to the system', () => {
    const terms = { owner: 1000, limit: 10 };
    expect(fileFaultOf(statsOf(1000), terms)).toBeUndefined();
    expect(fileFaultOf(statsOf(0), terms)).toBeUndefined();
    expect(fileFaultOf(statsOf(1001), terms)).toBe('foreign');
    expect(fileFaultOf(statsOf(1000), { owner: 0, limit: 10 })).toBe('foreign');
  });

  test('has any owner where the system does not number its accounts', () => {
    expect(fileFaultOf(statsOf(4711), { owner: undefined, limit: 10 })).toBeUndefined();
  });

  test('is within the limit, and a file', () => {
    const terms = { owner: 1000, limit: 9 };
    expect(fileFaultOf(statsOf(1000), terms)).toBe('too-large');
    expect(fileFaultOf({ ...statsOf(1000), isFile: () => false }, terms)).toBe('not-plain');
  });

  test('is for its owner only when it is made', () => {
    const path = join(temporaryDirectory(), 'a');
    systemFiles.openForAppend(path).close();
    expect(lstatSync(path).mode & 0o777).toBe(0o600);
  });
});
