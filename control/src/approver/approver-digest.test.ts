import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { approverDigest, digestOfFiles } from './approver-digest.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('S20 the digest of a built approver', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'sallyport-digest-'));
    await writeFile(path.join(root, 'index.html'), '<p>page</p>');
    await mkdir(path.join(root, 'a'));
    await writeFile(path.join(root, 'a/b.js'), 'b');
  });
  afterEach(() => rm(root, { recursive: true }));

  test('is SHA-256 over sorted names, lengths and contents, as anybody can compute it', async () => {
    const text = 'a/b.js\x001\x00bindex.html\x0011\x00<p>page</p>';
    expect(await approverDigest(root)).toBe(createHash('sha256').update(text).digest('base64url'));
  });

  test('leaves out what each place of hosting configures, and nothing else', async () => {
    const before = await approverDigest(root);
    await writeFile(path.join(root, 'approver.json'), '{}');
    expect(await approverDigest(root)).toBe(before);
    await writeFile(path.join(root, 'a/approver.json'), '{}');
    expect(await approverDigest(root)).not.toBe(before);
  });

  test.each([
    ['a byte', () => writeFile(path.join(root, 'a/b.js'), 'c')],
    ['a name', () => writeFile(path.join(root, 'a/.b.js'), 'b')],
    ['a file more', () => writeFile(path.join(root, 'c.js'), '')],
    ['a file less', () => rm(path.join(root, 'a/b.js'))],
  ])('changes with %s', async (_, change) => {
    const before = await approverDigest(root);
    await change();
    expect(await approverDigest(root)).not.toBe(before);
  });

  test('does not let a name or contents run into the next', () => {
    const digests = [
      [{ name: 'a', contents: bytes('1\x00b\x000\x00') }],
      [
        { name: 'a', contents: bytes('1') },
        { name: 'b', contents: bytes('') },
      ],
      [{ name: 'a\x001', contents: bytes('b') }],
    ].map(digestOfFiles);
    expect(new Set(digests).size).toBe(3);
  });

  test('is the same in whatever order the files are read', () => {
    const files = ['b', 'a', 'ä', 'B'].map((name) => ({ name, contents: bytes(name) }));
    expect(digestOfFiles(files)).toBe(digestOfFiles(files.toReversed()));
  });

  test('is none of a folder without a page', async () => {
    await rm(path.join(root, 'index.html'));
    await expect(approverDigest(root)).rejects.toThrow('no approver was built');
    await expect(approverDigest(path.join(root, 'nowhere'))).rejects.toThrow('ENOENT');
  });
});
