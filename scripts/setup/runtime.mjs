// `.runtime/runtime.json`: where the parts of the running product are on this machine.
import fs from 'node:fs';
import path from 'node:path';
import { which } from './command.mjs';
import { chosenElectron } from './electron.mjs';
import { SetupFailure } from './failure.mjs';
import { nodeBin, root, runtimeDir, runtimeFile } from './paths.mjs';
import { chosenWorker } from './worker.mjs';

/**
 * @typedef {object} Runtime
 * @property {string} node the pinned Node, absolute path (as are the others)
 * @property {string} electron Electron's executable
 * @property {string} electronVersion
 * @property {'release' | 'fallback'} electronSource the pinned release, or the registry's stand-in that is never shipped
 * @property {string} mediasoupWorker
 * @property {string} chromium
 */

/**
 * Finds the parts and writes the file, unless it says the same already.
 * @returns {Runtime}
 * @throws {SetupFailure} when a part is not there although set-up has run
 */
export function writeRuntime() {
  const runtime = findParts();
  const text = `${JSON.stringify(runtime, undefined, 2)}\n`;
  if (!fs.existsSync(runtimeFile) || fs.readFileSync(runtimeFile, 'utf8') !== text) {
    fs.mkdirSync(runtimeDir, { recursive: true });
    const partial = `${runtimeFile}.${process.pid}`;
    fs.writeFileSync(partial, text);
    fs.renameSync(partial, runtimeFile);
  }
  return runtime;
}

/** @returns {Runtime} */
function findParts() {
  const electron = chosenElectron();
  return {
    node: nodeBin,
    electron: electron.executable,
    electronVersion: electron.version,
    electronSource: electron.source,
    mediasoupWorker: present('the mediasoup worker', chosenWorker()),
    chromium: present('Chromium', which(['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'])),
  };
}

/**
 * @param {string} what
 * @param {string | undefined} file
 */
function present(what, file) {
  if (file === undefined) throw new SetupFailure(`${what} is not where set-up has put it`);
  return file;
}

/**
 * The environment in which a task runs: the pinned Node first, and the parts where libraries look for them.
 * @param {Runtime} runtime
 * @returns {Record<string, string | undefined>}
 */
export function taskEnvironment(runtime) {
  return {
    ...process.env,
    PATH: [path.join(root, 'node_modules/.bin'), process.env['PATH']].filter(Boolean).join(path.delimiter),
    MEDIASOUP_WORKER_BIN: runtime.mediasoupWorker,
    ELECTRON_OVERRIDE_DIST_PATH: path.dirname(runtime.electron),
  };
}
