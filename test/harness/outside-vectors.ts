import { existsSync, readFileSync } from 'node:fs';
import { projectFolder } from './runtime.ts';

/**
 * Test vectors that may lie beside the project and are extra cases when they do: the project's own fixtures suffice without.
 * @param file a path below the folder of outside data
 * @returns the parsed JSON, or undefined when the file is not there
 */
export function outsideVectors(file: string): unknown {
  const path = `${projectFolder}../shared/data/${file}`;
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as unknown) : undefined;
}
