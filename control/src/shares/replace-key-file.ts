import { constants } from 'node:fs';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';

/**
 * Replaces a key file in one step: after a power cut either the old or the new keys are there. What the old file held
 * is overwritten in place as well; on flash and on copying file systems that proves nothing.
 * @param bytes the new content; zeroed before this returns
 * @throws the file system's error; then the old file still stands, or the new one when only the last flush failed
 */
export async function replaceKeyFile(file: string, bytes: Buffer): Promise<void> {
  const next = `${file}.next`;
  await mkdir(path.dirname(file), { recursive: true, mode: 0o711 });
  try {
    await rm(next, { force: true });
    await writeDurably(next, bytes);
  } finally {
    bytes.fill(0);
  }
  const old = await open(file, constants.O_WRONLY | constants.O_NOFOLLOW).catch(() => undefined);
  try {
    await rename(next, file);
    await flushDirectory(path.dirname(file));
    // SECURITY: a key that was exchanged is gone from this file's place on the disk too, as far as a program can see to it (S35).
    if (old !== undefined) await overwrite(old);
  } finally {
    await old?.close();
  }
}

/** SECURITY: made for this account alone, and under a name that nobody else's file has (S24, S35). */
async function writeDurably(file: string, bytes: Buffer): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function flushDirectory(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function overwrite(handle: FileHandle): Promise<void> {
  const { size } = await handle.stat();
  await handle.write(Buffer.alloc(size), 0, size, 0);
  await handle.datasync();
}
