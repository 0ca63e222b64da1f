import { randomUUID } from 'node:crypto';
import { closingExtension } from '@sallyport/protocol';
import { sql } from 'kysely';
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

const closing = noon + 25 * minute;
const later = closing + closingExtension;
const windowOver = { method: 'room.ended', params: { reason: 'window-over' } };
const extended = { method: 'room.extended', params: { closesAt: later } };

const hoursOf = (room: string) =>
  world.database.db
    .selectFrom('appointments')
    .select(['closes_at', 'extended_at', 'revision'])
    .where('id', '=', room)
    .executeTakeFirstOrThrow();

/** Holds a row that control needs. @returns lets go of it */
async function hold(table: 'rooms' | 'appointments', id: string): Promise<() => Promise<void>> {
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  let transaction: Promise<void> | undefined;
  await new Promise<void>((resolve) => {
    transaction = world.database.db.transaction().execute(async (trx) => {
      await trx.selectFrom(table).select('id').where('id', '=', id).forUpdate().execute();
      resolve();
      await held;
    });
  });
  return async () => {
    letGo();
    await transaction;
  };
}

/** How many of the database's connections wait for a row that another one holds. */
async function blocked(): Promise<number> {
  const waiting = sql<{ count: number }>`select count(*)::int as count from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`;
  return (await waiting.execute(world.database.db)).rows[0]?.count ?? 0;
}

/** How many others of the database's connections are in the middle of something. */
async function busy(): Promise<number> {
  const working = sql<{ count: number }>`select count(*)::int as count from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'`;
  return (await working.execute(world.database.db)).rows[0]?.count ?? 0;
}

/** A participant who hears nothing and goes on as if nothing had been said. */
const deaf = (guest: Guest): Guest => ({ heard: [], peer: { ...guest.peer, notify: () => undefined } });

describe('letting the room close later', () => {
  test('the consultant can, once, and everybody is told (S41)', async () => {
    const booked = await world.book();
    const { room, laptop, consultant } = booked;
    await world.admitted(booked);
    expect(await world.ask(consultant, 'room.extend', {})).toEqual({ closesAt: later });
    expect([laptop.heard.at(-1), consultant.heard.at(-1)]).toEqual([extended, extended]);
    expect(await world.refusalOf(consultant, 'room.extend', {})).toBe('wrong-state');
    const hours = await hoursOf(room);
    expect(hours).toMatchObject({ closes_at: new Date(later), extended_at: new Date(noon), revision: 2 });
    const entries = await world.audit.entriesBefore(undefined, 2);
    expect(entries[1]).toMatchObject({ action: 'room.extended', subject: room, detail: { closesAt: later } });
    expect(await world.rejoin(laptop, room)).toMatchObject({ closesAt: later });
  });

  test('of many taps at once one counts (S41)', async () => {
    const booked = await world.book();
    await world.admitted(booked);
    const taps = await Promise.all(
      Array.from({ length: 6 }, () => world.refusalOf(booked.consultant, 'room.extend', {})),
    );
    expect(taps.filter((answer) => answer === 'granted')).toHaveLength(1);
    expect((await hoursOf(booked.room)).closes_at).toEqual(new Date(later));
  });

  test('not the laptop, not from outside, not at the end, and not once the room has ended (S41)', async () => {
    const booked = await world.book();
    const { room, laptop, consultant } = booked;
    expect(await world.refusalOf(consultant, 'room.extend', {})).toBe('wrong-state');
    await world.admitted(booked);
    expect(await world.refusalOf(laptop, 'room.extend', {})).toBe('not-allowed');
    world.now = closing;
    expect(await world.refusalOf(consultant, 'room.extend', {})).toBe('too-late');
    world.now = noon;
    await world.ask(consultant, 'room.end', {});
    expect(await world.refusalOf(consultant, 'room.extend', {})).toBe('wrong-state');
    expect((await hoursOf(room)).extended_at).toBeNull();
  });

  test('the room stays until its later end, and ends then (S41)', async () => {
    const booked = await world.book();
    const { room, laptop, consultant } = booked;
    world.now = closing - 1000;
    await world.admitted(booked);
    await world.publish(laptop);
    await world.ask(consultant, 'room.extend', {});
    world.now = later - 500;
    await world.rooms.sweep();
    expect(world.sfu.counts()).toMatchObject({ rooms: 1, producers: 2 });
    expect(await world.rejoin(consultant, room)).toMatchObject({ phase: 'consult' });
    world.now = later;
    await expect.poll(() => laptop.heard.at(-1)).toEqual(windowOver);
    expect(world.sfu.counts()).toMatchObject({ rooms: 0, producers: 0 });
    await expect.poll(() => world.endOf(room)).toEqual({ phase: 'ended', end_reason: 'window-over' });
  });

  test('what another node let is picked up by the sweep, and told (S41)', async () => {
    const booked = await world.book();
    const { room, laptop, consultant } = booked;
    await world.admitted(booked);
    await world.database.db
      .updateTable('appointments')
      .set({ closes_at: new Date(later), extended_at: new Date(noon) })
      .where('id', '=', room)
      .execute();
    await world.rooms.sweep();
    expect([laptop.heard.at(-1), consultant.heard.at(-1)]).toEqual([extended, extended]);
    world.now = later - 500;
    await world.rooms.sweep();
    expect(await world.seats(room)).toHaveLength(2);
    world.now = later;
    await expect.poll(() => laptop.heard.at(-1)).toEqual(windowOver);
  });

  test('an empty room that was extended does not end at its first end (S41)', async () => {
    const booked = await world.book();
    const { room, laptop, consultant } = booked;
    world.now = closing - 300;
    await world.admitted(booked);
    await world.ask(laptop, 'room.leave', {});
    await world.ask(consultant, 'room.leave', {});
    await world.database.db
      .updateTable('appointments')
      .set({ closes_at: new Date(later) })
      .where('id', '=', room)
      .execute();
    const release = await hold('appointments', room);
    world.now = closing;
    // The timer of the first end fires, finds the later one, and leaves the room alone.
    await expect.poll(blocked).toBe(1);
    await release();
    await expect.poll(busy).toBe(0);
    expect(await world.phaseOf(room)).toBe('consult');
    world.now = later;
    await world.rooms.sweep();
    expect(await world.phaseOf(room)).toBe('ended');
  });
});

describe('the end', () => {
  test('is control’s: clients that ignore everything are out, silent, and stay out (S41)', async () => {
    const booked = await world.book();
    const [laptop, consultant] = [deaf(booked.laptop), deaf(booked.consultant)];
    world.now = closing - 2000;
    await world.named({ ...booked, laptop, consultant });
    const { camera, transport } = await world.publish(laptop);
    expect(await world.hear(consultant, camera)).toBe('granted');
    world.now = closing;
    await expect.poll(() => world.sfu.counts().rooms, { timeout: 5000 }).toBe(0);
    expect(world.sfu.counts()).toMatchObject({ transports: 0, producers: 0, consumers: 0 });
    expect(await world.refusalOf(laptop, 'room.pauseProducer', { producer: camera, paused: false })).toBe(
      'wrong-state',
    );
    expect(await world.refusalOf(laptop, 'room.createTransport', { direction: 'send' })).toBe('wrong-state');
    const dtlsParameters = { fingerprints: [] };
    expect(await world.refusalOf(laptop, 'room.connectTransport', { transport, dtlsParameters })).not.toBe('granted');
    expect(await world.refusalOf(consultant, 'room.extend', {})).toBe('wrong-state');
    expect(await world.refusalOfJoin(laptop, booked.room)).toBe('too-late');
    expect(await world.refusalOfJoin(consultant, booked.room)).toBe('too-late');
  });

  test('comes on time while the room is busy and its database does not answer (S41)', async () => {
    const booked = await world.book();
    world.now = closing - 2000;
    await world.admitted(booked);
    await world.publish(booked.laptop);
    const release = await hold('rooms', booked.room);
    const tick = world.refusalOf(booked.laptop, 'room.checkName', {});
    world.now = closing;
    await expect.poll(() => world.sfu.counts().rooms, { timeout: 5000 }).toBe(0);
    expect(booked.laptop.heard.at(-1)).toEqual(windowOver);
    await release();
    await tick;
    await expect.poll(() => world.phaseOf(booked.room)).toBe('ended');
  });

  test('is the later one for whoever comes just when the consultant has let it be later', async () => {
    const booked = await world.book();
    const { room, laptop, consultant } = booked;
    world.now = closing - 1500;
    await world.admitted(booked);
    await world.ask(laptop, 'room.leave', {});
    const release = await hold('appointments', room);
    const extending = world.refusalOf(consultant, 'room.extend', {});
    const joining = world.refusalOfJoin(laptop, room);
    await expect.poll(blocked).toBe(1);
    world.now = closing;
    // Control does not wait for an answer: at its time everybody is out.
    await expect.poll(() => consultant.heard.at(-1), { timeout: 5000 }).toEqual(windowOver);
    await release();
    expect([await extending, await joining]).toEqual(['granted', 'granted']);
    expect(await world.join(consultant, room)).toMatchObject({ phase: 'consult', closesAt: later });
    expect(laptop.heard.at(-1)).toMatchObject({ method: 'room.participantJoined' });
  });

  test('a node that starts anew keeps the hours it finds (S41)', async () => {
    const booked = await world.book();
    await world.admitted(booked);
    await world.ask(booked.consultant, 'room.extend', {});
    await world.rooms.close();
    world.now = closing + minute;
    const next = await world.startNode(randomUUID());
    expect(await world.phaseOf(booked.room)).toBe('consult');
    world.now = later;
    await next.sweep();
    expect(await world.endOf(booked.room)).toEqual({ phase: 'ended', end_reason: 'window-over' });
    await next.close();
  });
});
