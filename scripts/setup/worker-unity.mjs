// Most of a build's time goes into reading the same headers again for each of 250 files: compile them as a few big ones.
import fs from 'node:fs';
import path from 'node:path';
import { SetupFailure } from './failure.mjs';

/** Names that a file keeps to itself; two files with the same one cannot be compiled as one. */
const fileLevelNames = [
  /^enum\s*\{\s*(\w+)/gm,
  /^\t{0,3}(?:(?:inline|thread_local|constexpr|alignas\([^)]*\))\s+)*static\s[^;={([]*?(\w+)\s*[;={([]/gm,
  /^(?:static\s+)?(?:inline\s+)?const(?:expr)?\s[^;={([]*?(\w+)\s*[;={([]/gm,
];

/** @typedef {{ names: Set<string>, size: number, files: string[] }} Group */

/**
 * Rewrites a list of sources in a `meson.build` into a list of a few files that include them all.
 * @param {string} mesonFile absolute path
 * @param {string} listName the variable that holds the list
 * @param {number} count how many files to aim at; more come out when names clash
 * @throws {SetupFailure} when the list is not there
 */
export function compileInGroups(mesonFile, listName, count) {
  const text = fs.readFileSync(mesonFile, 'utf8');
  const list = new RegExp(`^${listName} = \\[\\n([^\\]]*)^\\]`, 'm').exec(text);
  if (list?.[1] === undefined) throw new SetupFailure(`the worker's sources have changed: no ${listName}`);
  const folder = path.dirname(mesonFile);
  const sources = [...list[1].matchAll(/'([^']+\.(?:cpp|cc))'/g)].map((match) => path.join(folder, match[1] ?? ''));
  const files = grouped(sources, count).map((group, index) => writeGroup(folder, `${listName}-${index}.cpp`, group));
  const lines = files.map((file) => `  '${file}',\n`).join('');
  fs.writeFileSync(mesonFile, text.replace(list[0], `${listName} = [\n${lines}]`));
}

/**
 * @param {string[]} sources
 * @param {number} count
 * @returns {Group[]}
 */
function grouped(sources, count) {
  const groups = Array.from({ length: count }, emptyGroup);
  const described = sources.map((file) => describe(file)).sort((a, b) => b.size - a.size);
  for (const source of described) {
    const group = smallestWithout(source.names, groups);
    source.names.forEach((name) => group.names.add(name));
    group.size += source.size;
    group.files.push(source.file);
  }
  return groups.filter((group) => group.files.length > 0);
}

/**
 * @param {Set<string>} names
 * @param {Group[]} groups gets one more when each has one of the names
 * @returns {Group}
 */
function smallestWithout(names, groups) {
  const free = groups.filter((group) => [...names].every((name) => !group.names.has(name)));
  const smallest = free.sort((a, b) => a.size - b.size)[0];
  if (smallest !== undefined) return smallest;
  const added = emptyGroup();
  groups.push(added);
  return added;
}

/** @returns {Group} */
function emptyGroup() {
  return { names: new Set(), size: 0, files: [] };
}

/** @param {string} file */
function describe(file) {
  const text = fs.readFileSync(file, 'utf8');
  const names = fileLevelNames.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1] ?? ''));
  return { file, size: text.length, names: new Set(names) };
}

/**
 * @param {string} folder
 * @param {string} name
 * @param {Group} group
 * @returns {string} path relative to the folder
 */
function writeGroup(folder, name, group) {
  const relative = path.join('grouped', name);
  fs.mkdirSync(path.join(folder, 'grouped'), { recursive: true });
  const text = group.files.map((file) => `#include "${file}"\n#undef MS_CLASS\n`).join('');
  fs.writeFileSync(path.join(folder, relative), text);
  return relative;
}
