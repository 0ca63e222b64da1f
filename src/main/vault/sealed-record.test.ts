import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { systemFiles } from '../platform/files.ts';
import type { Files } from '../platform/files.ts';
import { systemRandom } from '../platform/random.ts';
import { temporaryDirectory } from '../platform/testing/temporary-directory.ts';
import type { RecordStoreConstructor, SealedRecord, SealedRecordOptions } from './sealed-record.ts';
import { openSealedRecord } from './sealed-record.ts';

let ElectronStore: RecordStoreConstructor;

beforeAll(async () => {
  // Outside Electron the module named electron answers with a path; it must not try to fetch a runtime.
  process.env['ELECTRON_OVERRIDE_DIST_PATH'] ??= join('nowhere', 'electron');
  ({ default: ElectronStore } = await import('electron-store'));
});

const schema = z.strictObject({ sequence: z.int(), note: z.string() });
type Contents = z.infer<typeof schema>;
type Options = SealedRecordOptions<Contents>;

let options: Options;
const pathOf = ({ directory }: Options): string => join(directory, 'record.sealed');

beforeEach(() => {
  options = {
    directory: join(temporaryDirectory(), 'vault'),
    key: randomBytes(32),
    keyOrigin: 'created',
    binding: { purpose: 'device', instance: 'this-installation', schemaVersion: 1 },
    schema,
    initial: { sequence: 0, note: 'PLAINTEXT-CANARY' },
    Store: ElectronStore,
    files: systemFiles,
    random: systemRandom,
  };
});

function opened(changes: Partial<Options> = {}): SealedRecord<Contents> {
  const result = openSealedRecord({ ...options, ...changes });
  if (result.outcome === 'refused') throw new Error(result.reason);
  return result.record;
}

function outcome(changes: Partial<Options> = {}): string {
  const result = openSealedRecord({ ...options, ...changes });
  return result.outcome === 'refused' ? result.reason : result.outcome;
}

describe('S8 the sealed record', () => {
  test('given a new key and no file, starts afresh and is on the disk at once', () => {
    expect(outcome()).toBe('fresh');
    expect(outcome({ keyOrigin: 'existing' })).toBe('opened');
    expect(opened().value).toEqual(options.initial);
  });

  test('given a key that is older than this start and no file, is refused as missing', () => {
    expect(outcome({ keyOrigin: 'existing' })).toBe('missing');
    opened().update((value) => ({ ...value, sequence: 7 }));
    rmSync(pathOf(options));
    expect(outcome({ keyOrigin: 'existing' })).toBe('missing');
  });

  test('what update put in is there after the next opening', () => {
    const record = opened();
    record.update((value) => ({ ...value, sequence: value.sequence + 1 }));
    record.update((value) => ({ ...value, sequence: value.sequence + 1 }));
    expect(record.value.sequence).toBe(2);
    expect(record.generation).toBe(3);
    record.close();
    const next = opened({ keyOrigin: 'existing' });
    expect(next.value).toEqual({ sequence: 2, note: 'PLAINTEXT-CANARY' });
    expect(next.generation).toBe(3);
  });

  test('the file is for its owner only and shows nothing of its contents', () => {
    const record = opened();
    record.update((value) => ({ ...value, sequence: 1 }));
    const file = readFileSync(pathOf(options), 'utf8');
    expect(statSync(pathOf(options)).mode & 0o777).toBe(0o600);
    expect(file).not.toContain('CANARY');
    expect(file).not.toContain('note');
    expect(file).not.toContain(Buffer.from('PLAINTEXT-CANARY').toString('base64').slice(0, 16));
  });

  test('every writing has a fresh nonce', () => {
    const record = opened();
    const nonces = Array.from({ length: 20 }, () => {
      record.update((value) => value);
      return /"nonce":"(.{16})"/.exec(readFileSync(pathOf(options), 'utf8'))?.[1];
    });
    expect(new Set(nonces).size).toBe(20);
    expect(nonces).not.toContain(undefined);
  });

  test('the value cannot be changed but by update', () => {
    const { value } = opened();
    expect(Object.isFrozen(value)).toBe(true);
  });

  test('once closed it refuses to change, and the key handed in is untouched', () => {
    const key = Buffer.from(options.key);
    const record = opened();
    record.close();
    record.close();
    expect(() => record.update((value) => value)).toThrow(expect.objectContaining({ reason: 'closed' }));
    expect(options.key).toEqual(key);
    expect(outcome()).toBe('opened');
  });

  test('contents the schema refuses are a fault, and nothing changes', () => {
    const record = opened();
    const wrong = { sequence: 1, note: 'n', surplus: true };
    expect(() => record.update(() => wrong)).toThrow(expect.objectContaining({ reason: 'invalid-contents' }));
    expect(opened().value).toEqual(options.initial);
    expect(() => opened({ schema: z.strictObject({ sequence: z.int(), note: z.literal('other') }) })).toThrow(
      expect.objectContaining({ reason: 'invalid-contents' }),
    );
  });

  test('an authentic record of another schema version is a fault, not tampering', () => {
    opened();
    const binding = { ...options.binding, schemaVersion: 2 };
    expect(() => opened({ binding })).toThrow(expect.objectContaining({ reason: 'unknown-schema' }));
  });

  test('contents that would not be taken for a record again are refused', () => {
    const note = 'x'.repeat(4 * 1024 * 1024);
    expect(() => opened().update((value) => ({ ...value, note }))).toThrow(
      expect.objectContaining({ reason: 'too-large' }),
    );
    expect(opened().value).toEqual(options.initial);
  });
});

describe('S8 a record that is not the one that was sealed is refused as tampered', () => {
  test('under another key, purpose or installation', () => {
    opened();
    expect(outcome({ key: randomBytes(32) })).toBe('tampered');
    expect(outcome({ binding: { ...options.binding, purpose: 'other' } })).toBe('tampered');
    expect(outcome({ binding: { ...options.binding, instance: 'other' } })).toBe('tampered');
  });

  test('a new key does not excuse a file that does not open', () => {
    opened();
    expect(outcome({ key: randomBytes(32), keyOrigin: 'created' })).toBe('tampered');
  });

  test('with any bit flipped', () => {
    opened();
    const sealed = readFileSync(pathOf(options));
    fc.assert(
      fc.property(fc.nat(sealed.length * 8 - 1), (bit) => {
        const changed = Buffer.from(sealed);
        changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        writeFileSync(pathOf(options), changed);
        expect(outcome()).toBe('tampered');
      }),
      { numRuns: 500 },
    );
  });

  test('cut anywhere, emptied, lengthened or oversized', () => {
    opened();
    const sealed = readFileSync(pathOf(options));
    for (let length = 0; length < sealed.length; length += 1) {
      writeFileSync(pathOf(options), sealed.subarray(0, length));
      expect(outcome()).toBe('tampered');
    }
    writeFileSync(pathOf(options), Buffer.concat([sealed, Buffer.from(' ')]));
    expect(outcome()).toBe('tampered');
    writeFileSync(pathOf(options), Buffer.alloc(4 * 1024 * 1024 + 1, 0x20));
    expect(outcome()).toBe('tampered');
  });

  test('with a header from another generation', () => {
    const record = opened();
    const first = readFileSync(pathOf(options), 'utf8');
    record.update((value) => value);
    writeFileSync(pathOf(options), first.replace('"generation":1', '"generation":2'));
    expect(outcome()).toBe('tampered');
  });

  test('with anything else in its place', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        opened({ directory: options.directory });
        writeFileSync(pathOf(options), text);
        expect(outcome()).toBe('tampered');
        rmSync(pathOf(options));
      }),
      { numRuns: 50 },
    );
  });
});

/** The real disk, but the operation of that number fails, before or after it did its work. */
function failingFiles(failsAt: number, when: 'before' | 'after'): Files {
  let count = 0;
  const guarded = <A extends unknown[]>(operation: (...given: A) => void) => {
    return (...given: A): void => {
      const fails = count === failsAt;
      count += 1;
      if (!fails || when === 'after') operation(...given);
      if (fails) throw Object.assign(new Error('EIO'), { code: 'EIO' });
    };
  };
  return {
    ...systemFiles,
    syncFile: guarded((path: string) => systemFiles.syncFile(path)),
    syncDirectory: guarded((path: string) => systemFiles.syncDirectory(path)),
    rename: guarded((from: string, to: string) => systemFiles.rename(from, to)),
    remove: guarded((path: string) => systemFiles.remove(path)),
    makeDirectory: guarded((path: string) => systemFiles.makeDirectory(path)),
  };
}

describe('whatever fails while the record is written', () => {
  test.each(['before', 'after'] as const)('the next opening finds the old or the new contents (%s)', (when) => {
    opened();
    let isDone = false;
    for (let failsAt = 0; !isDone; failsAt += 1) {
      expect(failsAt).toBeLessThan(20);
      const before = opened({ keyOrigin: 'existing' }).value.sequence;
      let held = before;
      try {
        const record = opened({ keyOrigin: 'existing', files: failingFiles(failsAt, when) });
        record.update((value) => ({ ...value, sequence: value.sequence + 1 }));
        isDone = true;
        held = record.value.sequence;
      } catch (error) {
        expect(error).toMatchObject({ code: 'EIO' });
      }
      const found = opened({ keyOrigin: 'existing' }).value.sequence;
      if (isDone) expect([held, found]).toEqual([before + 1, before + 1]);
      else expect([before, before + 1]).toContain(found);
    }
  });

  test('a writing that a full disk cut short never takes the place of the record', () => {
    opened().update((value) => ({ ...value, sequence: 5 }));
    const CutShort: RecordStoreConstructor = class {
      readonly #path: string;
      readonly #serialize: (content: Record<string, unknown>) => string;
      constructor(given: ConstructorParameters<RecordStoreConstructor>[0]) {
        this.#path = join(given.cwd, `${given.name}.${given.fileExtension}`);
        this.#serialize = given.serialize;
      }
      get store(): Record<string, unknown> {
        return {};
      }
      set store(content: Record<string, unknown>) {
        writeFileSync(this.#path, this.#serialize(content).slice(0, 100));
      }
    };
    const record = opened({ Store: CutShort });
    expect(() => record.update((value) => ({ ...value, sequence: 6 }))).toThrow(
      expect.objectContaining({ reason: 'not-durable' }),
    );
    expect(record.value.sequence).toBe(5);
    expect(opened({ keyOrigin: 'existing' }).value.sequence).toBe(5);
  });

  test('leftovers of a writing that was cut off are cleared away', () => {
    opened();
    const staging = join(options.directory, 'staging');
    systemFiles.makeDirectory(staging);
    writeFileSync(join(staging, 'record.sealed'), 'torn');
    writeFileSync(join(staging, 'record.sealed.tmp-17'), 'torn');
    opened({ keyOrigin: 'existing' }).update((value) => ({ ...value, sequence: 9 }));
    expect(opened({ keyOrigin: 'existing' }).value.sequence).toBe(9);
    expect(systemFiles.list(options.directory)).toEqual(['record.sealed']);
  });
});
