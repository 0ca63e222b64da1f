// electron-builder calls this before it packs anything, also when it is started by hand.
import fs from 'node:fs';
import path from 'node:path';
import { fallbackMarker } from '../../scripts/setup/fallback-marker.mjs';
import { developmentMarkFile } from './development-mark.mjs';

/**
 * Refuses to pack what is for development and tests only.
 * @param {{ packager: { projectDir: string, config: { electronDist?: unknown } } }} context
 * @throws {Error} when `out/main` holds a development build of the client, or the Electron to pack is the fallback
 */
export default async function refuseDevelopment({ packager }) {
  // SECURITY: the doors of development builds and an unsupported Electron are never shipped (S18).
  if (fs.existsSync(path.join(packager.projectDir, 'out/main', developmentMarkFile))) {
    throw new Error('No package is made: out/ holds a development build. `npm run package` builds the one that ships.');
  }
  const { electronDist } = packager.config;
  if (typeof electronDist === 'string' && fs.existsSync(path.join(electronDist, fallbackMarker))) {
    throw new Error(
      'No package is made: the Electron to pack is the fallback runtime, for development and tests only.',
    );
  }
}
