// Two set-ups of one checkout take turns. The kernel holds the lock for a small helper process and lets go of it when that
// ends, however we end: a lock is never left behind.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { SetupFailure } from './failure.mjs';
import { runtimeDir } from './paths.mjs';
import { say } from './progress.mjs';

const lockFile = path.join(runtimeDir, 'setup.lock');
const sayAfterMs = 500;

/**
 * Runs work while no other set-up of this checkout does, waiting for it first if need be.
 * @param {() => Promise<void>} work
 * @throws {SetupFailure} when the system has no `flock`
 */
export async function withLock(work) {
  fs.mkdirSync(runtimeDir, { recursive: true });
  const release = await take();
  try {
    await work();
  } finally {
    await release();
  }
}

/** @returns {Promise<() => Promise<void>>} lets go of the lock */
async function take() {
  // It says so when it has the lock, and keeps it until its input ends: at the latest when this process is gone.
  const helper = spawn('flock', [lockFile, 'sh', '-c', 'echo held; exec cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const patience = setTimeout(() => say('waiting', 'another set-up of this checkout is at work'), sayAfterMs);
  try {
    await new Promise((resolve, reject) => {
      helper.once('error', () => reject(new SetupFailure('the program `flock` (Debian: util-linux) is not here')));
      helper.once('exit', () => reject(new SetupFailure(`${lockFile} cannot be locked`)));
      helper.stdout.once('data', resolve);
    });
  } finally {
    clearTimeout(patience);
  }
  return async () => {
    const gone = new Promise((resolve) => helper.once('exit', resolve));
    helper.stdin.end();
    await gone;
  };
}
