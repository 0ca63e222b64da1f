import { join } from 'node:path';
import type { Files } from '../platform/files.ts';

/**
 * Makes the check whether the key store leaves a secret readable in its files. GNOME's keyring does so for a keyring
 * without a password, which a machine that logs in by itself easily ends up with.
 * @param files the file system
 * @param directory where the keyring keeps its files (`$XDG_DATA_HOME/keyrings`); may be absent
 * @returns says whether a text just stored stands in one of those files
 */
export function readableInKeyringFiles(files: Files, directory: string): (canary: string) => boolean {
  return (canary) =>
    files
      .list(directory)
      .filter((name) => name.endsWith('.keyring'))
      .some((name) => Buffer.from(files.read(join(directory, name)) ?? []).includes(canary));
}
