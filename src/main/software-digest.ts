import { createHash } from 'node:crypto';
import type { createReadStream, promises } from 'node:fs';
import { createRequire } from 'node:module';
import { join, sep } from 'node:path';

/** What the measuring needs of a file system. */
export interface SoftwareFiles {
  readonly createReadStream: typeof createReadStream;
  readonly promises: Pick<typeof promises, 'readdir'>;
}

/**
 * Measures the client's own files as they are installed, without holding up anything else that runs.
 * @param appPath where the application lies: its archive, or a developer's checkout
 * @returns SHA-256, base64url: of the archive's bytes, as any other program would compute it; of a checkout over each file
 * below `out/` in the order of their names: name (with slashes), NUL, the 32 bytes of its own SHA-256
 * @throws the file system's error when something of it cannot be read
 */
export async function softwareDigest(appPath: string, files: SoftwareFiles = rawFiles()): Promise<string> {
  if (appPath.endsWith('.asar')) return (await fileDigest(files, appPath)).toString('base64url');
  const folder = join(appPath, 'out');
  const entries = await files.promises.readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const names = paths.map((path) => path.slice(folder.length + 1).replaceAll(sep, '/')).toSorted();
  const hash = createHash('sha256');
  for (const name of names) hash.update(`${name}\0`).update(await fileDigest(files, join(folder, name)));
  return hash.digest('base64url');
}

async function fileDigest({ createReadStream: open }: SoftwareFiles, path: string): Promise<Buffer> {
  const hash = createHash('sha256');
  for await (const chunk of open(path) as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest();
}

/** Electron's `fs` takes an archive for a folder; this one sees the file that it is. */
function rawFiles(): SoftwareFiles {
  return createRequire(import.meta.url)('electron' in process.versions ? 'original-fs' : 'node:fs') as SoftwareFiles;
}
