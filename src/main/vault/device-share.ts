import type { Random } from '../platform/random.ts';
import type { KeyStore, KeyStoreProbe } from './key-store.ts';
import { KeyStoreFault } from './key-store.ts';
import { KEY_LENGTH, zero } from './keys.ts';

/** Whether the device's share was in the key store already, or has just been made and awaits its first sealed record. */
export type ShareOrigin = 'created' | 'existing';

/** The device's half of the store's key. */
export interface DeviceShare {
  readonly origin: ShareOrigin;
  /** 32 bytes, the caller's to zero. */
  readonly share: Uint8Array;
}

const CONFIRMED = 'device-share';
const PENDING = 'device-share-pending';

/**
 * Finds the device's share, or makes one. A new share stays pending until {@link confirmDeviceShare}, so that a power cut
 * between the share and the first record is told from a record that somebody removed.
 * @throws KeyStoreFault when the key store fails
 */
export function obtainDeviceShare(keyStore: KeyStore, random: Random): DeviceShare {
  const confirmed = keyStore.read(CONFIRMED);
  if (confirmed !== undefined) return { origin: 'existing', share: confirmed };
  const pending = keyStore.read(PENDING);
  if (pending !== undefined) return { origin: 'created', share: pending };
  const share = random.bytes(KEY_LENGTH);
  keyStore.write(PENDING, share);
  return { origin: 'created', share };
}

/**
 * Finds the device's share once more, for what is sealed beside the record; never makes one.
 * @returns 32 bytes, the caller's to zero
 * @throws KeyStoreFault when the key store fails, or has it no longer
 */
export function existingDeviceShare(keyStore: KeyStore): Uint8Array {
  const share = keyStore.read(CONFIRMED);
  if (share === undefined) throw new KeyStoreFault('missing');
  return share;
}

/**
 * Declares that a record sealed under the share is on the disk: from now on a missing record is a refusal.
 * @throws KeyStoreFault when the key store fails
 */
export function confirmDeviceShare(keyStore: KeyStore, { share }: DeviceShare): void {
  keyStore.write(CONFIRMED, share);
  keyStore.destroy(PENDING);
}

/** The device's share as the wipe sees it: something to destroy, and to prove gone. */
export interface DeviceShareEraser {
  /** @throws KeyStoreFault when it cannot be proved that the share is gone */
  erase(): void;
  /** False also when the key store gives no answer to rely on. @throws KeyStoreFault when it cannot be read */
  isErased(): boolean;
}

/** A store that is not there also says "no such secret"; one that has changed says it only of what it shows not to hold. */
function isAnswering(probe: KeyStoreProbe): boolean {
  return probe === 'usable' || probe.refusal === 'plaintext' || probe.refusal === 'changed';
}

/** Makes the eraser of the device's share, pending or confirmed. */
export function deviceShareEraser(keyStore: KeyStore): DeviceShareEraser {
  const isGone = (name: string): boolean => {
    const left = keyStore.read(name);
    if (left !== undefined) zero(left);
    return left === undefined;
  };
  return {
    erase: () => {
      keyStore.destroy(CONFIRMED);
      keyStore.destroy(PENDING);
    },
    isErased: () => isAnswering(keyStore.probe()) && isGone(CONFIRMED) && isGone(PENDING),
  };
}
