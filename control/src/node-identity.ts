import { identifier } from '@sallyport/protocol';
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * Who this control node is, the same across restarts, so that a node that comes back after a crash finds its own rooms
 * at once instead of waiting for its old lease to run out.
 * @param dataDirectory the node's own data directory
 */
export async function nodeIdentity(dataDirectory: string): Promise<string> {
  const file = path.join(dataDirectory, 'node-id');
  const kept = identifier.safeParse((await readFile(file, 'utf8').catch(() => '')).trim());
  if (kept.success) return kept.data;
  const fresh = randomUUID();
  await mkdir(dataDirectory, { recursive: true });
  await writeFile(file, `${fresh}\n`, { mode: 0o600 });
  return fresh;
}
