import type { AddressInfo } from 'node:net';
import { closeCodes } from '@sallyport/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import * as z from 'zod';
import type { Answer } from '../ports.ts';
import { createChannel } from './channel.ts';
import type { Channel, ChannelLimits } from './channel.ts';

const contract = {
  serves: {
    add: { params: z.strictObject({ a: z.int(), b: z.int() }), result: z.strictObject({ sum: z.int() }) },
    wait: { params: z.strictObject({}), result: z.strictObject({}) },
  },
  asks: { name: { params: z.strictObject({ of: z.string().max(5) }), result: z.strictObject({ name: z.string() }) } },
  hears: { moved: z.strictObject({ to: z.string() }) },
  tells: { hello: z.strictObject({ words: z.string() }) },
};

let server: WebSocketServer;
let peer: WebSocket;
let channel: Channel<typeof contract.asks, typeof contract.tells>;
const received: unknown[] = [];
const heard: unknown[] = [];
const faults: unknown[] = [];
/** How often the channel of this test said that it closed; an earlier test's channel may still say so. */
let closed = { times: 0 };
let release: () => void = () => undefined;

beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await new Promise((resolve) => server.once('listening', resolve));
  for (const list of [received, heard, faults]) list.length = 0;
});
afterEach(() => {
  peer.terminate();
  server.close();
});

/** A channel at the server's end and a bare socket at the other. */
async function open(limits: Partial<ChannelLimits> = {}): Promise<void> {
  const arrived = new Promise<WebSocket>((resolve) => server.once('connection', resolve));
  peer = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const opened = new Promise((resolve) => peer.once('open', resolve));
  peer.on('message', (data: Buffer) => received.push(JSON.parse(data.toString('utf8'))));
  const own = { times: 0 };
  closed = own;
  const socket = await arrived;
  await opened;
  const held = new Promise<void>((resolve) => (release = resolve));
  channel = createChannel({
    ...{ socket, contract, limits },
    onRequest: async (request): Promise<Answer<unknown>> => {
      if (request.method === 'wait') await held;
      if (request.method === 'wait') return { ok: true, result: {} };
      if (request.params.a === 13) throw new Error('unlucky');
      if (request.params.a === 7) return { ok: true, result: { sum: 'seven' } };
      return { ok: true, result: { sum: request.params.a + request.params.b } };
    },
    onNotification: (notification) => heard.push(notification),
    onClose: () => (own.times += 1),
    onFault: (fault) => faults.push(fault),
  });
}

function ask(id: number, method: string, params: unknown): void {
  peer.send(JSON.stringify({ kind: 'request', id, method, params }));
}

function answered(count: number): Promise<unknown[]> {
  return vi.waitFor(() => {
    expect(received).toHaveLength(count);
    return received;
  });
}

function closeOf(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => socket.once('close', resolve));
}

describe('S23 the peer’s requests', () => {
  test('are answered by id; refused when unknown, malformed, or when a handler fails', async () => {
    await open();
    ask(1, 'add', { a: 1, b: 2 });
    ask(2, 'toString', {});
    ask(3, 'add', { a: 1 });
    ask(4, 'add', { a: 13, b: 0 });
    ask(5, 'add', { a: 7, b: 0 });
    const answers = (await answered(5)) as { id: number }[];
    expect(answers.sort((a, b) => a.id - b.id)).toEqual([
      { kind: 'response', id: 1, ok: true, result: { sum: 3 } },
      { kind: 'response', id: 2, ok: false, refusal: { reason: 'unknown-method' } },
      { kind: 'response', id: 3, ok: false, refusal: { reason: 'malformed' } },
      { kind: 'response', id: 4, ok: false, refusal: { reason: 'failed' } },
      { kind: 'response', id: 5, ok: false, refusal: { reason: 'failed' } },
    ]);
    expect(faults).toHaveLength(2);
  });

  test('above the bound are refused, and those in work still answered', async () => {
    await open({ peerRequests: 2 });
    for (const id of [1, 2, 3]) ask(id, 'wait', {});
    expect(await answered(1)).toEqual([{ kind: 'response', id: 3, ok: false, refusal: { reason: 'too-many' } }]);
    release();
    expect(await answered(3)).toHaveLength(3);
  });

  test('above the rate close the connection', async () => {
    await open({ frames: { burst: 3, perSecond: 0.001 } });
    for (let id = 1; id <= 4; id += 1) ask(id, 'add', { a: id, b: 0 });
    expect(await closeOf(peer)).toBe(closeCodes['too-many']);
    expect(closed.times).toBe(1);
  });
});

describe('S23 own requests', () => {
  test('get the peer’s answer, or its refusal', async () => {
    await open();
    const name = channel.request('name', { of: 'you' });
    await answered(1);
    peer.send(JSON.stringify({ kind: 'response', id: 1, ok: true, result: { name: 'peer' } }));
    expect(await name).toEqual({ ok: true, result: { name: 'peer' } });
    const refused = channel.request('name', { of: 'you' });
    peer.send(JSON.stringify({ kind: 'response', id: 2, ok: false, refusal: { reason: 'not-found', retryAfter: 3 } }));
    expect(await refused).toEqual({ ok: false, refusal: { reason: 'not-found', retryAfter: 3 } });
  });

  test('time out, and a late answer is ignored', async () => {
    await open();
    expect(await channel.request('name', { of: 'you' }, 20)).toEqual({ ok: false, refusal: { reason: 'timed-out' } });
    peer.send(JSON.stringify({ kind: 'response', id: 1, ok: true, result: { name: 'late' } }));
    ask(1, 'add', { a: 1, b: 1 });
    await answered(2);
    expect(closed.times).toBe(0);
  });

  test('are not sent when they break the contract, or too many wait', async () => {
    await open({ ownRequests: 1 });
    expect(await channel.request('name', { of: 'too long' })).toEqual({ ok: false, refusal: { reason: 'failed' } });
    expect(faults).toHaveLength(1);
    const first = channel.request('name', { of: 'you' });
    expect(await channel.request('name', { of: 'you' })).toEqual({ ok: false, refusal: { reason: 'too-many' } });
    channel.close('shutting-down');
    expect(await first).toEqual({ ok: false, refusal: { reason: 'not-connected' } });
    expect(await channel.request('name', { of: 'you' })).toEqual({ ok: false, refusal: { reason: 'not-connected' } });
  });

  test('answered against the contract close the connection', async () => {
    await open();
    const name = channel.request('name', { of: 'you' });
    peer.send(JSON.stringify({ kind: 'response', id: 1, ok: true, result: { name: 1 } }));
    expect(await name).toEqual({ ok: false, refusal: { reason: 'failed' } });
    expect(await closeOf(peer)).toBe(closeCodes.malformed);
  });
});

test('notifications arrive parsed, both ways', async () => {
  await open();
  peer.send(JSON.stringify({ kind: 'notification', method: 'moved', params: { to: 'there' } }));
  channel.notify('hello', { words: 'good day' });
  channel.tell({ method: 'hello', params: { words: 'again' } });
  expect(await answered(2)).toEqual([
    { kind: 'notification', method: 'hello', params: { words: 'good day' } },
    { kind: 'notification', method: 'hello', params: { words: 'again' } },
  ]);
  await vi.waitFor(() => expect(heard).toEqual([{ method: 'moved', params: { to: 'there' } }]));
});

test.each([
  ['not JSON', 'hello'],
  ['no frame', '{"kind":"request"}'],
  ['an extra member', '{"kind":"notification","method":"moved","params":{"to":"x"},"more":1}'],
  ['an unknown notification', '{"kind":"notification","method":"constructor","params":{}}'],
  ['an answer to nothing', '{"kind":"response","id":5,"ok":true,"result":{}}'],
])('%s closes the connection as malformed', async (_what, text) => {
  await open();
  peer.send(text);
  expect(await closeOf(peer)).toBe(closeCodes.malformed);
});

test('S23 binary messages close the connection as malformed', async () => {
  await open();
  peer.send(Buffer.from('{}'));
  expect(await closeOf(peer)).toBe(closeCodes.malformed);
});

test('S23 a peer that does not read is closed instead of kept in memory', async () => {
  await open({ bufferedBytes: 64 * 1024 });
  peer.pause();
  const words = 'x'.repeat(256 * 1024);
  await vi.waitFor(() => {
    channel.notify('hello', { words });
    expect(closed.times).toBe(1);
  });
});

test('S23 a silent peer is gone after two heartbeats, a living one is not', async () => {
  let heartbeats = 0;
  await open({ heartbeat: 40 });
  peer.on('ping', () => (heartbeats += 1));
  await vi.waitFor(() => expect(heartbeats).toBeGreaterThan(3));
  expect(closed.times).toBe(0);
  peer.pause();
  await vi.waitFor(() => expect(closed.times).toBe(1));
});
