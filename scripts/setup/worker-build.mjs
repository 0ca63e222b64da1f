// Builds mediasoup's worker from the sources in its package against the system's libraries: about a minute and a half on
// two cores. For development and tests; production uses the official prebuilt one.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeFolder, recipeHash, scratch } from './artifact.mjs';
import { run } from './command.mjs';
import { install, missingPackages } from './debian.mjs';
import { SetupFailure } from './failure.mjs';
import { root, runtimeDir } from './paths.mjs';
import { during } from './progress.mjs';
import { compileInGroups } from './worker-unity.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const subprojects = path.join(here, 'worker/subprojects');

/** @type {readonly import('./debian.mjs').Package[]} */
const buildPackages = [
  'g++',
  'meson',
  'ninja-build',
  'pkg-config',
  'libabsl-dev',
  'libuv1-dev',
  'libssl-dev',
  'libsrtp2-dev',
  'libflatbuffers-dev',
  'flatbuffers-compiler',
];

/**
 * Where the worker built from these sources with this recipe lies once it is there.
 * @param {string} version mediasoup's
 * @returns {string} absolute path
 */
export function builtWorker(version) {
  const recipe = recipeHash([fileURLToPath(import.meta.url), path.join(here, 'worker-unity.mjs'), subprojects]);
  return path.join(runtimeDir, 'mediasoup-worker', `built-${version}-${recipe}`, 'mediasoup-worker');
}

/**
 * Builds it, unless it is there.
 * @param {string} version mediasoup's
 * @throws {SetupFailure} when packages are missing that cannot be installed, or the sources do not compile
 */
export async function buildWorker(version) {
  const executable = builtWorker(version);
  if (fs.existsSync(executable)) return;
  await install('mediasoup worker', missingPackages(buildPackages));
  await during('mediasoup worker', 'building it from the package’s own sources (once, a minute or two)', () =>
    makeFolder(path.dirname(executable), compileInto),
  );
}

/** @param {string} folder */
async function compileInto(folder) {
  const work = scratch('worker-build');
  try {
    const source = path.join(work, 'worker');
    prepareSources(source);
    await compile(source, path.join(work, 'build'));
    const built = path.join(work, 'build/mediasoup-worker');
    await run('strip', ['-o', path.join(folder, 'mediasoup-worker'), built], { log: 'worker-strip' });
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}

/** @param {string} source the folder that receives a copy of the package's sources, made ready for this system */
function prepareSources(source) {
  fs.cpSync(path.join(root, 'node_modules/mediasoup/worker'), source, { recursive: true });
  fs.rmSync(path.join(source, 'subprojects'), { recursive: true, force: true });
  fs.cpSync(subprojects, path.join(source, 'subprojects'), { recursive: true });
  // It asks for a newer meson than it uses.
  edit(path.join(source, 'meson.build'), /(?<=meson_version: '>= )[\d.]+/, '1.0.0');
  letKernelTlsBeOff(path.join(source, 'src/RTC/DtlsTransport.cpp'));
  compileInGroups(path.join(source, 'meson.build'), 'common_sources', 6);
  compileInGroups(path.join(source, 'deps/libwebrtc/meson.build'), 'libwebrtc_sources', 2);
}

/**
 * A system's OpenSSL may be built with kernel TLS: it then asks the BIO whether the kernel encrypts, and the worker's
 * callback answers 1 to every question. No buffer is allocated, and the first browser's handshake ends the worker.
 * @param {string} file
 */
function letKernelTlsBeOff(file) {
  edit(file, 'int /*argi*/,', 'int argi,');
  const isAsked = '(argi == BIO_CTRL_GET_KTLS_SEND || argi == BIO_CTRL_GET_KTLS_RECV)';
  edit(file, '(operationType == BIO_CB_RETURN) ?', `(operationType == BIO_CB_RETURN || ${isAsked}) ?`);
}

/**
 * @param {string} file
 * @param {string | RegExp} from
 * @param {string} to
 */
function edit(file, from, to) {
  const before = fs.readFileSync(file, 'utf8');
  const after = before.replace(from, to);
  if (after === before) throw new SetupFailure(`the worker's sources have changed: ${String(from)} is not in ${file}`);
  fs.writeFileSync(file, after);
}

/**
 * @param {string} source
 * @param {string} build
 */
async function compile(source, build) {
  const options = ['-Ddebug=false', '-Doptimization=2', '-Db_ndebug=true'];
  const configure = ['setup', '--wrap-mode=nodownload', ...options, build, source];
  await run('meson', configure, { log: 'worker-meson', cwd: source });
  const jobs = ['-C', build, '-j', String(os.availableParallelism())];
  await run('ninja', [...jobs, 'mediasoup-worker'], { log: 'worker-ninja', cwd: source });
}
