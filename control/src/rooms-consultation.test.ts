import { randomUUID } from 'node:crypto';
import { noProgress, toBase64url } from '@sallyport/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SampleRooms } from '../../test/harness/sample-rooms.ts';
import type { SampleConsultant, SampleLaptop } from '../../test/harness/sample-rooms.ts';
import { minute, noon, RoomsWorld } from './rooms-world-testing.ts';

let world: RoomsWorld<SampleLaptop, SampleConsultant>;
beforeAll(async () => {
  world = await RoomsWorld.create(new SampleRooms(noon));
});
beforeEach(() => world.restart());
afterAll(() => world.close());

describe('joining', () => {
  test('an open laptop and the consultant find each other in the waiting room', async () => {
    const { room, laptop, consultant } = await world.book();
    const first = await world.join(laptop, room);
    expect(first).toMatchObject({ phase: 'waiting', participants: [], producers: [], closesAt: noon + 25 * minute });
    expect(first.progress).toEqual(noProgress);
    const second = await world.join(consultant, room);
    expect(second.participants).toMatchObject([{ id: laptop.peer.id, kind: 'device', name: laptop.peer.name }]);
    expect(second.producers).toEqual([]);
    expect(laptop.heard).toMatchObject([
      {
        method: 'room.participantJoined',
        params: { participant: { id: consultant.peer.id, kind: 'consultant', name: 'Dr Jones' } },
      },
    ]);
    expect(world.published).toEqual(['appointments', 'appointments']);
    expect(world.rooms.counts()).toEqual({ rooms: 1, participants: 2 });
  });

  test.each([
    ['before the window opens', noon - 10 * minute - 1, 'too-early'],
    ['when the window is over', noon + 25 * minute, 'too-late'],
  ])('%s it is refused', async (_, at, reason) => {
    const { room, laptop, consultant } = await world.book();
    world.now = at;
    expect(await world.refusalOfJoin(laptop, room)).toBe(reason);
    expect(await world.refusalOfJoin(consultant, room)).toBe(reason);
    expect(await world.seats(room)).toEqual([]);
  });

  test('a laptop nobody opened, or whose activation is over, stays out (S3)', async () => {
    const { room, laptop, grant } = await world.book();
    const join = () => world.refusalOfJoin(laptop, room);
    await world.setGrant(grant, { opened_at: null });
    expect(await join()).toBe('not-allowed');
    await world.setGrant(grant, { opened_at: new Date(noon), ended_at: new Date(noon) });
    expect(await join()).toBe('not-allowed');
    await world.setGrant(grant, { ended_at: null, open_until: new Date(noon) });
    expect(await join()).toBe('not-allowed');
  });

  test('the laptop and the consultant of another appointment stay out, and so does everybody from a room that is none (S3)', async () => {
    const { room } = await world.book();
    const other = await world.book();
    expect(await world.refusalOfJoin(other.laptop, room)).toBe('not-allowed');
    expect(await world.refusalOfJoin(other.consultant, room)).toBe('not-allowed');
    expect(await world.refusalOfJoin(other.laptop, randomUUID())).toBe('not-found');
    await world.database.db
      .updateTable('appointments')
      .set({ cancelled_at: new Date(noon) })
      .where('id', '=', room)
      .execute();
    expect(await world.refusalOfJoin(other.laptop, room)).toBe('not-found');
  });

  test('a second seat is refused by the database, and the first is not disturbed (P6.2, S3)', async () => {
    const { room, laptop, consultant } = await world.book();
    const second = await world.book({ laptop, consultant });
    await world.join(laptop, room);
    await world.join(consultant, room);
    await world.publish(consultant);
    consultant.heard.length = 0;
    const again = { ...laptop, peer: { ...laptop.peer } };
    expect(await world.refusalOfJoin(again, room)).toBe('seat-taken');
    expect(await world.refusalOfJoin(again, second.room)).toBe('seat-taken');
    expect(consultant.heard).toEqual([]);
    expect(world.sfu.counts()).toMatchObject({ rooms: 1, producers: 2 });
    await world.ask(laptop, 'room.createTransport', { direction: 'receive' });
  });

  test('of many joins at once, of two rooms, one gets the seat (S3)', async () => {
    const { room, laptop, consultant } = await world.book();
    const second = await world.book({ laptop, consultant });
    const joins = [room, second.room, room, second.room, room, second.room].map((each) =>
      world.rooms.handle(laptop.peer, 'room.join', world.joining(laptop, each)),
    );
    const answers = await Promise.all(joins);
    expect(answers.filter((answer) => answer.ok)).toHaveLength(1);
    expect(answers.filter((answer) => !answer.ok && answer.refusal.reason === 'seat-taken')).toHaveLength(5);
    expect([...(await world.seats(room)), ...(await world.seats(second.room))]).toEqual([laptop.peer.id]);
    expect(world.rooms.counts()).toEqual({ rooms: 1, participants: 1 });
  });
});

describe('phases', () => {
  test('nothing is consumed while waiting, everything after the consultant admits (P6.3, S16)', async () => {
    const { room, laptop, consultant } = await world.book();
    const { rtpCapabilities } = await world.join(laptop, room);
    await world.join(consultant, room);
    await world.ask(laptop, 'room.prepare', { consent: true, present: [] });
    const { camera } = await world.publish(consultant);
    const { id: transport } = await world.ask(laptop, 'room.createTransport', { direction: 'receive' });
    const consume = { transport, producer: camera, rtpCapabilities };
    expect(await world.refusalOf(laptop, 'room.consume', consume)).toBe('wrong-state');
    await world.ask(consultant, 'room.admit', {});
    expect(laptop.heard.at(-1)).toEqual({ method: 'room.phase', params: { phase: 'consult' } });
    const consumer = await world.ask(laptop, 'room.consume', consume);
    await world.ask(laptop, 'room.resumeConsumer', { consumer: consumer.consumer });
    expect(world.sfu.counts()).toMatchObject({ consumers: 1 });
  });

  test('only the consultant steers, only forwards, and admits only a laptop that is there (P6.1, P6.4, S16)', async () => {
    const { room, laptop, consultant } = await world.book();
    await world.join(consultant, room);
    expect(await world.refusalOf(consultant, 'room.admit', {})).toBe('wrong-state');
    await world.join(laptop, room);
    for (const method of ['room.admit', 'room.startDebrief', 'room.extend', 'room.end'] as const) {
      expect(await world.refusalOf(laptop, method, {})).toBe('not-allowed');
    }
    expect(await world.refusalOf(laptop, 'room.message', { message: 'soon' })).toBe('not-allowed');
    expect(await world.refusalOf(laptop, 'room.decline', { reason: 'rebook' })).toBe('not-allowed');
    expect(await world.refusalOf(consultant, 'room.startDebrief', {})).toBe('wrong-state');
    await world.ask(laptop, 'room.prepare', { consent: true, present: [] });
    await world.ask(consultant, 'room.admit', {});
    expect(await world.refusalOf(consultant, 'room.admit', {})).toBe('wrong-state');
    await world.ask(consultant, 'room.startDebrief', {});
    expect(await world.refusalOf(consultant, 'room.admit', {})).toBe('wrong-state');
    expect(await world.phaseOf(room)).toBe('debrief');
  });

  test('the consultant ends the room for everybody: seats and media are gone, nobody comes back', async () => {
    const booked = await world.book();
    const { room, laptop, consultant } = booked;
    await world.admitted(booked);
    await world.publish(laptop);
    await world.ask(consultant, 'room.end', {});
    expect(laptop.heard.at(-1)).toEqual({ method: 'room.ended', params: { reason: 'consultant-ended' } });
    expect(await world.seats(room)).toEqual([]);
    expect(world.sfu.counts()).toMatchObject({ rooms: 0, transports: 0, producers: 0 });
    expect(await world.refusalOfJoin(laptop, room)).toBe('wrong-state');
    expect(await world.refusalOf(laptop, 'room.createTransport', { direction: 'send' })).toBe('wrong-state');
  });

  test('who loses the connection loses seat and media, the other stays; who comes back finds the phase as it was', async () => {
    const booked = await world.book();
    const { room, laptop, consultant } = booked;
    await world.admitted(booked);
    await world.publish(laptop);
    await world.rooms.leave(laptop.peer, 'connection-lost');
    expect(consultant.heard.at(-1)).toEqual({
      method: 'room.participantLeft',
      params: { participant: laptop.peer.id },
    });
    expect(world.sfu.counts()).toMatchObject({ rooms: 1, producers: 0 });
    expect(await world.seats(room)).toEqual([consultant.peer.id]);
    expect(await world.join(laptop, room)).toMatchObject({ phase: 'consult' });
    await world.ask(laptop, 'room.leave', {});
    await world.ask(consultant, 'room.leave', {});
    expect(world.sfu.counts()).toMatchObject({ rooms: 0 });
    expect(await world.join(laptop, room)).toMatchObject({ phase: 'consult', participants: [] });
  });

  test('a leave that comes during the join frees the seat all the same', async () => {
    const { room, laptop } = await world.book();
    const joining = world.rooms.handle(laptop.peer, 'room.join', world.joining(laptop, room));
    const leaving = world.rooms.leave(laptop.peer, 'device-locked');
    await Promise.all([joining, leaving]);
    expect(await world.seats(room)).toEqual([]);
    expect(world.rooms.counts()).toEqual({ rooms: 0, participants: 0 });
  });
});

test('S10 joins, steps, ends and refusals are on the record, and the chain holds', async () => {
  const booked = await world.book();
  const { room, laptop, consultant } = booked;
  await world.refusalOf(consultant, 'room.admit', {});
  await world.debriefing(booked);
  await world.ask(laptop, 'room.askStaff', { nonce: toBase64url(new Uint8Array(16)) });
  await world.ask(laptop, 'room.confirmStaff', {});
  await world.ask(laptop, 'room.leave', {});
  await world.ask(consultant, 'room.end', {});
  const entries = (await world.audit.entriesBefore(undefined, 12)).reverse();
  expect(entries.map(({ action, actor }) => [action, actor.kind])).toEqual([
    ['room.refused', 'person'],
    ['room.joined', 'device'],
    ['room.joined', 'person'],
    ['room.prepared', 'device'],
    ['room.admitted', 'person'],
    ['room.name-checked', 'device'],
    ['room.name-checked', 'person'],
    ['room.debrief', 'person'],
    ['room.staff-asked', 'device'],
    ['room.staff-confirmed', 'device'],
    ['room.left', 'device'],
    ['room.ended', 'person'],
  ]);
  expect(entries[0]?.detail).toEqual({ request: 'room.admit', reason: 'wrong-state' });
  expect(entries.slice(1).every(({ subject }) => subject === room)).toBe(true);
  expect(await world.audit.verify()).toMatchObject({ intact: true });
});
