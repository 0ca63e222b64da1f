// The worker as mediasoup's own project builds and publishes it for each release.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { makeFolder } from './artifact.mjs';
import { run } from './command.mjs';
import { runtimeDir } from './paths.mjs';
import { during, say } from './progress.mjs';
import { isReachable, rememberUnreachable } from './unreachable.mjs';

const usualPlace = 'https://github.com/versatica/mediasoup/releases/download';
const withinMs = 120_000;

/**
 * Where the prebuilt worker lies once it is there.
 * @param {string} version mediasoup's
 * @returns {string} absolute path
 */
export function prebuiltWorker(version) {
  return path.join(runtimeDir, 'mediasoup-worker', `prebuilt-${version}`, 'mediasoup-worker');
}

/**
 * Downloads it when its place answers.
 * @param {string} version mediasoup's
 * @returns {Promise<boolean>} whether it is here now
 */
export async function fetchPrebuilt(version) {
  const what = `mediasoup worker ${version}`;
  const place = process.env['MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL'] ?? usualPlace;
  if (!(await isReachable(what, place))) return false;
  try {
    const folder = path.dirname(prebuiltWorker(version));
    await during('mediasoup worker', `downloading the official prebuilt one (${version})`, () =>
      makeFolder(folder, (partial) => download(`${place}/${version}/${archiveName(version)}`, partial)),
    );
    return true;
  } catch (error) {
    say('mediasoup worker', `no prebuilt one to be had: ${error instanceof Error ? error.message : String(error)}`);
    rememberUnreachable(what);
    return false;
  }
}

/** @param {string} version */
function archiveName(version) {
  const kernel = os.release().split('.')[0];
  return `mediasoup-worker-${version}-linux-${os.arch()}-kernel${kernel}.tgz`;
}

/**
 * @param {string} address
 * @param {string} folder
 */
async function download(address, folder) {
  const response = await fetch(address, { signal: AbortSignal.timeout(withinMs) });
  if (!response.ok) throw new Error(`${address} answers ${response.status}`);
  const archive = path.join(folder, 'worker.tgz');
  fs.writeFileSync(archive, Buffer.from(await response.arrayBuffer()));
  await run('tar', ['-xzf', archive, '-C', folder, 'mediasoup-worker'], { log: 'worker-prebuilt' });
  fs.rmSync(archive);
  fs.chmodSync(path.join(folder, 'mediasoup-worker'), 0o755);
}
