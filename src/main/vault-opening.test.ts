import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { dataPlaces } from './data-places.ts';
import type { Files } from './platform/files.ts';
import { systemFiles } from './platform/files.ts';
import { machineFile, plainMachine } from './platform/machine-file.ts';
import { systemRandom } from './platform/random.ts';
import { temporaryDirectory } from './platform/testing/temporary-directory.ts';
import type { KeyStore, KeyStoreProbe } from './vault/key-store.ts';
import { KeyStoreFault } from './vault/key-store.ts';
import { OsKeyStore } from './vault/os-key-store.ts';
import type { RecordStoreConstructor } from './vault/sealed-record.ts';
import { SoftwareTpm } from './vault/testing/software-tpm.ts';
import { TpmKeyStore } from './vault/tpm-key-store.ts';
import { keyStoreOf, openVault } from './vault-opening.ts';
import type { OpenedVault, VaultParts } from './vault-opening.ts';

const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
const chip = { current: new SoftwareTpm() };
let Store: RecordStoreConstructor;
let parts: VaultParts;

beforeAll(async () => {
  // Outside Electron the module named electron answers with a path; it must not try to fetch a runtime.
  process.env['ELECTRON_OVERRIDE_DIST_PATH'] ??= join('nowhere', 'electron');
  ({ default: Store } = await import('electron-store'));
});

beforeEach(() => {
  parts = {
    places: dataPlaces(temporaryDirectory()),
    files: systemFiles,
    random: systemRandom,
    machine: plainMachine,
    tpm: undefined,
    wantsDevelopmentKeyStore: false,
    keyringFolder: '/nonexistent',
    Entry: class {
      getSecret = (): null => null;
      setSecret = (): void => undefined;
      deleteCredential = (): boolean => false;
    },
    Store,
    log,
  };
});

const copyOf = (secret: Uint8Array | undefined): Uint8Array | undefined => secret && Uint8Array.from(secret);

/** A key store in memory that fails at the nth call. */
function memoryKeyStore(failsAt = Infinity, secrets = new Map<string, Uint8Array>()): KeyStore {
  let calls = 0;
  const call = <T>(answer: () => T): T => {
    calls += 1;
    if (calls >= failsAt) throw new KeyStoreFault('missing');
    return answer();
  };
  return {
    probe: () => call((): KeyStoreProbe => 'usable'),
    read: (name) => call(() => copyOf(secrets.get(name))),
    write: (name, secret) => call(() => void secrets.set(name, Uint8Array.from(secret))),
    destroy: (name) => call(() => void secrets.delete(name)),
  };
}

/** What opening comes to, in a word; the record is closed again. */
function outcome(opened: OpenedVault): string {
  if (opened.outcome === 'refused') return opened.reason;
  opened.record.close();
  return opened.outcome;
}

describe('the key store of a start', () => {
  test('is the system’s, unless the machine’s description names the security chip', () => {
    expect(keyStoreOf(parts)).toBeInstanceOf(OsKeyStore);
    expect(keyStoreOf({ ...parts, machine: machineFile.parse({ version: 1, keyStore: 'tpm' }) })).toBeInstanceOf(
      TpmKeyStore,
    );
  });

  test('S32 is the security chip even when development asks for a readable one', () => {
    const machine = machineFile.parse({ version: 1, keyStore: 'tpm' });
    vi.stubGlobal('__DEVELOPMENT_KEY_STORE__', true);
    expect(keyStoreOf({ ...parts, wantsDevelopmentKeyStore: true, machine })).toBeInstanceOf(TpmKeyStore);
    vi.unstubAllGlobals();
  });
});

describe('S32 a laptop whose key lies in a security chip', { timeout: 60_000 }, () => {
  beforeEach(async () => {
    chip.current = new SoftwareTpm();
    await chip.current.start();
  });
  afterEach(() => chip.current.close());

  function start(): string {
    const machine = machineFile.parse({ version: 1, keyStore: 'tpm' });
    const onChip = { ...parts, machine, tpm: chip.current.tcti };
    return outcome(openVault(onChip, keyStoreOf(onChip)));
  }

  test('opens its record, again after a power cut, and not when it is started otherwise', async () => {
    expect(start()).toBe('opened');
    await chip.current.start();
    expect(start()).toBe('opened');
    await chip.current.start('otherwise');
    expect(start()).toBe('key-store-changed');
    await chip.current.start();
    expect(start()).toBe('opened');
  });

  test('does not open its record once the chip no longer has the key', async () => {
    expect(start()).toBe('opened');
    chip.current.tool('clear');
    expect(start()).toBe('record-tampered');
    await chip.current.close();
    expect(start()).toBe('key-store-missing');
  });
});

describe('a vault that is not opened', () => {
  test.each(['missing', 'locked', 'plaintext', 'changed'] as const)(
    'S32 with a key store that is %s: the laptop says so and looks at nothing',
    (refusal) => {
      const keyStore = { ...memoryKeyStore(1), probe: (): KeyStoreProbe => ({ refusal }) };
      expect(outcome(openVault(parts, keyStore))).toBe(`key-store-${refusal}`);
      expect(systemFiles.list(parts.places.folder)).toEqual([]);
    },
  );

  test.each(['missing', 'locked', 'changed'] as const)(
    'S32 with a key store that turns out %s after it was tried out',
    (reason) => {
      const read = (): never => {
        throw new KeyStoreFault(reason);
      };
      expect(outcome(openVault(parts, { ...memoryKeyStore(), read }))).toBe(`key-store-${reason}`);
    },
  );

  test('S32 because the key store goes at any call, opens when it is back, with what was kept', () => {
    const secrets = new Map<string, Uint8Array>();
    const attempts = [];
    for (let failsAt = 2; attempts.at(-1) !== 'opened' && failsAt < 20; failsAt += 1) {
      attempts.push(outcome(openVault(parts, memoryKeyStore(failsAt, secrets))));
    }
    expect(attempts.length).toBeGreaterThan(3);
    expect(new Set(attempts.slice(0, -1))).toEqual(new Set(['key-store-missing']));
    for (let failsAt = 2; failsAt < 4; failsAt += 1) openVault(parts, memoryKeyStore(failsAt, secrets));
    expect(outcome(openVault(parts, memoryKeyStore(Infinity, secrets)))).toBe('opened');
  });

  test.each(['EIO', 'ENOSPC', 'EROFS', 'EACCES', 'EMFILE'])(
    'S31 because the disk fails (%s) says that, and nothing of tampering',
    (code) => {
      const secrets = new Map<string, Uint8Array>();
      openVault(parts, memoryKeyStore(Infinity, secrets));
      const fails = (): never => {
        throw Object.assign(new Error('of the disk'), { code });
      };
      for (const broken of ['read', 'makeDirectory', 'syncDirectory'] as const) {
        const files: Files = { ...systemFiles, [broken]: fails };
        expect(outcome(openVault({ ...parts, files }, memoryKeyStore(Infinity, secrets)))).toBe('disk-fault');
      }
      expect(outcome(openVault(parts, memoryKeyStore(Infinity, secrets)))).toBe('opened');
    },
  );

  test('S31 because a disk does not keep the first record says that', () => {
    const files: Files = { ...systemFiles, read: () => undefined };
    expect(outcome(openVault({ ...parts, files }, memoryKeyStore()))).toBe('disk-fault');
  });

  test.each([
    ['a link', (path: string): void => symlinkSync('/etc/hostname', path)],
    ['a pipe', (path: string): void => void execFileSync('mkfifo', [path])],
    ['a folder', (path: string): void => mkdirSync(path)],
    ['somebody’s text', (path: string): void => writeFileSync(path, 'not a record')],
  ])('S31 because %s stands in the record’s place was tampered with', (_, put) => {
    mkdirSync(parts.places.record, { recursive: true });
    put(join(parts.places.record, 'record.sealed'));
    expect(outcome(openVault(parts, memoryKeyStore()))).toBe('record-tampered');
  });
});
