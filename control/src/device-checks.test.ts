import { randomUUID } from 'node:crypto';
import { roomRequests, type CheckReport } from '@sallyport/protocol';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAudit } from './audit/audit.ts';
import {
  insertAppointment,
  insertGrant,
  insertLaptop,
  insertRoom,
  insertSites,
  type TestSites,
} from './consultation-rows-testing.ts';
import { createTestDatabase, type TestDatabase } from './db/testing.ts';
import type { Answer, MediaRequest, NamedDevice } from './ports.ts';
import type { Sfu } from './sfu/sfu.ts';
import { createTestSfu, opusParameters, simulcastParameters } from './sfu/testing.ts';
import { DeviceChecks, type CheckDeps } from './checks/checks.ts';

const good: CheckReport = {
  camera: 'working',
  microphone: 'heard',
  speaker: 'heard',
  network: { lossUp: 0, lossDown: 0.01, jitter: 4, roundTrip: 30, bitrateUp: 900_000, bitrateDown: 880_000 },
};

let database: TestDatabase;
let sites: TestSites;
let sfu: Sfu;
let checks: DeviceChecks;
let published: string[];
let now: number;

beforeAll(async () => {
  database = await createTestDatabase();
  sites = await insertSites(database.db, { prison: 'HMP Exemplar', hospital: 'Example Infirmary' });
  sfu = await createTestSfu();
});
afterAll(async () => {
  sfu.close();
  await database.close();
});
beforeEach(() => {
  now = Date.now();
  published = [];
  checks = checksOf();
});
afterEach(() => checks.close());

function checksOf(changes: Partial<CheckDeps> = {}): DeviceChecks {
  const { db } = database;
  const clock = { now: () => now };
  return new DeviceChecks({
    ...{ db, clock, media: sfu, log: pino({ level: 'silent' }) },
    audit: createAudit({ db, clock, announce: () => Promise.resolve() }),
    changes: { publish: (topic) => Promise.resolve(void published.push(topic)) },
    ...changes,
  });
}

interface Opened {
  laptop: NamedDevice;
  appointment: string;
  grant: string;
}

/** A laptop that people have opened for an appointment that begins now. */
async function opened(): Promise<Opened> {
  const { db } = database;
  const laptop = await insertLaptop(db, sites.prison);
  const consultant = randomUUID();
  await db
    .insertInto('people')
    .values({ id: consultant, name: 'Dr Rao', role: 'consultant', site: sites.hospital })
    .execute();
  const appointment = await insertAppointment(db, { ...sites, consultant }, { device: laptop.id, startsAt: now });
  return { laptop, appointment, grant: await insertGrant(db, sites, { device: laptop.id, appointment, now }) };
}

function reasonOf(answer: Answer<unknown> | undefined): string {
  if (answer === undefined) return 'in no check';
  return answer.ok ? 'ok' : answer.refusal.reason;
}

function resultOf<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(`refused: ${answer.refusal.reason}`);
  return answer.result;
}

const begin = async (laptop: NamedDevice): Promise<string> => reasonOf(await checks.begin(laptop));

/** Asks about media, and reads the answer as the laptop does. */
async function ask(laptop: NamedDevice, request: MediaRequest): Promise<Record<string, unknown>> {
  const answer = await checks.handle(laptop, request);
  if (answer === undefined) throw new Error('in no check');
  return roomRequests[request.method].result.parse(resultOf(answer));
}

const transportOf = async (laptop: NamedDevice, direction: 'send' | 'receive'): Promise<string> =>
  String((await ask(laptop, { method: 'room.createTransport', params: { direction } }))['id']);

/** Sends a camera and a microphone. @returns their producers */
async function produce(laptop: NamedDevice): Promise<string[]> {
  const transport = await transportOf(laptop, 'send');
  const camera = { kind: 'video', source: 'camera', rtpParameters: simulcastParameters(1) } as const;
  const microphone = { kind: 'audio', source: 'microphone', rtpParameters: opusParameters(1) } as const;
  const producers: string[] = [];
  for (const params of [camera, microphone]) {
    const made = await ask(laptop, { method: 'room.produce', params: { transport, ...params } });
    producers.push(String(made['producer']));
  }
  return producers;
}

const nothingLeft = { rooms: 0, transports: 0, producers: 0, consumers: 0 };

describe('a check on a real media worker', () => {
  test('brings a laptop back what it sends, camera and microphone, and nothing of it stays when it ends (S40)', async () => {
    const { laptop } = await opened();
    const { rtpCapabilities } = resultOf(await checks.begin(laptop));
    const producers = await produce(laptop);
    const transport = await transportOf(laptop, 'receive');
    for (const producer of producers) {
      const params = { transport, producer, rtpCapabilities };
      const { consumer } = await ask(laptop, { method: 'room.consume', params });
      expect(await ask(laptop, { method: 'room.resumeConsumer', params: { consumer: String(consumer) } })).toEqual({});
    }
    expect(sfu.counts()).toMatchObject({ rooms: 1, transports: 2, producers: 2, consumers: 2 });
    expect(reasonOf(await checks.end(laptop, null))).toBe('ok');
    await expect.poll(() => sfu.counts()).toMatchObject(nothingLeft);
    expect(checks.handle(laptop, { method: 'room.createTransport', params: { direction: 'send' } })).toBeUndefined();
  });

  test('a laptop sends no screen, and what is another laptop’s does not exist for it (S16)', async () => {
    const [{ laptop }, { laptop: other }] = [await opened(), await opened()];
    const { rtpCapabilities } = resultOf(await checks.begin(laptop));
    resultOf(await checks.begin(other));
    const [producer = ''] = await produce(other);
    const transport = await transportOf(laptop, 'receive');
    const answers = [
      await checks.handle(laptop, { method: 'room.consume', params: { transport, producer, rtpCapabilities } }),
      await checks.handle(laptop, { method: 'room.closeProducer', params: { producer } }),
      await checks.handle(other, { method: 'room.consume', params: { transport, producer, rtpCapabilities } }),
      await checks.handle(laptop, {
        method: 'room.produce',
        params: { transport, kind: 'video', source: 'screen', rtpParameters: simulcastParameters(1) },
      }),
    ];
    expect(answers.map(reasonOf)).toEqual(['not-found', 'not-found', 'not-found', 'not-allowed']);
  });

  test('a newer check takes the place of the older', async () => {
    const { laptop } = await opened();
    expect(await begin(laptop)).toBe('ok');
    await produce(laptop);
    expect(await begin(laptop)).toBe('ok');
    await expect.poll(() => sfu.counts()).toMatchObject({ rooms: 1, producers: 0 });
    expect(checks.size).toBe(1);
  });

  test('of two that begin at once one is left', async () => {
    const { laptop } = await opened();
    const reasons = (await Promise.all([checks.begin(laptop), checks.begin(laptop)])).map(reasonOf);
    expect(reasons.toSorted()).toEqual(['ok', 'wrong-state']);
    await expect.poll(() => sfu.counts().rooms).toBe(1);
  });

  test('a join or a cut connection while a check begins leaves nothing behind (S40)', async () => {
    const { laptop } = await opened();
    const beginning = checks.begin(laptop);
    checks.drop(laptop.id);
    expect(reasonOf(await beginning)).toBe('wrong-state');
    await expect.poll(() => sfu.counts()).toMatchObject(nothingLeft);
    expect(checks.size).toBe(0);
  });

  test('ends by itself after half a minute of the clock (S40)', async () => {
    const { laptop } = await opened();
    expect(await begin(laptop)).toBe('ok');
    now += 29_999;
    await produce(laptop);
    now += 1;
    expect(checks.handle(laptop, { method: 'room.createTransport', params: { direction: 'send' } })).toBeUndefined();
    await expect.poll(() => sfu.counts()).toMatchObject(nothingLeft);
  });

  test('ends by itself when nobody asks for anything any more (S40)', async () => {
    checks = checksOf({ lasts: 20 });
    const { laptop } = await opened();
    expect(await begin(laptop)).toBe('ok');
    await expect.poll(() => sfu.counts()).toMatchObject(nothingLeft);
    expect(checks.size).toBe(0);
  });

  test('without a media server it is refused, and the laptop may try again', async () => {
    const { laptop } = await opened();
    checks = checksOf({ media: { createLoopRoom: () => Promise.reject(new Error('no worker')) } });
    expect(await begin(laptop)).toBe('failed');
    expect(checks.size).toBe(0);
  });
});

describe('who may check', () => {
  test('no laptop that nobody has opened for an appointment, or that is not any more (S40)', async () => {
    const { laptop, appointment, grant } = await opened();
    const { db } = database;
    const set = (values: { opened_at?: Date | null; ended_at?: Date | null; open_until?: Date }): Promise<unknown> =>
      db.updateTable('grants').set(values).where('id', '=', grant).execute();
    const soon = new Date(now + 1000);
    for (const lapsed of [{ opened_at: null }, { ended_at: new Date(now) }, { open_until: new Date(now) }]) {
      await set({ opened_at: new Date(now), ended_at: null, open_until: soon, ...lapsed });
      checks = checksOf();
      expect(await begin(laptop)).toBe('not-allowed');
      expect(reasonOf(await checks.end(laptop, good))).toBe('not-allowed');
    }
    await set({ ended_at: null, open_until: soon });
    expect(await begin(laptop)).toBe('ok');
    await db
      .updateTable('appointments')
      .set({ cancelled_at: new Date(now) })
      .where('id', '=', appointment)
      .execute();
    expect(await begin(laptop)).toBe('not-allowed');
    await expect.poll(() => sfu.counts()).toMatchObject(nothingLeft);
  });

  test('no laptop that sits in a room (S40)', async () => {
    const { laptop, appointment } = await opened();
    await insertRoom(database.db, appointment);
    await database.db
      .insertInto('seats')
      .values({ participant: laptop.id, kind: 'device', room: appointment })
      .execute();
    expect(await begin(laptop)).toBe('wrong-state');
    await expect.poll(() => sfu.counts()).toMatchObject(nothingLeft);
  });

  test('nobody more than six times at once, begun or reported (S16)', async () => {
    const [{ laptop }, { laptop: other }] = [await opened(), await opened()];
    const begun = [];
    const reported = [];
    for (let time = 0; time < 7; time += 1) {
      begun.push(await begin(laptop));
      reported.push(reasonOf(await checks.end(laptop, good)));
    }
    const six = Array.from({ length: 6 }, () => 'ok');
    expect([begun, reported]).toEqual([
      [...six, 'too-many'],
      [...six, 'too-many'],
    ]);
    expect(await begin(other)).toBe('ok');
    const flood = Array.from({ length: 60 }, async () =>
      checks.handle(other, { method: 'room.resumeConsumer', params: { consumer: 'none' } }),
    );
    const reasons = (await Promise.all(flood)).map(reasonOf);
    expect(new Set(reasons)).toEqual(new Set(['not-found', 'too-many']));
  });
});

describe('what a check leaves', () => {
  test('its report, for the appointment the laptop is open for; the newer in place of the older', async () => {
    const { laptop, appointment } = await opened();
    const reported = async () =>
      database.db.selectFrom('device_checks').selectAll().where('appointment', '=', appointment).execute();
    await checks.end(laptop, { ...good, network: null });
    now += 60_000;
    expect(reasonOf(await checks.end(laptop, good))).toBe('ok');
    expect(await reported()).toEqual([{ appointment, device: laptop.id, report: good, at: new Date(now) }]);
    expect(published).toEqual(['appointments', 'devices', 'appointments', 'devices']);
  });

  test('an entry of the record with the verdict and no more (S10)', async () => {
    const { laptop } = await opened();
    await checks.end(laptop, { ...good, camera: 'failed' });
    const rows = await database.db
      .selectFrom('audit')
      .select(['actor', 'action', 'detail'])
      .where('subject', '=', laptop.id)
      .execute();
    const actor = { kind: 'device', id: laptop.id, name: laptop.name };
    expect(rows).toEqual([{ actor, action: 'device.checked', detail: { verdict: 'sound-first' } }]);
  });

  test('given up, it leaves nothing', async () => {
    const { laptop, appointment } = await opened();
    expect(await begin(laptop)).toBe('ok');
    expect(reasonOf(await checks.end(laptop, null))).toBe('ok');
    const rows = database.db.selectFrom('device_checks').select('at').where('appointment', '=', appointment);
    expect(await rows.execute()).toEqual([]);
    expect(published).toEqual([]);
  });
});
