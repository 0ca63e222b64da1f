// A thing that set-up makes once and keeps: a folder that is either complete or not there at all.
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { scratchDir } from './paths.mjs';

/**
 * Makes a folder so that it appears under its name only when it is complete, whatever interrupts the making.
 * @param {string} target the folder's final path
 * @param {(partial: string) => Promise<void>} fill fills the empty folder it is given
 */
export async function makeFolder(target, fill) {
  const partial = scratch(path.basename(target));
  try {
    await fill(partial);
    // A temporary folder is its maker's alone; what is in this one is run by other users too.
    fs.chmodSync(partial, 0o755);
    fs.rmSync(target, { recursive: true, force: true });
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.renameSync(partial, target);
  } finally {
    fs.rmSync(partial, { recursive: true, force: true });
  }
}

/**
 * An empty folder of one's own, on the file system of the final place.
 * @param {string} name a readable beginning
 * @returns {string} absolute path; the caller removes it
 */
export function scratch(name) {
  fs.mkdirSync(scratchDir, { recursive: true });
  return fs.mkdtempSync(path.join(scratchDir, `${name}-`));
}

/**
 * A short name for a recipe: changes whenever one of the files that say how to make a thing changes.
 * @param {readonly string[]} files files or folders, absolute
 * @returns {string} twelve hexadecimal digits
 */
export function recipeHash(files) {
  const hash = crypto.createHash('sha256');
  for (const file of files.flatMap(filesIn)) {
    hash.update(path.basename(file)).update('\0').update(fs.readFileSync(file)).update('\0');
  }
  return hash.digest('hex').slice(0, 12);
}

/**
 * @param {string} entry
 * @returns {string[]}
 */
function filesIn(entry) {
  if (!fs.statSync(entry).isDirectory()) return [entry];
  const names = fs.readdirSync(entry).sort();
  return names.flatMap((name) => filesIn(path.join(entry, name)));
}
