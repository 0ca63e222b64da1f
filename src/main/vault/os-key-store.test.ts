import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Entry as RealEntry } from '@napi-rs/keyring';
import { describe, expect, test } from 'vitest';
import { systemFiles } from '../platform/files.ts';
import { systemRandom } from '../platform/random.ts';
import { temporaryDirectory } from '../platform/testing/temporary-directory.ts';
import { deviceShareEraser } from './device-share.ts';
import { readableInKeyringFiles } from './keyring-files.ts';
import type { KeyringEntryConstructor } from './os-key-store.ts';
import { faultOf, instanceName, OsKeyStore } from './os-key-store.ts';

interface Behaviour {
  /** Thrown by the constructor: the library reaches for the bus there. */
  readonly onConnect?: string;
  /** Thrown by every operation. */
  readonly onUse?: string | undefined;
  /** What storing does to the bytes. */
  readonly store?: (secret: Uint8Array) => number[] | undefined;
  /** Part of the account whose secret stays although the store says it was deleted. */
  readonly clingsTo?: string;
}

/** A key ring in memory that misbehaves as told; the words are those of the real library. */
function keyRing(behaviour: Behaviour = {}): { Entry: KeyringEntryConstructor; kept: Map<string, number[]> } {
  const kept = new Map<string, number[]>();
  const { store = (secret: Uint8Array) => [...secret] } = behaviour;
  class Entry {
    readonly #account: string;
    constructor(service: string, account: string, options: object) {
      if (behaviour.onConnect !== undefined) throw new Error(behaviour.onConnect);
      this.#account = `${service} ${account} ${JSON.stringify(options)}`;
    }
    #use(): void {
      if (behaviour.onUse !== undefined) throw new Error(behaviour.onUse);
    }
    getSecret(): number[] | null {
      this.#use();
      return kept.get(this.#account)?.slice() ?? null;
    }
    setSecret(secret: Uint8Array): void {
      this.#use();
      const stored = store(secret);
      if (stored !== undefined) kept.set(this.#account, stored);
    }
    deleteCredential(): boolean {
      this.#use();
      const { clingsTo } = behaviour;
      if (clingsTo !== undefined && this.#account.includes(clingsTo)) return true;
      return kept.delete(this.#account);
    }
  }
  return { Entry, kept };
}

function storeOn(Entry: KeyringEntryConstructor, isReadableAtRest = (): boolean => false): OsKeyStore {
  return new OsKeyStore({ Entry, instance: 'instance', random: systemRandom, isReadableAtRest });
}

const NO_BUS =
  'Platform failure: DBus error: Using X11 for dbus-daemon autolaunch was disabled at compile time, set your ' +
  'DBUS_SESSION_BUS_ADDRESS instead';
const NO_KEYRING = "Couldn't access platform storage: Secret Service: no result found";
const LOCKED = "Couldn't access platform storage: Secret Service: unlock prompt was dismissed";

describe('S8 the operating system key store', () => {
  test('keeps a secret under the service, the installation and its name, in the Secret Service only', () => {
    const { Entry, kept } = keyRing();
    const store = storeOn(Entry);
    const secret = randomBytes(32);
    store.write('device-share', secret);
    expect([...kept.keys()]).toEqual(['sallyport instance/device-share {"linux":{"store":"secret-service"}}']);
    expect(Buffer.from(store.read('device-share') ?? [])).toEqual(secret);
    store.destroy('device-share');
    expect(store.read('device-share')).toBeUndefined();
    expect(kept.size).toBe(0);
  });

  test('is usable when it keeps and destroys a canary, of which nothing stays', () => {
    const { Entry, kept } = keyRing();
    expect(storeOn(Entry).probe()).toBe('usable');
    expect(kept.size).toBe(0);
  });

  test.each([
    ['no bus', { onConnect: NO_BUS }, 'missing'],
    ['no key ring', { onUse: NO_KEYRING }, 'missing'],
    ['a locked key ring', { onUse: LOCKED }, 'locked'],
    ['words nobody knows', { onUse: 'something else' }, 'missing'],
  ] as const)('%s is a closed refusal, and a fault for every operation', (_, behaviour, refusal) => {
    const store = storeOn(keyRing(behaviour).Entry);
    expect(store.probe()).toEqual({ refusal });
    const fault: unknown = expect.objectContaining({ name: 'KeyStoreFault', reason: refusal });
    expect(() => store.read('device-share')).toThrow(fault);
    expect(() => store.write('device-share', randomBytes(32))).toThrow(fault);
    expect(() => store.destroy('device-share')).toThrow(fault);
  });

  test('a fault does not repeat what the library said (S19)', () => {
    expect(faultOf(new Error(`${LOCKED} secret`)).message).toBe('key store: locked');
    expect(faultOf('not even an error').reason).toBe('missing');
  });

  test.each([
    ['nothing', () => undefined],
    ['other bytes', (secret: Uint8Array) => [...secret].map((byte) => byte ^ 1)],
    ['only a part', (secret: Uint8Array) => [...secret].slice(1)],
  ])('a store that keeps %s is found out', (_, store) => {
    const keyStore = storeOn(keyRing({ store }).Entry);
    expect(() => keyStore.write('device-share', randomBytes(32))).toThrow('not-stored');
    expect(keyStore.probe()).toEqual({ refusal: 'missing' });
  });

  test('a store that says it destroyed a secret and did not is found out (S9)', () => {
    const store = storeOn(keyRing({ clingsTo: 'device-share' }).Entry);
    store.write('device-share', randomBytes(32));
    expect(() => store.destroy('device-share')).toThrow('not-destroyed');
    expect(storeOn(keyRing({ clingsTo: 'probe' }).Entry).probe()).toEqual({ refusal: 'missing' });
  });

  test('a store that answers "no such secret" because it keeps nothing does not count as destroyed (S9)', () => {
    const { Entry } = keyRing({ store: () => undefined });
    const eraser = deviceShareEraser(storeOn(Entry));
    eraser.erase();
    expect(eraser.isErased()).toBe(false);
  });

  test('S31 a connection that was lost is made anew with the next use', () => {
    const behaviour: { onUse?: string } = {};
    let made = 0;
    class Counted extends keyRing(behaviour).Entry {
      constructor(...given: ConstructorParameters<KeyringEntryConstructor>) {
        super(...given);
        made += 1;
      }
    }
    const store = storeOn(Counted);
    store.write('device-share', randomBytes(32));
    expect(store.read('device-share')).toHaveLength(32);
    expect(made).toBe(1);
    behaviour.onUse = NO_BUS;
    expect(() => store.read('device-share')).toThrow('missing');
    delete behaviour.onUse;
    expect(store.read('device-share')).toHaveLength(32);
    expect(made).toBe(2);
  });

  test('a key ring whose files show the canary is refused as plain text, but still destroys', () => {
    const { Entry, kept } = keyRing();
    const store = storeOn(Entry, () => true);
    expect(store.probe()).toEqual({ refusal: 'plaintext' });
    store.write('device-share', randomBytes(32));
    store.destroy('device-share');
    expect(kept.size).toBe(0);
  });

  test('the library itself, pinned to the Secret Service, refuses a machine without a bus instead of falling back', () => {
    const before = process.env['DBUS_SESSION_BUS_ADDRESS'];
    process.env['DBUS_SESSION_BUS_ADDRESS'] = 'unix:path=/nonexistent/bus';
    try {
      expect(storeOn(RealEntry).probe()).toEqual({ refusal: 'missing' });
    } finally {
      if (before === undefined) delete process.env['DBUS_SESSION_BUS_ADDRESS'];
      else process.env['DBUS_SESSION_BUS_ADDRESS'] = before;
    }
  });
});

describe('the name of an installation', () => {
  test('differs between two data folders of one user, and is the same for two spellings of one', () => {
    expect(instanceName('/home/kiosk/.config/one')).not.toBe(instanceName('/home/kiosk/.config/two'));
    expect(instanceName('/home/kiosk/.config/two/../one/')).toBe(instanceName('/home/kiosk/.config/one'));
    expect(instanceName('/home/kiosk')).toMatch(/^[\w-]{22}$/);
  });
});

describe('the look into the key ring files', () => {
  test('finds a text that a key ring without a password left readable, and only there', () => {
    const directory = temporaryDirectory();
    const isReadable = readableInKeyringFiles(systemFiles, directory);
    systemFiles.write(join(directory, 'login.keyring'), Buffer.from('[keyring]\n[1]\nsecret=0123abcd\n'));
    systemFiles.write(join(directory, 'user.keystore'), Buffer.from('secret=ffff'));
    expect(isReadable('0123abcd')).toBe(true);
    expect(isReadable('0123abce')).toBe(false);
    expect(isReadable('ffff')).toBe(false);
  });

  test('finds nothing where there is no key ring', () => {
    expect(readableInKeyringFiles(systemFiles, join(temporaryDirectory(), 'keyrings'))('0123')).toBe(false);
  });
});
