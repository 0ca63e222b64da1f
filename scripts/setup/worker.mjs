// mediasoup's worker: the official prebuilt one where it can be reached, else one built here from the package's sources.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { buildWorker, builtWorker } from './worker-build.mjs';
import { fetchPrebuilt, prebuiltWorker } from './worker-prebuilt.mjs';
import { say } from './progress.mjs';
import { root } from './paths.mjs';
import { isKnownUnreachable } from './unreachable.mjs';

/** The worker's own code for "nobody told me which version I am talking to": proof that it starts on this machine. */
const startedAlone = 41;

/** @type {import('./step.d.mts').Step} */
export const worker = {
  topic: 'mediasoup worker',
  missing() {
    return chosenWorker() === undefined
      ? `no worker for mediasoup ${mediasoupVersion()} that runs here yet`
      : undefined;
  },
  async provide(reason) {
    say('mediasoup worker', reason);
    const version = mediasoupVersion();
    const isPrebuilt = (await fetchPrebuilt(version)) && runs(prebuiltWorker(version));
    if (!isPrebuilt) await buildWorker(version);
    say('mediasoup worker', `using ${isPrebuilt ? 'the official prebuilt one' : 'one built here'} (${version})`);
  },
};

/**
 * The worker that this machine runs.
 * @returns {string | undefined} absolute path of an executable that starts; nothing before set-up has provided one
 */
export function chosenWorker() {
  const version = mediasoupVersion();
  const prebuilt = prebuiltWorker(version);
  if (runs(prebuilt)) return prebuilt;
  const built = builtWorker(version);
  return isKnownUnreachable(`mediasoup worker ${version}`) && runs(built) ? built : undefined;
}

/** @returns {string} the version that is installed */
function mediasoupVersion() {
  return JSON.parse(fs.readFileSync(path.join(root, 'node_modules/mediasoup/package.json'), 'utf8')).version;
}

/** @param {string} executable */
function runs(executable) {
  if (!fs.existsSync(executable)) return false;
  return spawnSync(executable, { env: {}, stdio: 'ignore', timeout: 10_000 }).status === startedAlone;
}
