import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** One file of the built approver: its path within the build, with slashes, and its bytes. */
export interface BuiltFile {
  name: string;
  contents: Uint8Array;
}

/** The list of a build's files that the build writes beside them. */
export const fileListName = 'files.json';

/** What each place of hosting writes for itself: no part of the build. */
export const configurationName = 'approver.json';

/**
 * The digest of a built approver, which people compare with the one in the trust manifest's policy.
 * @param root folder of the built approver
 * @returns as `digestOfFiles`
 * @throws when the folder cannot be read or holds no page
 */
export async function approverDigest(root: string): Promise<string> {
  return digestOfFiles(await readBuild(root));
}

/**
 * Reads the files of a built approver, all but its configuration.
 * @throws when the folder cannot be read or holds no page
 */
export async function readBuild(root: string): Promise<BuiltFile[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'))
    .filter((name) => name !== configurationName);
  if (!names.includes('index.html')) throw new Error(`no approver was built in ${root}`);
  return Promise.all(names.map(async (name) => ({ name, contents: await readFile(path.join(root, name)) })));
}

/**
 * SHA-256 over the files in the order of their names' bytes; for each its name, NUL, its length in decimal, NUL, its bytes.
 * @returns base64url, 43 characters
 */
export function digestOfFiles(files: readonly BuiltFile[]): string {
  const hash = createHash('sha256');
  const sorted = files.toSorted((one, other) => Buffer.compare(Buffer.from(one.name), Buffer.from(other.name)));
  for (const { name, contents } of sorted) {
    hash.update(`${name}\0${String(contents.byteLength)}\0`);
    hash.update(contents);
  }
  return hash.digest('base64url');
}
