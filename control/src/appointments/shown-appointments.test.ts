import { randomUUID } from 'node:crypto';
import { consoleAppointment, latestClose, type CheckReport, type ConsoleAppointment } from '@sallyport/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BookingWorld, minute, must, noon } from './booking-testing.ts';

let world: BookingWorld;
beforeAll(async () => {
  world = await BookingWorld.create();
});
afterAll(() => world.database.close());
beforeEach(() => world.clear());

const figures = { lossUp: 0, lossDown: 0.01, jitter: 5, roundTrip: 60, bitrateUp: 900_000, bitrateDown: 900_000 };
const report: CheckReport = { camera: 'working', microphone: 'heard', speaker: 'heard', network: figures };

describe('what consoles show of a room', () => {
  test('since when its laptop waits, what was done in it, and when it closes', async () => {
    const { id } = await world.book();
    await world.room(id, {
      present: JSON.stringify(['officer', 'interpreter']),
      laptop_checked_name_at: new Date(noon),
    });
    await world.seat(id);
    const later = { closes_at: new Date(noon + 40 * minute), extended_at: new Date(noon) };
    await world.database.db.updateTable('appointments').set(later).where('id', '=', id).execute();
    expect(await world.find(id)).toMatchObject({
      ...{ phase: 'waiting', waitingSince: noon, extended: true, closesAt: noon + 40 * minute },
      progress: {
        present: ['officer', 'interpreter'],
        nameChecked: { laptop: true, consultant: false },
        staffConfirmed: false,
      },
    });
  });

  test('that the laptop of a debrief asks for staff, while it is there and until they have confirmed', async () => {
    const { id } = await world.book();
    await world.room(id, { phase: 'debrief', staff_nonce: Buffer.alloc(16) });
    expect((await world.find(id)).asksForStaff).toBe(false);
    await world.seat(id);
    expect(await world.find(id)).toMatchObject({ asksForStaff: true, progress: { staffConfirmed: false } });
    await world.room(id, { staff_confirmed_at: new Date(noon) });
    expect(await world.find(id)).toMatchObject({ asksForStaff: false, progress: { staffConfirmed: true } });
    await world.room(id, { phase: 'ended', end_reason: 'consultant-ended' });
    const ended = { phase: 'ended', endReason: 'consultant-ended', asksForStaff: false };
    expect(await world.find(id)).toMatchObject({ ...ended, progress: { staffConfirmed: false } });
  });

  test('that it is over without anybody having come', async () => {
    const [{ id }, other] = [await world.book(), await world.book({ startsAt: noon + 30 * minute })];
    must(await world.cancel(other.id, 1));
    world.now = noon + 25 * minute;
    expect(await world.find(id)).toMatchObject({ phase: 'ended', endReason: 'window-over' });
    world.now = noon + 60 * minute;
    expect(await world.find(other.id)).toMatchObject({ phase: 'ended', endReason: null, cancelledAt: noon });
  });
});

test('the check of the laptop that is booked is shown with its verdict, and another laptop’s is not', async () => {
  const { id } = await world.book();
  const { own, second } = world.laptops;
  const at = new Date(noon - minute);
  const row = { appointment: id, device: own, report: JSON.stringify(report), at };
  await world.database.db.insertInto('device_checks').values(row).execute();
  const { check } = await world.find(id);
  expect(check).toEqual({ verdict: 'good', report, at: noon - minute });
  expect(must(await world.change(id, 1, { device: second })).check).toBeNull();
});

describe('where guests stand', () => {
  const guests = [
    { kind: 'interpreter' as const, name: 'Ifor Interpreter' },
    { kind: 'clinician' as const, name: 'Dr Clwyd' },
  ];
  let appointment: ConsoleAppointment;
  const set = (row: object) => world.database.db.updateTable('guests').set(row).execute();
  const states = async () => (await world.find(appointment.id)).guests.map(({ state }) => state);
  beforeEach(async () => {
    appointment = await world.book({ guests });
  });

  test('named, invited while the link is good, waiting, admitted, gone', async () => {
    expect(await states()).toEqual(['named', 'named']);
    await world.database.db
      .updateTable('guests')
      .set((eb) => ({ link: eb.cast<Buffer>(eb.cast<string>('id', 'text'), 'bytea') }))
      .execute();
    await set({ link_expires_at: new Date(latestClose(appointment.endsAt)) });
    expect(await states()).toEqual(['invited', 'invited']);
    await set({ link_expires_at: new Date(noon) });
    expect(await states()).toEqual(['named', 'named']);
    const [{ id } = { id: '' }] = appointment.guests;
    const of = (row: object) => world.database.db.updateTable('guests').set(row).where('id', '=', id).execute();
    await of({ link: null, browser: Buffer.from(randomUUID()), entered_at: new Date(noon) });
    expect(await states()).toEqual(['waiting', 'named']);
    await of({ proof: '{}' });
    const shown = await world.find(appointment.id);
    expect(shown.guests.map(({ state }) => state)).toEqual(['admitted', 'named']);
    expect(consoleAppointment.parse(shown)).toEqual(shown);
    await of({ gone_at: new Date(noon) });
    expect(await states()).toEqual(['gone', 'named']);
  });

  test('an interpreter is gone in the debrief, and everybody when it is over or cancelled (S39)', async () => {
    await set({ proof: '{}' });
    await world.room(appointment.id, { phase: 'debrief' });
    const inDebrief = (await world.find(appointment.id)).guests;
    expect(inDebrief.map(({ kind, state }) => [kind, state])).toEqual([
      ['clinician', 'admitted'],
      ['interpreter', 'gone'],
    ]);
    await world.room(appointment.id, { phase: 'ended' });
    expect(await states()).toEqual(['gone', 'gone']);
    const other = await world.book({ guests, startsAt: noon + 60 * minute });
    expect(must(await world.cancel(other.id, 1)).guests.map(({ state }) => state)).toEqual(['gone', 'gone']);
  });
});

describe('clashes, before anybody saves', () => {
  type Asked = { device?: string; consultant?: string; startsAt?: number; minutes?: number; except?: string };
  const ask = async (asked: Asked, who: 'nurse' | 'otherNurse' | 'consultant' = 'nurse') =>
    world.routes.clashes({ query: { startsAt: noon, minutes: 20, ...asked } }, world.caller(who));

  test('are told of the laptop and of the consultant, back to back is none, and of the one that is changed none', async () => {
    const booked = await world.book();
    const times = { startsAt: noon, endsAt: noon + 20 * minute };
    const both = { device: world.laptops.own, consultant: world.people.consultant.id };
    expect(await ask(both)).toEqual({
      clashes: [
        { of: 'device', ...times },
        { of: 'consultant', ...times },
      ],
    });
    expect(await ask({ ...both, startsAt: noon + 20 * minute })).toEqual({ clashes: [] });
    expect(await ask({ ...both, startsAt: noon - 20 * minute })).toEqual({ clashes: [] });
    expect(await ask({ ...both, except: booked.id })).toEqual({ clashes: [] });
    expect(await ask({})).toEqual({ clashes: [] });
    must(await world.cancel(booked.id, 1));
    expect(await ask(both)).toEqual({ clashes: [] });
  });

  test('of another prison’s appointments tell when, and of its laptops nothing (S15)', async () => {
    const { elsewhere } = world.laptops;
    const booked = await world.book({ device: elsewhere }, 'otherNurse');
    const { id: consultant } = world.people.consultant;
    const told = { clashes: [{ of: 'consultant', startsAt: noon, endsAt: noon + 20 * minute }] };
    expect(await ask({ consultant })).toEqual(told);
    expect(await ask({ consultant, except: booked.id })).toEqual(told);
    expect(await ask({ device: elsewhere })).toMatchObject({ refusal: { reason: 'not-found' } });
    expect(await ask({ consultant }, 'consultant')).toMatchObject({ refusal: { reason: 'not-allowed' } });
  });
});
