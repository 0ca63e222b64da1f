import { changesPath, consoleApi } from '@sallyport/protocol';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import { Refused } from './handlers.ts';
import { createTestServer, ids, nurse, origin, setupToken, token, type TestServer } from './testing.ts';

describe('the console server', () => {
  let server: TestServer;
  let webRoot: string;

  beforeAll(async () => {
    webRoot = await mkdtemp(path.join(tmpdir(), 'sallyport-web-'));
    for (const folder of ['key', 'clinic']) {
      await mkdir(path.join(webRoot, folder));
      await writeFile(path.join(webRoot, folder, 'index.html'), `<!doctype html><title>${folder}</title>`);
    }
  });
  beforeEach(async () => {
    server = await createTestServer(webRoot);
  });
  afterEach(() => server.close());
  afterAll(() => rm(webRoot, { recursive: true }));

  const call: TestServer['call'] = (asked) => server.call(asked);
  const cancel = { method: 'POST', url: `/api/appointments/${ids.site}/cancel`, body: { revision: 1 } } as const;

  describe('S15 who may call', () => {
    test('nobody without a session', async () => {
      const answer = await call({ url: '/api/site/devices' });
      expect([answer.statusCode, answer.json()]).toEqual([401, { reason: 'not-signed-in' }]);
      expect((await call({ url: '/api/site/devices', as: 'x' })).statusCode).toBe(401);
    });

    test('nobody of another role', async () => {
      const answer = await call({ url: '/api/site/devices', as: 'o' });
      expect([answer.statusCode, answer.json()]).toEqual([403, { reason: 'not-allowed' }]);
    });

    test('people of the role, as who they are', async () => {
      const callers: string[] = [];
      server.handlers.siteDevices = (_input, { person }) => {
        callers.push(person.name);
        return Promise.resolve({ devices: [] });
      };
      const answer = await call({ url: '/api/site/devices', as: 'n' });
      expect([answer.statusCode, answer.json()]).toEqual([200, { devices: [] }]);
      expect(callers).toEqual(['Nina Nurse']);
    });

    test('every route of the contract asks for a session, the setup token, or is open by name', async () => {
      const open = ['session', 'signInOptions', 'signIn'].concat([
        'invitationView',
        'invitationRegistrationOptions',
        'invitationRegister',
        // A guest's own cookie is theirs to look at.
        ...['enterAsGuest', 'guestView', 'guestTrustChain', 'guestTrustRoster', 'leaveAsGuest'],
      ]);
      for (const [name, route] of Object.entries(consoleApi)) {
        const url = route.path.replace(':id', ids.site);
        const answer = await call({ method: route.method, url, body: route.method === 'GET' ? undefined : {} });
        const expected = route.access === 'anyone' ? [] : [401, 403];
        if (open.includes(name)) expect([400, 404], name).toContain(answer.statusCode);
        else expect(expected, name).toContain(answer.statusCode);
      }
    });

    test('the founding ceremony only with its token', async () => {
      const wrong = Buffer.alloc(32, 8).toString('base64url');
      expect((await call({ method: 'POST', url: '/api/setup/view', body: { token: wrong } })).statusCode).toBe(403);
      expect((await call({ method: 'POST', url: '/api/setup/view', body: { token: setupToken } })).statusCode).toBe(
        404,
      );
    });
  });

  describe('S15 what changes something', () => {
    test('needs the session’s own CSRF token', async () => {
      expect((await call({ ...cancel, as: 'n' })).statusCode).toBe(403);
      expect((await call({ ...cancel, as: 'n', csrf: 'csrf-o' })).statusCode).toBe(403);
      expect((await call({ ...cancel, as: 'n', csrf: 'csrf-n' })).statusCode).toBe(404);
    });

    test.each([
      ['another origin', { origin: 'https://evil.example' }],
      ['another port', { origin: 'http://localhost:8444' }],
      ['an opaque origin', { origin: 'null' }],
      ['a cross-site fetch', { origin, 'sec-fetch-site': 'cross-site' }],
      ['a same-site fetch from another origin', { origin, 'sec-fetch-site': 'same-site' }],
    ])('is refused from %s', async (_what, headers) => {
      expect((await call({ ...cancel, as: 'n', csrf: 'csrf-n', headers })).statusCode).toBe(403);
    });

    test('is refused without an origin', async () => {
      const headers = { cookie: `sallyport-local=${token('n')}`, 'x-csrf-token': 'csrf-n' };
      const answer = await server.http.app.inject({ method: 'POST', url: cancel.url, payload: {}, headers });
      expect(answer.statusCode).toBe(403);
    });
  });

  test('reading from another site’s page is refused too (S15)', async () => {
    const headers = { 'sec-fetch-site': 'cross-site' };
    expect((await call({ url: '/api/session', headers })).statusCode).toBe(403);
  });

  test('two session cookies are none (S15)', async () => {
    const headers = { cookie: `sallyport-local=${token('n')}; sallyport-local=${token('o')}` };
    expect((await call({ url: '/api/site/devices', headers })).statusCode).toBe(401);
  });

  test('a new session’s cookie is out of scripts’ and other sites’ reach (S15)', async () => {
    server.handlers.signIn = (_input, browser) => {
      browser.begin(token('z'));
      return Promise.resolve({ person: nurse, csrfToken: 'c' });
    };
    const answer = await call({ method: 'POST', url: '/api/session', body: { assertion: {} } });
    expect(answer.headers['set-cookie']).toBe(`sallyport-local=${token('z')}; Path=/; HttpOnly; SameSite=Strict`);
  });

  describe('what travels', () => {
    test.each([
      ['an unknown member', { ...cancel, body: { more: 1 } }],
      ['a body that is not JSON', { ...cancel, body: '{' }],
      ['an identifier that is none', { ...cancel, url: '/api/appointments/1/cancel' }],
    ])('%s is malformed', async (_what, asked) => {
      const answer = await call({ ...asked, as: 'n', csrf: 'csrf-n' });
      expect([answer.statusCode, answer.json()]).toEqual([400, { reason: 'malformed' }]);
    });

    test('a body above the limit is refused (S23)', async () => {
      const answer = await call({ ...cancel, body: { more: 'x'.repeat(70_000) }, as: 'n', csrf: 'csrf-n' });
      expect([answer.statusCode, answer.json()]).toEqual([413, { reason: 'too-large' }]);
    });

    test('an answer outside the contract is our fault and is not sent', async () => {
      server.handlers.siteDevices = () => Promise.resolve({ devices: [], secret: 'S3CRET' });
      const answer = await call({ url: '/api/site/devices', as: 'n' });
      expect([answer.statusCode, answer.json()]).toEqual([500, { reason: 'failed' }]);
      expect(server.logged.join('')).toContain('the answer of siteDevices does not match the contract');
      expect(server.logged.join('')).not.toContain('S3CRET');
    });

    test('a fault is one word outside, and logged inside (S23)', async () => {
      server.handlers.siteDevices = () => Promise.reject(new Error('the disk is on fire'));
      const answer = await call({ url: '/api/site/devices', as: 'n' });
      expect([answer.statusCode, answer.payload]).toEqual([500, '{"reason":"failed"}']);
      expect(server.logged.join('')).toContain('the disk is on fire');
    });

    test('a refusal travels with its reason and when to try again', async () => {
      server.handlers.pair = () => Promise.resolve(new Refused('locked-out', 900));
      const body = { appointment: ids.site, code: 'ABC DEF' };
      const answer = await call({ method: 'POST', url: '/api/activations', as: 'n', csrf: 'csrf-n', body });
      expect([answer.statusCode, answer.headers['retry-after']]).toEqual([429, '900']);
      expect(answer.json()).toEqual({ reason: 'locked-out', retryAfter: 900 });
    });
  });

  describe('S22 the pages', () => {
    test('run their own scripts only, in no frame, and send no form', async () => {
      const answer = await call({ url: '/key/' });
      expect(answer.payload).toContain('<title>key</title>');
      const policy = String(answer.headers['content-security-policy']);
      expect(policy).toContain("script-src 'self';");
      expect(policy).toContain("connect-src 'self' ws://localhost:8443;");
      for (const name of ['default-src', 'frame-ancestors', 'form-action', 'base-uri']) {
        expect(policy).toContain(`${name} 'none'`);
      }
      expect(policy).not.toContain('unsafe');
      expect(answer.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin-allow-popups',
        'cross-origin-resource-policy': 'same-origin',
      });
    });

    test('an address that does not decode is answered like any other: with every header, and nothing else', async () => {
      const answer = await call({ url: '/%' });
      expect([answer.statusCode, answer.json()]).toEqual([400, { reason: 'malformed' }]);
      expect(answer.headers).toMatchObject({
        'content-security-policy': expect.stringContaining("default-src 'none'") as string,
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      });
    });

    test('camera and microphone are for the clinic console', async () => {
      expect((await call({ url: '/clinic/' })).headers['permissions-policy']).toContain('camera=(self)');
      expect((await call({ url: '/key/' })).headers['permissions-policy']).toContain('camera=()');
    });

    test('the bare address leads to the key console', async () => {
      const answer = await call({ url: '/' });
      expect([answer.statusCode, answer.headers.location]).toEqual([302, '/key/']);
    });

    test.each(['/../package.json', '/%2e%2e/package.json', '/key/..%2f..%2fetc/passwd', '/.env'])(
      '%s leads nowhere',
      async (url) => {
        expect([400, 403, 404]).toContain((await call({ url })).statusCode);
      },
    );
  });

  test('probes answer, and figures are for this machine (S24)', async () => {
    expect((await call({ url: '/healthz' })).statusCode).toBe(200);
    expect((await call({ url: '/readyz' })).json()).toEqual({ status: 'ready', checks: { database: true } });
    expect((await call({ url: '/metrics' })).payload).toContain('sallyport_http_request_seconds');
    const elsewhere = await server.http.app.inject({ url: '/metrics', remoteAddress: '192.0.2.1' });
    expect(elsewhere.statusCode).toBe(403);
  });

  describe('what stays open', () => {
    let port: number;
    beforeEach(async () => {
      await server.http.app.listen({ host: '127.0.0.1', port: 0 });
      port = (server.http.app.server.address() as AddressInfo).port;
      const sockets = new WebSocketServer({ noServer: true });
      server.http.upgrades.on('/api/room', (request, socket, head, caller) => {
        sockets.handleUpgrade(request, socket, head, (opened) => opened.send(caller.person.name));
      });
    });

    const connect = (headers: Record<string, string>, url = '/api/room'): Promise<string> =>
      new Promise((resolve) => {
        const socket = new WebSocket(`ws://127.0.0.1:${port}${url}`, { headers });
        socket.on('message', (data: Buffer) => {
          resolve(data.toString('utf8'));
          socket.close();
        });
        socket.on('error', (error) => resolve(error.message));
      });
    const cookie = `sallyport-local=${token('n')}`;

    test('a socket opens from our page with a session', async () => {
      expect(await connect({ origin, cookie })).toBe('Nina Nurse');
    });

    test.each([
      ['from another origin', { origin: 'https://evil.example', cookie }, '/api/room', '403'],
      ['without an origin', { cookie }, '/api/room', '403'],
      ['without a session', { origin }, '/api/room', '401'],
      ['where nobody serves sockets', { origin, cookie }, '/api/session', '404'],
    ])('a socket is refused %s', async (_what, headers, url, status) => {
      expect(await connect(headers, url)).toContain(status);
    });

    test('changes reach a signed-in page as they happen', async () => {
      const body = await new Promise<string>((resolve, reject) => {
        const asked = httpRequest({ port, host: '127.0.0.1', path: changesPath, headers: { cookie } }, (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => {
            text += chunk.toString('utf8');
            if (text.includes('retry') && !text.includes('data')) server.tell('orders');
            if (text.includes('data')) {
              asked.destroy();
              resolve(text);
            }
          });
        });
        asked.on('error', reject);
        asked.end();
      });
      expect(body).toContain('data: {"topic":"orders"}\n\n');
    });

    test('changes are for signed-in people', async () => {
      expect((await call({ url: changesPath })).statusCode).toBe(401);
    });
  });
});
