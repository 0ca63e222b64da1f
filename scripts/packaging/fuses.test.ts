import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { projectDir } from '../stages/project.ts';

/** What each fuse of the shipped Electron must be, and none is left to its default. */
const fuses = {
  runAsNode: false,
  enableCookieEncryption: true,
  enableNodeOptionsEnvironmentVariable: false,
  enableNodeCliInspectArguments: false,
  enableEmbeddedAsarIntegrityValidation: true,
  onlyLoadAppFromAsar: true,
  loadBrowserProcessSpecificV8Snapshot: false,
  grantFileProtocolExtraPrivileges: false,
};

test('S13 the packaged client’s fuses: no plain Node, no options, no inspector, packaged files only', () => {
  const configuration = readFileSync(path.join(projectDir, 'electron-builder.yml'), 'utf8');
  const [, block = ''] = /^electronFuses:\n((?: {2}.*\n)+)/m.exec(configuration) ?? [];
  const written = [...block.matchAll(/^ {2}(\w+): (true|false)$/gm)].map(([, name, value]) => [name, value === 'true']);
  expect(Object.fromEntries(written)).toEqual(fuses);
  expect(configuration).toMatch(/^asar: true$/m);
});
