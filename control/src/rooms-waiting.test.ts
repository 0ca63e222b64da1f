import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SampleRooms } from '../../test/harness/sample-rooms.ts';
import type { SampleConsultant, SampleLaptop } from '../../test/harness/sample-rooms.ts';
import { minute, noon, RoomsWorld } from './rooms-world-testing.ts';
import type { Guest } from './rooms-world-testing.ts';

let world: RoomsWorld<SampleLaptop, SampleConsultant>;
beforeAll(async () => {
  world = await RoomsWorld.create(new SampleRooms(noon));
});
beforeEach(() => world.restart());
afterAll(() => world.close());

const messagesHeard = ({ heard }: Guest) =>
  heard.flatMap((notification) => (notification.method === 'room.message' ? [notification.params.message] : []));

describe('whoever comes', () => {
  test('waits, early or late, and enters when the consultant admits and never by itself (S41)', async () => {
    const { room, laptop, consultant } = await world.book();
    await world.join(consultant, room);
    world.now = noon + 15 * minute;
    expect(await world.join(laptop, room)).toMatchObject({ phase: 'waiting' });
    await world.ask(laptop, 'room.prepare', { consent: true, present: [] });
    await world.ask(laptop, 'room.leave', {});
    // Nobody is there to be admitted; what comes afterwards waits.
    expect(await world.refusalOf(consultant, 'room.admit', {})).toBe('wrong-state');
    expect(await world.join(laptop, room)).toMatchObject({ phase: 'waiting', progress: { present: [] } });
    expect(await world.speak(laptop)).toBe('wrong-state');
  });

  test('before the room opens is told when it does; after it closed, that it is over (S41)', async () => {
    const { room, laptop, consultant } = await world.book();
    world.now = noon - 12 * minute;
    for (const guest of [laptop, consultant]) {
      expect(await world.rooms.handle(guest.peer, 'room.join', world.joining(guest, room))).toEqual({
        ok: false,
        refusal: { reason: 'too-early', retryAfter: 120 },
      });
    }
    world.now = noon + 25 * minute;
    for (const guest of [laptop, consultant]) {
      expect(await world.rooms.handle(guest.peer, 'room.join', world.joining(guest, room))).toEqual({
        ok: false,
        refusal: { reason: 'too-late' },
      });
    }
  });

  test('days before is told a day at most', async () => {
    const { room, laptop } = await world.book();
    world.now = noon - 3 * 24 * 60 * minute;
    const answer = await world.rooms.handle(laptop.peer, 'room.join', world.joining(laptop, room));
    expect(answer).toEqual({ ok: false, refusal: { reason: 'too-early', retryAfter: 86_400 } });
  });
});

describe('a message to whoever waits', () => {
  test('reaches the laptop and nobody else, and one that comes or comes back later', async () => {
    const { room, laptop, consultant } = await world.book();
    await world.join(consultant, room);
    await world.ask(consultant, 'room.message', { message: 'ten-minutes' });
    await world.ask(consultant, 'room.message', { message: 'five-minutes' });
    await world.ask(consultant, 'room.leave', {});
    await world.join(laptop, room);
    expect(messagesHeard(laptop)).toEqual(['five-minutes']);
    await world.join(consultant, room);
    await world.ask(consultant, 'room.message', { message: 'soon' });
    await world.rooms.leave(laptop.peer, 'connection-lost');
    await world.join(laptop, room);
    expect(messagesHeard(laptop)).toEqual(['five-minutes', 'soon', 'soon']);
    expect(messagesHeard(consultant)).toEqual([]);
  });

  test('is over when somebody is admitted, and refused from then on', async () => {
    const booked = await world.book();
    const { room, laptop, consultant } = booked;
    await world.prepared(booked);
    await world.ask(consultant, 'room.message', { message: 'soon' });
    await world.ask(consultant, 'room.admit', {});
    expect(await world.refusalOf(consultant, 'room.message', { message: 'delayed' })).toBe('wrong-state');
    await world.ask(laptop, 'room.leave', {});
    laptop.heard.length = 0;
    await world.join(laptop, room);
    expect(messagesHeard(laptop)).toEqual([]);
  });

  test('floods nobody', async () => {
    const booked = await world.book();
    await world.prepared(booked);
    const said = await Promise.all(
      Array.from({ length: 20 }, () => world.refusalOf(booked.consultant, 'room.message', { message: 'soon' })),
    );
    expect(said.filter((answer) => answer === 'too-many').length).toBeGreaterThanOrEqual(14);
    expect(messagesHeard(booked.laptop).length).toBeLessThanOrEqual(6);
  });
});

describe('declining', () => {
  test('ends the room with its reason, on the record; nobody comes back', async () => {
    const booked = await world.book();
    const { room, laptop, consultant } = booked;
    await world.prepared(booked);
    await world.ask(consultant, 'room.decline', { reason: 'rebook' });
    const ended = { method: 'room.ended', params: { reason: 'declined-rebook' } };
    expect([laptop.heard.at(-1), consultant.heard.at(-1)]).toEqual([ended, ended]);
    expect(await world.endOf(room)).toEqual({ phase: 'ended', end_reason: 'declined-rebook' });
    const [entry] = await world.audit.entriesBefore(undefined, 1);
    expect(entry).toMatchObject({
      action: 'room.ended',
      actor: { id: consultant.peer.id },
      detail: { reason: 'declined-rebook' },
    });
    expect(await world.refusalOfJoin(laptop, room)).toBe('wrong-state');
    expect(world.published.at(-1)).toBe('appointments');
  });

  test('is for those who wait: nobody is declined out of a consultation', async () => {
    const booked = await world.book();
    await world.admitted(booked);
    expect(await world.refusalOf(booked.consultant, 'room.decline', { reason: 'technical' })).toBe('wrong-state');
    expect(await world.phaseOf(booked.room)).toBe('consult');
    expect(await world.seats(booked.room)).toHaveLength(2);
  });
});
