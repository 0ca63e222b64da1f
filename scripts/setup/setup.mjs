// Set-up: everything that the product needs on a machine, in order. Safe to run at any time, quick when all is there.
import fs from 'node:fs';
import { dependencies } from './dependencies.mjs';
import { describe, electron } from './electron.mjs';
import { SetupFailure } from './failure.mjs';
import { withLock } from './lock.mjs';
import { scratchDir } from './paths.mjs';
import { postgres } from './postgres.mjs';
import { say } from './progress.mjs';
import { writeRuntime } from './runtime.mjs';
import { systemPackages } from './system-packages.mjs';
import { forgetUnreachable } from './unreachable.mjs';
import { worker } from './worker.mjs';

/** A later step may ask what an earlier one has brought. */
const steps = [dependencies, systemPackages, postgres, electron, worker];

/**
 * Brings everything that is missing, and says where it all is.
 * @param {{ retry: boolean }} options `retry`: try downloads again that failed on this machine before
 * @returns {Promise<import('./runtime.mjs').Runtime>}
 * @throws {SetupFailure} with a plain message when something cannot be had
 */
export async function setUp({ retry }) {
  refuseOtherPlatforms();
  if (retry) await withLock(async () => forgetUnreachable());
  if (!isComplete()) await withLock(provideAll);
  const runtime = writeRuntime();
  say(
    'Electron',
    describe({ executable: runtime.electron, version: runtime.electronVersion, source: runtime.electronSource }),
  );
  return runtime;
}

function refuseOtherPlatforms() {
  if (process.platform === 'linux' && process.arch === 'x64') return;
  throw new SetupFailure(`this set-up knows Linux on x86-64 only, not ${process.platform} on ${process.arch}`);
}

function isComplete() {
  return steps.every((step) => step.missing() === undefined);
}

async function provideAll() {
  fs.rmSync(scratchDir, { recursive: true, force: true });
  for (const step of steps) {
    const reason = step.missing();
    if (reason !== undefined) await step.provide(reason);
  }
}
