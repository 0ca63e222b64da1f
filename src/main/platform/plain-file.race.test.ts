import { execFileSync } from 'node:child_process';
import type * as fs from 'node:fs';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { systemFiles } from './files.ts';
import { temporaryDirectory } from './testing/temporary-directory.ts';

const seen = vi.hoisted(() => ({ looksAway: false, opened: [] as unknown[] }));

vi.mock('node:fs', async (importOriginal) => {
  const real = await importOriginal<typeof fs>();
  return {
    ...real,
    /** What the look before the opening finds when the obstacle comes right after it. */
    lstatSync: (path: string, options: { throwIfNoEntry: false }) =>
      seen.looksAway ? undefined : real.lstatSync(path, options),
    openSync: (path: string, flags: number, mode?: number) => {
      seen.opened.push(path);
      return real.openSync(path, flags, mode);
    },
  };
});

const openings: [string, (path: string) => unknown][] = [
  ['reading', (path) => systemFiles.read(path)],
  ['writing', (path) => systemFiles.write(path, Buffer.from('ours'))],
  ['appending', (path) => systemFiles.openForAppend(path)],
  ['flushing', (path) => systemFiles.syncFile(path)],
];

const notPlain: unknown = expect.objectContaining({ name: 'FileFault', reason: 'not-plain' });

beforeEach(() => {
  seen.looksAway = false;
  seen.opened = [];
});

describe.each(openings)('S31 %s', (_, open) => {
  test('follows no link that was put there between the look and the opening', () => {
    const root = temporaryDirectory();
    const [link, target] = [join(root, 'link'), join(root, 'target')];
    writeFileSync(target, 'theirs');
    symlinkSync(target, link);
    seen.looksAway = true;
    expect(() => open(link)).toThrow(notPlain);
    expect(readFileSync(target, 'utf8')).toBe('theirs');
  });

  test('waits for nobody at a pipe that was put there between the look and the opening', () => {
    const path = join(temporaryDirectory(), 'pipe');
    execFileSync('mkfifo', [path]);
    seen.looksAway = true;
    expect(() => open(path)).toThrow(notPlain);
  });

  test('does not so much as open a device', () => {
    expect(() => open('/dev/zero')).toThrow(notPlain);
    expect(seen.opened).not.toContain('/dev/zero');
  });
});
