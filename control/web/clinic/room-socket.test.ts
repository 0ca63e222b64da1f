import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openRoomSocket } from './room-socket.ts';
import type { RoomSocket } from './room-socket.ts';
import { PlayedSocket } from './room-testing.ts';

async function open() {
  const plain = new PlayedSocket();
  const lost: number[] = [];
  const opening = openRoomSocket({ connect: () => plain, onLost: (code) => lost.push(code), timeout: 1000 });
  plain.play('open');
  const opened = await opening;
  if (!opened.ok) throw new Error('not opened');
  return { plain, lost, socket: opened.value };
}

const admit = (socket: RoomSocket) => socket.request('room.admit', {});

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the consultant’s socket', () => {
  test('that cannot be opened is a refusal', async () => {
    const plain = new PlayedSocket();
    const lost: number[] = [];
    const opening = openRoomSocket({ connect: () => plain, onLost: (code) => lost.push(code) });
    plain.play('close', { code: 1006 });
    expect(await opening).toEqual({ ok: false, refusal: { reason: 'not-connected' } });
    expect(lost).toEqual([]);
  });

  test('that is never answered is given up', async () => {
    const plain = new PlayedSocket();
    const opening = openRoomSocket({ connect: () => plain, onLost: () => undefined, timeout: 1000 });
    await vi.advanceTimersByTimeAsync(1000);
    expect(await opening).toEqual({ ok: false, refusal: { reason: 'not-connected' } });
    plain.play('open');
    expect([plain.closedWith, vi.getTimerCount()]).toEqual([1000, 0]);
  });

  test('numbers its requests and takes each answer to its own (P5.3)', async () => {
    const { plain, socket } = await open();
    const first = socket.request('room.pauseProducer', { producer: 'p1', paused: true });
    const second = admit(socket);
    expect(plain.sent).toEqual([
      { kind: 'request', id: 1, method: 'room.pauseProducer', params: { producer: 'p1', paused: true } },
      { kind: 'request', id: 2, method: 'room.admit', params: {} },
    ]);
    plain.say({ kind: 'response', id: 2, ok: false, refusal: { reason: 'wrong-state' } });
    plain.say({ kind: 'response', id: 1, ok: true, result: {} });
    expect(await first).toEqual({ ok: true, value: {} });
    expect(await second).toEqual({ ok: false, refusal: { reason: 'wrong-state' } });
  });

  test('takes no answer that the contract does not know (S23)', async () => {
    const { plain, socket } = await open();
    const answer = admit(socket);
    plain.say({ kind: 'response', id: 1, ok: true, result: { more: 1 } });
    expect(await answer).toEqual({ ok: false, refusal: { reason: 'failed' } });
  });

  test('does not wait for ever', async () => {
    const { plain, socket } = await open();
    const answer = admit(socket);
    await vi.advanceTimersByTimeAsync(1000);
    expect(await answer).toEqual({ ok: false, refusal: { reason: 'timed-out' } });
    plain.say({ kind: 'response', id: 1, ok: true, result: {} });
    expect(vi.getTimerCount()).toBe(0);
  });

  test('tells notifications of the contract, and no others', async () => {
    const { plain, socket } = await open();
    const heard: unknown[] = [];
    const stop = socket.onNotification((notification) => heard.push(notification));
    plain.say({ kind: 'notification', method: 'room.phase', params: { phase: 'consult' } });
    plain.say({ kind: 'notification', method: 'room.phase', params: { phase: 'party' } });
    plain.say({ kind: 'notification', method: 'toString', params: {} });
    plain.say('{');
    plain.say({ kind: 'request', id: 1, method: 'room.admit', params: {} });
    stop();
    plain.say({ kind: 'notification', method: 'room.phase', params: { phase: 'debrief' } });
    expect(heard).toEqual([{ method: 'room.phase', params: { phase: 'consult' } }]);
  });

  test('that breaks refuses what waits, says so once, and asks no more', async () => {
    const { plain, socket, lost } = await open();
    const waiting = admit(socket);
    plain.play('close', { code: 4409 });
    expect(await waiting).toEqual({ ok: false, refusal: { reason: 'not-connected' } });
    expect(await admit(socket)).toEqual({ ok: false, refusal: { reason: 'not-connected' } });
    expect(plain.sent).toHaveLength(1);
    expect(lost).toEqual([4409]);
  });

  test('that is closed here is not lost', async () => {
    const { plain, socket, lost } = await open();
    socket.close();
    plain.play('close', { code: 1000 });
    expect(plain.closedWith).toBe(1000);
    expect(lost).toEqual([]);
  });
});
