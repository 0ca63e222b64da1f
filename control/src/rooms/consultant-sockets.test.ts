import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closeCodes, type RoomEnd, type RoomRequestMethod } from '@sallyport/protocol';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { RoomPeer, Rooms } from '../ports.ts';
import { ConsultantSockets } from './consultant-sockets.ts';

const consultant = { id: '4f0c4a4e-55a6-4c36-8b31-6d3f3a0b1c01', name: 'Dr Jones', role: 'consultant' } as const;
const room = '4f0c4a4e-55a6-4c36-8b31-6d3f3a0b1c02';

/** What reaches the rooms, in order. */
let reached: string[];
let peers: RoomPeer[];
let sockets: ConsultantSockets;
let server: Server;
let role: 'consultant' | 'healthcare';

beforeEach(async () => {
  reached = [];
  peers = [];
  role = 'consultant';
  const rooms: Rooms = {
    handle: (peer: RoomPeer, method: RoomRequestMethod) => {
      reached.push(method);
      peers.push(peer);
      return Promise.resolve({ ok: true, result: {} });
    },
    leave: (_peer: { id: string }, reason: RoomEnd) => {
      reached.push(`leave ${reason}`);
      return Promise.resolve();
    },
  };
  sockets = new ConsultantSockets({ rooms, log: pino({ level: 'silent' }) });
  server = createServer();
  server.on('upgrade', (request, socket, head) => {
    sockets.upgrade(request, socket, head, { person: { ...consultant, role } });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  sockets.close();
  server.close();
});

describe('a consultant’s room socket', () => {
  test('carries requests, answers and notifications', async () => {
    const socket = await open();
    socket.send(JSON.stringify({ kind: 'request', id: 1, method: 'room.leave', params: {} }));
    expect(await nextFrame(socket)).toEqual({ kind: 'response', id: 1, ok: true, result: {} });
    expect(peers[0]).toMatchObject({ kind: 'consultant', id: consultant.id, name: 'Dr Jones' });
    const told = nextFrame(socket);
    peers[0]?.notify({ method: 'room.phase', params: { phase: 'consult' } });
    expect(await told).toEqual({ kind: 'notification', method: 'room.phase', params: { phase: 'consult' } });
  });

  test('malformed params and unknown methods are refused before the rooms, a malformed frame ends it (S23)', async () => {
    const socket = await open();
    socket.send(JSON.stringify({ kind: 'request', id: 1, method: 'room.join', params: { room, more: 1 } }));
    expect(await nextFrame(socket)).toMatchObject({ ok: false, refusal: { reason: 'malformed' } });
    socket.send(JSON.stringify({ kind: 'request', id: 2, method: 'room.constructor', params: {} }));
    expect(await nextFrame(socket)).toMatchObject({ ok: false, refusal: { reason: 'unknown-method' } });
    socket.send('{"kind":"request"');
    expect(await closed(socket)).toBe(closeCodes.malformed);
    expect(reached).toEqual(['leave connection-lost']);
  });

  test('is one a person: the newer replaces the older, whose seat is free before the newer can ask (S3)', async () => {
    const older = await open();
    const ended = closed(older);
    const newer = await open();
    newer.send(JSON.stringify({ kind: 'request', id: 1, method: 'room.leave', params: {} }));
    await nextFrame(newer);
    expect(await ended).toBe(closeCodes['newer-connection']);
    expect(reached).toEqual(['leave connection-lost', 'room.leave']);
    expect(sockets.size).toBe(1);
  });

  test('is for consultants', async () => {
    role = 'healthcare';
    expect(await closed(await open())).toBe(closeCodes['not-allowed']);
    expect(sockets.size).toBe(0);
  });

  test('ends when control stops, and none begins after', async () => {
    const socket = await open();
    const ended = closed(socket);
    sockets.close();
    expect(await ended).toBe(closeCodes['shutting-down']);
    expect(await closed(await open())).toBe(closeCodes['shutting-down']);
  });
});

async function open(): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await once(socket, 'open');
  return socket;
}

async function nextFrame(socket: WebSocket): Promise<unknown> {
  const [data] = (await once(socket, 'message')) as [Buffer];
  return JSON.parse(data.toString('utf8')) as unknown;
}

async function closed(socket: WebSocket): Promise<number> {
  if (socket.readyState === socket.CLOSED) throw new Error('closed before anybody looked');
  const [code] = (await once(socket, 'close')) as [number];
  return code;
}
