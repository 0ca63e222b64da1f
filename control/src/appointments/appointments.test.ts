import { randomUUID } from 'node:crypto';
import { consoleApi, type BookedDetails } from '@sallyport/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Refused } from '../http/handlers.ts';
import { BookingWorld, minute, must, noon } from './booking-testing.ts';

let world: BookingWorld;
beforeAll(async () => {
  world = await BookingWorld.create();
});
afterAll(() => world.database.close());
beforeEach(() => world.clear());

describe('booking', () => {
  test('a booked appointment opens ten minutes before and closes five after, and is on the record', async () => {
    const id = randomUUID();
    const booked = await world.book({ id, guests: [{ kind: 'interpreter', name: 'Ifor Interpreter' }] });
    expect(consoleApi.book.response.parse(booked)).toEqual(booked);
    expect(booked).toMatchObject({
      ...{ id, revision: 1, patientReference: 'P-1', patientName: 'Alex Example', nhsNumber: '9434765919' },
      startsAt: noon,
      endsAt: noon + 20 * minute,
      opensAt: noon - 10 * minute,
      closesAt: noon + 25 * minute,
      ...{ extended: false, phase: 'waiting', endReason: null, cancelledAt: null, waitingSince: null },
      progress: { present: null, nameChecked: { laptop: false, consultant: false }, staffConfirmed: false },
      ...{ check: null, asksForStaff: false, nextSteps: null },
      guests: [{ kind: 'interpreter', name: 'Ifor Interpreter', state: 'named' }],
      consultant: { name: 'Dr Jones', hospital: 'City Hospital' },
    });
    const { own: device } = world.laptops;
    const detail = { device, consultant: world.people.consultant.id, startsAt: noon, minutes: 20 };
    expect(world.record).toMatchObject([{ action: 'appointment.booked', subject: id, detail }]);
    const recorded = JSON.stringify(world.record);
    for (const hidden of ['P-1', 'Alex', '9434765919', 'Ifor']) expect(recorded).not.toContain(hidden);
    expect(world.published).toEqual(['appointments']);
    expect(world.told).toEqual([{ kind: 'device', device }]);
  });

  test('a consultant whom no roster names any more cannot be booked (S26)', async () => {
    const removed = { removed_at: new Date(noon) };
    const { id } = world.people.otherConsultant;
    const { db } = world.database;
    await db.updateTable('people').set(removed).where('id', '=', id).execute();
    expect(await world.tryBook({ consultant: id })).toEqual(new Refused('not-found'));
    await db.updateTable('people').set({ removed_at: null }).where('id', '=', id).execute();
    expect(await world.tryBook({ consultant: id })).not.toBeInstanceOf(Refused);
  });

  test('the same laptop or the same consultant twice at a time is a clash; back to back is none (S3, S37)', async () => {
    await world.book();
    const other = world.people.otherConsultant.id;
    expect(await world.tryBook({ consultant: other, startsAt: noon + 10 * minute })).toEqual(new Refused('clash'));
    expect(await world.tryBook({ device: world.laptops.second, startsAt: noon + 10 * minute })).toEqual(
      new Refused('clash'),
    );
    const elsewhere = { device: world.laptops.elsewhere, startsAt: noon + 10 * minute };
    expect(await world.tryBook(elsewhere, 'otherNurse')).toEqual(new Refused('clash'));
    expect(await world.tryBook({ startsAt: noon + 20 * minute })).not.toBeInstanceOf(Refused);
    expect(world.record).toHaveLength(2);
  });

  test('of many bookings at once of laptops and consultants that clash, one is kept, and none waits for ever (S3, S37)', async () => {
    const { own, second } = world.laptops;
    const { consultant, otherConsultant } = world.people;
    const wanted = [
      { device: own, consultant: consultant.id },
      { device: own, consultant: otherConsultant.id, startsAt: noon + 10 * minute },
      { device: second, consultant: consultant.id, startsAt: noon + 5 * minute },
    ];
    const answers = await Promise.all(Array.from({ length: 12 }, (_, nth) => world.tryBook(wanted[nth % 3] ?? {})));
    const refused = answers.filter((answer) => answer instanceof Refused);
    expect(new Set(refused.map(({ refusal }) => refusal.reason))).toEqual(new Set(['clash']));
    const kept = await world.list('nurse');
    expect(kept).toHaveLength(12 - refused.length);
    for (const one of kept) {
      const clashing = kept.filter(
        (other) =>
          (other.device.id === one.device.id || other.consultant.id === one.consultant.id) &&
          other.startsAt < one.endsAt &&
          other.endsAt > one.startsAt,
      );
      expect(clashing).toEqual([one]);
    }
  });

  test('a cancelled appointment clashes with nothing', async () => {
    const { id } = await world.book();
    must(await world.cancel(id, 1));
    expect(await world.tryBook()).not.toBeInstanceOf(Refused);
  });

  test.each([
    ['another prison’s laptop', () => ({ device: world.laptops.elsewhere }), 'not-found'],
    ['a bricked laptop', () => ({ device: world.laptops.bricked }), 'not-found'],
    ['a consultant who is none', () => ({ consultant: world.people.nurse.id }), 'not-found'],
    ['a start in the past', () => ({ startsAt: noon - 6 * minute }), 'too-late'],
    ['a start in two years', () => ({ startsAt: noon + 730 * 24 * 60 * minute }), 'too-early'],
  ] as const)('%s is refused', async (_, change, reason) => {
    expect(await world.tryBook(change())).toEqual(new Refused(reason));
    expect(world.record).toEqual([]);
  });

  test('by somebody who is no staff of a prison is not allowed', async () => {
    expect(await world.tryBook({}, 'consultant')).toEqual(new Refused('not-allowed'));
  });
});

describe('a booking sent more than once', () => {
  const guests = [{ kind: 'clinician', name: 'Dr Clwyd' }] as const;

  test('is booked once and answered the same, however often and late it is sent (S37)', async () => {
    const [id, sent] = [randomUUID(), { guests: [...guests] }];
    const answers = await Promise.all(Array.from({ length: 6 }, () => world.tryBook({ ...sent, id })));
    world.now = noon + 10 * minute;
    answers.push(await world.tryBook({ ...sent, id }));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(must(answers[0] ?? new Refused('failed')).guests).toHaveLength(1);
    expect(world.record).toHaveLength(1);
    expect(await world.list('nurse')).toHaveLength(1);
  });

  test.each([
    ['another patient', { patientName: 'Somebody Else' }],
    ['no NHS number', { nhsNumber: null }],
    ['another time', { startsAt: noon + 60 * minute }],
    ['another length', { minutes: 30 }],
    ['another guest', { guests: [{ kind: 'interpreter', name: 'Ifor Interpreter' }] }],
  ] satisfies [string, Partial<BookedDetails>][])(
    'with %s is another booking, and is refused under the same number (S37)',
    async (_, change) => {
      const { id } = await world.book();
      expect(await world.tryBook({ id, ...change })).toEqual(new Refused('changed-meanwhile'));
      expect(world.record).toHaveLength(1);
    },
  );

  test('after it was cancelled, or from another prison, is refused and tells nothing (S15)', async () => {
    const { id } = await world.book();
    const { elsewhere } = world.laptops;
    const abroad = { id, device: elsewhere, startsAt: noon + 60 * minute };
    expect(await world.tryBook(abroad, 'otherNurse')).toEqual(new Refused('changed-meanwhile'));
    expect(await world.tryBook({ id }, 'otherNurse')).toEqual(new Refused('changed-meanwhile'));
    must(await world.cancel(id, 1));
    expect(await world.tryBook({ id })).toEqual(new Refused('changed-meanwhile'));
  });

  test('of two different ones at once under one number, one is kept (S37)', async () => {
    const id = randomUUID();
    const other = { device: world.laptops.second, consultant: world.people.otherConsultant.id };
    const answers = await Promise.all([world.tryBook({ id }), world.tryBook({ id, ...other })]);
    const refused = answers.filter((answer) => answer instanceof Refused);
    expect(refused).toEqual([new Refused('changed-meanwhile')]);
  });
});

describe('what the contract refuses of a booking', () => {
  const parse = (change: object) =>
    consoleApi.book.body.safeParse({ id: randomUUID(), ...world.details(), ...change }).success;

  test.each([
    ['no length', { minutes: 0 }],
    ['a length below zero', { minutes: -20 }],
    ['a day', { minutes: 24 * 60 }],
    ['half a minute', { minutes: 20.5 }],
    ['a start that is no time', { startsAt: 0 }],
    ['a start at the end of time', { startsAt: Number.MAX_SAFE_INTEGER }],
    ['an NHS number with a wrong check digit', { nhsNumber: '9434765918' }],
    ['an NHS number that is a name', { nhsNumber: 'Alex' }],
    ['a name of ten thousand characters', { patientName: 'a'.repeat(10_000) }],
    ['a name of two lines', { patientName: 'Alex\nExample' }],
    ['a name with a bidirectional override', { patientName: 'Alex \u202Eelpmaxe' }],
    ['a name of nothing one sees', { patientName: '\u200B' }],
    ['no name', { patientName: '' }],
    ['two interpreters', { guests: Array.from({ length: 2 }, () => ({ kind: 'interpreter', name: 'Ifor' })) }],
    ['a guest of no kind', { guests: [{ kind: 'friend', name: 'Ifor' }] }],
  ])('%s', (_, change) => {
    expect(parse({})).toBe(true);
    expect(parse(change)).toBe(false);
  });

  test('a right-to-left name, one with accents and one with an emoji are names, kept as they were typed', async () => {
    for (const [nth, patientName] of ['محمد بن سلمان', 'Siân Ŵyn-O’Neill', '李小龙 😀'].entries()) {
      const { id, ...details } = consoleApi.book.body.parse({
        ...{ id: randomUUID(), ...world.details({ startsAt: noon + nth * 60 * minute }), patientName },
        nhsNumber: ' 943 476 5919',
      });
      expect(await world.book({ id, ...details })).toMatchObject({ patientName, nhsNumber: '9434765919' });
    }
  });
});

test('in the night when the clocks go back, the same hour by the clock on the wall is two appointments', async () => {
  // 25 October 2026: 01:30 BST, and an hour later 01:30 GMT.
  const [summer, winter] = [Date.UTC(2026, 9, 25, 0, 30), Date.UTC(2026, 9, 25, 1, 30)];
  const first = await world.book({ startsAt: summer, minutes: 60 });
  const second = await world.book({ startsAt: winter, minutes: 60 });
  expect([first.startsAt, first.endsAt, second.startsAt]).toEqual([summer, winter, winter]);
  const day = { from: Date.UTC(2026, 9, 24, 23), to: Date.UTC(2026, 9, 26, 0) };
  const { appointments } = must(await world.routes.appointments({ query: day }, world.caller('nurse')));
  expect(appointments.map(({ id }) => id)).toEqual([first.id, second.id]);
});

describe('lists', () => {
  test('staff see their own prison’s, a consultant sees their own, both by start (S15)', async () => {
    const second = await world.book({ startsAt: noon + 60 * minute });
    const first = await world.book();
    const idsOf = async (who: Parameters<typeof world.list>[0]) => (await world.list(who)).map(({ id }) => id);
    expect(await idsOf('nurse')).toEqual([first.id, second.id]);
    expect(await idsOf('consultant')).toEqual([first.id, second.id]);
    expect(await idsOf('otherNurse')).toEqual([]);
    expect(await idsOf('otherConsultant')).toEqual([]);
  });

  test('a span longer than 31 days is too large, one that ends before it begins malformed', async () => {
    const query = { from: noon, to: noon + 32 * 24 * 60 * minute };
    expect(await world.routes.appointments({ query }, world.caller('nurse'))).toEqual(new Refused('too-large'));
    const reversed = { from: noon, to: noon - 1 };
    expect(await world.routes.appointments({ query: reversed }, world.caller('nurse'))).toEqual(
      new Refused('malformed'),
    );
  });

  test('consultants are those of the hospitals', async () => {
    const { consultants } = must(await world.routes.consultants({}, world.caller('nurse')));
    expect(consultants).toEqual([
      { id: world.people.consultant.id, name: 'Dr Jones', hospital: 'City Hospital' },
      { id: world.people.otherConsultant.id, name: 'Dr Price', hospital: 'City Hospital' },
    ]);
  });
});

describe('cancelling', () => {
  test('is for the own prison, while nobody sits in the room; sent twice it is done once (S15)', async () => {
    const { id } = await world.book();
    expect(await world.cancel(id, 1, 'otherNurse')).toEqual(new Refused('not-found'));
    await world.room(id);
    await world.seat(id);
    expect(await world.cancel(id, 1)).toEqual(new Refused('wrong-state'));
    await world.database.db.deleteFrom('seats').execute();
    const cancelled = must(await world.cancel(id, 1));
    expect(cancelled).toMatchObject({ cancelledAt: noon, revision: 2 });
    world.now = noon + minute;
    expect(await world.cancel(id, 1)).toEqual(cancelled);
    expect(world.record.map((entry) => entry.action)).toEqual(['appointment.booked', 'appointment.cancelled']);
  });

  test('is refused to whoever has not seen what it has become (S37)', async () => {
    const { id } = await world.book();
    must(await world.change(id, 1, { startsAt: noon + 60 * minute }, 'colleague'));
    expect(await world.cancel(id, 1)).toEqual(new Refused('changed-meanwhile'));
    expect(must(await world.cancel(id, 2)).cancelledAt).toBe(noon);
  });

  test('is refused once it has begun or is over', async () => {
    const [begun, over] = [await world.book(), await world.book({ startsAt: noon + 60 * minute })];
    await world.room(begun.id, { phase: 'consult' });
    expect(await world.cancel(begun.id, 1)).toEqual(new Refused('wrong-state'));
    world.now = noon + 120 * minute;
    expect(await world.cancel(over.id, 1)).toEqual(new Refused('wrong-state'));
  });
});
