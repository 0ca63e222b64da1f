import type * as crypto from 'node:crypto';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { Random } from '../platform/random.ts';
import { SimulatedDisk } from '../platform/testing/simulated-disk.ts';
import type { SealingKey } from './authenticated-cipher.ts';
import { eventsWrapKey, journalWrapKey } from './keys.ts';
import { openSealedJournal } from './sealed-journal.ts';
import { openSealedRecord } from './sealed-record.ts';
import { storeOn } from './testing/store-on.ts';

/** Every key and every plain text that went through the cipher, and every key that was derived or derived from. */
const secrets = vi.hoisted((): Uint8Array[] => []);
/** Keys that are the caller's, here the test's, to overwrite. */
const callers = new Set<Uint8Array>();

vi.mock('node:crypto', async (importOriginal) => {
  const real = await importOriginal<typeof crypto>();
  return {
    ...real,
    hkdfSync: (digest: string, key: Uint8Array, salt: Uint8Array, label: string, length: number) => {
      const derived = real.hkdfSync(digest, key, salt, label, length);
      secrets.push(key, new Uint8Array(derived));
      return derived;
    },
    createSecretKey: (key: Uint8Array) => {
      secrets.push(key);
      return real.createSecretKey(key);
    },
    createCipheriv: (name: 'aes-256-gcm', key: SealingKey, nonce: Uint8Array, options: crypto.CipherGCMOptions) => {
      const cipher = real.createCipheriv(name, key, nonce, options);
      const update = cipher.update.bind(cipher);
      if (key instanceof Uint8Array) secrets.push(key);
      return Object.assign(cipher, { update: (plain: Uint8Array) => (secrets.push(plain), update(plain)) });
    },
    createDecipheriv: (name: 'aes-256-gcm', key: SealingKey, nonce: Uint8Array, options: crypto.CipherGCMOptions) => {
      const decipher = real.createDecipheriv(name, key, nonce, options);
      const update = decipher.update.bind(decipher);
      if (key instanceof Uint8Array) secrets.push(key);
      const keeping = (sealed: Uint8Array): Buffer => {
        const plain = update(sealed);
        secrets.push(plain);
        return plain;
      };
      return Object.assign(decipher, { update: keeping });
    },
  };
});

/** Draws bytes that are not zero, and keeps them in sight. */
const random: Random = {
  bytes: (length) => {
    const drawn = new Uint8Array(length).fill(0xa5);
    if (length === 32) drawnKeys.push(drawn);
    return drawn;
  },
};
let drawnKeys: Uint8Array[] = [];

function share(byte: number): Uint8Array {
  const key = new Uint8Array(32).fill(byte);
  callers.add(key);
  return key;
}

const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);

/** None of them still says anything. */
function expectAllZero(atLeast: number): void {
  expect(secrets.length).toBeGreaterThanOrEqual(atLeast);
  expect(secrets.filter((secret) => !callers.has(secret) && !isZero(secret))).toEqual([]);
}

let disk: SimulatedDisk;

beforeEach(() => {
  disk = new SimulatedDisk();
  secrets.length = 0;
  drawnKeys = [];
});

function openRecord(key: Uint8Array, keyOrigin: 'created' | 'existing'): ReturnType<typeof openSealedRecord<unknown>> {
  return openSealedRecord<unknown>({
    directory: '/data/record',
    key,
    keyOrigin,
    binding: { purpose: 'device', instance: 'this-installation', schemaVersion: 1 },
    schema: z.string(),
    initial: 'initial',
    Store: storeOn(disk),
    files: disk,
    random,
  });
}

function openJournal(wrapKey: Uint8Array): ReturnType<typeof openSealedJournal> {
  const binding = { device: 'device-1', file: 'consultations', schemaVersion: 1 };
  return openSealedJournal({ path: '/data/journal', binding, wrapKey, files: disk, random });
}

describe('S8 S36 nothing of the record stays behind in memory', () => {
  test('when it was made, changed, read and closed', () => {
    const made = openRecord(share(1), 'created');
    if (made.outcome === 'fresh') made.record.update(() => 'changed');
    openRecord(share(1), 'existing');
    if (made.outcome === 'fresh') made.record.close();
    expectAllZero(12);
  });

  test('when it does not open, or the disk fails', () => {
    const made = openRecord(share(1), 'created');
    openRecord(share(2), 'existing');
    disk.fault = () => {
      throw new Error('EIO');
    };
    expect(() => made.outcome === 'fresh' && made.record.update(() => 'changed')).toThrow('EIO');
    expect(() => openRecord(share(1), 'existing')).toThrow('EIO');
    if (made.outcome === 'fresh') made.record.close();
    expectAllZero(8);
  });
});

describe('S8 S36 nothing of a journal stays behind in memory', () => {
  test('when it was made, added to, rewritten, read and closed', async () => {
    for (const times of [1, 2]) {
      const result = openJournal(share(1));
      if (result.outcome === 'refused') throw new Error(result.reason);
      await Promise.all(['a', 'b'].map((entry) => result.journal.append(entry)));
      await result.journal.rotate((entry) => entry !== 'a');
      expect(result.journal.entries()).toHaveLength(times);
      await result.journal.close();
    }
    // Salts are drawn before keys, and are no secret.
    expect(drawnKeys.filter((_, index) => index % 2 === 1).every(isZero)).toBe(true);
    expectAllZero(30);
  });

  test('when it does not open, or the disk fails', async () => {
    const made = openJournal(share(1));
    if (made.outcome === 'refused') throw new Error(made.reason);
    await made.journal.append('a');
    openJournal(share(2));
    disk.fault = () => {
      throw new Error('EIO');
    };
    await expect(made.journal.append('b')).rejects.toThrow('not-durable');
    await expect(made.journal.append('c')).rejects.toThrow('not-durable');
    expect(() => openJournal(share(1))).toThrow('EIO');
    await made.journal.close();
    expectAllZero(12);
  });
});

describe('S8 S36 deriving keys', () => {
  test('leaves only the keys themselves', () => {
    const given = [share(1), share(2)] as const;
    for (const key of [journalWrapKey(...given), eventsWrapKey(given[0])]) key.fill(0);
    expectAllZero(2);
  });
});
