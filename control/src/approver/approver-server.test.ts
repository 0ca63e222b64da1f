import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sampleBuild, serveBuild, type ServedBuild } from './testing.ts';

describe('S20 the approver’s server', () => {
  let served: ServedBuild;
  beforeAll(async () => {
    served = await serveBuild({ ...sampleBuild, '.secret': 'a secret' });
    await mkdir(path.join(served.root, 'assets'));
    await writeFile(path.join(served.root, 'assets/inner.js'), '1');
  });
  afterAll(() => served.close());

  const addresses = ['/', '/index.html', '/approver.js', '/approver.json', '/healthz', '/nowhere', '/%'];

  test.each(addresses)('answers %s with a policy that runs the build’s own script and nothing else', async (url) => {
    const { headers } = await served.app.inject(url);
    expect(String(headers['content-security-policy']).split('; ')).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self'",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ]);
  });

  test.each(addresses)('lets no page frame, sniff or refer from %s', async (url) => {
    expect((await served.app.inject(url)).headers).toMatchObject({
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
    });
  });

  test.each(addresses)('keeps nothing of whoever asks for %s: no cookie, no lasting copy', async (url) => {
    const { headers } = await served.app.inject({ url, headers: { cookie: 'a=b' } });
    expect(headers['set-cookie']).toBeUndefined();
    expect(headers['cache-control'] ?? 'no-cache').toMatch(/^no-(cache|store)$/);
  });

  test('tells a page its relying party and its console, and nothing else', async () => {
    const { body } = await served.app.inject('/approver.json');
    expect(JSON.parse(body)).toEqual({ rpId: 'localhost', consoleOrigin: 'http://localhost:8443' });
  });

  test.each(['/.secret', '/../package.json', '/%2e%2e/package.json', '/approver.json/', '/api/session'])(
    'has nothing at %s',
    async (url) => {
      const { statusCode, body } = await served.app.inject(url);
      expect(statusCode).toBeGreaterThanOrEqual(400);
      expect(body).not.toContain('secret');
    },
  );

  test.each(['POST', 'PUT', 'DELETE', 'PATCH'] as const)('takes nothing: %s is no request it knows', async (method) => {
    expect((await served.app.inject({ method, url: '/', payload: 'x' })).statusCode).toBe(404);
  });
});
