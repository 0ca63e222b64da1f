// Running other programs during set-up: output goes to a log, the tail of it into the error when one fails.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { SetupFailure } from './failure.mjs';
import { logDir, root } from './paths.mjs';

const tailLines = 25;

/**
 * @typedef {object} CommandOptions
 * @property {string} log name of the log file in `.runtime/logs`
 * @property {string} [cwd] folder to run in; the checkout's root by default
 * @property {Record<string, string | undefined>} [env] environment; this process's by default
 * @property {number} [timeoutMs] kills the program after this many milliseconds; 15 minutes by default
 */

/**
 * Runs a program to its end, its output going to a log file.
 * @param {string} file program
 * @param {string[]} args its arguments
 * @param {CommandOptions} options
 * @returns {Promise<void>}
 * @throws {SetupFailure} when it cannot be started, is killed by the time-out or ends with a code other than 0
 */
export async function run(file, args, options) {
  fs.mkdirSync(logDir, { recursive: true });
  const logFile = path.join(logDir, `${options.log}.log`);
  const output = fs.openSync(logFile, 'w');
  try {
    const reason = await ending(file, args, options, output);
    if (reason !== undefined) {
      throw new SetupFailure(`\`${[file, ...args].join(' ')}\` ${reason}:\n${tail(logFile)}\n(all of it: ${logFile})`);
    }
  } finally {
    fs.closeSync(output);
  }
}

/**
 * @param {string} file
 * @param {string[]} args
 * @param {CommandOptions} options
 * @param {number} output open file descriptor for both output streams
 * @returns {Promise<string | undefined>} why it failed, or nothing when it did not
 */
function ending(file, args, options, output) {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd: options.cwd ?? root,
      env: options.env ?? process.env,
      stdio: ['ignore', output, output],
      timeout: options.timeoutMs ?? 15 * 60_000,
      killSignal: 'SIGKILL',
    });
    child.once('error', (error) => resolve(`could not be started (${error.message})`));
    child.once('close', (code, signal) => resolve(code === 0 ? undefined : `ended with ${signal ?? `code ${code}`}`));
  });
}

/** @param {string} logFile */
function tail(logFile) {
  return fs.readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-tailLines).join('\n');
}

/**
 * What a quick program prints.
 * @param {string} file program
 * @param {string[]} args its arguments
 * @param {{ evenOnFailure?: boolean }} [options] whether a code other than 0 still counts as an answer
 * @returns {string | undefined} its standard output; nothing when it is not there or fails
 */
export function outputOf(file, args, options = {}) {
  const result = spawnSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 10_000 });
  const counts = result.status === 0 || (options.evenOnFailure === true && result.status !== null);
  return counts ? result.stdout : undefined;
}

/**
 * Finds a program on PATH.
 * @param {readonly string[]} names programs that would do, best first
 * @returns {string | undefined} absolute path of the first that is there
 */
export function which(names) {
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/bin', '/usr/sbin'].filter(Boolean);
  const candidates = names.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return candidates.find(isExecutable);
}

/** @param {string} file */
function isExecutable(file) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}
