// Trust on its way to laptops, on real parts: PostgreSQL's notifications, the link, laptops that judge by themselves.
import { randomUUID } from 'node:crypto';
import { deviceRequests, encodeStatement, fromBase64url, maxFrameCharacters } from '@sallyport/protocol';
import type { Manifest } from '@sallyport/protocol';
import { digestOf } from '@sallyport/protocol/verify';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sampleFleet, samplePerson } from '../../test/harness/sample-fleet.ts';
import type { SampleFleet } from '../../test/harness/sample-fleet.ts';
import { keeperOf } from './audit-world-testing.ts';
import { createNotifications } from './db/notifications.ts';
import type { Laptop } from './laptop-testing.ts';
import { DeviceLinkServer } from './link/device-link-server.ts';
import { createTrustWorld, must, reasonOf } from './trust-world-testing.ts';
import type { TrustWorld } from './trust-world-testing.ts';
import { announceTrust } from './trust/news.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
let fleet: SampleFleet;
let world: TrustWorld;
const laptops: Laptop[] = [];

beforeEach(async () => {
  fleet = sampleFleet(Date.now() - minute);
  world = await createTrustWorld(fleet, [fleet.people.trustee]);
});
afterEach(async () => {
  for (const laptop of laptops.splice(0)) laptop.cut();
  expect(world.faults).toEqual([]);
  await world.close();
});

async function connected(): Promise<Laptop> {
  const laptop = await world.laptop();
  laptops.push(laptop);
  await laptop.connect();
  return laptop;
}

/** Books a laptop by the nurse, in so many days. */
async function book(laptop: Laptop, inDays: number): Promise<void> {
  const staff = world.as(fleet.people.nurse, 'healthcare', fleet.prison);
  const when = { startsAt: world.clock.now() + inDays * day, minutes: 20 };
  must(await world.ask('book', { body: { ...bookingOf(laptop), ...when } }, staff));
}

function bookingOf(laptop: Laptop) {
  const patient = { patientReference: 'A1234BC', patientName: 'Alex Example', nhsNumber: null, guests: [] };
  return { id: randomUUID(), ...patient, consultant: fleet.people.consultant.named.id, device: laptop.id };
}

async function publishRoster(site: 'prison' | 'hospital'): Promise<void> {
  const by = fleet.people[`${site}Manager`];
  const { people } = site === 'prison' ? fleet.roster : fleet.hospitalRoster;
  const proposal = must(await world.proposeRoster(people, { by: world.as(by, 'manager', fleet[site]) }));
  must(await world.approve(proposal, by));
}

async function publishManifest(): Promise<void> {
  const proposal = must(await world.proposeManifest({ notAfter: world.clock.now() + 500 * day }));
  must(await world.approve(proposal, fleet.people.trustee));
}

describe('S26 what was approved reaches laptops at once', () => {
  test('a manifest: every connected laptop is told, fetches and judges it by itself', async () => {
    const both = [await connected(), await connected()];
    await publishManifest();
    await vi.waitFor(() => expect(both.map(({ timesTold }) => timesTold)).toEqual([1, 1]));
    for (const laptop of both) {
      await laptop.fetchTrust();
      expect(laptop.identity.trust.manifest.version).toBe(2);
    }
  });

  test('a prison’s roster: its own laptops', async () => {
    const laptop = await connected();
    const newcomer = await world.registered({ name: 'Nerys', role: 'healthcare' }, samplePerson('Nerys'));
    const proposal = must(await world.proposeRoster([newcomer.named]));
    must(await world.approve(proposal, fleet.people.prisonManager));
    await vi.waitFor(() => expect(laptop.timesTold).toBe(1));
    await laptop.fetchTrust();
    expect(laptop.rosterOf(fleet.prison)?.people.map(({ name }) => name)).toEqual(['Nerys']);
  });

  test('a hospital’s roster: the laptops that are booked to call it, and no others', async () => {
    const [booked, other] = [await connected(), await connected()];
    await book(booked, 1);
    await vi.waitFor(() => expect(booked.timesTold).toBe(1));
    await publishRoster('hospital');
    await vi.waitFor(() => expect(booked.timesTold).toBe(2));
    await booked.fetchTrust();
    expect(booked.rosterOf(fleet.hospital)?.version).toBe(2);
    await publishManifest();
    await vi.waitFor(() => expect(booked.timesTold).toBe(3));
    // An answer comes after all that it was told before: of the manifest, and not of the hospital.
    await other.fetchTrust();
    expect(other.timesTold).toBe(1);
    expect(other.rosterOf(fleet.hospital)).toBeUndefined();
  });

  test('a laptop on another node hears it as well', async () => {
    const notifications = await createNotifications(world.database.url, world.database.db, (fault) =>
      world.faults.push(fault),
    );
    const node = DeviceLinkServer.create(world.linkDeps);
    await node.start({ host: '127.0.0.1', port: 0 }, world.services);
    const stop = await announceTrust({ ...world.linkDeps, link: node, notifications });
    const laptop = await world.laptop();
    laptop.identity.link = `127.0.0.1:${node.port}`;
    await laptop.connect();
    await publishManifest();
    await vi.waitFor(() => expect(laptop.timesTold).toBe(1));
    stop();
    await node.close();
    await notifications.close();
  });

  test('one that was away is told when it comes back, and walks every version', async () => {
    const laptop = await world.laptop();
    laptops.push(laptop);
    for (let version = 2; version < 5; version += 1) {
      world.clock.offset += minute;
      await publishManifest();
    }
    await laptop.connect();
    await vi.waitFor(() => expect(laptop.timesTold).toBe(1));
    await laptop.fetchTrust();
    expect(laptop.identity.trust.manifest.version).toBe(4);
    laptop.cut();
    laptop.notified.splice(0);
    await laptop.connect();
    await publishRoster('prison');
    await vi.waitFor(() => expect(laptop.timesTold).toBe(1));
  });
});

describe('S26 what a laptop may fetch', () => {
  test('its own roster, and those of the hospitals it calls within a fortnight, soonest first', async () => {
    const laptop = await connected();
    const rosters = async () => {
      const answer = must(await laptop.request('trust.fetch', { afterManifest: 1 }));
      return deviceRequests['trust.fetch'].result.parse(answer).rosters;
    };
    expect(await rosters()).toEqual([{ site: fleet.prison, version: 1 }]);
    await book(laptop, 15);
    expect(await rosters()).toHaveLength(1);
    await book(laptop, 13);
    expect(await rosters()).toEqual([
      { site: fleet.prison, version: 1 },
      { site: fleet.hospital, version: 1 },
    ]);
  });

  test('any hospital’s roster, but no other prison’s', async () => {
    const other = { ...samplePerson('Other Manager'), site: '22222222-2222-4222-8222-222222222222' };
    const chief = await world.registered(
      { name: 'Other Manager', role: 'manager' },
      other,
      world.as(fleet.people.trustee, 'trustee'),
    );
    const site = { id: other.site, kind: 'prison' as const, name: 'HMP Other', managers: [chief.named], threshold: 1 };
    const proposal = must(await world.proposeManifest({ sites: [...fleet.manifest.sites, site] }));
    must(await world.approve(proposal, fleet.people.trustee));
    const roster = must(await world.proposeRoster([], { by: world.as(chief, 'manager', other.site) }));
    must(await world.approve(roster, chief));
    const laptop = await connected();
    const fetched = async (id: string) => reasonOf(await laptop.request('trust.roster', { site: id }));
    expect(await fetched(fleet.prison)).toBe('ok');
    expect(await fetched(fleet.hospital)).toBe('ok');
    expect(await fetched(other.site)).toBe('not-found');
    expect(await fetched(randomUUID())).toBe('not-found');
  });

  test('many large manifests come in frames of half the size that is allowed', async () => {
    let newest: Manifest = { ...fleet.manifest };
    const sites = Array.from({ length: 450 }, (_, index) => ({
      ...{ id: randomUUID(), kind: 'prison' as const, name: `HMP ${index}`, threshold: 1 },
      managers: [samplePerson(`Manager ${index}`).named],
    }));
    for (let version = 2; version < 8; version += 1) {
      const previous = await digestOf(encodeStatement(newest));
      newest = { ...newest, version, previous, sites: [...fleet.manifest.sites, ...sites] };
      const approved = fleet.approved(newest, fleet.people.trustee);
      const statement = Buffer.from(fromBase64url(approved.statement) ?? []);
      await world.database.db
        .insertInto('trust_documents')
        .values({
          id: randomUUID(),
          kind: 'manifest',
          site: null,
          version,
          statement,
          approvals: JSON.stringify(approved.approvals),
        })
        .execute();
    }
    const laptop = await connected();
    const pages: number[] = [];
    for (let after = 1, more = true; more; after += pages.at(-1) ?? 0) {
      const answer = must(await laptop.request('trust.fetch', { afterManifest: after }));
      expect(JSON.stringify(answer).length).toBeLessThan(maxFrameCharacters / 2);
      const page = deviceRequests['trust.fetch'].result.parse(answer);
      pages.push(page.manifests.length);
      more = page.more;
    }
    expect(pages.reduce((sum, count) => sum + count)).toBe(6);
    expect(pages.length).toBeGreaterThan(1);
    await laptop.fetchTrust();
    expect(laptop.identity.trust.manifest.version).toBe(7);
  });

  test('people read the same chain in the consoles, and any roster', async () => {
    const nurse = world.as(fleet.people.nurse, 'healthcare', fleet.prison);
    await publishManifest();
    const chain = must(await world.ask('trustChain', { query: { after: 0 } }, nurse));
    expect(chain.manifests).toHaveLength(2);
    expect(chain.more).toBe(false);
    const { roster } = must(await world.ask('trustRoster', { params: { id: fleet.hospital } }, nurse));
    expect(roster).toEqual((await world.trust.roster(fleet.hospital))?.approved);
    const none = await world.ask('trustRoster', { params: { id: randomUUID() } }, nurse);
    expect(none).toEqual({ ok: true, result: { roster: null } });
  });
});

describe('S30 a laptop that was put back to a copy of itself', () => {
  const deviceOf = async (laptop: Laptop) => {
    const officer = world.as(fleet.people.officer, 'fleetOfficer');
    const { devices } = must(await world.ask('fleetDevices', {}, officer));
    const found = devices.find(({ id }) => id === laptop.id);
    if (found === undefined) throw new Error('not listed');
    return found;
  };

  /** Comes back as it was when it had obeyed less. */
  async function restored(
    laptop: Laptop,
    to: { grants?: number; orders?: number; generation?: number },
  ): Promise<void> {
    laptop.cut();
    laptop.grantSequence = to.grants ?? laptop.grantSequence;
    laptop.orderSequence = to.orders ?? laptop.orderSequence;
    laptop.recordGeneration = to.generation ?? laptop.recordGeneration;
    await laptop.connect();
  }

  async function opened(laptop: Laptop): Promise<string> {
    const staff = world.as(fleet.people.nurse, 'healthcare', fleet.prison);
    const when = { startsAt: world.clock.now(), minutes: 20 };
    const booked = must(await world.ask('book', { body: { ...bookingOf(laptop), ...when } }, staff));
    await vi.waitFor(async () => expect((await deviceOf(laptop)).state).toBe('inert'));
    const task = must(await world.ask('pair', { body: { appointment: booked.id, code: await laptop.code() } }, staff));
    const approval = fleet.people.nurse.authenticator.approve(
      fromBase64url(task.statement) ?? new Uint8Array(),
      fleet.place,
    );
    must(await world.ask('open', { params: { id: task.id }, body: { approval } }, staff));
    laptop.report('inert', null);
    return booked.id;
  }

  const tryPair = async (laptop: Laptop, appointment: string): Promise<string> => {
    const staff = world.as(fleet.people.nurse, 'healthcare', fleet.prison);
    return reasonOf(await world.ask('pair', { body: { appointment, code: await laptop.code() } }, staff));
  };

  test('says a lower sequence of grants than it had obeyed: it is marked, and opened by nobody any more', async () => {
    const laptop = await connected();
    const appointment = await opened(laptop);
    await restored(laptop, {});
    expect((await deviceOf(laptop)).rolledBackAt).toBeNull();
    await vi.waitFor(async () => expect(await tryPair(laptop, appointment)).toBe('ok'));
    const staff = world.as(fleet.people.nurse, 'healthcare', fleet.prison);
    const body = { appointment, code: await laptop.code() };
    const task = must(await world.ask('pair', { body }, staff));
    await restored(laptop, { grants: 0 });
    expect((await deviceOf(laptop)).rolledBackAt).not.toBeNull();
    expect(await tryPair(laptop, appointment)).toBe('rolled-back');
    // Nor with the grant that was approved before.
    const approval = fleet.people.nurse.authenticator.approve(
      fromBase64url(task.statement) ?? new Uint8Array(),
      fleet.place,
    );
    const answer = await world.ask('open', { params: { id: task.id }, body: { approval } }, staff);
    expect(reasonOf(answer)).toBe('rolled-back');
    const entries = await world.database.db
      .selectFrom('audit')
      .selectAll()
      .where('action', '=', 'device.rolled-back')
      .execute();
    expect(entries).toMatchObject([{ subject: laptop.id, detail: { saidGrant: 0, knownGrant: 1 } }]);
    // It does not become what it was by saying the right thing again.
    await restored(laptop, { grants: 5 });
    expect(await tryPair(laptop, appointment)).toBe('rolled-back');
  });

  test('or of orders than it had signed for', async () => {
    const laptop = await connected();
    const officer = world.as(fleet.people.officer, 'fleetOfficer');
    for (const order of ['suspend', 'resume'] as const) {
      const task = must(
        await world.ask('draftOrder', { body: { order, devices: [laptop.id], reason: 'Test' } }, officer),
      );
      const approval = fleet.people.officer.authenticator.approve(
        fromBase64url(task.statement) ?? new Uint8Array(),
        fleet.place,
      );
      must(await world.ask('approveOrder', { params: { id: task.id }, body: { approval } }, officer));
    }
    await vi.waitFor(() => expect(laptop.receipts).toHaveLength(2));
    await vi.waitFor(async () =>
      expect((await world.actions()).filter((action) => action === 'order.executed')).toHaveLength(2),
    );
    await restored(laptop, { orders: 1 });
    expect((await deviceOf(laptop)).rolledBackAt).not.toBeNull();
  });

  test('or than it once said itself', async () => {
    const laptop = await connected();
    await restored(laptop, { grants: 3 });
    await restored(laptop, { grants: 2 });
    expect((await deviceOf(laptop)).rolledBackAt).not.toBeNull();
  });

  test('or an older record than it had: the copy had obeyed as much, and had written less', async () => {
    const laptop = await connected();
    const generations = [4, 4, 900];
    for (const generation of generations) {
      await restored(laptop, { generation });
      expect((await deviceOf(laptop)).rolledBackAt).toBeNull();
    }
    await restored(laptop, { generation: 899 });
    expect((await deviceOf(laptop)).rolledBackAt).not.toBeNull();
    const query = world.database.db.selectFrom('audit').select('detail').where('subject', '=', laptop.id);
    const [entry] = await query.where('action', '=', 'device.rolled-back').execute();
    expect(entry?.detail).toMatchObject({ saidGeneration: 899, knownGeneration: 900 });
  });

  test('says that its store was damaged: it is opened by nobody, and orders still reach it', async () => {
    const laptop = await connected();
    const appointment = await opened(laptop);
    await vi.waitFor(async () => expect(await tryPair(laptop, appointment)).toBe('ok'));
    expect(reasonOf(await keeperOf(laptop).report('started', 'store-damaged'))).toBe('ok');
    const { damagedAt } = await deviceOf(laptop);
    expect(damagedAt).not.toBeNull();
    expect(world.published).toContain('devices');
    expect(await tryPair(laptop, appointment)).toBe('store-damaged');
    const officer = world.as(fleet.people.officer, 'fleetOfficer');
    const body = { order: 'brick' as const, devices: [laptop.id], reason: 'Damaged' };
    const task = must(await world.ask('draftOrder', { body }, officer));
    const bytes = fromBase64url(task.statement) ?? new Uint8Array();
    const approval = fleet.people.officer.authenticator.approve(bytes, fleet.place);
    must(await world.ask('approveOrder', { params: { id: task.id }, body: { approval } }, officer));
    await vi.waitFor(() => expect(laptop.receipts).toHaveLength(1));
  });

  test('one that wipes knows its sequences no longer, and is not taken for a copy', async () => {
    const laptop = await connected();
    await restored(laptop, { grants: 3, orders: 3 });
    laptop.state = 'wiping';
    await restored(laptop, { grants: 0, orders: 0 });
    expect((await deviceOf(laptop)).rolledBackAt).toBeNull();
  });

  test('after control’s own database was put back, its numbers go on above the laptop’s', async () => {
    const laptop = await connected();
    await restored(laptop, { grants: 7, orders: 9 });
    const officer = world.as(fleet.people.officer, 'fleetOfficer');
    const task = must(
      await world.ask('draftOrder', { body: { order: 'brick', devices: [laptop.id], reason: 'Lost' } }, officer),
    );
    const approval = fleet.people.officer.authenticator.approve(
      fromBase64url(task.statement) ?? new Uint8Array(),
      fleet.place,
    );
    const { orders } = must(await world.ask('approveOrder', { params: { id: task.id }, body: { approval } }, officer));
    await vi.waitFor(() => expect(laptop.orderSequence).toBe(10));
    expect(orders).toHaveLength(1);
    expect(await world.actions()).toContain('device.ahead-of-control');
  });
});
