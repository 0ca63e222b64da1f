import { KeyRing } from './key-ring.ts';
import type { ShareKeys } from './share-keys.ts';

/** Keys as the environment gave them: 32 bytes each. */
export interface GivenKeys {
  current: Uint8Array;
  /** Those that shares may still be sealed under. */
  old: readonly Uint8Array[];
}

/** @returns keys that whoever operates control makes and destroys, in memory while control runs */
export function createEnvironmentKeys({ current, old }: GivenKeys): ShareKeys {
  const ring = new KeyRing(current, old);
  return {
    place: 'SALLYPORT_SHARE_KEY',
    held: () => Promise.resolve(ring.held),
    seal: async (key, context, share) => ring.seal(key, context, share),
    open: async (context, stored) => ring.open(context, stored),
    upkeep: undefined,
  };
}
