import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digest } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from './platform/testing/temporary-directory.ts';
import { softwareDigest } from './software-digest.ts';

const sha256 = (bytes: string | Buffer): Buffer => createHash('sha256').update(bytes).digest();

function checkout(files: Record<string, string>): string {
  const folder = temporaryDirectory();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

describe('S33 the digest of the installed software', () => {
  test('of a package is that of its archive, as anybody computes it', async () => {
    const folder = checkout({ 'app.asar': 'an archive' });
    expect(await softwareDigest(join(folder, 'app.asar'))).toBe(sha256('an archive').toString('base64url'));
  });

  test('of a checkout covers every built file with its name, in order, and nothing else', async () => {
    const folder = checkout({ 'out/main/index.js': 'main', 'out/a.html': 'page', 'src/other.ts': 'source' });
    const expected = Buffer.concat([
      Buffer.from('a.html\0'),
      sha256('page'),
      Buffer.from('main/index.js\0'),
      sha256('main'),
    ]);
    const measured = await softwareDigest(folder);
    expect(measured).toBe(sha256(expected).toString('base64url'));
    expect(digest.safeParse(measured).success).toBe(true);
    writeFileSync(join(folder, 'src/other.ts'), 'changed');
    expect(await softwareDigest(folder)).toBe(measured);
  });

  test.each([
    ['a changed byte', { 'out/main/index.js': 'maim', 'out/a.html': 'page' }],
    ['another name', { 'out/main/index.mjs': 'main', 'out/a.html': 'page' }],
    ['one more file', { 'out/main/index.js': 'main', 'out/a.html': 'page', 'out/b': '' }],
    ['contents exchanged', { 'out/main/index.js': 'page', 'out/a.html': 'main' }],
  ])('is another one with %s', async (_, files) => {
    const before = await softwareDigest(checkout({ 'out/main/index.js': 'main', 'out/a.html': 'page' }));
    expect(await softwareDigest(checkout(files))).not.toBe(before);
  });

  test('of what is not there is a fault', async () => {
    await expect(softwareDigest(temporaryDirectory())).rejects.toThrow('ENOENT');
  });
});
