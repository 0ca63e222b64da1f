import { describe, expect, test } from 'vitest';
import { systemRandom } from '../platform/random.ts';
import { confirmDeviceShare, deviceShareEraser, obtainDeviceShare } from './device-share.ts';
import type { KeyStore, KeyStoreProbe } from './key-store.ts';
import { KeyStoreFault } from './key-store.ts';

/** A key store in memory whose power fails before the chosen write or destruction. */
class MemoryKeyStore implements KeyStore {
  readonly kept = new Map<string, Uint8Array>();
  changes = 0;
  failsAt = Infinity;
  probeResult: KeyStoreProbe = 'usable';
  probe(): KeyStoreProbe {
    return this.probeResult;
  }
  read(name: string): Uint8Array | undefined {
    const kept = this.kept.get(name);
    return kept && Uint8Array.from(kept);
  }
  write(name: string, secret: Uint8Array): void {
    this.#change();
    this.kept.set(name, Uint8Array.from(secret));
  }
  destroy(name: string): void {
    this.#change();
    this.kept.delete(name);
  }
  #change(): void {
    if (this.changes >= this.failsAt) throw new KeyStoreFault('missing');
    this.changes += 1;
  }
}

describe('the device share', () => {
  test('is made once, and found again', () => {
    const keyStore = new MemoryKeyStore();
    const made = obtainDeviceShare(keyStore, systemRandom);
    expect(made.origin).toBe('created');
    expect(made.share).toHaveLength(32);
    confirmDeviceShare(keyStore, made);
    const found = obtainDeviceShare(keyStore, systemRandom);
    expect(found.origin).toBe('existing');
    expect(Buffer.from(found.share)).toEqual(Buffer.from(made.share));
    expect(keyStore.kept.size).toBe(1);
  });

  test('stays new until the first record is there, whenever the power fails', () => {
    for (let failsAt = 0; failsAt < 4; failsAt += 1) {
      const keyStore = new MemoryKeyStore();
      keyStore.failsAt = failsAt;
      let sealedUnder: Uint8Array | undefined;
      let isConfirmed = false;
      try {
        const made = obtainDeviceShare(keyStore, systemRandom);
        sealedUnder = made.share;
        confirmDeviceShare(keyStore, made);
        isConfirmed = true;
      } catch (error) {
        expect(error).toBeInstanceOf(KeyStoreFault);
      }
      keyStore.failsAt = Infinity;
      const found = obtainDeviceShare(keyStore, systemRandom);
      if (sealedUnder !== undefined) expect(Buffer.from(found.share)).toEqual(Buffer.from(sealedUnder));
      if (sealedUnder === undefined) expect(found.origin).toBe('created');
      if (isConfirmed) expect(found.origin).toBe('existing');
      confirmDeviceShare(keyStore, found);
      expect(obtainDeviceShare(keyStore, systemRandom).origin).toBe('existing');
    }
  });

  test('is erased whether confirmed or pending', () => {
    const keyStore = new MemoryKeyStore();
    const eraser = deviceShareEraser(keyStore);
    const made = obtainDeviceShare(keyStore, systemRandom);
    expect(eraser.isErased()).toBe(false);
    confirmDeviceShare(keyStore, made);
    expect(eraser.isErased()).toBe(false);
    eraser.erase();
    eraser.erase();
    expect(eraser.isErased()).toBe(true);
    expect(keyStore.kept.size).toBe(0);
  });

  test('is not taken for erased on the word of a key store that is not there (S9)', () => {
    const keyStore = new MemoryKeyStore();
    keyStore.probeResult = { refusal: 'missing' };
    expect(deviceShareEraser(keyStore).isErased()).toBe(false);
    keyStore.probeResult = { refusal: 'locked' };
    expect(deviceShareEraser(keyStore).isErased()).toBe(false);
    keyStore.probeResult = { refusal: 'plaintext' };
    expect(deviceShareEraser(keyStore).isErased()).toBe(true);
  });
});
