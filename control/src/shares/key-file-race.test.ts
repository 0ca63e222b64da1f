import { randomUUID } from 'node:crypto';
import type * as files from 'node:fs/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { createFileKeys } from './key-file.ts';

/** What happens once, just after a file was opened. */
const after = vi.hoisted(() => ({ opening: undefined as (() => Promise<unknown>) | undefined }));

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof files>();
  const open: typeof files.open = async (...given) => {
    const handle = await real.open(...given);
    const meanwhile = after.opening;
    after.opening = undefined;
    await meanwhile?.();
    return handle;
  };
  return { ...real, open };
});

test('S35 a key file that is exchanged and overwritten while it is being read is read again', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'sallyport-race-'));
  const keys = createFileKeys(path.join(folder, 'share-keys.json'), randomUUID());
  const old = await keys.upkeep?.make();
  after.opening = async () => {
    const fresh = await keys.upkeep?.make();
    await keys.upkeep?.keepOnly(fresh ?? '');
  };
  const held = await keys.held();
  expect(held?.others).toEqual([]);
  expect(held?.current).not.toBe(old);
  await rm(folder, { recursive: true });
});
