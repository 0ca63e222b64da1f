// What another system reads over the FHIR API: who may, and how it is refused.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { revokeApiClient } from './fhir/api-clients.ts';
import { fhirPath } from './fhir/fhir-api.ts';
import { minute, noon } from './fhir/testing.ts';
import { FhirWorld } from './fhir-world-testing.ts';
import { token as cookieToken } from './http/testing.ts';

let world: FhirWorld;
beforeAll(async () => {
  world = await FhirWorld.create();
}, 90_000);
beforeEach(() => world.restart());
afterAll(() => world.close());

describe('S43 who may read', () => {
  test('nobody without a token, with a cookie, with a token that is none or was taken back', async () => {
    const appointment = await world.held(world.own);
    const { client, token } = await world.clientAt(world.own.prison);
    const path = `/Appointment/${appointment}`;
    expect((await world.read(path, token)).statusCode).toBe(200);
    expect(await revokeApiClient({ db: world.database.db, audit: world.audit, clock: world.clock }, client.id)).toBe(
      true,
    );
    const tries: Record<string, string>[] = [
      {},
      { cookie: `sallyport-local=${cookieToken('n')}` },
      { authorization: `Bearer ${token}` },
      { authorization: `Bearer ${'A'.repeat(43)}` },
      { authorization: `Basic ${world.clients.own.token}` },
      { authorization: `Bearer ${world.clients.own.token}x` },
    ];
    for (const headers of tries) {
      const answer = await world.read(path, headers);
      expect(world.refusalOf(answer)).toEqual([401, 'login']);
      expect(answer.headers['www-authenticate']).toBe('Bearer');
    }
    expect(world.server.noted.map(({ action, reason }) => [action, reason])).toEqual(
      Array.from({ length: 3 }, () => ['fhir.refused', 'unknown-token']),
    );
    expect(await revokeApiClient({ db: world.database.db, audit: world.audit, clock: world.clock }, client.id)).toBe(
      false,
    );
  });

  test('a client of a prison reads that prison’s and nothing of another: they do not exist', async () => {
    const appointment = await world.held(world.other);
    const mine = await world.held(world.own);
    const paths = ['Appointment/', 'Encounter/'].map((type) => `/${type}${appointment}`);
    for (const path of [...paths, `/Task/${appointment}-1`, `/ServiceRequest/${appointment}-2`]) {
      expect((await world.read(path, world.clients.other.token)).statusCode, path).toBe(200);
      expect(world.refusalOf(await world.read(path)), path).toEqual([404, 'not-found']);
      expect((await world.read(path)).payload).toBe(
        (await world.read(path.replace(appointment, randomUUID()))).payload,
      );
    }
    expect((await world.find('/Appointment?_count=50')).ids).toContain(mine);
    expect((await world.find('/Appointment?_count=50')).ids).not.toContain(appointment);
    expect((await world.find(`/Encounter?appointment=${appointment}`)).ids).toEqual([]);
    expect((await world.find(`/Task?encounter=${appointment}`)).ids).toEqual([]);
    expect((await world.find(`/ServiceRequest?encounter=Encounter/${appointment}`)).ids).toEqual([]);
    expect((await world.find(`/Task?encounter=${appointment}`, world.clients.other.token)).ids).toHaveLength(2);
  });

  test('the token of a prison that has left the fleet reads nothing', async () => {
    const { token } = await world.clientAt('HMP Elsewhere');
    const leave = (at: Date | null): Promise<unknown> =>
      world.database.db.updateTable('sites').set({ removed_at: at }).where('id', '=', world.other.prison).execute();
    await leave(new Date(noon));
    expect(world.refusalOf(await world.read('/Appointment', token))).toEqual([401, 'login']);
    await leave(null);
    expect((await world.read('/Appointment', token)).statusCode).toBe(200);
  });

  test('a token is kept as a digest only', async () => {
    const { client, token } = await world.clientAt(world.own.prison);
    const row = await world.database.db
      .selectFrom('api_clients')
      .selectAll()
      .where('id', '=', client.id)
      .executeTakeFirstOrThrow();
    expect(row.token).toHaveLength(32);
    expect(JSON.stringify({ ...row, token: row.token.toString('base64url') })).not.toContain(token);
    const entries = await world.database.db
      .selectFrom('audit')
      .select('detail')
      .where('subject', '=', client.id)
      .execute();
    expect(JSON.stringify(entries)).not.toContain(token);
  });

  test('every read is on the record, by client and ids, without patient data; a refused one hands out nothing', async () => {
    const appointment = await world.held(world.own);
    const recorded = async () =>
      (await world.audit.entriesBefore(undefined, 10))
        .filter(({ action }) => action === 'fhir.read')
        .map(({ detail }) => detail);
    await world.resource(`/Encounter/${appointment}`);
    await world.find(`/Task?encounter=${appointment}`);
    const [search, single] = await recorded();
    expect(single).toEqual({ client: 'SystmOne', resource: 'Encounter', how: 'read', found: 1, ids: appointment });
    const ids = `${appointment}-1 ${appointment}-5`;
    expect(search).toEqual({ client: 'SystmOne', resource: 'Task', how: 'search', found: 2, ids });
    expect(JSON.stringify([search, single])).not.toMatch(/Ann|A1234BC|9434765919|Amoxicillin/);
    const entry = (await world.audit.entriesBefore(undefined, 1))[0];
    expect(entry).toMatchObject({ action: 'fhir.read', subject: world.clients.own.client.id });
  });

  test('a long page is on the record whole', async () => {
    for (let number = 0; number < 12; number += 1) {
      await world.booked(world.own, noon + 400 * 24 * 60 * minute + number * minute);
    }
    const { ids } = await world.find('/Appointment?date=ge2027-06-01');
    const [entry] = await world.audit.entriesBefore(undefined, 1);
    expect(ids).toHaveLength(12);
    expect(`${String(entry?.detail['ids'])} ${String(entry?.detail['ids2'])}`.split(' ')).toEqual(ids);
  });

  test('no page of another site, no cache and no cookie has a part in it', async () => {
    const answer = await world.read('/metadata', {
      origin: 'https://elsewhere.example',
      'sec-fetch-site': 'cross-site',
    });
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    expect(answer.headers['set-cookie']).toBeUndefined();
    const preflight = await world.server.http.app.inject({ method: 'OPTIONS', url: `${fhirPath}/Appointment` });
    expect(world.refusalOf(preflight)).toEqual([405, 'not-supported']);
    expect(preflight.headers['access-control-allow-origin']).toBeUndefined();
  });

  test('a client that reads without end is slowed down, and told for how long', async () => {
    const { token } = await world.clientAt(world.own.prison);
    const statuses = new Set<number>();
    for (let asked = 0; asked < 130; asked += 1) {
      const answer = await world.read('/Appointment/none', token);
      statuses.add(answer.statusCode);
      if (answer.statusCode !== 429) continue;
      expect(world.refusalOf(answer)).toEqual([429, 'throttled']);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    }
    expect(statuses).toEqual(new Set([404, 429]));
    expect((await world.read('/Appointment/none')).statusCode).toBe(404);
  });

  test('so is whoever asks without a token', async () => {
    const answers = await Promise.all(Array.from({ length: 610 }, () => world.read('/Appointment', {})));
    const refused = answers.find(({ statusCode }) => statusCode === 429);
    expect(refused && world.refusalOf(refused)).toEqual([429, 'throttled']);
  });
});

describe('what is not there', () => {
  test.each([
    ['/Patient', 404, 'not-supported'],
    ['/', 404, 'not-supported'],
    [`/Appointment/${'x'.repeat(100)}`, 404, 'not-supported'],
    ['/Appointment/none', 404, 'not-found'],
    ['/Encounter?appointment=none', 200, undefined],
  ])('%s', async (path, status, code) => {
    const answer = await world.read(path);
    if (status === 200) expect(answer.statusCode).toBe(200);
    else expect(world.refusalOf(answer)).toEqual([status, code]);
  });

  test('nothing can be changed', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) {
      const headers = { authorization: `Bearer ${world.clients.own.token}` };
      const answer = await world.server.http.app.inject({ method, url: `${fhirPath}/Task/x`, headers });
      expect(world.refusalOf(answer)).toEqual([405, 'not-supported']);
      expect(answer.headers['allow']).toBe('GET');
    }
  });

  test('another form than JSON', async () => {
    const authorization = `Bearer ${world.clients.own.token}`;
    expect(
      world.refusalOf(await world.read('/Appointment', { authorization, accept: 'application/fhir+xml' }))[0],
    ).toBe(406);
    expect(world.refusalOf(await world.read('/Appointment?_format=xml'))[0]).toBe(406);
    for (const accept of ['application/fhir+json', 'application/json, text/html;q=0.5', '*/*']) {
      expect((await world.read('/Appointment?_format=json', { authorization, accept })).statusCode).toBe(200);
    }
  });

  test('a fault is a refusal in words outside, and logged inside (S23)', async () => {
    const db = new Proxy(world.database.db, {
      get: () => {
        throw new Error('the disk is on fire');
      },
    });
    const broken = await world.serve(db);
    const headers = { authorization: `Bearer ${world.clients.own.token}` };
    const answer = await broken.http.app.inject({ url: `${fhirPath}/Appointment`, headers });
    expect(world.refusalOf(answer)).toEqual([500, 'exception']);
    expect(answer.payload).not.toContain('fire');
    expect(broken.logged.join('')).toContain('the disk is on fire');
    await broken.close();
  });
});
