import { noProgress } from '@sallyport/protocol';
import type { Bridge, RoomNotification } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { signallingOver } from './signalling.ts';

/** A bridge that answers what the test says, and remembers what it was asked. */
function bridgeAnswering(answer: unknown) {
  const asked: unknown[] = [];
  const listeners = new Set<(payload: never) => void>();
  const bridge = {
    invoke: (name: string, params: unknown) => {
      asked.push({ name, params });
      return Promise.resolve(answer);
    },
    on: (_: string, listener: (payload: never) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  } as unknown as Bridge;
  const tell = (payload: unknown) => listeners.forEach((listener) => listener(payload as never));
  return { bridge, asked, listeners, tell };
}

const transport = {
  id: 't-1',
  iceParameters: { usernameFragment: 'u', password: 'p', iceLite: true },
  iceCandidates: [],
  dtlsParameters: { role: 'auto', fingerprints: [{ algorithm: 'sha-256', value: 'AA:BB' }] },
};

describe('signalling over the bridge', () => {
  test('P7.1: a request travels as a room invocation and its result comes back', async () => {
    const { bridge, asked } = bridgeAnswering({ ok: true, value: transport });
    const result = await signallingOver(bridge).request('room.createTransport', { direction: 'send' });
    expect(asked).toEqual([
      { name: 'room', params: { method: 'room.createTransport', params: { direction: 'send' } } },
    ]);
    expect(result).toEqual({ ok: true, value: transport });
  });

  test('S25: joining asks for the seat the laptop holds, and proves nothing itself', async () => {
    const seat = {
      phase: 'waiting',
      progress: noProgress,
      rtpCapabilities: {},
      participants: [],
      producers: [],
      closesAt: 1_800_000_000_000,
    };
    const { bridge, asked } = bridgeAnswering({ ok: true, value: seat });
    const room = '7d3c1b8e-2a44-4a0e-9f5e-3d2f1c0b9a87';
    expect(await signallingOver(bridge).join(room)).toEqual({ ok: true, value: seat });
    expect(asked).toEqual([{ name: 'room', params: { method: 'room.join', params: { room } } }]);
  });

  test('a refusal is a value that keeps its closed reason', async () => {
    const refused = { ok: false, refusal: { reason: 'wrong-state', retryAfter: 1 } };
    const { bridge } = bridgeAnswering(refused);
    expect(await signallingOver(bridge).request('room.leave', {})).toEqual(refused);
  });

  test.each([
    ['an answer of another shape', { ok: true, value: { ...transport, id: '../..' } }],
    ['an answer with more than the contract says', { ok: true, value: { ...transport, extra: 1 } }],
    ['no outcome at all', undefined],
  ])('P1.1: %s is not believed', async (_, answer) => {
    const { bridge } = bridgeAnswering(answer);
    const request = signallingOver(bridge).request('room.createTransport', { direction: 'send' });
    await expect(request).rejects.toThrow();
  });

  test('notifications of the contract are passed on, others are dropped', () => {
    const { bridge, tell } = bridgeAnswering(undefined);
    const heard: RoomNotification[] = [];
    signallingOver(bridge).onNotification((notification) => heard.push(notification));
    tell({ method: 'room.phase', params: { phase: 'consult' } });
    tell({ method: 'room.phase', params: { phase: 'paused' } });
    tell({ method: 'room.admit', params: {} });
    tell(null);
    expect(heard).toEqual([{ method: 'room.phase', params: { phase: 'consult' } }]);
  });

  test('nothing is heard after listening ended', () => {
    const { bridge, listeners } = bridgeAnswering(undefined);
    const stop = signallingOver(bridge).onNotification(() => undefined);
    stop();
    expect(listeners.size).toBe(0);
  });
});
