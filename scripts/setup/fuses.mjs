// Electron's fuses are bytes in its executable: a sentinel, a version, a count, then one ASCII digit a fuse. Set-up must
// work before any package is installed, so the few lines that flip them are here; packaging uses @electron/fuses.
import fs from 'node:fs';
import { SetupFailure } from './failure.mjs';

const sentinel = Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX');
const wireVersion = 1;
const order = /** @type {const} */ ([
  'RunAsNode',
  'EnableCookieEncryption',
  'EnableNodeOptionsEnvironmentVariable',
  'EnableNodeCliInspectArguments',
  'EnableEmbeddedAsarIntegrityValidation',
  'OnlyLoadAppFromAsar',
  'LoadBrowserProcessSpecificV8Snapshot',
  'GrantFileProtocolExtraPrivileges',
]);
const on = 0x31;
const off = 0x30;

/**
 * Sets fuses in an Electron executable.
 * @param {string} executable absolute path
 * @param {Partial<Record<typeof order[number], boolean>>} wanted the fuses to set; the others stay as they are
 * @throws {SetupFailure} when the executable has no fuse wire of the known layout
 */
export function setFuses(executable, wanted) {
  const content = fs.readFileSync(executable);
  const wire = fuseWire(content);
  for (const [index, name] of order.entries()) {
    if (wanted[name] !== undefined) content[wire + index] = wanted[name] ? on : off;
  }
  fs.writeFileSync(executable, content);
}

/** @param {Buffer} content */
function fuseWire(content) {
  const at = content.indexOf(sentinel);
  const header = at + sentinel.length;
  const isKnown = at >= 0 && content.indexOf(sentinel, at + 1) < 0 && content[header] === wireVersion;
  if (!isKnown || Number(content[header + 1]) < order.length) throw new SetupFailure('no known fuse wire in Electron');
  return header + 2;
}
