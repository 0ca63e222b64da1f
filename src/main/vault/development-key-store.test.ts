import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { systemFiles } from '../platform/files.ts';
import { temporaryDirectory } from '../platform/testing/temporary-directory.ts';
import { openDevelopmentKeyStore } from './development-key-store.ts';
import type { KeyStore } from './key-store.ts';

afterEach(() => void vi.unstubAllGlobals());

function openIn(directory: string, isRequested: boolean): ReturnType<typeof openDevelopmentKeyStore> {
  return openDevelopmentKeyStore({ isRequested, directory, files: systemFiles });
}

function opened(directory: string): KeyStore {
  const store = openIn(directory, true);
  if ('refusal' in store) throw new Error('refused');
  return store;
}

/** Bundles the module as the client's build does. */
async function bundled(isDevelopment: boolean): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    define: { __DEVELOPMENT_KEY_STORE__: JSON.stringify(isDevelopment) },
    build: {
      write: false,
      ssr: join(import.meta.dirname, 'development-key-store.ts'),
      minify: false,
      target: 'node20',
    },
  });
  const outputs = Array.isArray(result) ? result : [result];
  return outputs
    .flatMap((part) => ('output' in part ? part.output : []))
    .map(codeOf)
    .join('\n');
}

function codeOf(part: object): string {
  return 'code' in part && typeof part.code === 'string' ? part.code : '';
}

describe('the development key store', () => {
  test('is refused in a build without it, even when asked for (S8, S18)', () => {
    vi.stubGlobal('__DEVELOPMENT_KEY_STORE__', false);
    expect(openIn(temporaryDirectory(), true)).toEqual({ refusal: 'plaintext' });
  });

  test('is refused when nobody asked for it', () => {
    vi.stubGlobal('__DEVELOPMENT_KEY_STORE__', true);
    expect(openIn(temporaryDirectory(), false)).toEqual({ refusal: 'plaintext' });
  });

  test('is not contained in a packaged build (S8, S18)', async () => {
    const marks = ['DevelopmentKeyStore = class', '"development-key-store"', '.key`', 'isRequested'];
    const development = await bundled(true);
    const packaged = await bundled(false);
    expect(marks.filter((mark) => development.includes(mark))).toEqual(marks);
    expect(marks.filter((mark) => packaged.includes(mark))).toEqual([]);
    expect(packaged).toContain('plaintext');
  });

  test('keeps secrets in files of their owner, and destroys them', () => {
    vi.stubGlobal('__DEVELOPMENT_KEY_STORE__', true);
    const directory = temporaryDirectory();
    const store = opened(directory);
    const secret = randomBytes(32);
    expect(store.probe()).toBe('usable');
    expect(store.read('device-share')).toBeUndefined();
    store.write('device-share', secret);
    expect(Buffer.from(opened(directory).read('device-share') ?? [])).toEqual(secret);
    const path = join(directory, 'development-key-store', 'device-share.key');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    store.destroy('device-share');
    store.destroy('device-share');
    expect(store.read('device-share')).toBeUndefined();
    expect(systemFiles.list(join(directory, 'development-key-store'))).toEqual([]);
  });

  test('a folder that cannot be written is a missing store', () => {
    vi.stubGlobal('__DEVELOPMENT_KEY_STORE__', true);
    const directory = temporaryDirectory();
    systemFiles.write(join(directory, 'development-key-store'), new Uint8Array());
    expect(opened(directory).probe()).toEqual({ refusal: 'missing' });
  });
});
