import { randomUUID } from 'node:crypto';
import { consoleApi, latestClose } from '@sallyport/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Refused } from '../http/handlers.ts';
import { BookingWorld, minute, must, noon } from './booking-testing.ts';

let world: BookingWorld;
beforeAll(async () => {
  world = await BookingWorld.create();
});
afterAll(() => world.database.close());
beforeEach(() => world.clear());

describe('changing', () => {
  test('moves an appointment to another time, laptop and consultant, and corrects its patient, on the record', async () => {
    const { id } = await world.book();
    const startsAt = noon + 24 * 60 * minute - 1;
    const { second: device } = world.laptops;
    const { id: consultant } = world.people.otherConsultant;
    const change = { startsAt, minutes: 45, device, consultant, patientName: 'Alex Sample', nhsNumber: null };
    const changed = must(await world.change(id, 1, change));
    expect(consoleApi.changeAppointment.response.parse(changed)).toEqual(changed);
    expect(changed).toMatchObject({
      ...{ id, revision: 2, patientName: 'Alex Sample', nhsNumber: null, startsAt },
      ...{ endsAt: startsAt + 45 * minute, opensAt: startsAt - 10 * minute, closesAt: startsAt + 50 * minute },
      device: { id: device },
      consultant: { name: 'Dr Price' },
    });
    const entry = world.record.at(-1);
    const what = 'time laptop consultant patient';
    expect(entry?.detail).toEqual({ device, consultant, startsAt, minutes: 45, changed: what, revision: 2 });
    expect(entry).toMatchObject({ action: 'appointment.changed', subject: id, actor: { name: 'Nurse Evans' } });
    expect(JSON.stringify(world.record)).not.toContain('Alex');
    expect(world.told.at(-1)).toEqual({ kind: 'device', device });
    expect(world.published).toEqual(['appointments', 'appointments']);
  });

  test('by two people at once: one change counts, the other is told, and sees it (S37)', async () => {
    const { id } = await world.book();
    const [later, longer] = [{ startsAt: noon + 60 * minute }, { minutes: 40 }];
    const answers = await Promise.all([world.change(id, 1, later), world.change(id, 1, longer, 'colleague')]);
    expect(answers.filter((answer) => answer instanceof Refused)).toEqual([new Refused('changed-meanwhile')]);
    expect((await world.find(id)).revision).toBe(2);
    expect(await world.change(id, 1, { patientName: 'Old Page' })).toEqual(new Refused('changed-meanwhile'));
    expect(must(await world.change(id, 2, { patientName: 'New Page' })).revision).toBe(3);
  });

  test('sent more than once is made once (S37)', async () => {
    const { id } = await world.book();
    const later = { startsAt: noon + 60 * minute };
    const answers = await Promise.all(Array.from({ length: 5 }, () => world.change(id, 1, later)));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(must(answers[0] ?? new Refused('failed')).revision).toBe(2);
    expect(world.record.map(({ action }) => action)).toEqual(['appointment.booked', 'appointment.changed']);
  });

  test('nothing is no change', async () => {
    const { id } = await world.book();
    expect(must(await world.change(id, 1, {})).revision).toBe(1);
    expect(world.record).toHaveLength(1);
  });

  test('onto somebody else’s time is a clash, also when two swap at once, and leaves it as it was (S37)', async () => {
    const { second } = world.laptops;
    const { otherConsultant } = world.people;
    const first = await world.book();
    const other = await world.book({ device: second, consultant: otherConsultant.id });
    expect(await world.change(first.id, 1, { device: second })).toEqual(new Refused('clash'));
    const swapped = await Promise.all([
      world.change(first.id, 1, { device: second, consultant: otherConsultant.id }),
      world.change(other.id, 1, {}),
    ]);
    expect(swapped).toEqual([new Refused('clash'), new Refused('clash')]);
    expect(await world.find(first.id)).toEqual(first);
    // Its own time is no clash.
    expect(must(await world.change(first.id, 1, { startsAt: noon + 10 * minute })).startsAt).toBe(noon + 10 * minute);
  });

  test('of many appointments to one place at once, one gets there (S37)', async () => {
    const places = [1, 2, 3, 4, 5, 6];
    const booked = [];
    for (const place of places) booked.push(await world.book({ startsAt: noon + place * 60 * minute }));
    const answers = await Promise.all(booked.map(({ id }) => world.change(id, 1, { startsAt: noon })));
    const moved = answers.filter((answer) => !(answer instanceof Refused));
    expect(moved).toHaveLength(1);
    expect(answers.filter((answer) => answer instanceof Refused && answer.refusal.reason === 'clash')).toHaveLength(5);
  });

  test('is for the own prison’s appointments, laptops and for consultants (S15)', async () => {
    const { id } = await world.book();
    const tried = [
      await world.change(id, 1, {}, 'otherNurse'),
      await world.change(randomUUID(), 1, {}),
      await world.change(id, 1, { device: world.laptops.elsewhere }),
      await world.change(id, 1, { device: world.laptops.bricked }),
      await world.change(id, 1, { consultant: world.people.nurse.id }),
    ];
    expect(tried).toEqual(tried.map(() => new Refused('not-found')));
    expect(world.record).toHaveLength(1);
  });

  test('to the past or far ahead is refused; a patient is corrected though it has begun', async () => {
    const { id } = await world.book();
    world.now = noon + 7 * minute;
    expect(await world.change(id, 1, { startsAt: noon + minute })).toEqual(new Refused('too-late'));
    const far = noon + 730 * 24 * 60 * minute;
    expect(await world.change(id, 1, { startsAt: far })).toEqual(new Refused('too-early'));
    expect(must(await world.change(id, 1, { patientName: 'Alex Sample' })).patientName).toBe('Alex Sample');
  });
});

describe('what cannot be changed any more', () => {
  const later = { startsAt: noon + 60 * minute };

  test('an appointment that somebody joined, left again too: what was recorded there is of its patient (S42)', async () => {
    const { id } = await world.book();
    await world.room(id);
    expect(await world.change(id, 1, later)).toEqual(new Refused('wrong-state'));
    await world.room(id, { phase: 'consult' });
    expect(await world.change(id, 1, later)).toEqual(new Refused('wrong-state'));
  });

  test('one that is cancelled, or over', async () => {
    const [cancelled, over] = [await world.book(later), await world.book()];
    must(await world.cancel(cancelled.id, 1));
    expect(await world.change(cancelled.id, 2, {})).toEqual(new Refused('wrong-state'));
    expect(await world.change(cancelled.id, 1, {})).toEqual(new Refused('changed-meanwhile'));
    world.now = noon + 25 * minute;
    expect(await world.change(over.id, 1, { startsAt: noon + 60 * minute })).toEqual(new Refused('wrong-state'));
  });

  test('one for which a laptop is open, or is being opened, until it is inert again (S37)', async () => {
    const { id } = await world.book();
    const grant = randomUUID();
    const put = (row: {
      opened_at?: Date | null;
      ended_at?: Date | null;
      end_reason?: string | null;
      open_until?: Date;
    }) => world.database.db.updateTable('grants').set(row).where('id', '=', grant).execute();
    const released = { id: grant, device: world.laptops.own, appointment: id, approved_by: world.people.nurse.id };
    const signed = {
      sequence: 1,
      statement: Buffer.alloc(1),
      approval: '{}',
      open_until: new Date(noon + 45 * minute),
    };
    await world.database.db
      .insertInto('grants')
      .values({ ...released, ...signed })
      .execute();
    expect(await world.change(id, 1, later)).toEqual(new Refused('wrong-state'));
    await put({ opened_at: new Date(noon) });
    expect(await world.change(id, 1, { patientName: 'Somebody Else' })).toEqual(new Refused('wrong-state'));
    await put({ ended_at: new Date(noon), end_reason: 'locked' });
    expect(must(await world.change(id, 1, later)).revision).toBe(2);
    // One that never answered holds nobody up, nor one whose time is over.
    await put({ opened_at: null, ended_at: null, end_reason: 'unanswered' });
    expect(must(await world.change(id, 2, {})).revision).toBe(3);
    await put({ opened_at: new Date(noon), end_reason: null, open_until: new Date(noon) });
    expect(must(await world.change(id, 3, later)).revision).toBe(4);
  });
});

describe('guests of an appointment that changes', () => {
  const [ifor, clwyd] = [
    { kind: 'interpreter' as const, name: 'Ifor Interpreter' },
    { kind: 'clinician' as const, name: 'Dr Clwyd' },
  ];

  /** Ifor has a link, and the clinician waits at the door. */
  async function invited(): Promise<string> {
    const { id, endsAt } = await world.book({ guests: [ifor, clwyd] });
    const { db } = world.database;
    const expires = { link_expires_at: new Date(latestClose(endsAt)) };
    const out = { link: Buffer.from(randomUUID()), code: Buffer.alloc(32), ...expires };
    await db.updateTable('guests').set(out).where('name', '=', ifor.name).execute();
    const entered = { browser: Buffer.from(randomUUID()), entered_at: new Date(noon), ...expires };
    await db.updateTable('guests').set(entered).where('name', '=', clwyd.name).execute();
    return id;
  }

  const rowsOf = async (id: string) =>
    world.database.db.selectFrom('guests').selectAll().where('appointment', '=', id).orderBy('kind', 'desc').execute();

  test('whoever keeps kind and name keeps the link, which follows the appointment', async () => {
    const id = await invited();
    const before = await rowsOf(id);
    const startsAt = noon + 60 * minute;
    const changed = must(await world.change(id, 1, { startsAt, guests: [clwyd, ifor] }));
    const [interpreter, clinician] = await rowsOf(id);
    const expires = { link_expires_at: new Date(latestClose(changed.endsAt)) };
    expect(interpreter).toEqual({ ...before[0], ...expires });
    expect(clinician).toEqual(before[1]);
    expect(changed.guests.map(({ name, state }) => [name, state])).toEqual([
      ['Dr Clwyd', 'waiting'],
      ['Ifor Interpreter', 'invited'],
    ]);
    expect(world.record.at(-1)?.detail['changed']).toBe('time');
  });

  test('somebody else in their place has no link and is nobody who waits; the one before is nobody (S38)', async () => {
    const id = await invited();
    const before = await rowsOf(id);
    const others = [ifor, clwyd].map((guest) => ({ ...guest, name: `${guest.name} the Second` }));
    const changed = must(await world.change(id, 1, { guests: others }));
    const after = await rowsOf(id);
    expect(after.map(({ link, browser }) => [link, browser])).toEqual([
      [null, null],
      [null, null],
    ]);
    for (const guest of before) expect(after.map((row) => row.id)).not.toContain(guest.id);
    expect(changed.guests.map(({ state }) => state)).toEqual(['named', 'named']);
    expect(must(await world.change(id, 2, { guests: [] })).guests).toEqual([]);
    expect(await rowsOf(id)).toEqual([]);
  });
});
