import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { systemFiles } from '../platform/files.ts';
import { systemRandom } from '../platform/random.ts';
import { DISK_ERRORS, failingFiles } from '../platform/testing/failing-files.ts';
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
  if (result.outcome === 'refused' || result.outcome === 'damaged') throw new Error(result.reason);
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
    opened();
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

  test('every writing has a data key of its own', () => {
    const record = opened();
    const salts = Array.from({ length: 20 }, () => {
      record.update((value) => value);
      return /"salt":"(.{44})"/.exec(readFileSync(pathOf(options), 'utf8'))?.[1];
    });
    expect(new Set(salts).size).toBe(20);
    expect(salts).not.toContain(undefined);
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

  test('with a header from another generation', () => {
    opened();
    const first = readFileSync(pathOf(options), 'utf8');
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

describe('S31 whatever fails while the record is written', () => {
  const cases = DISK_ERRORS.flatMap((code) => (['before', 'after'] as const).map((when) => ({ code, when })));

  test.each(cases)('on the real disk the next opening finds the old or the new contents ($code, $when)', (failure) => {
    opened();
    let isDone = false;
    for (let at = 0; !isDone; at += 1) {
      expect(at).toBeLessThan(30);
      const before = opened({ keyOrigin: 'existing' }).value.sequence;
      let held = before;
      try {
        const { files } = failingFiles(systemFiles, { ...failure, at, times: Infinity });
        const record = opened({ keyOrigin: 'existing', files });
        record.update((value) => ({ ...value, sequence: value.sequence + 1 }));
        isDone = true;
        held = record.value.sequence;
      } catch (error) {
        expect(error).toMatchObject({ code: failure.code });
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
    expect(systemFiles.list(options.directory)).toEqual(['previous.sealed', 'record.sealed']);
  });
});
