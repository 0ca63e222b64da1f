// The device link on real parts: mutual TLS, WebSockets, PostgreSQL.
import { randomBytes, X509Certificate } from 'node:crypto';
import { deviceRequests, toBase64url, type DeviceRequestMethod, type Hello } from '@sallyport/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { sampleFleet } from '../../test/harness/sample-fleet.ts';
import { createWorld } from './device-world-testing.ts';
import type { World } from './device-world-testing.ts';
import { createDeviceCa, DeviceCa, verifyCertificateRequest } from './devices/device-ca.ts';
import { ServerIdentity } from './devices/server-identity.ts';
import { closeReasonOf, once } from './laptop-testing.ts';
import type { Laptop } from './laptop-testing.ts';
import { DeviceLinkServer } from './link/device-link-server.ts';

const fleet = sampleFleet(Date.now() - 60_000);
let world: World;
const laptops: Laptop[] = [];

beforeAll(async () => {
  world = await createWorld(fleet, {
    manifest: fleet.approved(fleet.manifest, fleet.people.trustee),
    roster: fleet.approved(fleet.roster, fleet.people.prisonManager),
  });
});
afterAll(() => world.close());
afterEach(() => {
  for (const laptop of laptops.splice(0)) laptop.cut();
  expect(world.faults).toEqual([]);
});

async function newLaptop(): Promise<Laptop> {
  const laptop = await world.laptop();
  laptops.push(laptop);
  return laptop;
}

async function rowOf(
  laptop: Laptop,
): Promise<{ state: string | null; connection: string | null; room: string | null }> {
  const query = world.database.db.selectFrom('devices').select(['state', 'connection', 'room']);
  return query.where('id', '=', laptop.id).executeTakeFirstOrThrow();
}

describe('S14 who may connect', () => {
  test('a laptop with a certificate of another CA is refused by TLS', async () => {
    const laptop = await newLaptop();
    const foreign = await DeviceCa.load(await createDeviceCa(world.clock), world.clock);
    const request = await verifyCertificateRequest(laptop.identity.keys.certificateRequest);
    if (request === undefined) throw new Error('no request');
    const { pem } = await foreign.issueDevice(laptop.id, request);
    const socket = laptop.openSocket({ cert: pem });
    await expect(once(socket, 'open')).rejects.toThrow();
    expect(await world.link.isConnected(laptop.id)).toBe(false);
  });

  test('a certificate of our CA that is not on record is unknown-device, whatever it says', async () => {
    const laptop = await newLaptop();
    const request = await verifyCertificateRequest(laptop.identity.keys.certificateRequest);
    if (request === undefined) throw new Error('no request');
    laptop.identity.certificate = (await world.ca.issueDevice(laptop.id, request)).pem;
    await expect(laptop.connect()).rejects.toThrow('unknown-device');
  });

  test('a certificate past its row’s end is unknown-device', async () => {
    const laptop = await newLaptop();
    const past = { not_after: new Date(Date.now() - 1000) };
    await world.database.db.updateTable('certificates').set(past).where('device', '=', laptop.id).execute();
    await expect(laptop.connect()).rejects.toThrow('unknown-device');
  });

  test('a certificate on record whose subject is another laptop is unknown-device', async () => {
    const [laptop, other] = [await newLaptop(), await newLaptop()];
    const moved = { device: other.id };
    await world.database.db.updateTable('certificates').set(moved).where('device', '=', laptop.id).execute();
    await expect(laptop.connect()).rejects.toThrow('unknown-device');
  });

  test('a laptop’s own certificate cannot play control: it is for clients only', async () => {
    const laptop = await newLaptop();
    expect(new X509Certificate(laptop.identity.certificate).keyUsage).not.toContain('1.3.6.1.5.5.7.3.1');
    expect(new X509Certificate(laptop.identity.certificate).subjectAltName).toBeUndefined();
  });
});

test('S14 after control renewed its own certificate laptops connect as before and strangers still do not', async () => {
  const late = { offset: 0, now: () => Date.now() + late.offset };
  const identity = await ServerIdentity.create({
    ca: world.ca,
    clock: late,
    onFault: (fault) => world.faults.push(fault),
  });
  const link = DeviceLinkServer.create({ ...world.linkDeps, identity });
  await link.start({ host: '127.0.0.1', port: 0 }, world.services);
  const before = identity.options().cert;
  late.offset = 21 * 24 * 60 * 60_000;
  expect(await identity.renewIfDue()).toBe(true);
  const laptop = await newLaptop();
  laptop.identity.link = `127.0.0.1:${link.port}`;
  const shown = await new Promise<string>((resolve, reject) => {
    const socket = laptop.openTls(() => resolve(socket.getPeerX509Certificate()?.toString() ?? ''));
    socket.on('error', reject);
  });
  expect(before).not.toContain(shown.trim());
  expect(identity.options().cert).toContain(shown.trim());
  await laptop.connect();
  const { pem } = await (
    await DeviceCa.load(await createDeviceCa(late), world.clock)
  ).issueDevice(laptop.id, {
    publicKey: new X509Certificate(laptop.identity.certificate).publicKey.export({ format: 'der', type: 'spki' }),
  });
  await expect(once(laptop.openSocket({ cert: pem }), 'open')).rejects.toThrow();
  identity.close();
  await link.close();
});

describe('the handshake', () => {
  test('welcomes, renews the lease, and shows the laptop as connected in the state it said', async () => {
    const laptop = await newLaptop();
    await laptop.connect();
    await vi.waitFor(() => expect(laptop.notified.map(({ method }) => method)).toContain('lease.renewed'));
    await vi.waitFor(async () => expect((await rowOf(laptop)).state).toBe('inert'));
    expect((await rowOf(laptop)).connection).not.toBeNull();
    laptop.cut();
    await vi.waitFor(async () => expect((await rowOf(laptop)).connection).toBeNull());
    expect(world.left).toContainEqual({ id: laptop.id, reason: 'connection-lost' });
  });

  test('tells a laptop with an old roster that there is a newer one', async () => {
    const laptop = await newLaptop();
    await laptop.connect({ rosterVersion: 0 });
    await vi.waitFor(() => expect(laptop.notified).toContainEqual({ method: 'trust.published', params: {} }));
    expect(await laptop.request('trust.fetch', { afterManifest: 0 })).toMatchObject({
      ok: true,
      result: { manifests: [{}], more: false, rosters: [{ site: fleet.prison, version: 1 }] },
    });
  });

  test.each([
    ['malformed', 'not JSON'],
    ['malformed', '{"kind":"hello"}'],
    ['malformed', '{"kind":"request","id":1,"method":"trust.fetch","params":{"afterManifest":0}}'],
  ])('closes with %s after %s', async (reason, text) => {
    const socket = (await newLaptop()).openSocket();
    await once(socket, 'open');
    socket.send(text);
    expect(await new Promise((resolve) => socket.once('close', (code) => resolve(closeReasonOf(code))))).toBe(reason);
  });

  test('closes with unsupported-version when there is no common one', async () => {
    await expect((await newLaptop()).connect({ versions: [2, 3] })).rejects.toThrow('unsupported-version');
  });

  test('closes with handshake-timeout when nothing is said', async () => {
    const impatient = DeviceLinkServer.create({ ...world.linkDeps, limits: { helloTimeout: 50 } });
    await impatient.start({ host: '127.0.0.1', port: 0 }, world.services);
    const laptop = await newLaptop();
    laptop.identity.link = `127.0.0.1:${impatient.port}`;
    const socket = laptop.openSocket();
    await once(socket, 'open');
    const code = await new Promise<number>((resolve) => socket.once('close', (closed) => resolve(closed)));
    expect(closeReasonOf(code)).toBe('handshake-timeout');
    await impatient.close();
  });
});

describe('one laptop, one connection', () => {
  test('the newer replaces the older, and stays when the older ends', async () => {
    const laptop = await newLaptop();
    await laptop.connect();
    const closed = laptop.closed();
    await laptop.connect();
    expect(await closed).toBe('newer-connection');
    expect(await world.link.isConnected(laptop.id)).toBe(true);
    await vi.waitFor(async () => expect((await rowOf(laptop)).connection).not.toBeNull());
  });

  test('ten connections at once end as one', async () => {
    const laptop = await newLaptop();
    const before = world.link.connected;
    await Promise.allSettled(Array.from({ length: 10 }, () => laptop.connect()));
    await vi.waitFor(() => expect(world.link.connected).toBe(before + 1));
  });

  test('S30 what a laptop said on a connection it has given up meanwhile is compared with nothing', async () => {
    const compared: number[] = [];
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const compare = async (_device: unknown, { recordGeneration }: Hello): Promise<void> => {
      compared.push(recordGeneration);
      await held;
    };
    const slow = DeviceLinkServer.create(world.linkDeps);
    await slow.start({ host: '127.0.0.1', port: 0 }, { ...world.services, sequences: { compare } });
    const laptop = await newLaptop();
    laptop.identity.link = `127.0.0.1:${slow.port}`;
    const first = laptop.connect({ recordGeneration: 1 }).catch(() => undefined);
    await vi.waitFor(() => expect(compared).toEqual([1]));
    const stale = laptop.openSocket();
    await once(stale, 'open');
    stale.send(JSON.stringify({ ...laptop.hello(), recordGeneration: 2 }));
    stale.close();
    await once(stale, 'close');
    const newest = laptop.connect({ recordGeneration: 3 });
    release();
    await Promise.all([first, newest]);
    expect(compared).toEqual([1, 3]);
    await slow.close();
  });

  test('closing the link says shutting-down to every laptop', async () => {
    const other = DeviceLinkServer.create(world.linkDeps);
    await other.start({ host: '127.0.0.1', port: 0 }, world.services);
    const laptop = await newLaptop();
    laptop.identity.link = `127.0.0.1:${other.port}`;
    await laptop.connect();
    const closed = laptop.closed();
    await other.close();
    await other.close();
    expect(await closed).toBe('shutting-down');
    await expect(laptop.connect()).rejects.toThrow();
  });
});

describe('S23 what a laptop may say', () => {
  test('unknown methods and malformed params are refused; the connection stays', async () => {
    const laptop = await newLaptop();
    await laptop.connect();
    const refusals = [
      await laptop.request('device.unlock', {}),
      await laptop.request('constructor', {}),
      await laptop.request('room.admit', {}),
      await laptop.request('trust.fetch', { afterManifest: -1 }),
      await laptop.request('trust.fetch', { afterManifest: 0, site: 'x' }),
    ];
    expect(refusals.map((answer) => (answer.ok ? 'ok' : answer.refusal.reason))).toEqual([
      ...['unknown-method', 'unknown-method', 'unknown-method', 'malformed', 'malformed'],
    ]);
  });

  test.each(['{', '[]', '{"kind":"response","id":77,"ok":true,"result":{}}', '{"kind":"welcome"}'])(
    'a malformed frame closes the connection: %s',
    async (text) => {
      const laptop = await newLaptop();
      await laptop.connect();
      const closed = laptop.closed();
      laptop.send(text);
      expect(await closed).toBe('malformed');
    },
  );

  test('a message above the bound closes the connection before it is read', async () => {
    const laptop = await newLaptop();
    await laptop.connect();
    const closed = laptop.closed();
    laptop.send('x'.repeat(300 * 1024));
    expect(await closed).toBe('1009');
  });

  test('a flood closes the connection with too-many', async () => {
    const laptop = await newLaptop();
    await laptop.connect();
    const closed = laptop.closed();
    for (let sent = 0; sent < 400; sent += 1) laptop.report('inert', null);
    expect(await closed).toBe('too-many');
  });

  test('its state reaches the table; leaving open leaves the room', async () => {
    const laptop = await newLaptop();
    await laptop.connect();
    laptop.report('open', null);
    await vi.waitFor(async () => expect((await rowOf(laptop)).state).toBe('open'));
    laptop.report('inert', null);
    await vi.waitFor(() => expect(world.left).toContainEqual({ id: laptop.id, reason: 'device-locked' }));
  });

  test('with its share destroyed: trust and its erasure only (S9)', async () => {
    const laptop = await newLaptop();
    const { db } = world.database;
    await db.transaction().execute((trx) => world.shares.destroy(trx, [laptop.id], Date.now()));
    await laptop.connect();
    const params: Partial<Record<DeviceRequestMethod, unknown>> = {
      'room.leave': {},
      'record.report': {
        previous: toBase64url(new Uint8Array(32)),
        events: [{ number: 1, at: Date.now(), event: 'started' }],
        signature: toBase64url(new Uint8Array(64)),
      },
      'audit.checkpoint': { after: 0 },
      'trust.roster': { site: fleet.prison },
      'activation.ended': { grant: 1, reason: 'locked' },
      'certificate.renew': { request: 'x' },
    };
    for (const [method, given] of Object.entries(params)) {
      expect(deviceRequests[method as DeviceRequestMethod].params.safeParse(given).success).toBe(true);
      expect(await laptop.request(method, given)).toEqual({ ok: false, refusal: { reason: 'not-allowed' } });
    }
    expect(await laptop.request('trust.fetch', { afterManifest: 0 })).toMatchObject({ ok: true });
    const bytes = (length: number): string => randomBytes(length).toString('base64url');
    const nonsense = { receipt: null, notice: { notice: bytes(40), signature: bytes(64) }, report: null };
    expect(await laptop.request('erasure.report', nonsense)).toEqual({ ok: false, refusal: { reason: 'malformed' } });
  });
});

describe('what control asks', () => {
  test('answers that break the contract are no answers, and close the connection', async () => {
    const laptop = await newLaptop();
    await laptop.connect();
    laptop.instead.set('pairing.check', async () => ({ ok: true, result: { nonce: 'AAAA', more: 1 } }));
    const closed = laptop.closed();
    expect(await world.link.request(laptop.id, 'pairing.check', { code: 'ABC123' })).toEqual({
      ok: false,
      refusal: { reason: 'failed' },
    });
    expect(await closed).toBe('malformed');
  });

  test('a laptop that goes away while asked is not-connected, as is one that never came', async () => {
    const laptop = await newLaptop();
    await laptop.connect();
    laptop.instead.set('activation.lock', () => new Promise(() => laptop.cut()));
    const gone = { ok: false, refusal: { reason: 'not-connected' } };
    expect(await world.link.request(laptop.id, 'activation.lock', {})).toEqual(gone);
    const absent = await newLaptop();
    expect(await world.link.request(absent.id, 'activation.lock', {})).toEqual(gone);
  });
});

test('a laptop that does not answer pings is gone within two heartbeats', async () => {
  const strict = DeviceLinkServer.create({ ...world.linkDeps, limits: { heartbeat: 100 } });
  await strict.start({ host: '127.0.0.1', port: 0 }, world.services);
  const laptop = await newLaptop();
  laptop.identity.link = `127.0.0.1:${strict.port}`;
  await laptop.connect();
  expect(strict.connected).toBe(1);
  laptop.freeze();
  await vi.waitFor(() => expect(strict.connected).toBe(0), { timeout: 2000 });
  laptop.cut();
  await strict.close();
});
