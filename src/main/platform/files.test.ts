import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Files } from './files.ts';
import { READ_LIMIT, systemFiles } from './files.ts';
import { replaceFile } from './replace-file.ts';
import { PowerCut, SimulatedDisk } from './testing/simulated-disk.ts';
import { temporaryDirectory } from './testing/temporary-directory.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const text = (content: Uint8Array | undefined): string | undefined => content && Buffer.from(content).toString();

function onSimulatedDisk(): { files: Files; root: string } {
  const files = new SimulatedDisk();
  files.makeDirectory('/data');
  return { files, root: '/data' };
}

describe.each([
  ['the real disk', () => ({ files: systemFiles, root: temporaryDirectory() })],
  ['the simulated disk', onSimulatedDisk],
])('%s', (_, setUp) => {
  test('reads what was written and nothing where there is nothing', () => {
    const { files, root } = setUp();
    files.write(join(root, 'a'), bytes('first, longer'));
    files.write(join(root, 'a'), bytes('second'));
    expect(text(files.read(join(root, 'a')))).toBe('second');
    expect(files.read(join(root, 'b'))).toBeUndefined();
    expect(files.exists(join(root, 'b'))).toBe(false);
  });

  test('refuses to write into a folder that is not there', () => {
    const { files, root } = setUp();
    expect(() => files.write(join(root, 'no', 'a'), bytes('x'))).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  });

  test('removes a folder with all it holds, and does not mind when it is gone', () => {
    const { files, root } = setUp();
    files.makeDirectory(join(root, 'folder', 'inner'));
    files.write(join(root, 'folder', 'inner', 'a'), bytes('x'));
    files.remove(join(root, 'folder'));
    files.remove(join(root, 'folder'));
    expect(files.exists(join(root, 'folder', 'inner', 'a'))).toBe(false);
    expect(files.list(root)).toEqual([]);
    expect(files.list(join(root, 'folder'))).toEqual([]);
  });

  test('appends at the end of what is there', async () => {
    const { files, root } = setUp();
    files.write(join(root, 'a'), bytes('one '));
    const file = files.openForAppend(join(root, 'a'));
    file.append(bytes('two '));
    file.append(bytes('three'));
    await file.sync();
    file.close();
    file.close();
    expect(text(files.read(join(root, 'a')))).toBe('one two three');
  });

  test('replaces a file in one step and leaves nothing beside it', () => {
    const { files, root } = setUp();
    replaceFile(files, join(root, 'new', 'a'), bytes('old'));
    replaceFile(files, join(root, 'new', 'a'), bytes('new'));
    expect(text(files.read(join(root, 'new', 'a')))).toBe('new');
    expect(files.list(join(root, 'new'))).toEqual(['a']);
  });

  test('a second name leads to the same file, and outlives the first', () => {
    const { files, root } = setUp();
    files.write(join(root, 'a'), bytes('first'));
    files.link(join(root, 'a'), join(root, 'b'));
    files.write(join(root, 'c'), bytes('second'));
    files.rename(join(root, 'c'), join(root, 'a'));
    expect([text(files.read(join(root, 'a'))), text(files.read(join(root, 'b')))]).toEqual(['second', 'first']);
    expect(() => files.link(join(root, 'a'), join(root, 'b'))).toThrow(expect.objectContaining({ code: 'EEXIST' }));
    expect(() => files.link(join(root, 'no'), join(root, 'd'))).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  });

  test('taking one name of a file for the other changes neither', () => {
    const { files, root } = setUp();
    files.write(join(root, 'a'), bytes('x'));
    files.link(join(root, 'a'), join(root, 'b'));
    files.rename(join(root, 'b'), join(root, 'a'));
    expect(files.list(root).toSorted()).toEqual(['a', 'b']);
  });

  test('S31 reads nothing that is larger than its reader takes', () => {
    const { files, root } = setUp();
    files.write(join(root, 'a'), bytes('12345'));
    expect(text(files.read(join(root, 'a'), 5))).toBe('12345');
    expect(() => files.read(join(root, 'a'), 4)).toThrow(expect.objectContaining({ reason: 'too-large' }));
    files.write(join(root, 'b'), Buffer.alloc(READ_LIMIT + 1));
    expect(() => files.read(join(root, 'b'))).toThrow(expect.objectContaining({ reason: 'too-large' }));
  });

  test('S31 does not take a folder for a file', () => {
    const { files, root } = setUp();
    files.makeDirectory(join(root, 'a'));
    const refused: unknown = expect.objectContaining({ name: 'FileFault', reason: 'not-plain' });
    expect(() => files.read(join(root, 'a'))).toThrow(refused);
    expect(() => files.write(join(root, 'a'), bytes('x'))).toThrow(refused);
    expect(() => files.openForAppend(join(root, 'a'))).toThrow(refused);
  });

  test('flushing a file that is not there fails', () => {
    const { files, root } = setUp();
    expect(() => files.syncFile(join(root, 'a'))).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  });
});

describe('on the real disk', () => {
  test('files are readable by their owner only', () => {
    const path = join(temporaryDirectory(), 'a');
    systemFiles.write(path, bytes('x'));
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('a link is removed, never what it leads to', () => {
    const root = temporaryDirectory();
    mkdirSync(join(root, 'kept'));
    writeFileSync(join(root, 'kept', 'file'), 'x');
    symlinkSync(join(root, 'kept'), join(root, 'link'));
    symlinkSync(join(root, 'nowhere'), join(root, 'dangling'));
    expect(systemFiles.exists(join(root, 'dangling'))).toBe(true);
    systemFiles.remove(join(root, 'link'));
    expect(systemFiles.exists(join(root, 'link'))).toBe(false);
    expect(systemFiles.exists(join(root, 'kept', 'file'))).toBe(true);
  });

  test('S31 a write that the system cuts short is gone on with, and its failure is reported', () => {
    const root = temporaryDirectory();
    const module = JSON.stringify(new URL('files.ts', import.meta.url).href);
    const script = `import { systemFiles } from ${module};
      systemFiles.write(${JSON.stringify(join(root, 'a'))}, Buffer.alloc(3000));
      systemFiles.write(${JSON.stringify(join(root, 'b'))}, Buffer.alloc(5000));`;
    // A limit on the length of files: the write that crosses it stores a part, the next one fails.
    const limited = ['-c', 'ulimit -f 4; exec "$0" --input-type=module -e "$1"', process.execPath, script];
    expect(() => execFileSync('bash', limited, { stdio: 'pipe' })).toThrow('EFBIG');
    expect([statSync(join(root, 'a')).size, statSync(join(root, 'b')).size]).toEqual([3000, 4096]);
  });

  test('S31 a sparse file of 1 TB is refused unread', () => {
    const path = join(temporaryDirectory(), 'a');
    writeFileSync(path, '');
    truncateSync(path, 1024 ** 4);
    expect(() => systemFiles.read(path)).toThrow(expect.objectContaining({ reason: 'too-large' }));
  });

  test('S31 whoever left something where a replacement is written gains nothing', () => {
    const root = temporaryDirectory();
    const [path, next, victim] = [join(root, 'a'), join(root, 'a.next'), join(root, 'victim')];
    const obstacles = [
      () => symlinkSync(victim, next),
      () => systemFiles.link(victim, next),
      () => mkdirSync(join(next, 'inner'), { recursive: true }),
      () => void execFileSync('mkfifo', [next]),
    ];
    for (const put of obstacles) {
      systemFiles.write(victim, bytes('untouched'));
      put();
      replaceFile(systemFiles, path, bytes('new'));
      expect([readFileSync(path, 'utf8'), readFileSync(victim, 'utf8')]).toEqual(['new', 'untouched']);
      expect(systemFiles.exists(next)).toBe(false);
    }
  });
});

describe('on the simulated disk', () => {
  test('a power cut keeps apart what is durable and what is not', () => {
    const disk = new SimulatedDisk();
    disk.makeDirectory('/data');
    disk.write('/data/old', bytes('old'));
    disk.syncDirectory('/data');
    disk.write('/data/new', bytes('new'));
    const file = disk.openForAppend('/data/old');
    file.append(bytes('+unflushed'));
    const kept = disk.afterPowerCut('kept', 'kept');
    const lost = disk.afterPowerCut('lost', 'lost');
    expect([text(kept.read('/data/old')), text(kept.read('/data/new'))]).toEqual(['old+unflushed', 'new']);
    expect([text(lost.read('/data/old')), text(lost.read('/data/new'))]).toEqual(['old', undefined]);
    expect(text(disk.afterPowerCut('lost', 'torn').read('/data/old'))).toBe('old+unfl');
  });

  test('nothing works once the power has failed', () => {
    const disk = new SimulatedDisk();
    disk.powerFailsAt = 2;
    disk.makeDirectory('/data');
    expect(() => disk.write('/data/a', bytes('x'))).toThrow(PowerCut);
    expect(() => disk.read('/data/a')).toThrow(PowerCut);
  });
});
