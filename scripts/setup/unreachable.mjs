// Remembers what could not be downloaded, so that a machine without the open internet is not kept waiting every time.
import fs from 'node:fs';
import path from 'node:path';
import { say } from './progress.mjs';
import { runtimeDir } from './paths.mjs';

const memoryFile = path.join(runtimeDir, 'unreachable.json');
const answerWithinMs = 4_000;

/** @type {Map<string, Promise<boolean>>} */
const asked = new Map();

/**
 * Whether an earlier run found that a download's place does not answer.
 * @param {string} what the download, with its version
 * @returns {boolean}
 */
export function isKnownUnreachable(what) {
  return what in readMemory();
}

/**
 * Asks once whether the machine behind an address answers at all, and remembers a no.
 * @param {string} what the download, with its version
 * @param {string} address its https address
 * @returns {Promise<boolean>} false when nothing answered in four seconds
 */
export async function isReachable(what, address) {
  const { origin } = new URL(address);
  const answer = asked.get(origin) ?? answers(origin);
  asked.set(origin, answer);
  if (await answer) return true;
  rememberUnreachable(what);
  say('downloads', `${origin} does not answer: going on without ${what} (\`npm run setup -- --retry\` asks again)`);
  return false;
}

/**
 * Remembers that a download is not to be had from this machine.
 * @param {string} what the download, with its version
 */
export function rememberUnreachable(what) {
  fs.mkdirSync(runtimeDir, { recursive: true });
  const memory = { ...readMemory(), [what]: new Date().toISOString() };
  fs.writeFileSync(memoryFile, JSON.stringify(memory, undefined, 2));
}

/** Forgets every failed download, so that this run tries them again. */
export function forgetUnreachable() {
  fs.rmSync(memoryFile, { force: true });
}

/** @param {string} origin */
async function answers(origin) {
  try {
    await fetch(origin, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(answerWithinMs) });
    return true;
  } catch {
    return false;
  }
}

/** @returns {Record<string, unknown>} */
function readMemory() {
  try {
    return JSON.parse(fs.readFileSync(memoryFile, 'utf8'));
  } catch {
    return {};
  }
}
