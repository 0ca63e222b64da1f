import { noProgress } from '@sallyport/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SampleRooms } from '../../test/harness/sample-rooms.ts';
import type { SampleConsultant, SampleLaptop } from '../../test/harness/sample-rooms.ts';
import { noon, RoomsWorld } from './rooms-world-testing.ts';
import type { Guest } from './rooms-world-testing.ts';
import { simulcastParameters } from './sfu/testing.ts';

let world: RoomsWorld<SampleLaptop, SampleConsultant>;
beforeAll(async () => {
  world = await RoomsWorld.create(new SampleRooms(noon));
});
beforeEach(() => world.restart());
afterAll(() => world.close());

/** What was done in the room, as everybody was told last. */
const progressHeard = ({ heard }: Guest) => heard.findLast(({ method }) => method === 'room.progress')?.params;

const actionsSince = async (count: number) =>
  (await world.audit.entriesBefore(undefined, count)).reverse().map(({ action }) => action);

async function share(guest: Guest): Promise<string> {
  const { id: transport } = await world.ask(guest, 'room.createTransport', { direction: 'send' });
  const screen = { transport, kind: 'video', source: 'screen', rtpParameters: simulcastParameters(1) } as const;
  return world.refusalOf(guest, 'room.produce', screen);
}

describe('consent and who is there', () => {
  test('nobody is admitted before staff have recorded them (S42)', async () => {
    const { room, laptop, consultant } = await world.book();
    await world.join(laptop, room);
    await world.join(consultant, room);
    expect(await world.refusalOf(consultant, 'room.admit', {})).toBe('wrong-state');
    expect(await world.phaseOf(room)).toBe('waiting');
    await world.ask(laptop, 'room.prepare', { consent: true, present: ['chaperone', 'officer', 'officer'] });
    const progress = { ...noProgress, present: ['officer', 'chaperone'] };
    expect(progressHeard(consultant)).toEqual({ progress });
    expect(progressHeard(laptop)).toEqual({ progress });
    await world.ask(consultant, 'room.admit', {});
    expect(await world.phaseOf(room)).toBe('consult');
  });

  test('are on the record, without a word about the patient (S42)', async () => {
    const { room, laptop } = await world.book();
    await world.join(laptop, room);
    await world.ask(laptop, 'room.prepare', { consent: true, present: ['interpreter', 'officer'] });
    const [entry] = await world.audit.entriesBefore(undefined, 1);
    expect(entry).toMatchObject({
      action: 'room.prepared',
      actor: { kind: 'device', id: laptop.peer.id },
      subject: room,
    });
    expect(entry?.detail).toEqual({ consent: true, present: 'officer, interpreter' });
  });

  test('can be said again while the room waits, and not after; the same again is no second entry', async () => {
    const booked = await world.book();
    const { laptop, consultant } = booked;
    await world.prepared(booked);
    await world.ask(laptop, 'room.prepare', { consent: true, present: ['officer'] });
    await world.ask(laptop, 'room.prepare', { consent: true, present: [] });
    expect(await actionsSince(3)).toEqual(['room.joined', 'room.prepared', 'room.prepared']);
    await world.ask(consultant, 'room.admit', {});
    expect(await world.refusalOf(laptop, 'room.prepare', { consent: true, present: [] })).toBe('wrong-state');
    expect(await world.refusalOf(laptop, 'room.prepare', { consent: false, present: [] })).toBe('wrong-state');
    expect(await world.phaseOf(booked.room)).toBe('consult');
  });

  test('are for the laptop’s staff alone to say', async () => {
    const { room, consultant } = await world.book();
    await world.join(consultant, room);
    expect(await world.refusalOf(consultant, 'room.prepare', { consent: true, present: [] })).toBe('not-allowed');
  });

  test('without consent the room ends for everybody, on the record, and nobody comes back (S42)', async () => {
    const booked = await world.book();
    const { room, laptop, consultant } = booked;
    await world.prepared(booked);
    await world.ask(laptop, 'room.prepare', { consent: false, present: [] });
    const ended = { method: 'room.ended', params: { reason: 'no-consent' } };
    expect([laptop.heard.at(-1), consultant.heard.at(-1)]).toEqual([ended, ended]);
    expect(await world.endOf(room)).toEqual({ phase: 'ended', end_reason: 'no-consent' });
    expect(await world.seats(room)).toEqual([]);
    const [entry] = await world.audit.entriesBefore(undefined, 1);
    expect(entry).toMatchObject({
      action: 'room.ended',
      actor: { id: laptop.peer.id },
      detail: { reason: 'no-consent' },
    });
    expect(await world.refusalOfJoin(laptop, room)).toBe('wrong-state');
    expect(await world.refusalOfJoin(consultant, room)).toBe('wrong-state');
  });
});

test('a laptop that waits sends nothing, prepared or not; admitted, it does (S40)', async () => {
  const booked = await world.book();
  const { room, laptop, consultant } = booked;
  await world.join(laptop, room);
  expect(await world.speak(laptop)).toBe('wrong-state');
  await world.join(consultant, room);
  await world.ask(laptop, 'room.prepare', { consent: true, present: [] });
  expect(await world.speak(laptop)).toBe('wrong-state');
  expect(world.sfu.counts()).toMatchObject({ producers: 0 });
  await world.ask(consultant, 'room.admit', {});
  await world.publish(laptop);
  expect(world.sfu.counts()).toMatchObject({ producers: 2 });
});

describe('the patient’s name', () => {
  test('nothing is shown to the patient before both sides have ticked it (S42)', async () => {
    const booked = await world.book();
    const { laptop, consultant } = booked;
    await world.admitted(booked);
    expect(await share(consultant)).toBe('wrong-state');
    await world.ask(laptop, 'room.checkName', {});
    expect(await share(consultant)).toBe('wrong-state');
    await world.ask(consultant, 'room.checkName', {});
    const nameChecked = { laptop: true, consultant: true };
    expect(progressHeard(laptop)).toMatchObject({ progress: { nameChecked } });
    expect(await share(consultant)).toBe('granted');
  });

  test('the consultant’s tick alone is not enough either (S42)', async () => {
    const booked = await world.book();
    await world.admitted(booked);
    await world.ask(booked.consultant, 'room.checkName', {});
    expect(await share(booked.consultant)).toBe('wrong-state');
  });

  test('is ticked in the consultation, and not before; twice is once on the record', async () => {
    const booked = await world.book();
    await world.prepared(booked);
    expect(await world.refusalOf(booked.laptop, 'room.checkName', {})).toBe('wrong-state');
    await world.ask(booked.consultant, 'room.admit', {});
    for (let tick = 0; tick < 2; tick += 1) await world.ask(booked.laptop, 'room.checkName', {});
    expect(await actionsSince(2)).toEqual(['room.admitted', 'room.name-checked']);
  });

  test('two ticks at the same moment are two ticks', async () => {
    const booked = await world.book();
    const { laptop, consultant, room } = booked;
    await world.admitted(booked);
    await Promise.all([world.ask(laptop, 'room.checkName', {}), world.ask(consultant, 'room.checkName', {})]);
    await world.ask(laptop, 'room.leave', {});
    const { progress } = await world.join(laptop, room);
    expect(progress.nameChecked).toEqual({ laptop: true, consultant: true });
  });
});

test('every step is told to the consoles, and survives a consultant who drops and a node that dies', async () => {
  const booked = await world.book();
  const { room, consultant, laptop } = booked;
  await world.named(booked);
  expect(world.published).toHaveLength(6);
  await world.rooms.leave(consultant.peer, 'connection-lost');
  const expected = { present: ['officer'], nameChecked: { laptop: true, consultant: true }, staffConfirmed: false };
  expect(await world.join(consultant, room)).toMatchObject({ phase: 'consult', progress: expected });
  await world.restart();
  expect(await world.join(laptop, room)).toMatchObject({ phase: 'consult', progress: expected });
});

test('when they were admitted is kept, once and past the end', async () => {
  const booked = await world.book();
  const admittedAt = async () => {
    const rows = world.database.db.selectFrom('rooms').select('admitted_at').where('id', '=', booked.room);
    return (await rows.executeTakeFirstOrThrow()).admitted_at;
  };
  await world.prepared(booked);
  expect(await admittedAt()).toBeNull();
  await world.ask(booked.consultant, 'room.admit', {});
  world.now += 1000;
  await world.ask(booked.consultant, 'room.startDebrief', {});
  await world.ask(booked.consultant, 'room.end', {});
  expect(await admittedAt()).toEqual(new Date(noon));
});
