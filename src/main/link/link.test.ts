import { EventEmitter } from 'node:events';
import type { Welcome } from '@sallyport/protocol';
import { closeCodes } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { manualClock } from '../platform/testing/manual-clock.ts';
import { Link } from './link.ts';
import type { ControlRequestHandlers, LinkOptions } from './link.ts';
import { exponentialRetry } from './retry-policy.ts';

const device = '8a9c2f60-6d0b-4c0e-9a55-0d9a3f6f2a01';
const site = '8a9c2f60-6d0b-4c0e-9a55-0d9a3f6f2a02';
const time = 1_800_000_000_000;
const greeting: Welcome = { kind: 'welcome', version: 1, device: { id: device, name: 'HB-07', site }, time };

/** Control's end of a socket, in memory. */
class FakeSocket extends EventEmitter {
  readonly sent: unknown[] = [];
  readonly closedWith: number[] = [];
  pings = 0;
  isStuck = false;

  send(text: string, sent: () => void): void {
    this.sent.push(JSON.parse(text));
    if (!this.isStuck) sent();
  }

  close(code: number): void {
    this.closedWith.push(code);
    this.emit('close', code);
  }

  terminate(): void {
    this.emit('close', 1006);
  }

  ping(): void {
    this.pings += 1;
  }

  says(frame: unknown): void {
    this.emit('message', Buffer.from(JSON.stringify(frame)), false);
  }
}

const refused = { ok: false, refusal: { reason: 'wrong-state' } } as const;

function setUp(changes: Partial<LinkOptions> = {}) {
  const clock = manualClock(time);
  const sockets: FakeSocket[] = [];
  const states: string[] = [];
  const notified: unknown[] = [];
  const handlers: ControlRequestHandlers = {
    'pairing.check': async () => ({ ok: true, value: { nonce: 'AAAAAAAAAAAAAAAAAAAAAA' } }),
    'grant.open': async () => refused,
    'order.execute': async () => refused,
    'activation.lock': async () => ({ ok: true, value: {} }),
  };
  const link = new Link({
    mayConnect: () => true,
    open: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    hello: () => ({
      client: 'sallyport 0.1.0',
      state: 'inert',
      manifestVersion: 1,
      rosterVersion: 0,
      grantSequence: 0,
      orderSequence: 0,
      recordGeneration: 1,
    }),
    device,
    handlers,
    onNotification: (method, params) => void notified.push({ method, params }),
    onConnected: () => void states.push('welcomed'),
    onState: (state) => void states.push(state),
    retry: exponentialRetry(() => 0.999),
    clock,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    ...changes,
  });
  const socket = (): FakeSocket => sockets.at(-1) ?? new FakeSocket();
  const connect = (): FakeSocket => {
    link.start();
    socket().emit('open');
    socket().says(greeting);
    return socket();
  };
  return { link, clock, sockets, socket, connect, states, notified };
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2));

describe('the handshake', () => {
  test('says hello, is welcomed', () => {
    const { connect, states } = setUp();
    expect(connect().sent[0]).toMatchObject({ kind: 'hello', versions: [1], state: 'inert' });
    expect(states).toEqual(['connected', 'welcomed']);
  });

  test.each([
    ['another device', { ...greeting, device: { ...greeting.device, id: site } }],
    ['another version', { ...greeting, version: 2 }],
    ['nothing that is a welcome', { kind: 'notification', method: 'lease.renewed', params: { time } }],
  ])('a welcome for %s is none', (_what, frame) => {
    const { link, socket, states } = setUp();
    link.start();
    socket().emit('open');
    socket().says(frame);
    expect(socket().closedWith).toEqual([closeCodes.malformed]);
    expect(states).not.toContain('connected');
  });

  test('control that does not answer is given up after ten seconds', () => {
    const { link, clock, sockets } = setUp();
    link.start();
    clock.pass(10_000);
    clock.pass(500);
    expect(sockets).toHaveLength(2);
  });
});

describe('S2 one socket', () => {
  test('starting twice opens one', () => {
    const { link, sockets } = setUp();
    link.start();
    link.start();
    expect(sockets).toHaveLength(1);
  });

  test('it comes back, waiting longer each time, at most half a minute', () => {
    const { link, clock, socket, sockets } = setUp();
    link.start();
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 9; attempt += 1) {
      const before = sockets.length;
      socket().terminate();
      let waited = 0;
      for (; sockets.length === before; waited += 250) clock.pass(250);
      waits.push(waited);
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  test('what an old socket still says is not heard', () => {
    const { connect, clock, sockets, notified } = setUp();
    const first = connect();
    first.terminate();
    clock.pass(500);
    first.says({ kind: 'notification', method: 'lease.renewed', params: { time } });
    expect([sockets.length, notified]).toEqual([2, []]);
  });

  test('S21 it connects, and connects again, only while it may', () => {
    let mayConnect = true;
    const { link, connect, clock, socket, sockets, states } = setUp({ mayConnect: () => mayConnect });
    connect();
    mayConnect = false;
    socket().terminate();
    clock.pass(120_000);
    link.start();
    expect([sockets.length, states.at(-1)]).toEqual([1, 'unreachable']);
  });

  test('stopped, it stays stopped', () => {
    const { link, connect, clock, sockets, states } = setUp();
    connect();
    link.stop();
    link.stop();
    clock.pass(120_000);
    expect([sockets.length, states.at(-1)]).toEqual([1, 'unreachable']);
  });

  test('a connection that has gone silent is dropped', () => {
    const { connect, clock, states } = setUp();
    const socket = connect();
    clock.pass(20_000);
    expect(socket.pings).toBe(2);
    socket.emit('pong');
    clock.pass(20_000);
    expect(states.at(-1)).toBe('welcomed');
    clock.pass(20_000);
    expect(states).toContain('unreachable');
  });

  test.each([
    [closeCodes['unknown-device'], 'refused'],
    [closeCodes['not-allowed'], 'refused'],
    [closeCodes['shutting-down'], 'unreachable'],
    [1006, 'unreachable'],
  ])('closed with %d it is %s', (code, state) => {
    const { connect, states } = setUp();
    connect().emit('close', code);
    expect(states.at(-1)).toBe(state);
  });
});

describe('asking control', () => {
  test('the answer is checked against the contract', async () => {
    const { link, connect } = setUp();
    const socket = connect();
    const [right, wrong] = [link.request('room.leave', {}), link.request('room.leave', {})];
    const ids = socket.sent.slice(-2).map((frame) => (frame as { id: number }).id);
    socket.says({ kind: 'response', id: ids[0], ok: true, result: {} });
    socket.says({ kind: 'response', id: ids[1], ok: true, result: { extra: 1 } });
    expect(await right).toEqual({ ok: true, value: {} });
    expect(await wrong).toEqual({ ok: false, refusal: { reason: 'malformed' } });
  });

  test('refused when not connected, when nothing comes, when the link is lost', async () => {
    const { link, connect, clock } = setUp();
    expect(await link.request('room.leave', {})).toEqual({ ok: false, refusal: { reason: 'not-connected' } });
    const socket = connect();
    const late = link.request('room.leave', {});
    clock.pass(15_000);
    expect(await late).toEqual({ ok: false, refusal: { reason: 'timed-out' } });
    const lost = link.request('room.leave', {});
    socket.terminate();
    expect(await lost).toEqual({ ok: false, refusal: { reason: 'not-connected' } });
  });

  test('no more than 64 wait at once', async () => {
    const { link, connect } = setUp();
    connect();
    for (let count = 0; count < 64; count += 1) void link.request('room.leave', {});
    expect(await link.request('room.leave', {})).toMatchObject({ refusal: { reason: 'too-many' } });
    link.stop();
  });
});

describe('S23 being asked by control', () => {
  const ask = (id: number, method: string, params: unknown) => ({ kind: 'request', id, method, params });

  test.each([
    ['pairing.check', { code: 'abc 123' }, { ok: true, result: { nonce: 'AAAAAAAAAAAAAAAAAAAAAA' } }],
    ['pairing.check', { code: 'wrong one' }, { ok: false, refusal: { reason: 'malformed' } }],
    ['pairing.check', { code: 'ABC123', more: 1 }, { ok: false, refusal: { reason: 'malformed' } }],
    ['toString', {}, { ok: false, refusal: { reason: 'unknown-method' } }],
    ['room.join', {}, { ok: false, refusal: { reason: 'unknown-method' } }],
  ])('%s with %j', async (method, params, response) => {
    const socket = setUp().connect();
    socket.says(ask(5, method, params));
    await settled();
    expect(socket.sent.at(-1)).toEqual({ kind: 'response', id: 5, ...response });
  });

  test('what follows an answer is done after it was sent, once', async () => {
    const done: string[] = [];
    const { connect, clock } = setUp({
      handlers: {
        'activation.lock': async () => ({ ok: true, value: {}, afterwards: () => void done.push('done') }),
      } as unknown as ControlRequestHandlers,
    });
    const socket = connect();
    socket.says(ask(1, 'activation.lock', {}));
    await settled();
    clock.pass(5000);
    expect([done, socket.sent.length]).toEqual([['done'], 2]);
  });

  test('a kill always finishes: what follows is done even when the answer does not leave (S9)', async () => {
    const done: string[] = [];
    const { connect, clock } = setUp({
      handlers: {
        'activation.lock': async () => ({ ok: true, value: {}, afterwards: () => void done.push('done') }),
      } as unknown as ControlRequestHandlers,
    });
    const socket = connect();
    socket.isStuck = true;
    socket.says(ask(1, 'activation.lock', {}));
    await settled();
    expect(done).toEqual([]);
    clock.pass(1000);
    expect(done).toEqual(['done']);
  });

  test('a fault is a refusal, not a silence', async () => {
    const { connect } = setUp({
      handlers: { 'activation.lock': () => Promise.reject(new Error('disk')) } as unknown as ControlRequestHandlers,
    });
    const socket = connect();
    socket.says(ask(1, 'activation.lock', {}));
    await settled();
    expect(socket.sent.at(-1)).toEqual({ kind: 'response', id: 1, ok: false, refusal: { reason: 'failed' } });
  });

  test.each(['not json', '{}', '[]', '{"kind":"hello"}'])('%s closes the link', (text) => {
    const socket = setUp().connect();
    socket.emit('message', Buffer.from(text), false);
    expect(socket.closedWith).toEqual([closeCodes.malformed]);
  });

  test('binary closes the link', () => {
    const socket = setUp().connect();
    socket.emit('message', Buffer.from('{}'), true);
    expect(socket.closedWith).toEqual([closeCodes.malformed]);
  });

  test('notifications are parsed; unknown and malformed ones are not taken', () => {
    const { connect, notified } = setUp();
    const socket = connect();
    socket.says({ kind: 'notification', method: 'lease.renewed', params: { time } });
    socket.says({ kind: 'notification', method: 'lease.renewed', params: { time: 'soon' } });
    socket.says({ kind: 'notification', method: 'constructor', params: {} });
    expect(notified).toEqual([{ method: 'lease.renewed', params: { time } }]);
  });
});
