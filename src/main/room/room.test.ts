import type { Participant, RoomNotification, RoomRequestMethod } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { samplePerson } from '../../../test/harness/sample-fleet.ts';
import type { Answer } from '../ports.ts';
import {
  appointment,
  booked,
  consultant,
  fleet,
  opened,
  other,
  rao,
  seat,
  sends,
  setUpRoom,
  start,
} from './room-testing.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('S3 one room', () => {
  test('the booked one, within its window', async () => {
    const { room, relayed, events } = setUpRoom();
    expect(await room.join(opened)).toEqual({ ok: true, value: 'waiting' });
    expect([room.current, relayed, events]).toEqual([booked, ['room.join'], ['joined waiting']]);
  });

  test.each([
    ['before it opens', start - 90_000, { reason: 'too-early', retryAfter: 90 }],
    ['when it has closed', start + 120_000, { reason: 'too-late' }],
  ])('%s control is not even asked', async (_when, time, refusal) => {
    const { room, relayed, at } = setUpRoom();
    at(time);
    expect(await room.join(opened)).toEqual({ ok: false, refusal });
    expect(relayed).toEqual([]);
  });

  test('a second join is refused, also while the first is under way, and never disturbs it', async () => {
    const { room, relayed } = setUpRoom();
    const second = { ...opened, appointment: { ...appointment, id: other } };
    const both = await Promise.all([room.join(opened), room.join(second)]);
    expect(both[1]).toEqual({ ok: false, refusal: { reason: 'seat-taken' } });
    expect(await room.join(opened)).toEqual({ ok: false, refusal: { reason: 'seat-taken' } });
    expect([room.current, relayed]).toEqual([booked, ['room.join']]);
  });

  test('a seat nobody wants any more when it comes is given back', async () => {
    const { room, relayed, controlAnswers } = setUpRoom();
    let arrive: (answer: Answer<unknown>) => void = () => undefined;
    controlAnswers(() => new Promise((resolve) => (arrive = resolve)));
    const joining = room.join(opened);
    await expect.poll(() => relayed).toEqual(['room.join']);
    room.leave();
    arrive({ ok: true, value: seat });
    expect(await joining).toEqual({ ok: false, refusal: { reason: 'wrong-state' } });
    expect([room.current, relayed]).toEqual([null, ['room.join', 'room.leave']]);
  });

  test('nobody wants any more before control was asked is not asked for', async () => {
    const { room, relayed, joins } = setUpRoom();
    const joining = room.join(opened);
    room.leave();
    expect(await joining).toEqual({ ok: false, refusal: { reason: 'wrong-state' } });
    expect(relayed).toEqual([]);
    expect(joins[0]?.privateKey.every((byte) => byte === 0)).toBe(true);
  });

  test('after control’s refusal one may try again', async () => {
    const { room, controlAnswers } = setUpRoom();
    controlAnswers(async () => ({ ok: false, refusal: { reason: 'seat-taken' } }));
    expect(await room.join(opened)).toEqual({ ok: false, refusal: { reason: 'seat-taken' } });
    controlAnswers(async () => ({ ok: true, value: seat }));
    expect((await room.join(opened)).ok).toBe(true);
  });

  test('a room that has ended is too late', async () => {
    const { room, finds, relayed } = setUpRoom();
    finds({ phase: 'ended' });
    expect(await room.join(opened)).toEqual({ ok: false, refusal: { reason: 'too-late' } });
    expect([room.current, relayed]).toEqual([null, ['room.join']]);
  });
});

describe('S25 the laptop’s own place', () => {
  test('is proved afresh at each join, and the key is forgotten when the room is left', async () => {
    const { room, joins, proofs } = setUpRoom();
    for (const leave of [
      () => room.leave(),
      () => room.notified({ method: 'room.ended', params: { reason: 'server' } }),
    ]) {
      await room.join(opened);
      expect(joins.at(-1)?.privateKey.some((byte) => byte !== 0)).toBe(true);
      leave();
      expect(joins.at(-1)?.privateKey.every((byte) => byte === 0)).toBe(true);
    }
    const keys = proofs.map((proof) => (proof.kind === 'device' ? proof.statement : ''));
    expect(new Set(keys).size).toBe(2);
  });

  test('is forgotten when control refuses it', async () => {
    const { room, joins, controlAnswers } = setUpRoom();
    controlAnswers(async () => ({ ok: false, refusal: { reason: 'unverified' } }));
    await room.join(opened);
    expect(joins[0]?.privateKey.every((byte) => byte === 0)).toBe(true);
  });
});

describe('S25 the others', () => {
  test('the booked consultant is shown and heard, anybody else is not', async () => {
    const { room, finds, relayed, events } = setUpRoom();
    const stranger = samplePerson('Dr Rao');
    const producers = [sends(consultant.id, 'p1')];
    finds({ participants: [rao(fleet.join(start, booked), stranger)], producers });
    await room.join(opened);
    expect(await room.request('room.join', { room: booked })).toEqual({ ok: true, value: seat });
    expect(await room.request('room.consume', { transport: 't', producer: 'p1', rtpCapabilities: {} })).toEqual({
      ok: false,
      refusal: { reason: 'unverified' },
    });
    expect(relayed).toEqual(['room.join']);
    expect(events).toEqual(['refused unknown-credential', 'keeps out', 'joined waiting']);
    room.notified({ method: 'room.participantJoined', params: { participant: rao() } });
    room.notified({ method: 'room.producerAdded', params: { producer: sends(consultant.id, 'p2') } });
    await expect.poll(() => events.at(-1)).toBe('keeps nobody out');
    await expect
      .poll(() => room.request('room.join', { room: booked }))
      .toMatchObject({ value: { participants: [{ name: 'Dr Rao' }], producers: [{ producer: 'p2' }] } });
    expect(await room.request('room.consume', { transport: 't', producer: 'p2', rtpCapabilities: {} })).toMatchObject({
      ok: true,
    });
  });

  test('a join of another room, of a leaver, or of nobody is refused, with the reason on the record', async () => {
    const { room, events, toPage, trusts } = setUpRoom();
    await room.join(opened);
    room.notified({ method: 'room.participantJoined', params: { participant: rao(fleet.join(start, other)) } });
    await expect.poll(() => events).toContain('refused wrong-device');
    trusts([fleet.roster]);
    room.notified({ method: 'room.participantJoined', params: { participant: rao() } });
    await expect.poll(() => events).toContain('refused outdated');
    expect(toPage).toEqual([]);
  });

  test('are judged anew when trust changes: a leaver is put out, with what they send', async () => {
    const { room, events, toPage, trusts, finds } = setUpRoom();
    finds({ participants: [rao()], producers: [sends(consultant.id, 'p1')] });
    await room.join(opened);
    trusts([fleet.roster, { ...fleet.hospitalRoster, people: [samplePerson('Somebody else').named] }]);
    room.trustChanged();
    await expect
      .poll(() => toPage.map(({ method }) => method))
      .toEqual(['room.producerRemoved', 'room.participantLeft']);
    expect(events).toEqual(['joined waiting', 'refused unknown-credential', 'keeps out']);
    expect(room.keepsSomebodyOut).toBe(true);
    expect(await room.request('room.join', { room: booked })).toEqual({ ok: true, value: seat });
    room.leave();
    expect([room.keepsSomebodyOut, events.at(-1)]).toEqual([false, 'keeps nobody out']);
  });

  test('are not made up from the laptop’s own proof', async () => {
    const { room, proofs, events, toPage } = setUpRoom();
    await room.join(opened);
    const [proof] = proofs;
    if (proof === undefined) throw new Error('no proof');
    const { id, name } = fleet.device;
    const self: Participant = { kind: 'device', id, name, site: { id: fleet.prison, name: 'HMP Exemplar' }, proof };
    room.notified({ method: 'room.participantJoined', params: { participant: self } });
    await expect.poll(() => events.at(-1)).toBe('keeps out');
    expect(events).toContain('refused wrong-type');
    expect(toPage).toEqual([]);
  });

  test('that come faster than they can be judged end the stay, and the seat is given back (S23)', async () => {
    const { room, relayed, events, toPage } = setUpRoom();
    await room.join(opened);
    const participant = rao();
    for (let count = 0; count < 300; count += 1) {
      room.notified({ method: 'room.participantJoined', params: { participant } });
    }
    expect([room.current, relayed, events.at(-1)]).toEqual([null, ['room.join', 'room.leave'], 'ended server']);
    await settled();
    expect(toPage.at(-1)).toEqual({ method: 'room.ended', params: { reason: 'server' } });
  });
});

describe('the page’s requests', () => {
  const joined = async (changes: { allowed?: boolean } = {}) => {
    const parts = setUpRoom(changes);
    await parts.room.join(opened);
    return parts;
  };

  test('are relayed as the contract describes them', async () => {
    const { room, relayed } = await joined();
    expect((await room.request('room.createTransport', { direction: 'send' })).ok).toBe(true);
    expect(relayed).toEqual(['room.join', 'room.createTransport']);
  });

  test('are refused when malformed, when the state does not allow them, and without a seat (S12)', async () => {
    const { room, relayed } = await joined();
    const malformed = await room.request('room.createTransport', { direction: 'sideways' });
    expect(malformed).toEqual({ ok: false, refusal: { reason: 'malformed' } });
    const denied = (await joined({ allowed: false })).room;
    expect(await denied.request('room.leave', {})).toEqual({ ok: false, refusal: { reason: 'not-allowed' } });
    expect(await setUpRoom().room.request('room.leave', {})).toEqual({ ok: false, refusal: { reason: 'wrong-state' } });
    expect(relayed).toEqual(['room.join']);
  });

  test.each<RoomRequestMethod>([
    'room.admit',
    'room.startDebrief',
    'room.end',
    'room.message',
    'room.decline',
    'room.extend',
  ])('%s is the consultant’s, whatever the state allows', async (method) => {
    const { room, relayed } = await joined();
    expect(await room.request(method, {})).toEqual({ ok: false, refusal: { reason: 'not-allowed' } });
    expect(relayed).toEqual(['room.join']);
  });

  test('room.join is answered from the seat as it is now; another room, or a proof of the page’s own, is refused', async () => {
    const { room, relayed, proofs, toPage } = await joined();
    const participant = rao();
    const info = sends(consultant.id, 'p1');
    const notifications: RoomNotification[] = [
      { method: 'room.participantJoined', params: { participant } },
      { method: 'room.producerAdded', params: { producer: info } },
      { method: 'room.producerPaused', params: { producer: 'p1', paused: true } },
      { method: 'room.phase', params: { phase: 'consult' } },
    ];
    for (const notification of notifications) room.notified(notification);
    await expect.poll(() => toPage).toEqual(notifications);
    expect(await room.request('room.join', { room: booked })).toEqual({
      ok: true,
      value: { ...seat, phase: 'consult', participants: [participant], producers: [{ ...info, paused: true }] },
    });
    room.notified({ method: 'room.participantLeft', params: { participant: consultant.id } });
    await expect.poll(() => toPage).toHaveLength(5);
    expect(await room.request('room.join', { room: booked })).toMatchObject({
      value: { participants: [], producers: [] },
    });
    expect(await room.request('room.join', { room: other })).toEqual({ ok: false, refusal: { reason: 'seat-taken' } });
    const withProof = { room: booked, proof: proofs[0] };
    expect(await room.request('room.join', withProof)).toEqual({ ok: false, refusal: { reason: 'malformed' } });
    expect(relayed).toEqual(['room.join']);
  });
});

describe('what control tells', () => {
  test('reaches the page and the lifecycle', async () => {
    const { room, toPage, events } = setUpRoom();
    await room.join(opened);
    room.notified({ method: 'room.phase', params: { phase: 'consult' } });
    await expect.poll(() => events.at(-1)).toBe('consult');
    room.notified({ method: 'room.ended', params: { reason: 'consultant-ended' } });
    expect(toPage.map(({ method }) => method)).toEqual(['room.phase', 'room.ended']);
    expect(events).toEqual(['joined waiting', 'consult', 'ended consultant-ended']);
    expect(room.current).toBeNull();
  });

  test('while the seat is being taken follows once it is', async () => {
    const { room, events, controlAnswers } = setUpRoom();
    controlAnswers(async () => {
      room.notified({ method: 'room.phase', params: { phase: 'consult' } });
      return { ok: true, value: seat };
    });
    await room.join(opened);
    await expect.poll(() => events).toEqual(['joined waiting', 'consult']);
  });

  test('is nothing to a laptop without a seat', () => {
    const { room, toPage, events } = setUpRoom();
    room.notified({ method: 'room.phase', params: { phase: 'consult' } });
    room.notified({ method: 'room.ended', params: { reason: 'left' } });
    expect([toPage, events]).toEqual([[], []]);
  });

  test('leaving tells control once', async () => {
    const { room, relayed } = setUpRoom();
    await room.join(opened);
    room.leave();
    room.leave();
    expect(relayed).toEqual(['room.join', 'room.leave']);
  });
});
