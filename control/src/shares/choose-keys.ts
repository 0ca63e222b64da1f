import { createEnvironmentKeys } from './environment-keys.ts';
import { createFileKeys } from './key-file.ts';
import type { ShareKeys } from './share-keys.ts';

/** Where a configuration says that the keys are; those of the environment in base64. */
export type ShareKeySource = { from: 'file'; path: string } | { from: 'environment'; current: string; old: string[] };

/** @returns the keys of a fleet's server shares */
export function chooseShareKeys(source: ShareKeySource, fleet: string): ShareKeys {
  switch (source.from) {
    case 'file':
      return createFileKeys(source.path, fleet);
    case 'environment':
      return createEnvironmentKeys({ current: decode(source.current), old: source.old.map(decode) });
    default:
      return source satisfies never;
  }
}

function decode(text: string): Buffer {
  return Buffer.from(text, 'base64');
}
