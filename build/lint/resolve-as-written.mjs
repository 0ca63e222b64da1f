// Imports in this project are written with their full path and extension, so where a relative one leads is plain from
// its text. Anything else is a package.
import path from 'node:path';

/** The version of the resolver interface that the import rules speak. */
export const interfaceVersion = 2;

/**
 * Finds the file of an import.
 * @param {string} source the import as written
 * @param {string} file the importing file, absolute
 * @returns {{ found: boolean, path?: string }} `found: false` for everything that is not a relative path
 */
export function resolve(source, file) {
  if (!source.startsWith('.')) return { found: false };
  return { found: true, path: path.resolve(path.dirname(file), source) };
}
