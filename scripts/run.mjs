// First stage of every script: `node scripts/run.mjs NAME [arguments]`. It uses nothing but Node's built-ins, works in a
// clone where nothing was ever installed, sets the machine up and runs the task under the pinned Node.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { SetupFailure } from './setup/failure.mjs';
import { root } from './setup/paths.mjs';
import { taskEnvironment } from './setup/runtime.mjs';
import { setUp } from './setup/setup.mjs';

const usage = 2;
const tasksDir = path.join(root, 'scripts/tasks');

process.exitCode = await main(process.argv.slice(2));

/**
 * @param {string[]} argv
 * @returns {Promise<number>} exit code
 */
async function main([name = '', ...args]) {
  const tasks = taskFiles();
  const task = tasks.get(name);
  if (name !== 'setup' && task === undefined) {
    process.stderr.write(`There is no script called "${name}". There are: ${['setup', ...tasks.keys()].join(', ')}.\n`);
    return usage;
  }
  try {
    const runtime = await setUp({ retry: name === 'setup' && args.includes('--retry') });
    return task === undefined ? 0 : await runTask(runtime, task, args);
  } catch (error) {
    if (!(error instanceof SetupFailure)) throw error;
    process.stderr.write(`\nSet-up cannot go on: ${error.message}\n`);
    return 1;
  }
}

/** Every file of the folder is a task; a dash in its name reads as the colon of npm's script names. */
function taskFiles() {
  const names = fs.readdirSync(tasksDir).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
  return new Map(names.map((file) => [file.slice(0, -'.ts'.length).replace('-', ':'), path.join(tasksDir, file)]));
}

/**
 * @param {import('./setup/runtime.mjs').Runtime} runtime
 * @param {string} task
 * @param {string[]} args
 * @returns {Promise<number>}
 */
function runTask(runtime, task, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(runtime.node, [task, ...args], { env: taskEnvironment(runtime), stdio: 'inherit' });
    const passOn = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
    process.on('SIGINT', passOn).on('SIGTERM', passOn).on('SIGHUP', passOn);
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)));
  });
}
