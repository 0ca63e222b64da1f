import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import { Refused } from './handlers.ts';
import { createTestServer, ids, officer, origin, setupToken, token, type TestServer } from './testing.ts';

let server: TestServer;

beforeEach(async () => {
  server = await createTestServer();
});
afterEach(() => server.close());

const call: TestServer['call'] = (asked) => server.call(asked);
const cancel = { method: 'POST', url: `/api/appointments/${ids.site}/cancel`, body: {} } as const;

describe('S28 an act that needs a gesture of just now', () => {
  const createTicket = { method: 'POST', url: '/api/fleet/tickets', as: 'o', csrf: 'csrf-o' } as const;
  const body = { name: 'HB-07', site: ids.site };

  test('is refused without one, before anything is read or done', async () => {
    const answer = await call({ ...createTicket, body: { nonsense: true } });
    expect([answer.statusCode, answer.json()]).toEqual([403, { reason: 'step-up-needed' }]);
  });

  test('is done with one', async () => {
    const caller = { person: officer, session: 'o' };
    server.sessions.set(token('o'), { caller, csrfToken: 'csrf-o', recentGesture: true });
    server.handlers.createTicket = () => Promise.resolve({ ticket: 'T', expiresAt: 1_800_000_000_000 });
    expect((await call({ ...createTicket, body })).statusCode).toBe(200);
  });

  test('says nothing of it to people of another role, or to a forged request', async () => {
    expect((await call({ ...createTicket, as: 'n', csrf: 'csrf-n', body })).json()).toEqual({
      reason: 'not-allowed',
    });
    expect((await call({ ...createTicket, csrf: 'csrf-n', body })).json()).toEqual({ reason: 'not-allowed' });
  });
});

describe('S28 what counts as use', () => {
  test('is what a person asked for, not what a page reads by itself', async () => {
    await call({ url: '/api/site/devices', as: 'n' });
    await call({ url: '/api/site/devices', as: 'n', headers: { 'x-unattended': '1' } });
    await call({ ...cancel, as: 'n', csrf: 'csrf-n', headers: { 'x-unattended': '1' } });
    expect(server.uses).toEqual(['touch', 'look', 'touch']);
  });
});

describe('S28 what is noted', () => {
  test('a refused sign-in, with its true reason, which only the record has', async () => {
    server.handlers.signIn = () => Promise.resolve(Refused.withheld('not-signed-in', 'counter-went-back'));
    const body = { assertion: { id: 'passkey-1' } };
    const answer = await call({ method: 'POST', url: '/api/session', body });
    expect([answer.statusCode, answer.json()]).toEqual([401, { reason: 'not-signed-in' }]);
    expect(server.noted).toEqual([
      {
        action: 'sign-in.refused',
        source: '127.0.0.1',
        reason: 'counter-went-back',
        person: undefined,
        credential: 'passkey-1',
      },
    ]);
  });

  test('one from another site’s page as well', async () => {
    const headers = { origin: 'https://evil.example' };
    await call({ method: 'POST', url: '/api/session', body: { assertion: {} }, headers });
    expect(server.noted).toMatchObject([{ action: 'sign-in.refused', reason: 'not-allowed' }]);
  });

  test('a refused gesture, with who is signed in', async () => {
    server.handlers.stepUp = () => Promise.resolve(new Refused('unknown-credential'));
    const body = { assertion: { id: 'passkey-2' } };
    await call({ method: 'POST', url: '/api/session/step-up', body, as: 'n', csrf: 'csrf-n' });
    const person = { id: ids.nurse, name: 'Nina Nurse' };
    expect(server.noted).toMatchObject([{ action: 'step-up.refused', person, credential: 'passkey-2' }]);
  });

  test.each([
    ['/api/setup/register', { token: 'wrong', person: ids.nurse, registration: { id: 'passkey-3' } }],
    ['/api/invitation/register', { token: setupToken, registration: { id: 'passkey-3' } }],
    ['/api/invitation/view', { token: setupToken }],
  ])('a refusal of %s', async (url, body) => {
    await call({ method: 'POST', url, body });
    expect(server.noted).toMatchObject([{ action: 'registration.refused' }]);
  });

  test('a try to do what a role may not, in the log, with the session and nobody’s name', async () => {
    await call({ url: '/api/site/devices', as: 'o' });
    expect(JSON.parse(server.logged.at(-1) ?? '{}')).toMatchObject({
      route: 'siteDevices',
      session: 'o',
      msg: 'refused',
    });
    expect(server.logged.join('')).not.toContain('Olive');
    expect(server.noted).toEqual([]);
  });

  test('nothing else: a list that is not there is no try to be anybody', async () => {
    await call({ url: '/api/site/devices', as: 'n' });
    expect([server.noted, server.logged]).toEqual([[], []]);
  });
});

test.each([
  ['signing in', '/api/session', 60],
  ['asking to sign in', '/api/session/options', 60],
  ['showing oneself again', '/api/session/step-up', 30],
  ['looking at an invitation', '/api/invitation/view', 30],
  ['registering by an invitation', '/api/invitation/register', 30],
])('S28 %s is limited for each source, and a whole network of IPv6 is one', async (_what, url, most) => {
  const from = async (remoteAddress: string): Promise<number> =>
    (await server.http.app.inject({ method: 'POST', url, payload: {}, headers: { origin }, remoteAddress })).statusCode;
  for (let count = 0; count < most; count += 1) expect(await from(`2001:db8::${count + 1}`)).not.toBe(429);
  expect(await from('2001:db8::ffff')).toBe(429);
  expect(await from('2001:db8:0:1::1')).not.toBe(429);
  expect((await call({ url: '/api/session' })).statusCode).toBe(404);
});

describe('S28 a socket', () => {
  const cookie = `sallyport-local=${token('n')}`;
  let port: number;
  beforeEach(async () => {
    // Its regular check never comes: what ends it here ends it at once.
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    await server.http.app.listen({ host: '127.0.0.1', port: 0 });
    port = (server.http.app.server.address() as AddressInfo).port;
    const sockets = new WebSocketServer({ noServer: true });
    server.http.upgrades.on('/api/room', (request, socket, head, caller) => {
      sockets.handleUpgrade(request, socket, head, (opened) => opened.send(caller.person.name));
    });
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  test('ends at once when the documents no longer name its person, and stays while they do', async () => {
    const open = new WebSocket(`ws://127.0.0.1:${port}/api/room`, { headers: { origin, cookie } });
    const closed = new Promise<string>((resolve) => open.on('close', () => resolve('closed')));
    const answers = () => {
      open.ping();
      return Promise.race([closed, new Promise((resolve) => open.once('pong', () => resolve('open')))]);
    };
    await new Promise((resolve) => open.on('message', resolve));
    server.tell('trust');
    expect(await answers()).toBe('open');
    server.sessions.delete(token('n'));
    server.tell('devices');
    expect(await answers()).toBe('open');
    server.tell('trust');
    expect(await closed).toBe('closed');
  });
});
