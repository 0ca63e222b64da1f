import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, chown, link, mkdtemp, readFile, readdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFileKeys } from './key-file.ts';
import { ShareKeyError, type KeyUpkeep, type ShareKeys } from './share-keys.ts';

const fleet = randomUUID();
const context = { fleet, device: randomUUID() };
const share = randomBytes(32);
let folder: string;
let file: string;
let keys: ShareKeys;
let upkeep: KeyUpkeep;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sallyport-keys-'));
  file = path.join(folder, 'data', 'share-keys.json');
  keys = createFileKeys(file, fleet);
  if (keys.upkeep === undefined) throw new Error('a file is kept by control');
  ({ upkeep } = keys);
});
afterEach(() => rm(folder, { recursive: true }));

describe('S35 a key file', () => {
  test('is made private, and its key seals and opens', async () => {
    expect(await keys.held()).toBeUndefined();
    const id = await upkeep.make();
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await keys.held()).toEqual({ current: id, others: [] });
    expect(Buffer.from(await keys.open(context, await keys.seal(id, context, share)))).toEqual(share);
  });

  test.each([
    ['its group can read', () => chmod(file, 0o640), 'chmod 600'],
    ['others can read', () => chmod(file, 0o604), 'chmod 600'],
    ['others can write', () => chmod(file, 0o602), 'chmod 600'],
    ['is a link', async () => rename(file, `${file}.real`).then(() => symlink(`${file}.real`, file)), 'is a link'],
    ['is no JSON', () => writeFile(file, '{'), 'is damaged'],
    ['is empty', () => writeFile(file, ''), 'is damaged'],
    ['is very large', () => writeFile(file, ' '.repeat(20_000)), 'too large'],
    ['is of another fleet', () => edit((text) => text.replace(fleet, randomUUID())), 'belongs to another fleet'],
    ['has another key under the old name', () => edit(withAnotherKey), 'is damaged'],
  ])('that %s is refused in words, whatever it is asked', async (_what, spoil, words) => {
    const id = await upkeep.make();
    const stored = await keys.seal(id, context, share);
    const before = await readFile(file, 'utf8');
    await spoil();
    const [, key = 'none'] = /"key": "([^"]+)"/.exec(before) ?? [];
    const uses = [
      () => keys.held(),
      () => keys.seal(id, context, share),
      () => keys.open(context, stored),
      () => upkeep.make(),
      () => upkeep.keepOnly(id),
    ];
    for (const use of uses) {
      const fault: unknown = await use().catch((error: unknown) => error);
      if (!(fault instanceof ShareKeyError)) throw new Error('it was taken');
      expect(fault.message).toContain(words);
      expect(JSON.stringify(fault, Object.getOwnPropertyNames(fault))).not.toContain(key);
    }
  });

  test.runIf(process.getuid?.() === 0)('that belongs to another account is refused', async () => {
    await upkeep.make();
    await chown(file, 65_534, 65_534);
    await expect(keys.held()).rejects.toThrow('another account');
  });

  test('keeps the older keys until they are destroyed, and then overwrites what it held', async () => {
    const old = await upkeep.make();
    const stored = await keys.seal(old, context, share);
    const fresh = await upkeep.make();
    expect(await keys.held()).toEqual({ current: fresh, others: [old] });
    expect(Buffer.from(await keys.open(context, stored))).toEqual(share);
    // Another name for the same place on the disk shows what becomes of it.
    await link(file, path.join(folder, 'same-place'));
    await upkeep.keepOnly(fresh);
    expect(await keys.held()).toEqual({ current: fresh, others: [] });
    await expect(keys.open(context, stored)).rejects.toThrow(`The share key ${old} is not here`);
    const left = await readFile(path.join(folder, 'same-place'));
    expect(left.length).toBeGreaterThan(100);
    expect(left.every((byte) => byte === 0)).toBe(true);
    expect(await readdir(path.dirname(file))).toEqual(['share-keys.json']);
  });

  test('destroys nothing when the key to be kept is not in it', async () => {
    const id = await upkeep.make();
    await expect(upkeep.keepOnly('A'.repeat(22))).rejects.toThrow('is not in the key file');
    expect(await keys.held()).toEqual({ current: id, others: [] });
  });

  test('that a cut-off write left beside it is not read, and goes with the next write', async () => {
    const id = await upkeep.make();
    await writeFile(`${file}.next`, 'half a fi', { mode: 0o666 });
    expect(await keys.held()).toEqual({ current: id, others: [] });
    const fresh = await upkeep.make();
    expect(await keys.held()).toEqual({ current: fresh, others: [id] });
    expect(await readdir(path.dirname(file))).toEqual(['share-keys.json']);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test('can be read at any moment of a rotation', async () => {
    let current = await upkeep.make();
    let rotating = true;
    const reading = Array.from({ length: 4 }, async () => {
      let reads = 0;
      for (; rotating; reads += 1) expect(await keys.held()).toBeDefined();
      return reads;
    });
    for (let rotation = 0; rotation < 15; rotation += 1) {
      current = await upkeep.make();
      await upkeep.keepOnly(current);
    }
    rotating = false;
    expect(Math.min(...(await Promise.all(reading)))).toBeGreaterThan(10);
  });
});

async function edit(change: (text: string) => string): Promise<void> {
  await writeFile(file, change(await readFile(file, 'utf8')));
}

function withAnotherKey(text: string): string {
  return text.replace(/"key": "[^"]+"/, `"key": "${randomBytes(32).toString('base64url')}"`);
}
