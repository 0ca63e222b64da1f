// Packages of Debian or Ubuntu: which are missing, and how they get here.
import { outputOf, run, which } from './command.mjs';
import { SetupFailure } from './failure.mjs';
import { during } from './progress.mjs';

/** A package, or the same package's names in different releases, newest first. @typedef {string | readonly string[]} Package */

const installOptions = ['--yes', '--no-upgrade', '--no-install-recommends'];

/**
 * Which of some packages are not installed.
 * @param {readonly Package[]} packages
 * @returns {readonly Package[]}
 */
export function missingPackages(packages) {
  const installed = installedNames(packages.flat());
  return packages.filter((one) => ![one].flat().some((name) => installed.has(name)));
}

/**
 * The packages' names in a few words, for a progress line.
 * @param {readonly Package[]} packages
 */
export function naming(packages) {
  return packages.map((one) => [one].flat()[0]).join(' ');
}

/**
 * Installs missing packages with apt-get as root; anybody else is told the exact command.
 * @param {string} topic the part that needs them
 * @param {readonly Package[]} packages what is missing
 * @throws {SetupFailure} when they cannot be installed from here
 */
export async function install(topic, packages) {
  if (packages.length === 0) return;
  const aptGet = which(['apt-get']);
  if (aptGet === undefined) {
    throw new SetupFailure(`this system has no apt-get: install what Debian calls ${naming(packages)} and run again`);
  }
  if (process.getuid?.() !== 0) throw new SetupFailure(asRoot(packages));
  await during(topic, `installing system packages: ${naming(packages)}`, () => installAsRoot(aptGet, packages));
}

/** @param {readonly Package[]} packages */
function asRoot(packages) {
  const names = availableNames(packages).join(' ');
  return `system packages are missing and only root can install them. Run this, then the same again:\n\n  sudo apt-get update && sudo apt-get install ${installOptions.join(' ')} ${names}\n`;
}

/**
 * @param {string} aptGet
 * @param {readonly Package[]} packages
 */
async function installAsRoot(aptGet, packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await run(aptGet, ['install', ...installOptions, ...availableNames(packages)], { log: 'apt-get-install', env });
  } catch {
    // Most often the package lists are old or were never fetched.
    await run(aptGet, ['update'], { log: 'apt-get-update', env });
    await run(aptGet, ['install', ...installOptions, ...availableNames(packages)], { log: 'apt-get-install', env });
  }
}

/**
 * @param {readonly Package[]} packages
 * @returns {string[]} for each the first name that this release knows
 */
function availableNames(packages) {
  return packages.map((one) => {
    const names = [one].flat();
    return names.find((name) => names.length > 1 && isAvailable(name)) ?? /** @type {string} */ (names.at(-1));
  });
}

/** @param {string} name */
function isAvailable(name) {
  return /Candidate: \d/.test(outputOf('apt-cache', ['policy', name]) ?? '');
}

/**
 * @param {string[]} names
 * @returns {Set<string>}
 */
function installedNames(names) {
  // It fails as a whole when it does not know one of them, and still prints what it knows of the others.
  const query = ['-W', '-f', '${Package} ${db:Status-Status}\\n', ...names];
  const lines = (outputOf('dpkg-query', query, { evenOnFailure: true }) ?? '').split('\n');
  return new Set(lines.filter((line) => line.endsWith(' installed')).map((line) => line.split(' ')[0] ?? ''));
}
