import type { DeviceAppointment, RoomNotification, RoomRequestMethod } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import type { Answer } from '../ports.ts';
import { Room } from './room.ts';

const start = 1_800_000_000_000;
const ids = [1, 2, 3].map((digit) => `8a9c2f60-6d0b-4c0e-9a55-0d9a3f6f2a0${digit}`);
const [booked = '', other = '', consultant = ''] = ids;
const appointment: DeviceAppointment = {
  id: booked,
  patientReference: 'P 1',
  consultant: { id: consultant, name: 'Dr Rao', hospital: 'Example Infirmary' },
  startsAt: start,
  endsAt: start + 1000,
  opensAt: start,
  closesAt: start + 60_000,
};
const seat = {
  phase: 'waiting',
  rtpCapabilities: {},
  participants: [],
  producers: [],
  closesAt: start + 60_000,
} as const;

function setUp(changes: { allowed?: boolean } = {}) {
  let now = start;
  const relayed: string[] = [];
  const toPage: string[] = [];
  const events: string[] = [];
  let answer: () => Promise<Answer<unknown>> = async () => ({ ok: true, value: seat });
  const room = new Room({
    relay: (async (method: string) => {
      relayed.push(method);
      return method === 'room.join' ? answer() : { ok: true, value: {} };
    }) as never,
    now: () => now,
    isAllowed: () => changes.allowed ?? true,
    notifyPage: ({ method }) => void toPage.push(method),
    onPhase: (phase) => void events.push(phase),
    onEnded: (reason) => void events.push(`ended ${reason}`),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  return {
    room,
    relayed,
    toPage,
    events,
    at: (time: number) => (now = time),
    controlAnswers: (next: typeof answer) => (answer = next),
  };
}

describe('S3 one room', () => {
  test('the booked one, within its window', async () => {
    const { room, relayed } = setUp();
    expect(await room.join(appointment)).toEqual({ ok: true, value: 'waiting' });
    expect([room.current, relayed]).toEqual([booked, ['room.join']]);
  });

  test.each([
    ['before it opens', start - 90_000, { reason: 'too-early', retryAfter: 90 }],
    ['when it has closed', start + 60_000, { reason: 'too-late' }],
  ])('%s control is not even asked', async (_when, time, refusal) => {
    const { room, relayed, at } = setUp();
    at(time);
    expect(await room.join(appointment)).toEqual({ ok: false, refusal });
    expect(relayed).toEqual([]);
  });

  test('a second join is refused, also while the first is under way, and never disturbs it', async () => {
    const { room, relayed } = setUp();
    const both = await Promise.all([room.join(appointment), room.join({ ...appointment, id: other })]);
    expect(both[1]).toEqual({ ok: false, refusal: { reason: 'seat-taken' } });
    expect(await room.join(appointment)).toEqual({ ok: false, refusal: { reason: 'seat-taken' } });
    expect([room.current, relayed]).toEqual([booked, ['room.join']]);
  });

  test('a seat nobody wants any more when it comes is given back', async () => {
    const { room, relayed, controlAnswers } = setUp();
    let arrive: (answer: Answer<unknown>) => void = () => undefined;
    controlAnswers(() => new Promise((resolve) => (arrive = resolve)));
    const joining = room.join(appointment);
    room.leave();
    arrive({ ok: true, value: seat });
    expect(await joining).toEqual({ ok: false, refusal: { reason: 'wrong-state' } });
    expect([room.current, relayed]).toEqual([null, ['room.join', 'room.leave']]);
  });

  test('after control’s refusal one may try again', async () => {
    const { room, controlAnswers } = setUp();
    controlAnswers(async () => ({ ok: false, refusal: { reason: 'seat-taken' } }));
    expect(await room.join(appointment)).toEqual({ ok: false, refusal: { reason: 'seat-taken' } });
    controlAnswers(async () => ({ ok: true, value: seat }));
    expect((await room.join(appointment)).ok).toBe(true);
  });

  test('a room that has ended is too late', async () => {
    const { room, controlAnswers } = setUp();
    controlAnswers(async () => ({ ok: true, value: { ...seat, phase: 'ended' } }));
    expect(await room.join(appointment)).toEqual({ ok: false, refusal: { reason: 'too-late' } });
    expect(room.current).toBeNull();
  });
});

describe('the page’s requests', () => {
  const joined = async (changes: { allowed?: boolean } = {}) => {
    const parts = setUp(changes);
    await parts.room.join(appointment);
    return parts;
  };

  test('are relayed as the contract describes them', async () => {
    const { room, relayed } = await joined();
    expect(await room.request('room.createTransport', { direction: 'send' })).toEqual({ ok: true, value: {} });
    expect(relayed).toEqual(['room.join', 'room.createTransport']);
  });

  test('are refused when malformed, when the state does not allow them, and without a seat (S12)', async () => {
    const { room, relayed } = await joined();
    const malformed = await room.request('room.createTransport', { direction: 'sideways' });
    expect(malformed).toEqual({ ok: false, refusal: { reason: 'malformed' } });
    const denied = (await joined({ allowed: false })).room;
    expect(await denied.request('room.leave', {})).toEqual({ ok: false, refusal: { reason: 'not-allowed' } });
    expect(await setUp().room.request('room.leave', {})).toEqual({ ok: false, refusal: { reason: 'wrong-state' } });
    expect(relayed).toEqual(['room.join']);
  });

  test.each<RoomRequestMethod>(['room.admit', 'room.startDebrief', 'room.end'])(
    '%s is the consultant’s, whatever the state allows',
    async (method) => {
      const { room, relayed } = await joined();
      expect(await room.request(method, {})).toEqual({ ok: false, refusal: { reason: 'not-allowed' } });
      expect(relayed).toEqual(['room.join']);
    },
  );

  test('room.join is answered from the seat as it is now; another room is refused', async () => {
    const { room, relayed } = await joined();
    const participant = { id: consultant, kind: 'consultant', name: 'Dr Rao' } as const;
    const info = { producer: 'p1', participant: consultant, kind: 'video', source: 'camera', paused: false } as const;
    const notifications: RoomNotification[] = [
      { method: 'room.participantJoined', params: { participant } },
      { method: 'room.producerAdded', params: { producer: info } },
      { method: 'room.producerPaused', params: { producer: 'p1', paused: true } },
      { method: 'room.phase', params: { phase: 'consult' } },
    ];
    for (const notification of notifications) room.notified(notification);
    expect(await room.request('room.join', { room: booked })).toEqual({
      ok: true,
      value: { ...seat, phase: 'consult', participants: [participant], producers: [{ ...info, paused: true }] },
    });
    room.notified({ method: 'room.participantLeft', params: { participant: consultant } });
    expect(await room.request('room.join', { room: booked })).toMatchObject({
      value: { participants: [], producers: [] },
    });
    expect(await room.request('room.join', { room: other })).toEqual({ ok: false, refusal: { reason: 'seat-taken' } });
    expect(relayed).toEqual(['room.join']);
  });
});

describe('what control tells', () => {
  test('reaches the page and the lifecycle', async () => {
    const { room, toPage, events } = setUp();
    await room.join(appointment);
    room.notified({ method: 'room.phase', params: { phase: 'consult' } });
    room.notified({ method: 'room.ended', params: { reason: 'consultant-ended' } });
    expect(toPage).toEqual(['room.phase', 'room.ended']);
    expect(events).toEqual(['consult', 'ended consultant-ended']);
    expect(room.current).toBeNull();
  });

  test('is nothing to a laptop without a seat', () => {
    const { room, toPage, events } = setUp();
    room.notified({ method: 'room.phase', params: { phase: 'consult' } });
    expect([toPage, events]).toEqual([[], []]);
  });

  test('leaving tells control once', async () => {
    const { room, relayed } = setUp();
    await room.join(appointment);
    room.leave();
    room.leave();
    expect(relayed).toEqual(['room.join', 'room.leave']);
  });
});
