// A laptop's check over the device link on real parts: mutual TLS, WebSockets, PostgreSQL, a media worker.
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { deviceRequests } from '@sallyport/protocol';
import { pino } from 'pino';
import { sampleFleet } from '../../test/harness/sample-fleet.ts';
import { DeviceChecks } from './checks/checks.ts';
import { insertAppointment, insertGrant } from './consultation-rows-testing.ts';
import { createWorld } from './device-world-testing.ts';
import type { World } from './device-world-testing.ts';
import type { Laptop } from './laptop-testing.ts';
import { DeviceLinkServer } from './link/device-link-server.ts';
import type { Answer, RoomPeer, Rooms } from './ports.ts';
import type { Sfu } from './sfu/sfu.ts';
import { createTestSfu } from './sfu/testing.ts';

const fleet = sampleFleet(Date.now() - 60_000);
let world: World;
let sfu: Sfu;
let checks: DeviceChecks;
let link: DeviceLinkServer;
/** What reached the rooms. */
let askedOfRooms: string[];
/** How the rooms answer a join; begins what it likes meanwhile. */
let onJoin: (peer: RoomPeer) => Promise<Answer<unknown>>;
const laptops: Laptop[] = [];
let booked = 0;
const done = { ok: true, result: {} } as const;
/** How the rooms of this world answer. */
const byRooms = { ok: false, refusal: { reason: 'not-found' } } as const;

beforeAll(async () => {
  world = await createWorld(fleet, {
    manifest: fleet.approved(fleet.manifest, fleet.people.trustee),
    roster: fleet.approved(fleet.roster, fleet.people.prisonManager),
  });
  sfu = await createTestSfu();
  const { linkDeps, services, trust } = world;
  checks = new DeviceChecks({ ...world.activation, media: sfu, log: pino({ level: 'silent' }) });
  link = DeviceLinkServer.create(linkDeps);
  const rooms: Rooms = {
    handle: (peer, method) => {
      askedOfRooms.push(method);
      return method === 'room.join' ? onJoin(peer) : Promise.resolve(byRooms);
    },
    leave: () => Promise.resolve(),
  };
  await link.start({ host: '127.0.0.1', port: 0 }, { ...services, trust, rooms, checks });
});
afterAll(async () => {
  await link.close();
  checks.close();
  sfu.close();
  await world.close();
});
afterEach(async () => {
  for (const laptop of laptops.splice(0)) laptop.cut();
  await vi.waitFor(() => expect(checks.size).toBe(0));
  expect(world.faults).toEqual([]);
});

/** A connected laptop that people have opened for an appointment. */
async function opened(): Promise<Laptop> {
  const laptop = await world.laptop();
  laptops.push(laptop);
  laptop.identity.link = `127.0.0.1:${link.port}`;
  await laptop.connect();
  const { db } = world.database;
  const { prison, hospital, people } = fleet;
  const sites = { prison, hospital, nurse: people.nurse.named.id, consultant: people.consultant.named.id };
  booked += 1;
  const startsAt = Date.now() + booked * 60 * 60_000;
  const appointment = await insertAppointment(db, sites, { device: laptop.id, startsAt });
  await insertGrant(db, sites, { device: laptop.id, appointment, now: Date.now() });
  askedOfRooms = [];
  onJoin = () => Promise.resolve(byRooms);
  return laptop;
}

const begin = (laptop: Laptop): Promise<Answer<unknown>> => laptop.request('check.begin', {});
const send = (laptop: Laptop): Promise<Answer<unknown>> =>
  laptop.request('room.createTransport', { direction: 'send' });
const join = (laptop: Laptop): Promise<Answer<unknown>> =>
  laptop.request('room.join', { room: laptop.id, proof: fakeProof });

/** Of the contract's form; who looks at it is played by the test. */
const fakeProof = {
  kind: 'device',
  statement: 'AA',
  signature: Buffer.alloc(64).toString('base64url'),
  key: Buffer.alloc(91).toString('base64url'),
  grant: { statement: 'AA', approvals: [] },
};

describe('S40 a laptop’s check over its link', () => {
  test('its media is the check’s while it lasts, and the room’s afterwards', async () => {
    const laptop = await opened();
    const begun = await begin(laptop);
    expect(begun.ok && deviceRequests['check.begin'].result.safeParse(begun.result).success).toBe(true);
    const made = await send(laptop);
    expect(made.ok && deviceRequests['room.createTransport'].result.safeParse(made.result).success).toBe(true);
    expect([sfu.counts().transports, askedOfRooms]).toEqual([1, []]);
    expect(await laptop.request('check.end', { report: null })).toEqual(done);
    expect(await send(laptop)).toEqual(byRooms);
    expect(askedOfRooms).toEqual(['room.createTransport']);
  });

  test('one that nobody opened is in none, and what it asks about media is the rooms’ to refuse', async () => {
    const laptop = await opened();
    await world.database.db.updateTable('grants').set({ opened_at: null }).where('device', '=', laptop.id).execute();
    expect(await begin(laptop)).toEqual({ ok: false, refusal: { reason: 'not-allowed' } });
    await send(laptop);
    expect([sfu.counts().rooms, askedOfRooms]).toEqual([0, ['room.createTransport']]);
  });

  test('a join ends it, and one that begins during the join as well', async () => {
    const laptop = await opened();
    await begin(laptop);
    await send(laptop);
    onJoin = async ({ id, name }) => {
      expect(checks.size).toBe(0);
      expect(await checks.begin({ id, name })).toMatchObject({ ok: true });
      return byRooms;
    };
    expect(await join(laptop)).toEqual(byRooms);
    expect(checks.size).toBe(0);
    await send(laptop);
    expect(askedOfRooms).toEqual(['room.join', 'room.createTransport']);
    await vi.waitFor(() => expect(sfu.counts()).toMatchObject({ rooms: 0, transports: 0 }));
  });

  test.each([
    ['the end of its connection', async (laptop: Laptop) => laptop.cut()],
    ['a report that it is inert', async (laptop: Laptop) => laptop.report('inert', null)],
    [
      'the end of its activation',
      (laptop: Laptop) => laptop.request('activation.ended', { grant: 1, reason: 'locked' }),
    ],
  ])('%s ends it', async (_what, end) => {
    const laptop = await opened();
    await begin(laptop);
    await send(laptop);
    expect(sfu.counts()).toMatchObject({ rooms: 1, transports: 1 });
    await end(laptop);
    await vi.waitFor(() => expect(sfu.counts()).toMatchObject({ rooms: 0, transports: 0 }));
  });

  test('what it found out is kept and told', async () => {
    const laptop = await opened();
    const report = { camera: 'failed', microphone: 'heard', speaker: 'unsure', network: null };
    expect(await laptop.request('check.end', { report })).toEqual(done);
    const { db } = world.database;
    const kept = await db.selectFrom('device_checks').select('report').where('device', '=', laptop.id).execute();
    expect(kept).toEqual([{ report }]);
    expect(world.published.slice(-2)).toEqual(['appointments', 'devices']);
    expect((await world.actions()).at(-1)).toBe('device.checked');
    expect(await laptop.request('check.end', { report: { ...report, camera: 'fine' } })).toEqual({
      ok: false,
      refusal: { reason: 'malformed' },
    });
  });
});
