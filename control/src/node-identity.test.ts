import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { nodeIdentity } from './node-identity.ts';

test('a node keeps its identity across restarts, and gets a new one when the old is unreadable', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'sallyport-node-'));
  const first = await nodeIdentity(folder);
  expect(await nodeIdentity(folder)).toBe(first);
  await writeFile(path.join(folder, 'node-id'), 'not an identity');
  expect(await nodeIdentity(folder)).not.toBe(first);
  await rm(folder, { recursive: true });
});
