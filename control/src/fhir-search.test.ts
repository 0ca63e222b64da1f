// What another system finds over the FHIR API.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fhirPath } from './fhir/fhir-api.ts';
import { minute, noon } from './fhir/testing.ts';
import { FhirWorld } from './fhir-world-testing.ts';
import { origin } from './http/testing.ts';

let world: FhirWorld;
beforeAll(async () => {
  world = await FhirWorld.create();
}, 90_000);
beforeEach(() => world.restart());
afterAll(() => world.close());

describe('reading', () => {
  test('what this can do is told to everybody, without data', async () => {
    const answer = await world.read('/metadata', {});
    expect(answer.statusCode).toBe(200);
    expect(world.definitions.problemsOf(answer.json())).toEqual([]);
    expect(answer.json()).toMatchObject({ fhirVersion: '4.0.1', implementation: { url: `${origin}/fhir/R4` } });
  });

  test('a consultation from booking to next steps, each part referring to the others', async () => {
    const appointment = await world.held(world.own);
    await world.changed(appointment, noon + 20 * minute);
    expect(await world.resource(`/Appointment/${appointment}`)).toMatchObject({
      ...{ status: 'fulfilled', start: '2026-05-04T12:00:00.000Z', created: '2026-05-04T11:00:00.000Z' },
      meta: { lastUpdated: '2026-05-04T12:20:00.000Z' },
    });
    const encounters = await world.find(`/Encounter?appointment=Appointment/${appointment}`);
    expect(encounters.entry.map(({ fullUrl }) => fullUrl)).toEqual([`${origin}/fhir/R4/Encounter/${appointment}`]);
    const [encounter] = encounters.ids;
    const tasks = await world.find(`/Task?encounter=Encounter/${encounter}`);
    const requests = await world.find(`/ServiceRequest?encounter=${encounter}`);
    expect(tasks.ids).toEqual([`${appointment}-1`, `${appointment}-5`]);
    expect(requests.ids).toEqual([`${appointment}-2`, `${appointment}-4`]);
    const [task, request] = [
      await world.resource(`/Task/${tasks.ids[0]}`),
      await world.resource(`/ServiceRequest/${requests.ids[0]}`),
    ];
    for (const { encounter: reference } of [task, request]) {
      expect(reference).toEqual({ reference: `Encounter/${appointment}` });
    }
    expect(task['for']).toEqual(request['subject']);
    expect(world.refusalOf(await world.read(`/Task/${requests.ids[0]}`))).toEqual([404, 'not-found']);
  });

  test('a booked one has its guests and its laptop, and no encounter yet', async () => {
    const appointment = await world.booked(world.own, noon + 60 * minute);
    const guest = { id: randomUUID(), appointment, kind: 'interpreter' as const, name: 'Ines Interpreter' };
    await world.database.db.insertInto('guests').values(guest).execute();
    const read = await world.resource(`/Appointment/${appointment}`);
    expect(read.status).toBe('booked');
    expect(JSON.stringify(read)).toContain('Ines Interpreter');
    expect((await world.find(`/Encounter?appointment=${appointment}`)).ids).toEqual([]);
  });
});

describe('searching appointments', () => {
  test('by day, in London’s time, also on the day its clocks change', async () => {
    // 2026-10-25: summer time ends; the day has 25 hours, from 23:00 UTC the day before.
    const times = ['2026-10-24T22:59:00Z', '2026-10-24T23:00:00Z', '2026-10-25T23:59:00Z', '2026-10-26T00:00:00Z'];
    const ids: string[] = [];
    for (const time of times) ids.push(await world.booked(world.own, Date.parse(time)));
    const found = async (query: string): Promise<number[]> =>
      (await world.find(`/Appointment?${query}&date=ge2026-10-20&date=lt2026-10-30`)).ids.map((id) => ids.indexOf(id));
    expect(await found('date=2026-10-25')).toEqual([1, 2]);
    expect(await found('date=ge2026-10-25')).toEqual([1, 2, 3]);
    expect(await found('date=gt2026-10-25')).toEqual([3]);
    expect(await found('date=lt2026-10-25')).toEqual([0]);
    expect(await found('date=le2026-10-25')).toEqual([0, 1, 2]);
    expect(await found('date=ge2026-10-25T00:00:00+01:00')).toEqual([1, 2, 3]);
    expect(await found('date=ge2026-10-25T00:00:00%2B00:00')).toEqual([2, 3]);
    expect(await found('date=lt2026-10-24T23:00Z')).toEqual([0]);
  });

  test('by when anything of them last changed, also that nobody came', async () => {
    const [first, second] = [
      await world.booked(world.own, noon + 60 * minute),
      await world.booked(world.own, noon + 90 * minute),
    ];
    await world.changed(first, noon + 2 * minute);
    await world.changed(second, noon + 3 * minute);
    const since = async (time: string): Promise<string[]> =>
      (await world.find(`/Appointment?_lastUpdated=ge${time}&_count=50`)).ids.filter((id) =>
        [first, second].includes(id),
      );
    expect(await since('2026-05-04T12:03:00Z')).toEqual([second]);
    expect(await since('2026-05-04T12:03:01Z')).toEqual([]);
    world.now = noon + 85 * minute;
    expect(await since('2026-05-04T12:03:01Z')).toEqual([first]);
    expect(await world.resource(`/Appointment/${first}`)).toMatchObject({
      status: 'noshow',
      meta: { lastUpdated: '2026-05-04T13:25:00.000Z' },
    });
  });

  test('page by page, each of them once, by start', async () => {
    const day = Date.parse('2027-01-04T09:00:00Z');
    const ids: string[] = [];
    for (const after of [0, 0, 20, 40, 60]) ids.push(await world.booked(world.own, day + after * minute));
    const seen: string[] = [];
    let path: string | undefined = '/Appointment?date=2027-01-04&_count=2';
    while (path !== undefined) {
      const page = await world.find(path);
      expect(page.total).toBe(5);
      expect(page.ids.length).toBeLessThanOrEqual(2);
      seen.push(...page.ids);
      path = page.link.find(({ relation }) => relation === 'next')?.url.replace(`${origin}${fhirPath}`, '');
    }
    expect(seen.toSorted()).toEqual(ids.toSorted());
    expect(seen.slice(2)).toEqual(ids.slice(2));
    expect((await world.find('/Appointment?date=2027-01-04&_count=9999')).ids).toHaveLength(5);
  });

  test.each([
    '/Appointment?patient=A1234BC',
    '/Appointment?date=yesterday',
    '/Appointment?date=2026-02-30',
    '/Appointment?date=ap2026-02-03',
    '/Appointment?date=2026-02-03T10:00:00',
    '/Appointment?_lastUpdated=1',
    '/Appointment?_count=0',
    '/Appointment?_count=1&_count=2',
    '/Appointment?_page=1.x',
    `/Appointment?${'date=ge2026-01-01&'.repeat(5)}`,
    '/Encounter',
    '/Task?encounter=x&encounter=y',
    `/Task/${randomUUID()}-1?_summary=true`,
  ])('%s is refused in words', async (path) => {
    expect(world.refusalOf(await world.read(path))).toEqual([400, 'invalid']);
  });
});
