import { randomUUID } from 'node:crypto';
import {
  consoleApi,
  type AuditEntry,
  type ConsoleAppointment,
  type NextStep,
  type SignedInPerson,
} from '@sallyport/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../db/testing.ts';
import { Refused } from '../http/handlers.ts';
import type { TrustNewsItem } from '../ports.ts';
import { appointmentRoutes, type AppointmentRoutes } from './routes.ts';

const minute = 60_000;
const noon = Date.UTC(2026, 4, 4, 12);
const steps: NextStep[] = [
  { kind: 'follow-up', urgency: 'soon', responsible: 'hospital', words: 'See again in two weeks' },
];

let database: TestDatabase;
let routes: AppointmentRoutes;
let now = noon;
let published: string[] = [];
let told: TrustNewsItem[] = [];
let record: Pick<AuditEntry, 'actor' | 'action' | 'subject' | 'detail'>[] = [];
let people: Record<'nurse' | 'otherNurse' | 'consultant' | 'otherConsultant', SignedInPerson>;
let laptops: { own: string; second: string; elsewhere: string; bricked: string };

beforeAll(async () => {
  database = await createTestDatabase();
  await seed();
  routes = appointmentRoutes({
    db: database.db,
    audit: {
      append: (_trx, entry) => {
        record.push(entry);
        return Promise.resolve();
      },
    },
    changes: {
      publish: (topic) => {
        published.push(topic);
        return Promise.resolve();
      },
    },
    clock: { now: () => now },
    news: {
      tell: (_trx, item) => {
        told.push(item);
        return Promise.resolve();
      },
    },
  });
});
afterAll(() => database.close());
beforeEach(async () => {
  now = noon;
  published = [];
  told = [];
  record = [];
  for (const table of ['next_steps', 'seats', 'rooms', 'appointments'] as const) {
    await database.db.deleteFrom(table).execute();
  }
});

describe('booking', () => {
  test('a booked appointment opens ten minutes before and closes five after, and is on the record', async () => {
    const booked = await book({});
    expect(consoleApi.book.response.parse(booked)).toEqual(booked);
    expect(booked).toMatchObject({
      startsAt: noon,
      endsAt: noon + 20 * minute,
      opensAt: noon - 10 * minute,
      closesAt: noon + 25 * minute,
      phase: 'waiting',
      cancelledAt: null,
      waitingSince: null,
      nextSteps: null,
      consultant: { name: 'Dr Jones', hospital: 'City Hospital' },
    });
    expect(record).toMatchObject([{ action: 'appointment.booked', subject: booked.id }]);
    expect(JSON.stringify(record)).not.toContain('P-1');
    expect(published).toEqual(['appointments']);
    expect(told).toEqual([{ kind: 'device', device: laptops.own }]);
  });

  test('a consultant whom no roster names any more cannot be booked (S26)', async () => {
    const removed = { removed_at: new Date(noon) };
    const { id } = people.otherConsultant;
    await database.db.updateTable('people').set(removed).where('id', '=', id).execute();
    expect(await tryBook({ consultant: id })).toEqual(new Refused('not-found'));
    await database.db.updateTable('people').set({ removed_at: null }).where('id', '=', id).execute();
    expect(await tryBook({ consultant: id })).not.toBeInstanceOf(Refused);
  });

  test('the same laptop or the same consultant twice at a time is a clash; back to back is none (S3)', async () => {
    await book({});
    const other = people.otherConsultant.id;
    expect(await tryBook({ consultant: other, startsAt: noon + 10 * minute })).toEqual(new Refused('clash'));
    expect(await tryBook({ device: laptops.second, startsAt: noon + 10 * minute })).toEqual(new Refused('clash'));
    expect(await tryBook({ startsAt: noon + 20 * minute })).not.toBeInstanceOf(Refused);
    expect(record).toHaveLength(2);
  });

  test('of many bookings of one laptop at once, one is kept (S3)', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => tryBook({})));
    expect(answers.filter((answer) => !(answer instanceof Refused))).toHaveLength(1);
    expect(answers.filter((answer) => answer instanceof Refused && answer.refusal.reason === 'clash')).toHaveLength(7);
  });

  test('a cancelled appointment clashes with nothing', async () => {
    const { id } = await book({});
    await routes.cancelAppointment({ params: { id }, body: {} }, caller('nurse'));
    expect(await tryBook({})).not.toBeInstanceOf(Refused);
  });

  test.each([
    ['another prison’s laptop', () => ({ device: laptops.elsewhere }), 'not-found'],
    ['a bricked laptop', () => ({ device: laptops.bricked }), 'not-found'],
    ['a consultant who is none', () => ({ consultant: people.nurse.id }), 'not-found'],
    ['a start in the past', () => ({ startsAt: noon - 6 * minute }), 'too-late'],
    ['a start in two years', () => ({ startsAt: noon + 730 * 24 * 60 * minute }), 'too-early'],
  ] as const)('%s is refused', async (_, change, reason) => {
    expect(await tryBook(change())).toEqual(new Refused(reason));
    expect(record).toEqual([]);
  });
});

describe('lists', () => {
  test('staff see their own prison’s, a consultant sees their own, both by start (S15)', async () => {
    const second = await book({ startsAt: noon + 60 * minute });
    const first = await book({});
    expect(await idsOf('nurse')).toEqual([first.id, second.id]);
    expect(await idsOf('consultant')).toEqual([first.id, second.id]);
    expect(await idsOf('otherNurse')).toEqual([]);
    expect(await idsOf('otherConsultant')).toEqual([]);
  });

  test('a span longer than 31 days is too large, one that ends before it begins malformed', async () => {
    const query = { from: noon, to: noon + 32 * 24 * 60 * minute };
    expect(await routes.appointments({ query }, caller('nurse'))).toEqual(new Refused('too-large'));
    const reversed = { from: noon, to: noon - 1 };
    expect(await routes.appointments({ query: reversed }, caller('nurse'))).toEqual(new Refused('malformed'));
  });

  test('consultants are those of the hospitals', async () => {
    const answer = await routes.consultants({}, caller('nurse'));
    if (answer instanceof Refused) throw new Error('refused');
    expect(answer.consultants).toEqual([
      { id: people.consultant.id, name: 'Dr Jones', hospital: 'City Hospital' },
      { id: people.otherConsultant.id, name: 'Dr Price', hospital: 'City Hospital' },
    ]);
  });
});

describe('cancelling', () => {
  test('is for the own prison, before anybody joined, once', async () => {
    const { id } = await book({});
    const cancel = (who: keyof typeof people) => routes.cancelAppointment({ params: { id }, body: {} }, caller(who));
    expect(await cancel('otherNurse')).toEqual(new Refused('not-found'));
    await enter(id, 'waiting');
    expect(await cancel('nurse')).toEqual(new Refused('wrong-state'));
    await database.db.deleteFrom('seats').execute();
    expect(await cancel('nurse')).toMatchObject({ cancelledAt: noon });
    expect(await cancel('nurse')).toEqual(new Refused('wrong-state'));
    expect(record.map((entry) => entry.action)).toEqual(['appointment.booked', 'appointment.cancelled']);
  });
});

describe('next steps', () => {
  test('are recorded by the appointment’s consultant once the consultation began, and only once', async () => {
    const { id } = await book({});
    expect(await recordSteps(id, 'consultant')).toEqual(new Refused('wrong-state'));
    await enter(id, 'debrief');
    expect(await recordSteps(id, 'otherConsultant')).toEqual(new Refused('not-found'));
    expect(await recordSteps(id, 'consultant')).toMatchObject({ nextSteps: { steps, acknowledged: null } });
    expect(await recordSteps(id, 'consultant')).toEqual(new Refused('wrong-state'));
    expect(await acknowledge(id, 'otherNurse')).toEqual(new Refused('not-found'));
    now += minute;
    expect(await acknowledge(id, 'nurse')).toMatchObject({
      nextSteps: { acknowledged: { by: 'Nurse Evans', at: noon + minute } },
    });
    expect(await acknowledge(id, 'nurse')).toEqual(new Refused('wrong-state'));
    expect(await recordSteps(id, 'consultant')).toEqual(new Refused('wrong-state'));
    expect(record.map((entry) => entry.detail)).toEqual([expect.anything(), { steps: 1 }, {}]);
    expect(JSON.stringify(record)).not.toContain('two weeks');
  });

  test('another day they are too late; without any there is nothing to acknowledge', async () => {
    const { id } = await book({});
    await enter(id, 'ended');
    expect(await acknowledge(id, 'nurse')).toEqual(new Refused('not-found'));
    now = noon + 24 * 60 * minute + 1;
    expect(await recordSteps(id, 'consultant')).toEqual(new Refused('too-late'));
  });

  test('a room nobody ever joined has nothing to record, even when its window is over', async () => {
    const { id } = await book({});
    now = noon + 60 * minute;
    expect(await recordSteps(id, 'consultant')).toEqual(new Refused('wrong-state'));
  });
});

test('a laptop in the room shows since when', async () => {
  const { id } = await book({});
  await enter(id, 'waiting');
  const answer = await routes.appointments({ query: { from: noon, to: noon + 1 } }, caller('consultant'));
  if (answer instanceof Refused) throw new Error('refused');
  expect(answer.appointments).toMatchObject([{ phase: 'waiting', waitingSince: noon }]);
});

function caller(who: keyof typeof people) {
  return { person: people[who], session: 'test' };
}

function tryBook(change: { device?: string; consultant?: string; startsAt?: number }) {
  const consultant = people.consultant.id;
  const body = { patientReference: 'P-1', consultant, device: laptops.own, startsAt: noon, minutes: 20, ...change };
  return routes.book({ body }, caller('nurse'));
}

async function book(change: { startsAt?: number }): Promise<ConsoleAppointment> {
  const booked = await tryBook(change);
  if (booked instanceof Refused) throw new Error(booked.refusal.reason);
  return booked;
}

async function idsOf(who: keyof typeof people): Promise<string[]> {
  const query = { from: noon - minute, to: noon + 120 * minute };
  const answer = await routes.appointments({ query }, caller(who));
  if (answer instanceof Refused) throw new Error(answer.refusal.reason);
  return answer.appointments.map(({ id }) => id);
}

function recordSteps(id: string, who: keyof typeof people) {
  return routes.recordNextSteps({ params: { id }, body: { steps } }, caller(who));
}

function acknowledge(id: string, who: keyof typeof people) {
  return routes.acknowledgeNextSteps({ params: { id }, body: {} }, caller(who));
}

/** The appointment's room as the rooms leave it in the database, with the laptop in it. */
async function enter(room: string, phase: 'waiting' | 'debrief' | 'ended'): Promise<void> {
  const { db } = database;
  await db
    .insertInto('rooms')
    .values({ id: room, phase, node: randomUUID(), ended_at: null, end_reason: null })
    .execute();
  if (phase === 'ended') return;
  await db
    .insertInto('seats')
    .values({ participant: laptops.own, kind: 'device', room, taken_at: new Date(noon) })
    .execute();
}

async function seed(): Promise<void> {
  const { db } = database;
  const [prison, otherPrison, hospital] = [randomUUID(), randomUUID(), randomUUID()];
  await db
    .insertInto('sites')
    .values([
      { id: prison, kind: 'prison', name: 'HMP North' },
      { id: otherPrison, kind: 'prison', name: 'HMP South' },
      { id: hospital, kind: 'hospital', name: 'City Hospital' },
    ])
    .execute();
  const person = (name: string, role: SignedInPerson['role'], id: string, kind: 'prison' | 'hospital') =>
    ({ id: randomUUID(), name, role, site: { id, name: 'site', kind } }) satisfies SignedInPerson;
  people = {
    nurse: person('Nurse Evans', 'healthcare', prison, 'prison'),
    otherNurse: person('Nurse Hughes', 'healthcare', otherPrison, 'prison'),
    consultant: person('Dr Jones', 'consultant', hospital, 'hospital'),
    otherConsultant: person('Dr Price', 'consultant', hospital, 'hospital'),
  };
  const rows = Object.values(people).map(({ id, name, role, site }) => ({ id, name, role, site: site?.id ?? null }));
  await db.insertInto('people').values(rows).execute();
  laptops = { own: randomUUID(), second: randomUUID(), elsewhere: randomUUID(), bricked: randomUUID() };
  const keys = { public_key: Buffer.alloc(91), sealing_key: Buffer.alloc(65), state: null, room: null };
  const laptop = (id: string, site: string, bricked: boolean) => ({
    ...keys,
    ...{ id, site, name: id.slice(0, 8), last_seen_at: null, connection: null },
    share_destroyed_at: bricked ? new Date(noon) : null,
  });
  await db
    .insertInto('devices')
    .values([
      laptop(laptops.own, prison, false),
      laptop(laptops.second, prison, false),
      laptop(laptops.elsewhere, otherPrison, false),
      laptop(laptops.bricked, prison, true),
    ])
    .execute();
}
