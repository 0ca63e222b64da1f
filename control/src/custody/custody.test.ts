import { randomUUID } from 'node:crypto';
import { consoleApi, type AuditEntry, type SignedInPerson } from '@sallyport/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../db/testing.ts';
import { Refused } from '../http/handlers.ts';
import { createCustodies } from './custodies.ts';
import { CustodyWatch } from './custody-watch.ts';
import { custodyRoutes, type CustodyRoutes } from './routes.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const noon = Date.UTC(2026, 4, 4, 12);
const [prison, otherPrison] = [randomUUID(), randomUUID()];
const laptops = { own: randomUUID(), second: randomUUID() };
const staff = (name: string, site: string): SignedInPerson => ({
  ...{ id: randomUUID(), name, role: 'healthcare' },
  site: { id: site, name: 'HMP North', kind: 'prison' },
});
const people = {
  nurse: staff('Nurse Evans', prison),
  colleague: staff('Nurse Bevan', prison),
  outsider: staff('Nurse Hughes', otherPrison),
};

let database: TestDatabase;
let routes: CustodyRoutes;
let now = noon;
let published: string[] = [];
let record: Pick<AuditEntry, 'actor' | 'action' | 'subject' | 'detail'>[] = [];
let logged: object[] = [];
const clock = { now: () => now };
const audit = { append: async (_trx: unknown, entry: (typeof record)[number]) => void record.push(entry) };
const changes = { publish: async (topic: string) => void published.push(topic) };

beforeAll(async () => {
  database = await createTestDatabase();
  const { db } = database;
  const sites = [
    { id: prison, kind: 'prison', name: 'HMP North' },
    { id: otherPrison, kind: 'prison', name: 'HMP South' },
  ] as const;
  await db.insertInto('sites').values(sites).execute();
  const rows = Object.values(people).map(({ id, name, role, site }) => ({ id, name, role, site: site?.id ?? null }));
  await db.insertInto('people').values(rows).execute();
  const keys = { public_key: Buffer.alloc(91), sealing_key: Buffer.alloc(65) };
  const devices = Object.values(laptops).map((id) => ({ id, name: id.slice(0, 8), site: prison, ...keys }));
  await db.insertInto('devices').values(devices).execute();
  routes = custodyRoutes({ db, audit, changes, clock });
});
afterAll(() => database.close());
beforeEach(async () => {
  now = noon;
  published = [];
  record = [];
  logged = [];
  await database.db.deleteFrom('custody').execute();
});

type Who = keyof typeof people;
const caller = (who: Who) => ({ person: people[who], session: 'test' });
const taken = { holder: 'Officer Rees', place: 'B Wing, room 4', dueAt: noon + hour };
const take = (change: Partial<typeof taken> = {}, who: Who = 'nurse', id = laptops.own) =>
  routes.takeDevice({ params: { id }, body: { ...taken, ...change } }, caller(who));
const giveBack = (who: Who = 'nurse', id = laptops.own) =>
  routes.returnDevice({ params: { id }, body: {} }, caller(who));
const shown = async () => (await createCustodies({ db: database.db, clock }).shown()).get(laptops.own);
const acts = () => record.map(({ action }) => action);

/** A control that looks once, as one that has just started does. @returns how many are overdue */
async function look(): Promise<number> {
  const faults: unknown[] = [];
  const logger = { warn: (line: object) => void logged.push(line) };
  const watch = await CustodyWatch.create({
    ...{ db: database.db, audit, changes, clock, logger },
    onFault: (fault) => faults.push(fault),
  });
  await watch.close();
  await watch.close();
  expect(faults).toEqual([]);
  return watch.overdue;
}

describe('a laptop that is taken', () => {
  test('is on the record and on the list with who has it, where and until when; then it is back (S44)', async () => {
    expect(await take()).toEqual({});
    const by = { takenAt: noon, by: 'Nurse Evans' };
    expect(await shown()).toEqual({ ...taken, ...by, overdue: false });
    now += 10 * minute;
    expect(await giveBack('colleague')).toEqual({});
    expect(await shown()).toBeUndefined();
    const subject = laptops.own;
    const { holder, place, dueAt } = taken;
    expect(record).toMatchObject([
      { action: 'custody.taken', subject, actor: { name: 'Nurse Evans' }, detail: { holder, place, dueAt } },
      { action: 'custody.returned', subject, actor: { name: 'Nurse Bevan' }, detail: { holder, overdue: false } },
    ]);
    expect(published).toEqual(['devices', 'devices']);
  });

  test('changes hands: the newest counts, and both are on the record (S44)', async () => {
    await take();
    now += minute;
    const next = { holder: 'Nurse Bevan', place: 'Healthcare, cell 2', dueAt: noon + 2 * hour };
    expect(await take(next, 'colleague')).toEqual({});
    expect(await shown()).toEqual({ ...next, takenAt: now, by: 'Nurse Bevan', overdue: false });
    expect(record.map(({ detail }) => detail['holder'])).toEqual(['Officer Rees', 'Nurse Bevan']);
  });

  test('twice by the same press is taken once; of many at once one row is left', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => take()));
    expect(answers).toEqual(Array(5).fill({}));
    expect(acts()).toEqual(['custody.taken']);
    await Promise.all([take({ holder: 'One' }), take({ holder: 'Two' }, 'colleague'), take({ holder: 'Three' })]);
    expect(await database.db.selectFrom('custody').selectAll().execute()).toHaveLength(1);
    expect(record).toHaveLength(4);
  });

  test.each([
    ['now', 0, 'too-late'],
    ['yesterday', -day, 'too-late'],
    ['in more than a week', 7 * day + 1, 'too-early'],
  ] as const)('is not taken until %s', async (_, until, reason) => {
    expect(await take({ dueAt: noon + until })).toEqual(new Refused(reason));
    expect(record).toEqual([]);
    expect(await take({ dueAt: noon + 7 * day })).toEqual({});
  });

  test('of another prison does not exist, nor one nobody has enrolled (S15)', async () => {
    expect(await take({}, 'outsider')).toEqual(new Refused('not-found'));
    expect(await take({}, 'nurse', randomUUID())).toEqual(new Refused('not-found'));
    await take();
    expect(await giveBack('outsider')).toEqual(new Refused('not-found'));
    expect(await shown()).toBeDefined();
  });

  test('is given back once', async () => {
    expect(await giveBack()).toEqual(new Refused('wrong-state'));
    await take();
    const answers = await Promise.all([giveBack(), giveBack()]);
    expect(answers).toContainEqual({});
    expect(answers).toContainEqual(new Refused('wrong-state'));
    expect(acts()).toEqual(['custody.taken', 'custody.returned']);
  });

  test('takes no name but one of a person', () => {
    const isRefused = (change: object) => !consoleApi.takeDevice.body.safeParse({ ...taken, ...change }).success;
    expect(isRefused({})).toBe(false);
    const names = ['', ' ', 'x'.repeat(10_000), 'Rees\n', '\u202Eseer'];
    expect(names.filter((holder) => !isRefused({ holder }))).toEqual([]);
    expect(isRefused({ dueAt: 'tomorrow' })).toBe(true);
  });
});

describe('a laptop that is not back in time', () => {
  test('is on the record once, whoever looks and however often control is started again, and everybody is told (S44)', async () => {
    await take();
    expect(await look()).toBe(0);
    now = taken.dueAt;
    expect((await shown())?.overdue).toBe(true);
    published = [];
    expect(await Promise.all([look(), look(), look()])).toEqual([1, 1, 1]);
    expect(await look()).toBe(1);
    expect(acts()).toEqual(['custody.taken', 'custody.overdue']);
    const device = laptops.own.slice(0, 8);
    expect(record.at(-1)).toMatchObject({
      ...{ subject: laptops.own, actor: { kind: 'control' } },
      detail: { device, holder: taken.holder, dueAt: taken.dueAt },
    });
    expect(published).toEqual(['devices']);
    expect(logged).toEqual([{ device: laptops.own }]);
  });

  test('is no longer overdue when it has a later time, and once more when that has passed (S44)', async () => {
    await take();
    await take({ dueAt: noon + 3 * hour }, 'nurse', laptops.second);
    now = noon + 2 * hour;
    expect(await look()).toBe(1);
    await take({ dueAt: noon + 4 * hour });
    expect(await look()).toBe(0);
    now = noon + 5 * hour;
    expect(await look()).toBe(2);
    expect(acts().filter((action) => action === 'custody.overdue')).toHaveLength(3);
    await giveBack();
    expect(record.at(-1)?.detail).toMatchObject({ overdue: true });
    expect(await look()).toBe(1);
  });
});
