import { toBase64url } from '@sallyport/protocol';
import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SampleRooms } from '../../test/harness/sample-rooms.ts';
import type { SampleConsultant, SampleLaptop } from '../../test/harness/sample-rooms.ts';
import { Refused, type Caller } from './http/handlers.ts';
import { noon, RoomsWorld } from './rooms-world-testing.ts';
import type { Booked, Guest } from './rooms-world-testing.ts';
import { watchedMedia } from './rooms/media-testing.ts';
import { roomRoutes } from './rooms/routes.ts';
import { simulcastParameters } from './sfu/testing.ts';

type Appointment = Booked<SampleLaptop, SampleConsultant>;

const fleet = new SampleRooms(noon);
let world: RoomsWorld<SampleLaptop, SampleConsultant>;
beforeAll(async () => {
  world = await RoomsWorld.create(fleet);
});
beforeEach(() => world.restart());
afterAll(() => world.close());

const freshNonce = (): string => toBase64url(new Uint8Array(randomBytes(16)));
const last = ({ heard }: Guest) => heard.at(-1);

/** Staff are asked for at the laptop, and have confirmed. */
async function confirm({ laptop }: Appointment): Promise<void> {
  await world.ask(laptop, 'room.askStaff', { nonce: freshNonce() });
  await world.ask(laptop, 'room.confirmStaff', {});
}

async function staffOf(room: string) {
  const columns = ['staff_nonce', 'staff_confirmed_at'] as const;
  return world.database.db.selectFrom('rooms').select(columns).where('id', '=', room).executeTakeFirstOrThrow();
}

/** Both send, and each receives the other's camera; the consultant shows a picture. */
async function talk({ laptop, consultant }: Appointment): Promise<{ ofLaptop: string; ofConsultant: string }> {
  const { camera: ofLaptop } = await world.publish(laptop);
  const { camera: ofConsultant, transport } = await world.publish(consultant);
  const screen = { transport, kind: 'video', source: 'screen', rtpParameters: simulcastParameters(1) } as const;
  await world.ask(consultant, 'room.produce', { ...screen, rtpParameters: { ...screen.rtpParameters, mid: '2' } });
  expect(await world.hear(laptop, ofConsultant)).toBe('granted');
  expect(await world.hear(consultant, ofLaptop)).toBe('granted');
  return { ofLaptop, ofConsultant };
}

describe('when the debrief begins', () => {
  test('the laptop is dark and silent at once, on the media server itself, whatever it does (S39)', async () => {
    const booked = await world.book();
    const { laptop, consultant } = booked;
    await world.named(booked);
    const { ofLaptop, ofConsultant } = await talk(booked);
    expect(world.sfu.counts()).toMatchObject({ producers: 5, consumers: 2 });
    consultant.heard.length = 0;
    await world.ask(consultant, 'room.startDebrief', {});
    // What is left is the consultant's own camera and microphone, which nobody receives.
    expect(world.sfu.counts()).toMatchObject({ producers: 2 });
    await expect.poll(() => world.sfu.counts().consumers).toBe(0);
    expect(consultant.heard).toContainEqual({ method: 'room.producerRemoved', params: { producer: ofLaptop } });
    expect(last(laptop)).toEqual({ method: 'room.phase', params: { phase: 'debrief' } });
    expect(await world.speak(laptop)).toBe('wrong-state');
    expect(await world.hear(laptop, ofConsultant)).toBe('wrong-state');
    expect(world.sfu.counts()).toMatchObject({ producers: 2, consumers: 0 });
  });

  test('a laptop that sends or receives just then comes too late: what was under way ends (S39)', async () => {
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    let underWay = 0;
    const held = (): Promise<void> => ((underWay += 1), opened);
    await world.restart(watchedMedia(world.sfu, (what) => (what === 'produce' ? held() : Promise.resolve())));
    const booked = await world.book();
    const { laptop, consultant } = booked;
    await world.named(booked);
    // The consultant's microphone is on its way as well, and may come.
    const [ofLaptop, ofConsultant] = [world.speak(laptop), world.speak(consultant)];
    await expect.poll(() => underWay).toBe(2);
    await world.ask(consultant, 'room.startDebrief', {});
    open();
    expect(await ofLaptop).toBe('wrong-state');
    expect(await ofConsultant).not.toBe('wrong-state');
    expect(world.sfu.counts()).toMatchObject({ producers: 1 });
  });

  test('the same holds for what it was about to receive (S39)', async () => {
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    let underWay = 0;
    const held = (): Promise<void> => ((underWay += 1), opened);
    await world.restart(watchedMedia(world.sfu, (what) => (what === 'consume' ? held() : Promise.resolve())));
    const booked = await world.book();
    await world.named(booked);
    const producer = await world.speak(booked.consultant);
    const hearing = world.hear(booked.laptop, producer);
    await expect.poll(() => underWay).toBe(1);
    await world.ask(booked.consultant, 'room.startDebrief', {});
    open();
    expect(await hearing).toBe('wrong-state');
    expect(world.sfu.counts()).toMatchObject({ consumers: 0 });
  });

  test('the media server is not even asked for what a laptop must not have (S16, S39, S40)', async () => {
    const asked: string[] = [];
    await world.restart(
      watchedMedia(world.sfu, async (what) => {
        asked.push(what);
      }),
    );
    const booked = await world.book();
    const { laptop, consultant } = booked;
    await world.prepared(booked);
    const producer = await world.speak(consultant);
    expect(await world.speak(laptop)).toBe('wrong-state');
    expect(await world.hear(laptop, producer)).toBe('wrong-state');
    await world.ask(consultant, 'room.admit', {});
    await world.ask(consultant, 'room.startDebrief', {});
    expect(await world.speak(laptop)).toBe('wrong-state');
    expect(await world.hear(laptop, producer)).toBe('wrong-state');
    expect(asked).toEqual(['produce']);
  });

  test('it speaks and hears again once its staff have confirmed, and a picture can be shown again (S39)', async () => {
    const booked = await world.book();
    const { room, laptop, consultant } = booked;
    await world.debriefing(booked);
    await confirm(booked);
    expect(last(consultant)).toMatchObject({ params: { progress: { staffConfirmed: true } } });
    expect((await staffOf(room)).staff_confirmed_at).toEqual(new Date(noon));
    await talk(booked);
    expect(world.sfu.counts()).toMatchObject({ producers: 5, consumers: 2 });
    expect(last(laptop)).toMatchObject({ method: 'room.producerAdded' });
  });
});

describe('that staff are there', () => {
  test('nobody says who was not asked for it; not before the debrief, and not the consultant (S39)', async () => {
    const booked = await world.book();
    const { room, laptop, consultant } = booked;
    const nonce = freshNonce();
    await world.admitted(booked);
    expect(await world.refusalOf(laptop, 'room.askStaff', { nonce })).toBe('wrong-state');
    expect(await world.refusalOf(laptop, 'room.confirmStaff', {})).toBe('wrong-state');
    await world.ask(consultant, 'room.startDebrief', {});
    expect(await world.refusalOf(laptop, 'room.confirmStaff', {})).toBe('wrong-state');
    expect(await world.refusalOf(consultant, 'room.askStaff', { nonce })).toBe('not-allowed');
    expect(await world.refusalOf(consultant, 'room.confirmStaff', {})).toBe('not-allowed');
    expect(await staffOf(room)).toEqual({ staff_nonce: null, staff_confirmed_at: null });
  });

  test('is said once; the code is over with it', async () => {
    const booked = await world.book();
    await world.debriefing(booked);
    await confirm(booked);
    await world.ask(booked.laptop, 'room.confirmStaff', {});
    expect(await world.refusalOf(booked.laptop, 'room.askStaff', { nonce: freshNonce() })).toBe('wrong-state');
    expect((await staffOf(booked.room)).staff_nonce).toBeNull();
    const actions = (await world.audit.entriesBefore(undefined, 3)).map(({ action }) => action);
    expect(actions).toEqual(['room.refused', 'room.staff-confirmed', 'room.staff-asked']);
  });

  test('has to be shown anew by a laptop that left, however it left (S39)', async () => {
    const booked = await world.book();
    const { room, laptop, consultant } = booked;
    await world.debriefing(booked);
    for (const leave of [
      () => world.ask(laptop, 'room.leave', {}),
      () => world.rooms.leave(laptop.peer, 'connection-lost'),
      () => world.rooms.leave(laptop.peer, 'device-locked'),
    ]) {
      await confirm(booked);
      const producer = await world.speak(consultant);
      await leave();
      expect(last(consultant)).toMatchObject({ params: { progress: { staffConfirmed: false } } });
      expect(await staffOf(room)).toEqual({ staff_nonce: null, staff_confirmed_at: null });
      expect(await world.join(laptop, room)).toMatchObject({ phase: 'debrief', progress: { staffConfirmed: false } });
      expect(await world.speak(laptop)).toBe('wrong-state');
      expect(await world.hear(laptop, producer)).toBe('wrong-state');
      expect(await world.refusalOf(laptop, 'room.confirmStaff', {})).toBe('wrong-state');
    }
  });

  test('a code that was asked for before the laptop left is over (S39)', async () => {
    const booked = await world.book();
    await world.debriefing(booked);
    await world.ask(booked.laptop, 'room.askStaff', { nonce: freshNonce() });
    await world.rejoin(booked.laptop, booked.room);
    expect(await world.refusalOf(booked.laptop, 'room.confirmStaff', {})).toBe('wrong-state');
  });

  test('has to be shown anew after the media server or the node died (S39)', async () => {
    const booked = await world.book();
    const { room, laptop } = booked;
    await world.debriefing(booked);
    await confirm(booked);
    await world.rooms.close();
    expect(await staffOf(room)).toEqual({ staff_nonce: null, staff_confirmed_at: null });
    await world.restart();
    await world.join(laptop, room);
    await confirm(booked);
    // The process is gone without a word; the next one frees the seats.
    const next = await world.startNode(world.node);
    expect(await staffOf(room)).toEqual({ staff_nonce: null, staff_confirmed_at: null });
    await next.close();
  });
});

test('a laptop whose seat was lost unseen shows staff anew when it takes one (S39)', async () => {
  const booked = await world.book();
  const { room, laptop } = booked;
  await world.debriefing(booked);
  await confirm(booked);
  // Somebody cleared the table while the node was dead.
  await world.database.db.deleteFrom('seats').where('room', '=', room).execute();
  const next = await world.startNode(world.node);
  expect((await staffOf(room)).staff_confirmed_at).not.toBeNull();
  const answer = await next.handle(laptop.peer, 'room.join', world.joining(laptop, room));
  expect(answer).toMatchObject({ ok: true, result: { phase: 'debrief', progress: { staffConfirmed: false } } });
  expect((await staffOf(room)).staff_confirmed_at).toBeNull();
  await next.close();
});

describe('the interpreter', () => {
  test('is put out when the debrief begins, and cannot come back; a clinician stays (S39)', async () => {
    const booked = await world.book();
    const { room, laptop, consultant } = booked;
    await world.named(booked);
    const interpreter = await world.addGuest(booked, 'interpreter');
    const clinician = await world.addGuest(booked, 'clinician', 'Dr Second');
    await world.join(interpreter, room);
    await world.join(clinician, room);
    const voice = await world.speak(interpreter);
    expect(await world.hear(clinician, voice)).toBe('granted');
    consultant.heard.length = 0;
    await world.ask(consultant, 'room.startDebrief', {});
    expect(last(interpreter)).toEqual({ method: 'room.ended', params: { reason: 'debrief' } });
    expect(consultant.heard[0]).toEqual({
      method: 'room.participantLeft',
      params: { participant: interpreter.peer.id },
    });
    expect(world.sfu.counts()).toMatchObject({ producers: 0 });
    await expect.poll(() => world.sfu.counts().consumers).toBe(0);
    expect((await world.seats(room)).sort()).toEqual([laptop.peer.id, consultant.peer.id, clinician.peer.id].sort());
    expect(await world.refusalOfJoin(interpreter, room)).toBe('not-allowed');
    expect(await world.refusalOf(interpreter, 'room.createTransport', { direction: 'receive' })).toBe('wrong-state');
    await world.ask(clinician, 'room.leave', {});
    expect(await world.join(clinician, room)).toMatchObject({ phase: 'debrief' });
    expect(await world.speak(clinician)).not.toBe('wrong-state');
  });

  test('that comes just then finds the door shut, on the record (S39)', async () => {
    const booked = await world.book();
    await world.named(booked);
    const interpreter = await world.addGuest(booked, 'interpreter');
    await Promise.all([
      world.ask(booked.consultant, 'room.startDebrief', {}),
      world.refusalOfJoin(interpreter, booked.room),
    ]);
    expect(await world.seats(booked.room)).not.toContain(interpreter.peer.id);
    expect(await world.refusalOfJoin(interpreter, booked.room)).toBe('not-allowed');
    expect(world.rooms.counts()).toEqual({ rooms: 1, participants: 2 });
    const actions = (await world.audit.entriesBefore(undefined, 1)).map(({ action }) => action);
    expect(actions).toEqual(['room.refused']);
  });
});

describe('the code that staff read on their console', () => {
  const nurse = (site: string, role: 'healthcare' | 'consultant' = 'healthcare'): Caller => ({
    person: { id: randomUUID(), name: 'Nia Nurse', role, site: { id: site, name: 'HMP Exemplar', kind: 'prison' } },
    session: 'test',
  });
  const ask = async (room: string, caller = nurse(fleet.fleet.prison)) => {
    const { database, audit, trust } = world;
    const routes = roomRoutes({ db: database.db, audit, trust, clock: { now: () => world.now } });
    const answer = await routes.debriefCode({ params: { id: room }, body: {} }, caller);
    return answer instanceof Refused ? answer.refusal.reason : answer.nonce;
  };

  test('is that of the nonce the laptop asked with last; each look is on the record (S39)', async () => {
    const booked = await world.book();
    await world.debriefing(booked);
    const nonces = [freshNonce(), freshNonce()];
    for (const nonce of nonces) {
      await world.ask(booked.laptop, 'room.askStaff', { nonce });
      expect(await ask(booked.room)).toBe(nonce);
    }
    const [entry] = await world.audit.entriesBefore(undefined, 1);
    expect(entry).toMatchObject({ action: 'debrief.code-shown', actor: { name: 'Nia Nurse' }, subject: booked.room });
    expect(JSON.stringify(entry)).not.toContain(nonces[1]);
  });

  test('is there only while the laptop asks (S39)', async () => {
    const booked = await world.book();
    const { room, laptop } = booked;
    expect(await ask(room)).toBe('wrong-state');
    await world.named(booked);
    // As no step of control's own would leave it.
    const staff_nonce = Buffer.alloc(16);
    await world.database.db.updateTable('rooms').set({ staff_nonce }).where('id', '=', room).execute();
    expect(await ask(room)).toBe('wrong-state');
    await world.ask(booked.consultant, 'room.startDebrief', {});
    expect(await ask(room)).toBe('wrong-state');
    await world.ask(laptop, 'room.askStaff', { nonce: freshNonce() });
    await world.rejoin(laptop, room);
    expect(await ask(room)).toBe('wrong-state');
    await confirm(booked);
    expect(await ask(room)).toBe('wrong-state');
    await world.ask(booked.consultant, 'room.end', {});
    expect(await ask(room)).toBe('wrong-state');
  });

  test('does not exist for another prison’s staff; that they asked is on the record (S39, S15)', async () => {
    const booked = await world.book();
    await world.debriefing(booked);
    await world.ask(booked.laptop, 'room.askStaff', { nonce: freshNonce() });
    expect(await ask(booked.room, nurse(randomUUID()))).toBe('not-found');
    const [entry] = await world.audit.entriesBefore(undefined, 1);
    expect(entry).toMatchObject({ action: 'room.refused', detail: { request: 'debriefCode', reason: 'not-found' } });
    expect(await ask(booked.room, nurse(fleet.fleet.prison, 'consultant'))).toBe('not-found');
    expect(await ask(randomUUID())).toBe('not-found');
  });
});
