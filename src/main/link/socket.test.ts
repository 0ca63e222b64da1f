import { createServer } from 'node:https';
import type { Server, ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { controlServerName } from '@sallyport/protocol';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { makeAuthority } from '../platform/testing/authority.ts';
import { openSocket } from './socket.ts';

const authority = await makeAuthority(Date.now());
const stranger = await makeAuthority(Date.now());
const device = await authority.client();
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(options: ServerOptions): Promise<{ address: string; connected: () => number }> {
  const server = createServer({ requestCert: true, rejectUnauthorized: true, ca: authority.certificate, ...options });
  const sockets = new WebSocketServer({ server });
  let connections = 0;
  sockets.on('connection', (socket) => {
    connections += 1;
    socket.send('hello');
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, connected: () => connections };
}

function attempt(address: string, identity = device): Promise<string> {
  const { cert: certificate, key: signingKey } = identity;
  const socket = openSocket({ address, caCertificate: authority.certificate, certificate, signingKey });
  return new Promise((resolve) => {
    socket.on('error', () => resolve('refused'));
    socket.on('message', () => {
      socket.terminate();
      resolve('reached');
    });
  });
}

describe('S14 identity of control: the link', () => {
  test('reaches the pinned authority’s server, both sides authenticated', async () => {
    const { address, connected } = await serve(await authority.server(controlServerName));
    expect([await attempt(address), connected()]).toEqual(['reached', 1]);
  });

  test.each<[string, () => Promise<ServerOptions>]>([
    ['of another authority', () => stranger.server(controlServerName)],
    ['for another name', () => authority.server('localhost')],
    ['that shows a laptop’s certificate', async () => device],
    [
      'with nothing newer than TLS 1.2',
      async () => ({ ...(await authority.server(controlServerName)), maxVersion: 'TLSv1.2' }),
    ],
  ])('a server %s gets no connection', async (_what, options) => {
    const { address, connected } = await serve(await options());
    expect([await attempt(address), connected()]).toEqual(['refused', 0]);
  });

  test('a laptop of another fleet gets none', async () => {
    const { address, connected } = await serve(await authority.server(controlServerName));
    expect([await attempt(address, await stranger.client()), connected()]).toEqual(['refused', 0]);
  });
});
