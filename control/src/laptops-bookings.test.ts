// What a laptop is opened for, on real parts: an appointment that may be changed meanwhile, and the laptop's next ones.
import { randomUUID } from 'node:crypto';
import { controlRequests, decodeStatement, fromBase64url, latestClose, verdictOf } from '@sallyport/protocol';
import type { ApprovalTask, BookedDetails, CheckReport, ConsoleAppointment, Grant } from '@sallyport/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { sampleFleet } from '../../test/harness/sample-fleet.ts';
import { openDevice } from './activation/opening.ts';
import { insertRoom } from './consultation-rows-testing.ts';
import { createWorld } from './device-world-testing.ts';
import type { World } from './device-world-testing.ts';
import type { Caller } from './http/handlers.ts';
import type { Laptop } from './laptop-testing.ts';
import type { Answer } from './ports.ts';

const minute = 60_000;
const hour = 60 * minute;
const fleet = sampleFleet(Date.now() - minute);
const { nurse, consultant, officer } = fleet.people;
let world: World;
let staff: Caller;
let laptop: Laptop;
let other: Laptop;

beforeAll(async () => {
  world = await createWorld(fleet, {
    manifest: fleet.approved(fleet.manifest, fleet.people.trustee),
    roster: fleet.approved(fleet.roster, fleet.people.prisonManager),
  });
  staff = world.caller(nurse, 'healthcare', fleet.prison);
});
afterAll(() => world.close());
beforeEach(async () => {
  world.clock.offset = 0;
  [laptop, other] = [await world.laptop(), await world.laptop()];
  await laptop.connect();
  await vi.waitFor(async () => expect((await shown(laptop)).state).toBe('inert'));
});
afterEach(async () => {
  laptop.cut();
  expect(world.faults).toEqual([]);
  const { db } = world.database;
  for (const table of ['device_checks', 'guests', 'grants', 'rooms', 'appointments', 'custody'] as const) {
    await db.deleteFrom(table).execute();
  }
});

function must<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(`refused: ${answer.refusal.reason}`);
  return answer.result;
}

const reasonOf = (answer: Answer<unknown>): string => (answer.ok ? 'ok' : answer.refusal.reason);

async function shown({ id }: Laptop) {
  const { devices } = must(await world.ask('siteDevices', {}, staff));
  const found = devices.find((device) => device.id === id);
  if (found === undefined) throw new Error('not listed');
  return found;
}

/** An appointment that begins in so many minutes. */
function detailsOf(inMinutes: number, change: Partial<BookedDetails> = {}): BookedDetails {
  const patient = { patientReference: 'A1234BC', patientName: 'Alex Example', nhsNumber: null, guests: [] };
  const who = { consultant: consultant.named.id, device: laptop.id };
  return { ...patient, ...who, startsAt: Date.now() + inMinutes * minute, minutes: 20, ...change };
}

async function book(inMinutes: number, change: Partial<BookedDetails> = {}): Promise<ConsoleAppointment> {
  return must(await world.ask('book', { body: { id: randomUUID(), ...detailsOf(inMinutes, change) } }, staff));
}

function change({ id, revision }: ConsoleAppointment, inMinutes: number, details: Partial<BookedDetails> = {}) {
  return world.ask(
    'changeAppointment',
    { params: { id }, body: { revision, ...detailsOf(inMinutes, details) } },
    staff,
  );
}

async function pair({ id: appointment }: ConsoleAppointment): Promise<ApprovalTask> {
  return must(await world.ask('pair', { body: { appointment, code: await laptop.code() } }, staff));
}

const approvalOf = (task: ApprovalTask) =>
  nurse.authenticator.approve(fromBase64url(task.statement) ?? new Uint8Array(), fleet.place);

const open = (task: ApprovalTask) =>
  world.ask('open', { params: { id: task.id }, body: { approval: approvalOf(task) } }, staff);

/** What the laptop is sent with its grant. */
function opening() {
  let sent: unknown;
  laptop.instead.set('grant.open', (params) => {
    sent = params;
    return undefined;
  });
  return () => controlRequests['grant.open'].params.parse(sent);
}

function grantOf(task: ApprovalTask): Grant {
  const statement = decodeStatement(fromBase64url(task.statement) ?? new Uint8Array());
  if (statement?.type !== 'grant') throw new Error('no grant');
  return statement;
}

describe('what people approve', () => {
  test('counts that the consultant may let the room close later; the laptop learns the same, and whom to ask for by name', async () => {
    const booked = await book(5);
    const sent = opening();
    const task = await pair(booked);
    const closesAt = latestClose(booked.endsAt);
    expect(closesAt).toBe(booked.closesAt + 15 * minute);
    expect(grantOf(task)).toMatchObject({ appointment: { opensAt: booked.opensAt, closesAt }, openUntil: closesAt });
    expect(must(await open(task)).openUntil).toBe(closesAt);
    expect(sent().appointment).toMatchObject({ id: booked.id, patientName: 'Alex Example', closesAt });
  });

  test('opens no laptop once the room has closed, and one again that the consultant keeps open', async () => {
    const booked = await book(0, { minutes: 5 });
    world.clock.offset = 10 * minute + 1000;
    const body = { appointment: booked.id, code: await laptop.code() };
    expect(reasonOf(await world.ask('pair', { body }, staff))).toBe('too-late');
    const extended = { closes_at: new Date(latestClose(booked.endsAt)), extended_at: new Date() };
    await world.database.db.updateTable('appointments').set(extended).where('id', '=', booked.id).execute();
    expect(reasonOf(await world.ask('pair', { body }, staff))).toBe('ok');
  });
});

describe('an appointment that changes while its laptop is being opened', () => {
  test.each([
    ['another laptop', (): [number, Partial<BookedDetails>] => [5, { device: other.id }]],
    ['another time', (): [number, Partial<BookedDetails>] => [9, {}]],
    ['another length', (): [number, Partial<BookedDetails>] => [5, { minutes: 40 }]],
  ])('to %s is not what was approved: the grant opens nothing (S37)', async (_, moved) => {
    const booked = await book(5);
    const task = await pair(booked);
    expect(reasonOf(await change(booked, ...moved()))).toBe('ok');
    expect(reasonOf(await open(task))).toBe('changed-meanwhile');
    expect(laptop.asked).not.toContain('grant.open');
    const entries = world.database.db.selectFrom('audit').selectAll().orderBy('number', 'desc').limit(1);
    expect(await entries.execute()).toMatchObject([
      { action: 'device.open-refused', detail: { reason: 'changed-meanwhile' } },
    ]);
  });

  test('or is cancelled, at the very moment of the approval, opens nothing either (S37)', async () => {
    const acts = [
      (booked: ConsoleAppointment) => change(booked, 60),
      ({ id, revision }: ConsoleAppointment) =>
        world.ask('cancelAppointment', { params: { id }, body: { revision } }, staff),
    ];
    for (const act of acts) {
      const booked = await book(5);
      const task = await pair(booked);
      const { link } = world.activation;
      // Between the look at the approval and the release.
      const isConnected = async (device: string) => {
        must(await act(booked));
        return link.isConnected(device);
      };
      const deps = { ...world.activation, link: { isConnected, request: link.request.bind(link) } };
      const opened = await openDevice(deps, { task: task.id, approval: approvalOf(task) }, staff);
      expect(reasonOf(opened)).toBe('changed-meanwhile');
    }
    expect(laptop.asked).not.toContain('grant.open');
  });

  test('only in its patient’s name opens with the new name', async () => {
    const booked = await book(5);
    const sent = opening();
    const task = await pair(booked);
    const { startsAt } = booked;
    must(await change(booked, 5, { startsAt, patientName: 'Alex Sample' }));
    must(await open(task));
    expect(sent().appointment.patientName).toBe('Alex Sample');
  });

  test('cannot be moved once the laptop is open for it, until it is inert again (S37)', async () => {
    const booked = await book(5);
    must(await open(await pair(booked)));
    expect(reasonOf(await change(booked, 60))).toBe('wrong-state');
    must(await laptop.request('activation.ended', { grant: 1, reason: 'locked' }));
    expect(reasonOf(await change(booked, 60))).toBe('ok');
  });
});

describe('what a laptop learns of its next appointments', () => {
  test('its own of the next day and night, by start, and nothing of others’ (S15)', async () => {
    const booked = await book(5);
    const next = await book(60, { patientReference: 'B2' });
    await book(23 * 60, { patientReference: 'B3' });
    await book(25 * 60, { patientReference: 'too far' });
    const cancelled = await book(90, { patientReference: 'cancelled' });
    must(await world.ask('cancelAppointment', { params: { id: cancelled.id }, body: { revision: 1 } }, staff));
    await book(120, { patientReference: 'another laptop’s', device: other.id });
    const over = await book(200, { patientReference: 'over' });
    await insertRoom(world.database.db, over.id, { phase: 'ended', ended_at: new Date(), end_reason: 'no-consent' });
    const sent = opening();
    must(await open(await pair(booked)));
    const { upcoming } = sent();
    expect(upcoming.map(({ patientReference }) => patientReference)).toEqual(['B2', 'B3']);
    const { id, startsAt, endsAt } = next;
    expect(upcoming[0]).toEqual({ id, patientReference: 'B2', consultant: consultant.named.name, startsAt, endsAt });
  });

  test('eight at the most', async () => {
    const booked = await book(5);
    for (let nth = 1; nth < 11; nth += 1) await book(nth * 30, { patientReference: `B${nth}` });
    const sent = opening();
    must(await open(await pair(booked)));
    expect(
      sent()
        .upcoming.map(({ patientReference }) => patientReference)
        .slice(-2),
    ).toEqual(['B7', 'B8']);
  });
});

describe('lists of laptops', () => {
  test('show staff and IT who has a laptop, and that it is overdue (S44)', async () => {
    const params = { id: laptop.id };
    const taken = { holder: 'Officer Rees', place: 'B Wing', dueAt: Date.now() + hour };
    must(await world.ask('takeDevice', { params, body: taken }, staff));
    expect(world.published).toContain('devices');
    expect((await shown(laptop)).custody).toMatchObject({ ...taken, by: nurse.named.name, overdue: false });
    expect((await shown(other)).custody).toBeNull();
    world.clock.offset = hour + 1000;
    const { devices } = must(await world.ask('fleetDevices', {}, world.caller(officer, 'fleetOfficer')));
    const { custody } = devices.find(({ id }) => id === laptop.id) ?? {};
    expect(custody).toMatchObject({ holder: 'Officer Rees', place: 'B Wing', overdue: true });
    must(await world.ask('returnDevice', { params, body: {} }, staff));
    expect((await shown(laptop)).custody).toBeNull();
    expect((await world.actions()).slice(-2)).toEqual(['custody.taken', 'custody.returned']);
  });

  test('show a laptop’s newest check, whichever appointment it was for', async () => {
    const [first, second] = [await book(5), await book(60)];
    const report: CheckReport = { camera: 'working', microphone: 'failed', speaker: 'unsure', network: null };
    const checks = [first, second].map(({ id: appointment }, nth) => ({
      ...{ appointment, device: laptop.id, at: new Date(Date.now() - nth * minute) },
      report: JSON.stringify({ ...report, camera: nth === 0 ? 'failed' : 'working' } satisfies CheckReport),
    }));
    await world.database.db.insertInto('device_checks').values(checks).execute();
    const newest: CheckReport = { ...report, camera: 'failed' };
    const { check } = await shown(laptop);
    expect(check).toEqual({ verdict: verdictOf(newest), report: newest, at: checks[0]?.at.getTime() });
    expect((await shown(other)).check).toBeNull();
  });
});
