import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where set-up put things. */
export interface Runtime {
  node: string;
  electron: string;
  electronVersion: string;
  electronSource: 'release' | 'fallback';
  mediasoupWorker: string;
  chromium: string;
}

/** The checkout's folder, absolute. */
export const projectFolder = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Reads what set-up recorded.
 * @throws when set-up has not run
 */
export function runtime(): Runtime {
  return JSON.parse(readFileSync(`${projectFolder}.runtime/runtime.json`, 'utf8')) as Runtime;
}
