import { unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compareServed, type Fetch } from './approver-compare.ts';
import { approverDigest } from './approver-digest.ts';
import { sampleBuild, serveBuild, type ServedBuild } from './testing.ts';

describe('S20 what a server serves as the approver', () => {
  let served: ServedBuild;
  let digest: string;
  beforeEach(async () => {
    served = await serveBuild();
    digest = await approverDigest(served.root);
  });
  afterEach(() => served.close());

  const write = (name: string, contents: string) => writeFile(path.join(served.root, name), contents);
  const compare = (get?: Fetch) => compareServed(served.origin, digest, get);
  /** A server that answers one address in its own way, and everything else as this one. */
  const answering =
    (pathname: string, answer: (address: URL, options: RequestInit) => Promise<Response>): Fetch =>
    (address, options) =>
      address.pathname === pathname ? answer(address, options) : fetch(address, options);

  test('is the build, and says whom it listens to', async () => {
    expect(await compare()).toEqual({
      same: true,
      configuration: { rpId: 'localhost', consoleOrigin: 'http://localhost:8443' },
    });
  });

  test.each([
    ['a changed script', () => write('approver.js', 'export const evil = 1;\n')],
    ['a changed page', () => write('index.html', '<script src="https://evil.example/x.js"></script>')],
    ['a list that leaves a file out', () => write('files.json', '["approver.js","files.json","index.html"]')],
  ])('is another build with %s', async (_, change) => {
    await change();
    expect(await compare()).toEqual({
      same: false,
      reason: 'other-build',
      digest: expect.not.stringMatching(digest) as string,
    });
  });

  test('is not the build when a file of it is missing', async () => {
    await unlink(path.join(served.root, 'approver.js'));
    expect(await compare()).toEqual({ same: false, reason: 'not-served', name: '/approver.js' });
  });

  test.each([
    ['is no list', '{}'],
    ['leads out of the folder', '["../secret","index.html"]'],
    ['leads elsewhere', '["//evil.example/index.html","index.html"]'],
    ['names a file twice', '["index.html","index.html"]'],
    ['does not name the page', '["approver.js"]'],
    ['is no JSON', 'index.html'],
  ])('has no list when it %s', async (_, list) => {
    await write('files.json', list);
    expect(await compare()).toEqual({ same: false, reason: 'no-list' });
  });

  test('is judged by the page that people are shown, not by a file beside it', async () => {
    const shown = answering('/', () => Promise.resolve(new Response('<script>evil()</script>')));
    expect(await compare(shown)).toEqual({ same: false, reason: 'other-page' });
  });

  test('is not the build when the page refers to what the build does not list', async () => {
    const page = `${sampleBuild['index.html'] ?? ''}<script src='https://evil.example/approver.js'></script>`;
    await write('index.html', page);
    digest = await approverDigest(served.root);
    expect(await compare()).toEqual({
      same: false,
      reason: 'foreign-reference',
      name: 'https://evil.example/approver.js',
    });
  });

  test('needs the content security policy', async () => {
    const bare = answering('/', async (address, options) => new Response((await fetch(address, options)).body));
    expect(await compare(bare)).toEqual({ same: false, reason: 'other-policy' });
  });

  test('needs a configuration that an approver understands', async () => {
    const strange = answering('/approver.json', () => Promise.resolve(Response.json({ rpId: 'localhost' })));
    expect(await compare(strange)).toEqual({ same: false, reason: 'no-configuration' });
  });

  test('is not followed elsewhere', async () => {
    const moved = answering('/', () => Promise.resolve(Response.redirect('https://evil.example/', 302)));
    expect(await compare(moved)).toEqual({ same: false, reason: 'not-served', name: '/' });
  });

  test('is not read without end', async () => {
    const endless = new ReadableStream<Uint8Array>({ pull: (stream) => stream.enqueue(new Uint8Array(1024 * 1024)) });
    const flooding = answering('/', () => Promise.resolve(new Response(endless)));
    expect(await compare(flooding)).toEqual({ same: false, reason: 'too-large', name: '/' });
  });

  test('that cannot be reached is said to be so', async () => {
    const { origin } = served;
    await served.app.close();
    expect(await compareServed(origin, digest)).toEqual({ same: false, reason: 'unreachable' });
  });
});
