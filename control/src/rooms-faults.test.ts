import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SampleRooms } from '../../test/harness/sample-rooms.ts';
import type { SampleConsultant, SampleLaptop } from '../../test/harness/sample-rooms.ts';
import { minute, noon, RoomsWorld } from './rooms-world-testing.ts';
import { opusParameters, simulcastParameters } from './sfu/testing.ts';

let world: RoomsWorld<SampleLaptop, SampleConsultant>;
beforeAll(async () => {
  world = await RoomsWorld.create(new SampleRooms(noon));
});
beforeEach(() => world.restart());
afterAll(() => world.close());

describe('the end of the window', () => {
  test('control ends media at closesAt, whatever clients do (P6.5, S16)', async () => {
    const booked = await world.book();
    const { room, laptop, consultant } = booked;
    world.now = noon + 25 * minute - 1000;
    await world.admitted(booked);
    await world.publish(laptop);
    world.now = noon + 25 * minute;
    await expect.poll(() => laptop.heard.at(-1)).toEqual({ method: 'room.ended', params: { reason: 'window-over' } });
    expect(consultant.heard.at(-1)).toEqual({ method: 'room.ended', params: { reason: 'window-over' } });
    expect(world.sfu.counts()).toMatchObject({ rooms: 0, transports: 0, producers: 0 });
    await expect.poll(() => world.phaseOf(room)).toBe('ended');
    expect(await world.seats(room)).toEqual([]);
  });

  test('a room that everybody left ends as well, by the sweep', async () => {
    const { room, laptop } = await world.book();
    await world.join(laptop, room);
    await world.ask(laptop, 'room.leave', {});
    world.now = noon + 25 * minute;
    await world.rooms.sweep();
    expect(await world.phaseOf(room)).toBe('ended');
  });

  test('a laptop whose activation ended unseen is put out by the sweep', async () => {
    const { room, laptop, grant } = await world.book();
    await world.join(laptop, room);
    await world.setGrant(grant, { ended_at: new Date(world.now) });
    await world.rooms.sweep();
    expect(laptop.heard.at(-1)).toEqual({ method: 'room.ended', params: { reason: 'device-locked' } });
    expect(await world.seats(room)).toEqual([]);
  });
});

describe('crashes', () => {
  test('a node that comes back frees the seats of its former life, and keeps the phase', async () => {
    const booked = await world.book();
    const { room, laptop } = booked;
    await world.admitted(booked);
    // The process is gone without a word; the next one starts under the same node id.
    const next = await world.startNode(world.node);
    expect(await world.seats(room)).toEqual([]);
    expect(await next.handle(laptop.peer, 'room.join', world.joining(laptop, room))).toMatchObject({
      ok: true,
      result: { phase: 'consult', participants: [] },
    });
    await next.close();
  });

  test('a room lives on one living node; another takes it over when that node’s lease is over', async () => {
    const { room, laptop } = await world.book();
    await world.join(laptop, room);
    const other = await world.startNode(randomUUID());
    const join = () => other.handle(laptop.peer, 'room.join', world.joining(laptop, room));
    expect(await join()).toEqual({ ok: false, refusal: { reason: 'not-connected', retryAfter: 5 } });
    await world.database.db
      .updateTable('media_nodes')
      .set({ alive_until: new Date(0) })
      .where('id', '=', world.node)
      .execute();
    await other.sweep();
    expect((await join()).ok).toBe(true);
    await other.close();
  });

  test('when the worker dies everybody is told, and may join again in the same phase', async () => {
    const booked = await world.book();
    const { room, laptop } = booked;
    await world.admitted(booked);
    const [pid] = world.sfu.pids;
    if (pid === undefined) throw new Error('no worker');
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => laptop.heard.at(-1)).toEqual({ method: 'room.ended', params: { reason: 'server' } });
    await expect.poll(() => world.seats(room)).toEqual([]);
    await expect.poll(() => world.sfu.ready, { timeout: 5000 }).toBe(true);
    expect(await world.join(laptop, room)).toMatchObject({ phase: 'consult' });
  });

  test('closing tells everybody and frees every seat', async () => {
    const { room, laptop } = await world.book();
    await world.join(laptop, room);
    await world.rooms.close();
    expect(laptop.heard.at(-1)).toEqual({ method: 'room.ended', params: { reason: 'server' } });
    expect(await world.seats(room)).toEqual([]);
    expect(await world.refusalOfJoin(laptop, room)).toBe('not-connected');
  });
});

describe('S16 a hostile participant (T4)', () => {
  test('malformed params, another room’s ids and a screen from a laptop are refused', async () => {
    const booked = await world.book();
    const { room, laptop } = booked;
    const other = await world.book();
    await world.admitted(booked);
    await world.admitted(other);
    const { camera, transport } = await world.publish(laptop);
    const bad = { ...world.joining(laptop, room), extra: 'x'.repeat(1000) };
    expect(await world.rooms.handle(laptop.peer, 'room.join', bad)).toMatchObject({ refusal: { reason: 'malformed' } });
    expect(await world.refusalOf(other.laptop, 'room.closeProducer', { producer: camera })).toBe('not-found');
    const audio = { transport, kind: 'audio', rtpParameters: opusParameters(5) } as const;
    expect(await world.refusalOf(other.laptop, 'room.produce', { ...audio, source: 'microphone' })).toBe('not-found');
    const screen = { transport, kind: 'video', source: 'screen', rtpParameters: simulcastParameters(1) } as const;
    expect(await world.refusalOf(laptop, 'room.produce', screen)).toBe('not-allowed');
    expect(world.sfu.counts()).toMatchObject({ producers: 2 });
  });

  test('flooding is cut short and leaves the others alone', async () => {
    const { room, laptop } = await world.book();
    const other = await world.book();
    await world.join(other.laptop, other.room);
    const flood = await Promise.all(
      Array.from({ length: 300 }, () =>
        world.rooms.handle(laptop.peer, 'room.join', world.joining(laptop, other.room)),
      ),
    );
    expect(flood.filter((answer) => !answer.ok && answer.refusal.reason === 'too-many').length).toBeGreaterThan(280);
    expect(await world.ask(other.laptop, 'room.createTransport', { direction: 'send' })).toHaveProperty('id');
    expect(room).not.toBe(other.room);
  });
});
