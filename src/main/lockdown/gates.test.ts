import { mkdtempSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isKeyAllowed } from './keys.ts';
import { isPermitted } from './permissions.ts';
import { isPageUrl, pageServer } from './scheme.ts';

const plain = { type: 'keyDown', control: false, alt: false, meta: false };

describe('S12 one window: keys', () => {
  test.each(['a', 'Z', '7', ' ', '-', 'ŵ', 'Tab', 'Enter', 'Backspace', 'ArrowLeft', 'Home', 'PageDown', 'Shift'])(
    '%s is typing or moving about',
    (key) => expect(isKeyAllowed({ ...plain, key }, false)).toBe(true),
  );

  test.each([
    'F1',
    'F5',
    'F11',
    'F12',
    'Escape',
    'ContextMenu',
    'PrintScreen',
    'BrowserHome',
    'MediaPlayPause',
    'Alt',
    'Meta',
    'Control',
  ])('%s is a command', (key) => expect(isKeyAllowed({ ...plain, key }, false)).toBe(false));

  test.each([{ control: true }, { alt: true }, { meta: true }])('nothing with %j', (modifier) => {
    for (const key of ['r', 'p', 'v', 'Tab', 'F4', ' ', '+']) {
      expect(isKeyAllowed({ ...plain, key, ...modifier }, false)).toBe(false);
    }
  });

  test('a ticket may be pasted at the bench', () => {
    expect(isKeyAllowed({ ...plain, key: 'v', control: true }, true)).toBe(true);
    expect(isKeyAllowed({ ...plain, key: 'c', control: true }, true)).toBe(false);
    expect(isKeyAllowed({ ...plain, key: 'v', control: true, alt: true }, true)).toBe(false);
  });
});

describe('S12 permissions follow the state', () => {
  const all = { camera: true, microphone: true, media: true };
  const none = { camera: false, microphone: false, media: false };
  const media = { permission: 'media', isOurs: true };

  test('camera and microphone only when the state allows each', () => {
    expect(isPermitted({ ...media, mediaTypes: ['video', 'audio'] }, all)).toBe(true);
    expect(isPermitted({ ...media, mediaTypes: ['video'] }, none)).toBe(false);
    expect(isPermitted({ ...media, mediaTypes: ['video', 'audio'] }, { ...all, microphone: false })).toBe(false);
    expect(isPermitted({ ...media, mediaTypes: ['audio'] }, { ...all, camera: false })).toBe(true);
  });

  test('never for anybody but our own page, nor for what is not named', () => {
    expect(isPermitted({ ...media, mediaTypes: ['video'], isOurs: false }, all)).toBe(false);
    expect(isPermitted({ ...media, mediaTypes: [] }, all)).toBe(false);
    expect(isPermitted({ ...media, mediaTypes: ['unknown'] }, all)).toBe(false);
  });

  test.each([
    'geolocation',
    'notifications',
    'midi',
    'clipboard-read',
    'fullscreen',
    'openExternal',
    'hid',
    'display-capture',
    'unknown',
  ])('%s never', (permission) => expect(isPermitted({ permission, mediaTypes: [], isOurs: true }, all)).toBe(false));

  test('the media server’s network only while in a room', () => {
    const local = { permission: 'local-network-access', mediaTypes: [], isOurs: true };
    expect([isPermitted(local, all), isPermitted(local, { ...all, media: false })]).toEqual([true, false]);
  });
});

describe('S12 page network: the scheme serves the page’s own files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'page-'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html>');
  writeFileSync(join(folder, '.hidden.js'), 'secret');
  writeFileSync(join(folder, 'notes.txt'), 'no type');
  const serve = pageServer(folder, (path) => readFile(path).catch(() => undefined));
  const get = (url: string): Promise<Response> => serve({ method: 'GET', url });

  test('with a policy that leaves it no network, no dialogue and no other content (S2)', async () => {
    const response = await get('sallyport://app/');
    expect([response.status, await response.text()]).toEqual([200, '<!doctype html>']);
    const policy = response.headers.get('content-security-policy') ?? '';
    for (const directive of ["default-src 'none'", "connect-src 'none'", 'sandbox allow-scripts allow-same-origin']) {
      expect(policy.split('; ')).toContain(directive);
    }
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test.each([
    'sallyport://app/../../etc/passwd',
    'sallyport://app/%2e%2e/secret.js',
    'sallyport://app/..%5csecret.js',
    'sallyport://app/.hidden.js',
    'sallyport://app/notes.txt',
    'sallyport://app/missing.js',
    'sallyport://other/index.html',
    'https://app/index.html',
    'sallyport://app//etc/passwd',
  ])('%s is not there', async (url) => expect((await get(url)).status).toBe(404));

  test('it answers nothing but GET', async () => {
    expect((await serve({ method: 'POST', url: 'sallyport://app/' })).status).toBe(404);
  });

  test.each([
    ['sallyport://app/', true],
    ['sallyport://app/assets/a.js', true],
    ['sallyport://apple/', false],
    ['https://example.com/sallyport://app/', false],
    ['ws://127.0.0.1/', false],
    ['file:///etc/passwd', false],
    ['blob:sallyport://app/1', false],
  ])('%s is the page’s own: %s', (url, own) => expect(isPageUrl(url)).toBe(own));
});
