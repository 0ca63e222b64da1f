import { createServer } from 'node:https';
import type { Server, ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { controlServerName } from '@sallyport/protocol';
import { afterEach, describe, expect, test } from 'vitest';
import { exchangeWithControl, hostAndPort } from './control-http.ts';
import { makeAuthority } from '../platform/testing/authority.ts';

const now = Date.now();
const authority = await makeAuthority(now);
const stranger = await makeAuthority(now);
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Starts a server. @returns its host:port, and how many requests reached it */
async function serve(options: ServerOptions, answer = '{"ok":1}', status = 200) {
  const seen = { requests: 0 };
  const server = createServer(options, (_request, response) => {
    seen.requests += 1;
    response.writeHead(status).end(answer);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

const pinned = { caCertificate: authority.certificate };
const get = (address: string, trust: Parameters<typeof exchangeWithControl>[0]['trust'] = pinned) =>
  exchangeWithControl({ address, method: 'GET', path: '/anchor', trust });

describe('S14 identity of control: what is sent goes to the pinned authority’s server and nowhere else', () => {
  test('the pinned one is reached at any address', async () => {
    const { address } = await serve(await authority.server(controlServerName));
    expect(await get(address)).toEqual({ outcome: 'answered', status: 200, value: { ok: 1 } });
  });

  test.each([
    ['of another authority', () => stranger.server(controlServerName), {}],
    ['for another name', () => authority.server('localhost'), {}],
    ['with nothing newer than TLS 1.2', () => authority.server(controlServerName), { maxVersion: 'TLSv1.2' as const }],
  ])('a server %s sees no request', async (_what, identity, options) => {
    const { address, seen } = await serve({ ...(await identity()), ...options });
    expect(await get(address)).toEqual({ outcome: 'not-reachable' });
    expect(seen.requests).toBe(0);
  });

  test('before the anchor is compared any server may answer', async () => {
    const { address } = await serve(await stranger.server(controlServerName));
    expect(await get(address, 'not-yet')).toMatchObject({ outcome: 'answered' });
  });

  test('answers are bounded and must be JSON (S23)', async () => {
    const identity = await authority.server(controlServerName);
    const large = await serve(identity, `"${'x'.repeat(5 * 1024 * 1024)}"`);
    expect(await get(large.address)).toEqual({ outcome: 'not-reachable' });
    const other = await serve(identity, '<html>');
    expect(await get(other.address)).toEqual({ outcome: 'malformed' });
    const refusing = await serve(identity, '', 403);
    expect(await get(refusing.address)).toEqual({ outcome: 'answered', status: 403, value: undefined });
  });

  test('nobody there is not reachable', async () => {
    expect(await get('127.0.0.1:1')).toEqual({ outcome: 'not-reachable' });
    expect(await get('nonsense')).toEqual({ outcome: 'not-reachable' });
  });

  test.each([
    ['control.example:443', { host: 'control.example', port: 443 }],
    ['[::1]:8443', { host: '::1', port: 8443 }],
    ['host', undefined],
    ['host:0', undefined],
    ['host:65536', undefined],
    ['user@host:1', undefined],
    ['host:1/path', undefined],
  ])('%s is %j', (address, expected) => expect(hostAndPort(address)).toEqual(expected));
});
