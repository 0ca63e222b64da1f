// npm packages, exactly as package-lock.json has them, without running anybody's install script.
import fs from 'node:fs';
import path from 'node:path';
import { run } from './command.mjs';
import { SetupFailure } from './failure.mjs';
import { nodeBin, root } from './paths.mjs';
import { during } from './progress.mjs';

/** @typedef {Record<string, { version?: string, link?: boolean, optional?: boolean, devOptional?: boolean }>} LockedPackages */

/** @type {import('./step.d.mts').Step} */
export const dependencies = {
  topic: 'npm packages',
  missing,
  async provide(reason) {
    await during('npm packages', `installing them without install scripts (${reason})`, () =>
      run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { log: 'npm-ci' }),
    );
    const stillMissing = missing();
    if (stillMissing !== undefined) throw new SetupFailure(`npm ci ran, and still: ${stillMissing}`);
  },
};

/** @returns {string | undefined} */
function missing() {
  const wanted = lockedPackages('package-lock.json');
  const present = lockedPackages('node_modules/.package-lock.json');
  if (wanted === undefined) throw new SetupFailure('package-lock.json is not there or not JSON');
  if (present === undefined) return 'nothing is installed yet';
  const different = Object.keys(wanted).find((name) => isDifferent(wanted[name], present[name]));
  if (different !== undefined) return `${different} is not as in package-lock.json`;
  return fs.existsSync(nodeBin) ? undefined : 'the pinned Node is not there';
}

/**
 * @param {LockedPackages[string] | undefined} wanted
 * @param {LockedPackages[string] | undefined} present
 */
function isDifferent(wanted, present) {
  if (wanted === undefined || wanted.link || wanted.version === undefined) return false;
  // Packages for other platforms are optional and rightly absent.
  if (present === undefined) return !(wanted.optional ?? wanted.devOptional ?? false);
  return wanted.version !== present.version;
}

/**
 * @param {string} file lock file, relative to the root
 * @returns {LockedPackages | undefined}
 */
function lockedPackages(file) {
  try {
    const { '': _root, ...packages } = JSON.parse(fs.readFileSync(path.join(root, file), 'utf8')).packages;
    return packages;
  } catch {
    return undefined;
  }
}
