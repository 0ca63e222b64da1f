import { randomBytes } from 'node:crypto';
import { Entry } from '@napi-rs/keyring';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { systemFiles } from '../platform/files.ts';
import { systemRandom } from '../platform/random.ts';
import { deviceShareEraser } from './device-share.ts';
import type { KeyStoreRefusal } from './key-store.ts';
import { readableInKeyringFiles } from './keyring-files.ts';
import { OsKeyStore } from './os-key-store.ts';
import { SessionKeyRing } from './testing/session-key-ring.ts';

const share = 'device-share';
const secret = randomBytes(32);
// The library keeps its connection to the first bus it met, so that all tests have one session.
const session = new SessionKeyRing();
const busBefore = process.env['DBUS_SESSION_BUS_ADDRESS'];

beforeAll(async () => {
  await session.start();
  process.env['DBUS_SESSION_BUS_ADDRESS'] = session.address;
});
afterEach(() => session.forget());
afterAll(async () => {
  if (busBefore === undefined) delete process.env['DBUS_SESSION_BUS_ADDRESS'];
  else process.env['DBUS_SESSION_BUS_ADDRESS'] = busBefore;
  await session.close();
});

function store(): OsKeyStore {
  const isReadableAtRest = readableInKeyringFiles(systemFiles, session.keyrings);
  return new OsKeyStore({ Entry, instance: 'instance', random: systemRandom, isReadableAtRest });
}

const kept = (): Buffer => Buffer.from(store().read(share) ?? []);

/** What the store says, that nothing can be entrusted to it, and that its word is not taken for a destruction (S9). */
function expectRefused(refusal: KeyStoreRefusal): void {
  expect(store().probe()).toEqual({ refusal });
  const fault: unknown = expect.objectContaining({ name: 'KeyStoreFault', reason: refusal });
  expect(() => store().write(share, secret)).toThrow(fault);
  expect(deviceShareEraser(store()).isErased()).toBe(false);
}

describe('the real Secret Service, through the real library', () => {
  test('S32 unlocked, keeps a secret and destroys it', async () => {
    await session.serve('password');
    expect(store().probe()).toBe('usable');
    store().write(share, secret);
    expect(kept()).toEqual(secret);
    store().destroy(share);
    expect(store().read(share)).toBeUndefined();
  });

  test('S32 locked while the laptop runs is locked, and has lost nothing once it is unlocked', async () => {
    await session.serve('password');
    store().write(share, secret);
    session.lock();
    expect(() => store().read(share)).toThrow('key store: locked');
    expectRefused('locked');
    await session.stopServing();
    await session.serve('password');
    expect(kept()).toEqual(secret);
  });

  test.each([
    ['nobody types the password', undefined],
    ['somebody types another', 'another'],
  ])('S32 after a restart at which %s is locked', async (_, password) => {
    await session.serve('password');
    store().write(share, secret);
    await session.stopServing();
    await session.serve(password);
    expect(() => store().read(share)).toThrow('key store: locked');
    expectRefused('locked');
  });

  test('S32 without a key ring in it is missing', async () => {
    await session.serve(undefined);
    expectRefused('missing');
  });

  test('S32 that nobody started, or that ends while the laptop runs, is missing', async () => {
    expectRefused('missing');
    await session.serve('password');
    store().write(share, secret);
    await session.stopServing();
    expect(() => store().read(share)).toThrow('key store: missing');
    expectRefused('missing');
  });

  test('S32 with a key ring of no password is refused as plain text', async () => {
    session.leaveWithoutPassword();
    await session.serve(undefined);
    expect(store().probe()).toEqual({ refusal: 'plaintext' });
  });
});
