// Enrolment on real parts: PostgreSQL, TLS, certificates.
import { randomUUID, X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';
import { controlServerName, parseTicket, toBase64url } from '@sallyport/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sampleFleet } from '../../test/harness/sample-fleet.ts';
import { createWorld } from './device-world-testing.ts';
import type { World } from './device-world-testing.ts';
import { createDeviceCa, DeviceCa, deviceCertificateLife, verifyCertificateRequest } from './devices/device-ca.ts';
import { EnrolmentServer } from './devices/enrolment-server.ts';
import { ServerIdentity } from './devices/server-identity.ts';
import { askEnrolmentPort, enrolLaptop, makeLaptopKeys } from './laptop-testing.ts';

const fleet = sampleFleet(Date.now() - 60_000);
const { officer, nurse } = fleet.people;
let world: World;

beforeAll(async () => {
  world = await createWorld(fleet, {
    manifest: fleet.approved(fleet.manifest, fleet.people.trustee),
    roster: fleet.approved(fleet.roster, fleet.people.prisonManager),
  });
});
afterAll(() => world.close());
beforeEach(() => {
  world.clock.offset = 0;
});

async function newTicket(name = `HB-${randomUUID().slice(0, 8)}`): Promise<string> {
  const body = { name, site: fleet.prison };
  const answer = await world.ask('createTicket', { body }, world.caller(officer, 'fleetOfficer'));
  if (!answer.ok) throw new Error(answer.refusal.reason);
  return answer.result.ticket;
}

async function tryToEnrol(
  ticket: string,
  changes: Record<string, string> = {},
): Promise<{ status: number; value: unknown }> {
  const parsed = await parseTicket(ticket);
  const keys = await makeLaptopKeys();
  const body = {
    secret: toBase64url(parsed?.secret ?? new Uint8Array()),
    certificateRequest: keys.certificateRequest,
    sealingKey: toBase64url(keys.sealing.publicKey),
    ...changes,
  };
  const { port } = world.enrolment;
  return askEnrolmentPort(port, {
    method: 'POST',
    path: '/enrol',
    body: JSON.stringify(body),
    ca: world.ca.certificate,
  });
}

describe('S14 a ticket', () => {
  test('enrols a laptop once: its row, share and certificate exist, and only a digest of the ticket', async () => {
    const ticket = await newTicket();
    const laptop = await enrolLaptop(ticket);
    const { db } = world.database;
    const row = await db.selectFrom('devices').selectAll().where('id', '=', laptop.id).executeTakeFirstOrThrow();
    expect(row.share_destroyed_at).toBeNull();
    expect(await world.shares.read(laptop.id)).toHaveLength(32);
    expect(row.site).toBe(fleet.prison);
    const secret = (await parseTicket(ticket))?.secret ?? new Uint8Array();
    const tickets = await db.selectFrom('tickets').selectAll().execute();
    expect(tickets.some((kept) => kept.secret.includes(Buffer.from(secret)))).toBe(false);
    const certificate = new X509Certificate(laptop.identity.certificate);
    expect(certificate.subject).toBe(`CN=${laptop.id}`);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(certificate.verify(new X509Certificate(world.ca.certificate).publicKey)).toBe(true);
    const life = new Date(certificate.validTo).getTime() - Date.now();
    expect(Math.abs(life - deviceCertificateLife)).toBeLessThan(10 * 60_000);
    expect((await world.actions()).slice(-2)).toEqual(['ticket.created', 'device.enrolled']);
  });

  test('a used, an expired and an invented ticket are refused alike, on the record, and enrol nothing', async () => {
    const count = async (): Promise<number> =>
      (await world.database.db.selectFrom('devices').select('id').execute()).length;
    const used = await newTicket();
    await enrolLaptop(used);
    const expired = await newTicket();
    const before = await count();
    const refusal = { status: 403, value: { reason: 'not-allowed' } };
    expect(await tryToEnrol(used)).toEqual(refusal);
    expect(await tryToEnrol(used, { secret: toBase64url(new Uint8Array(10).fill(3)) })).toEqual(refusal);
    world.clock.offset = 24 * 60 * 60_000 + 1000;
    expect(await tryToEnrol(expired)).toEqual(refusal);
    expect(await count()).toBe(before);
    expect((await world.actions()).slice(-3)).toEqual(Array(3).fill('enrolment.refused'));
  });

  test('used by two laptops at once enrols exactly one', async () => {
    const ticket = await newTicket();
    const outcomes = await Promise.allSettled([enrolLaptop(ticket), enrolLaptop(ticket), enrolLaptop(ticket)]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('is not used up by a request control cannot serve: a bad key, a bad sealing key', async () => {
    const ticket = await newTicket();
    const tampered = (await makeLaptopKeys()).certificateRequest.replace(/[A-Z]{4}/, (four) => four.toLowerCase());
    expect((await tryToEnrol(ticket, { certificateRequest: tampered })).value).toEqual({ reason: 'malformed' });
    const offCurve = toBase64url(new Uint8Array(65).fill(4));
    expect((await tryToEnrol(ticket, { sealingKey: offCurve })).value).toEqual({ reason: 'malformed' });
    await expect(enrolLaptop(ticket)).resolves.toBeDefined();
  });

  test('is not made for a hospital, nor for the name of a live laptop', async () => {
    const caller = world.caller(officer, 'fleetOfficer');
    const laptop = await world.laptop();
    const hospital = await world.ask('createTicket', { body: { name: 'X', site: fleet.hospital } }, caller);
    const taken = { name: laptop.identity.name, site: fleet.prison };
    expect(hospital).toEqual({ ok: false, refusal: { reason: 'not-found' } });
    expect(await world.ask('createTicket', { body: taken }, caller)).toEqual({
      ok: false,
      refusal: { reason: 'clash' },
    });
  });
});

describe('S14 the enrolment port', () => {
  test('shows the CA and manifest that the ticket is anchored to', async () => {
    const { status, value } = await askEnrolmentPort(world.enrolment.port, { method: 'GET', path: '/anchor' });
    expect(status).toBe(200);
    expect(value).toMatchObject({ caCertificate: world.ca.certificate });
  });

  test('speaks TLS 1.3 only, under the private server name', async () => {
    const open = (maxVersion: 'TLSv1.2' | 'TLSv1.3'): Promise<string | null> =>
      new Promise((resolve, reject) => {
        const socket = connect(
          {
            port: world.enrolment.port,
            host: '127.0.0.1',
            ca: world.ca.certificate,
            servername: controlServerName,
            maxVersion,
          },
          () => resolve(socket.getProtocol()),
        );
        socket.on('error', reject);
        socket.on('secureConnect', () => socket.end());
      });
    await expect(open('TLSv1.2')).rejects.toThrow();
    expect(await open('TLSv1.3')).toBe('TLSv1.3');
  });

  test('refuses bodies that are too large, not JSON, or carry what the contract does not name', async () => {
    const { port } = world.enrolment;
    const post = (body: string): Promise<{ status: number }> =>
      askEnrolmentPort(port, { method: 'POST', path: '/enrol', body, ca: world.ca.certificate });
    expect((await post('x'.repeat(17 * 1024))).status).toBe(413);
    expect((await post('{')).status).toBe(400);
    expect((await post('{"secret":"AAAA"}')).status).toBe(400);
    const missing = await askEnrolmentPort(port, { method: 'GET', path: '/constructor', ca: world.ca.certificate });
    expect(missing.status).toBe(404);
  });
});

describe('S14 guessing', () => {
  test('is bounded for each address: the port says too-many and looks at nothing', async () => {
    const rates = { perAddress: { burst: 3, perSecond: 0.001 }, overall: { burst: 100, perSecond: 1 } };
    const server = await EnrolmentServer.create({ ...world.enrolmentDeps, rates });
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 5; attempt += 1) {
      statuses.push((await askEnrolmentPort(server.port, { method: 'GET', path: '/anchor' })).status);
    }
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    await server.close();
    await server.close();
  });
});

describe('S14 certificates', () => {
  test('renew over the link only for the same key, near their end, and the new one connects', async () => {
    const laptop = await world.laptop();
    await laptop.connect();
    const request = laptop.identity.keys.certificateRequest;
    expect(await laptop.request('certificate.renew', { request })).toEqual({
      ok: false,
      refusal: { reason: 'wrong-state' },
    });
    const other = (await makeLaptopKeys()).certificateRequest;
    expect(await laptop.request('certificate.renew', { request: other })).toMatchObject({
      refusal: { reason: 'not-allowed' },
    });
    await world.database.db
      .updateTable('certificates')
      .set({ not_after: new Date(Date.now() + deviceCertificateLife / 4) })
      .where('device', '=', laptop.id)
      .execute();
    const renewed = await laptop.request('certificate.renew', { request });
    if (!renewed.ok) throw new Error(renewed.refusal.reason);
    laptop.identity.certificate = (renewed.result as { certificate: string }).certificate;
    laptop.cut();
    await laptop.connect();
    expect(await world.link.isConnected(laptop.id)).toBe(true);
    laptop.cut();
  });

  test("control's own is renewed in its last third without closing the port", async () => {
    const clock = { offset: 0, now: () => Date.now() + clock.offset };
    const ca = await DeviceCa.load(await createDeviceCa(clock), clock);
    const identity = await ServerIdentity.create({ ca, clock, onFault: () => undefined });
    const first = identity.options().cert;
    expect(await identity.renewIfDue()).toBe(false);
    clock.offset = 21 * 24 * 60 * 60_000;
    expect(await identity.renewIfDue()).toBe(true);
    expect(identity.options().cert).not.toBe(first);
    expect(new X509Certificate(identity.options().cert).subjectAltName).toBe(`DNS:${controlServerName}`);
    identity.close();
  });

  test('a request for anything but a P-256 key is none', async () => {
    expect(await verifyCertificateRequest('not PEM')).toBeUndefined();
    const good = await verifyCertificateRequest((await makeLaptopKeys()).certificateRequest);
    expect(good?.publicKey.length).toBeGreaterThan(80);
  });
});

describe('lists', () => {
  test('staff see the laptops of their own site; officers see all, without secrets (S15)', async () => {
    const laptop = await world.laptop();
    const own = await world.ask('siteDevices', {}, world.caller(nurse, 'healthcare', fleet.prison));
    const others = await world.ask('siteDevices', {}, world.caller(nurse, 'healthcare', randomUUID()));
    const all = await world.ask('fleetDevices', {}, world.caller(officer, 'fleetOfficer'));
    if (!own.ok || !others.ok || !all.ok) throw new Error('refused');
    expect(own.result.devices.map(({ id }) => id)).toContain(laptop.id);
    expect(others.result.devices).toEqual([]);
    expect(all.result.devices.find(({ id }) => id === laptop.id)).toEqual({
      id: laptop.id,
      name: laptop.identity.name,
      site: { id: fleet.prison, name: 'HMP Exemplar' },
      connected: false,
      state: null,
      lastSeenAt: null,
      room: null,
      shareDestroyedAt: null,
      lease: null,
      rolledBackAt: null,
      damagedAt: null,
      erasure: null,
      custody: null,
      check: null,
    });
  });
});
