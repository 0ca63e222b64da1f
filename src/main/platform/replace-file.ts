import { dirname } from 'node:path';
import type { Files } from './files.ts';

/**
 * Replaces a whole file so that after a power cut either the old or the new content is there, never a mixture.
 * On return the new content is durable. A leftover `<path>.next` of an earlier cut is overwritten.
 *
 * @throws the file system's error; the old content then still stands, or the new one when only the last flush failed
 */
export function replaceFile(files: Files, path: string, bytes: Uint8Array): void {
  const next = `${path}.next`;
  files.makeDirectory(dirname(path));
  files.write(next, bytes);
  files.rename(next, path);
  files.syncDirectory(dirname(path));
}
