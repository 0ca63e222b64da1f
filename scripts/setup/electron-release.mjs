// The Electron release that package.json pins, by the `electron` package's own downloader and checksums.
import fs from 'node:fs';
import path from 'node:path';
import { makeFolder } from './artifact.mjs';
import { run } from './command.mjs';
import { nodeBin, root, runtimeDir } from './paths.mjs';
import { during, say } from './progress.mjs';
import { isReachable, rememberUnreachable } from './unreachable.mjs';

const packageDir = path.join(root, 'node_modules/electron');
const usualPlace = 'https://github.com/electron/electron/releases/download/';

/**
 * The pinned version.
 * @returns {string} such as `45.4.1`
 */
export function releaseVersion() {
  return JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')).devDependencies.electron;
}

/** Where the release's executable lies once it is there. @returns {string} absolute path */
export function releaseElectron() {
  return path.join(releaseDir(), 'electron');
}

/** @returns {boolean} whether the pinned release is complete on this machine */
export function isInstalledRelease() {
  return fs.existsSync(releaseElectron());
}

/**
 * Downloads the pinned release when its place answers.
 * @returns {Promise<boolean>} whether it is here now
 */
export async function provideRelease() {
  const what = `Electron ${releaseVersion()}`;
  if (!(await isReachable(what, process.env['ELECTRON_MIRROR'] ?? usualPlace))) return false;
  try {
    await during('Electron', `downloading the pinned release ${releaseVersion()}`, download);
    return true;
  } catch (error) {
    say('Electron', `the download failed: ${error instanceof Error ? error.message : String(error)}`);
    rememberUnreachable(what);
    return false;
  }
}

async function download() {
  const dist = path.join(packageDir, 'dist');
  fs.rmSync(dist, { recursive: true, force: true });
  const env = { ...process.env, electron_config_cache: path.join(runtimeDir, 'downloads') };
  await run(nodeBin, [path.join(packageDir, 'install.js')], { log: 'electron-release', env, timeoutMs: 10 * 60_000 });
  await makeFolder(releaseDir(), async (partial) => {
    fs.cpSync(dist, partial, { recursive: true, verbatimSymlinks: true });
  });
  // npm ci would take it away: the copy in .runtime is the one that counts.
  fs.rmSync(dist, { recursive: true, force: true });
  fs.rmSync(path.join(packageDir, 'path.txt'), { force: true });
}

function releaseDir() {
  return path.join(runtimeDir, 'electron', `release-${releaseVersion()}`);
}
