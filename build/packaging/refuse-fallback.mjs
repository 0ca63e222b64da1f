// electron-builder calls this with every folder it has packed, also when it is started by hand.
import fs from 'node:fs/promises';
import { fallbackMarker } from '../../scripts/setup/fallback-marker.mjs';

/**
 * Refuses a packed folder that holds the fallback runtime, and removes it.
 * @param {{ appOutDir: string }} context
 * @throws {Error} when it does
 */
export default async function refuseFallback({ appOutDir }) {
  // SECURITY: an unsupported Electron is never shipped: the fallback is for development and tests only (S18).
  if (!(await fs.readdir(appOutDir)).includes(fallbackMarker)) return;
  await fs.rm(appOutDir, { recursive: true });
  throw new Error('No package is made: it would hold the fallback runtime, which is for development and tests only.');
}
