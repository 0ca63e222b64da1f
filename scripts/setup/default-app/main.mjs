// What a bare Electron runs: `electron [switches] FOLDER|FILE [arguments]` starts the application there. The release
// brings one of its own; this one serves the fallback runtime.
import { app } from 'electron';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * What Electron has for exactly this purpose and does not document.
 * @typedef {{ setVersion(version: string): void, setAppPath(folder: string): void }} Adopting
 */
const adopting = /** @type {typeof app & Adopting} */ (app);

const { target, preloads } = parse(process.argv.slice(1));
if (target === undefined) {
  process.stderr.write('usage: electron [switches] FOLDER|FILE [arguments]\n');
  process.exit(2);
}
Object.defineProperty(process, 'defaultApp', { value: true, enumerable: true });
const require = createRequire(import.meta.url);
for (const preload of preloads) require(path.resolve(preload));
await import(pathToFileURL(adopt(path.resolve(target))).href);

/**
 * @param {string[]} argv
 * @returns {{ target: string | undefined, preloads: string[] }}
 */
function parse(argv) {
  const preloads = [];
  for (let index = 0; index < argv.length; index += 1) {
    const argument = argv[index] ?? '';
    if (argument === '-r' || argument === '--require') preloads.push(argv[(index += 1)] ?? '');
    else if (argument === '-v' || argument === '--version') printVersion();
    else if (!argument.startsWith('-')) return { target: argument, preloads };
  }
  return { target: undefined, preloads };
}

function printVersion() {
  process.stdout.write(`v${process.versions['electron']}\n`);
  process.exit(0);
}

/**
 * Takes over the name, version and folder of the application.
 * @param {string} target absolute path
 * @returns {string} its entry module
 */
function adopt(target) {
  if (!fs.statSync(target).isDirectory()) {
    adopting.setAppPath(path.dirname(target));
    return target;
  }
  const packageFile = path.join(target, 'package.json');
  /** @type {{ version?: string, name?: string, productName?: string, desktopName?: string, main?: string }} */
  const described = fs.existsSync(packageFile) ? JSON.parse(fs.readFileSync(packageFile, 'utf8')) : {};
  if (described.version !== undefined) adopting.setVersion(described.version);
  app.setName(described.productName ?? described.name ?? 'Electron');
  if (described.desktopName !== undefined) app.setDesktopName(described.desktopName);
  adopting.setAppPath(target);
  return path.join(target, described.main ?? 'index.js');
}
