import { dirname } from 'node:path';
import type { Files } from './files.ts';

/**
 * Replaces a whole file so that after a power cut either the old or the new content is there, never a mixture.
 * On return the new content is durable. A leftover `<path>.next` of an earlier cut is removed.
 *
 * @throws the file system's error; the old content then still stands, or the new one when only the last flush failed
 */
export function replaceFile(files: Files, path: string, bytes: Uint8Array): void {
  const next = `${path}.next`;
  files.makeDirectory(dirname(path));
  // SECURITY: a link, a pipe or a second name of another file that somebody left there is removed, not written to (S31).
  files.remove(next);
  files.write(next, bytes);
  files.rename(next, path);
  files.syncDirectory(dirname(path));
}
