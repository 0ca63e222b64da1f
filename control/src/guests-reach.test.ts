// What a guest's browser reaches of control, over the real server: its own place, and nothing else.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  changesPath,
  consoleApi,
  guestSocketPath,
  roomSocketPath,
  type ConsoleAnswer,
  type ConsoleRoute,
} from '@sallyport/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { sampleFleet } from '../../test/harness/sample-fleet.ts';
import { createGuestsWorld, type GuestOf, type GuestsWorld } from './guests-world-testing.ts';
import { consoleOrigin, type TestBrowser } from './staff-world-testing.ts';

const fleet = sampleFleet(Date.now() - 60_000);
let world: GuestsWorld;
beforeAll(async () => {
  world = await createGuestsWorld(fleet, {
    manifest: fleet.approved(fleet.manifest, fleet.people.trustee),
    roster: fleet.approved(fleet.roster, fleet.people.prisonManager),
    hospitalRoster: fleet.approved(fleet.hospitalRoster, fleet.people.hospitalManager),
  });
});
afterAll(() => world.close());

/** The routes of the guest's own page. */
const own: readonly ConsoleRoute[] = [
  'enterAsGuest',
  'guestView',
  'guestTrustChain',
  'guestTrustRoster',
  'leaveAsGuest',
];

const admitted = async (of?: GuestOf): Promise<{ of: GuestOf; browser: TestBrowser }> => {
  const named = of ?? (await world.book());
  const browser = await world.waiting(named);
  await world.letIn(named);
  return { of: named, browser };
};
/** An answer without what is another one each time. */
const lasting = (body: string): string => body.replaceAll(/"(now|challenge)":("[^"]*"|\d+)/g, '');
const tokenIn = ({ cookie }: TestBrowser): string => cookie?.split('=')[1] ?? '';

describe('S38 a guest reaches nothing else', () => {
  const others = (Object.keys(consoleApi) as ConsoleRoute[]).filter((name) => !own.includes(name));
  let guest: TestBrowser;
  let of: GuestOf;
  beforeAll(async () => {
    ({ of, browser: guest } = await admitted());
  });

  test('every route of the contract is looked at', () => {
    expect(others.length).toBeGreaterThan(40);
    expect(others).toEqual(expect.arrayContaining(['appointments', 'admitGuest', 'draftJoin', 'trustRoster', 'pair']));
  });

  test.each(others)('%s', async (name) => {
    const { method, path, access } = consoleApi[name];
    // Of the guest's own appointment, where the route knows of one.
    const ids: Record<string, string> = { id: of.appointment, guest: of.guest };
    const url = path.replaceAll(/:(\w+)/g, (_, part: string) => ids[part] ?? randomUUID());
    const body = method === 'GET' ? undefined : {};
    const asked = (browser: TestBrowser) => browser.ask(method, url, body, { 'x-csrf-token': tokenIn(guest) });
    const [asGuest, asNobody] = [await asked(guest), await asked(world.browser())];
    // To be a guest is to be nobody: the same answer, and for all that is anybody's a refusal.
    expect([asGuest.statusCode, lasting(asGuest.body)]).toEqual([asNobody.statusCode, lasting(asNobody.body)]);
    expect(access === 'anyone' ? [200, 400, 404] : [401, 403]).toContain(asGuest.statusCode);
  });

  test('the guest’s token is no session under a session’s name', async () => {
    for (const name of ['sallyport-local', '__Host-sallyport']) {
      const headers = { cookie: `${name}=${tokenIn(guest)}` };
      expect(
        (await world.browser().ask('GET', '/api/appointments?from=1800000000000&to=1800000001000', undefined, headers))
          .statusCode,
      ).toBe(401);
      expect((await world.browser().ask('GET', changesPath, undefined, headers)).statusCode).toBe(401);
    }
    expect((await guest.ask('GET', changesPath)).statusCode).toBe(401);
  });

  test('and a session is no guest', async () => {
    const { cookie } = world.signedIn.consultant;
    const asGuest = { cookie: `sallyport-guest-local=${cookie?.split('=')[1] ?? ''}` };
    for (const headers of [{ cookie: cookie ?? '' }, asGuest]) {
      expect((await world.browser().ask('GET', '/api/guest', undefined, headers)).statusCode).toBe(401);
      expect(await connect(guestSocketPath, headers)).toContain('401');
    }
  });
});

describe('S38 the fleet’s documents', () => {
  const trust = (browser: TestBrowser) => browser.ask('GET', '/api/guest/trust/manifests?after=0');
  const roster = (browser: TestBrowser, site: string) => browser.ask('GET', `/api/guest/trust/rosters/${site}`);

  test('are for a guest who was let in: the manifests, and the two rosters of their own appointment', async () => {
    const { browser } = await admitted();
    expect((await trust(browser)).json<ConsoleAnswer<'guestTrustChain'>>().manifests).toHaveLength(1);
    for (const site of [fleet.prison, fleet.hospital]) {
      expect((await roster(browser, site)).json<ConsoleAnswer<'guestTrustRoster'>>().roster).not.toBeNull();
    }
    expect((await roster(browser, randomUUID())).json()).toEqual({ reason: 'not-found' });
  });

  test('are for nobody before, nobody after, and nobody else', async () => {
    const waiting = await world.waiting(await world.book());
    for (const asked of [trust, (browser: TestBrowser) => roster(browser, fleet.prison)]) {
      expect((await asked(waiting)).json()).toEqual({ reason: 'not-allowed' });
      expect((await asked(world.browser())).json()).toEqual({ reason: 'not-signed-in' });
    }
    const { browser } = await admitted();
    const { cookie = '' } = browser;
    await browser.ask('POST', '/api/guest/leave', {});
    expect(
      (await world.browser().ask('GET', '/api/guest/trust/manifests?after=0', undefined, { cookie })).json(),
    ).toEqual({
      reason: 'not-allowed',
    });
  });
});

describe('S38 a guest’s socket', () => {
  test('is for a guest who was let in, under the name that the consultant approved', async () => {
    const of = await world.book({ kind: 'clinician', name: 'Dr Second' });
    const waiting = await world.waiting(of);
    expect(await connect(guestSocketPath, { cookie: waiting.cookie ?? '' })).toContain('401');
    await world.letIn(of);
    const socket = await open(waiting);
    socket.send(JSON.stringify({ kind: 'request', id: 1, method: 'room.leave', params: {} }));
    await once(socket, 'message');
    expect(world.reached.at(-1)).toEqual({
      method: 'room.leave',
      peer: { kind: 'clinician', id: of.guest, name: 'Dr Second' },
    });
    socket.close();
    await once(socket, 'close');
  });

  test('comes from our own page, by one cookie, to this one path', async () => {
    const { browser } = await admitted();
    const cookie = browser.cookie ?? '';
    expect(await connect(guestSocketPath, { cookie }, 'https://evil.example')).toContain('403');
    expect(await connect(guestSocketPath, { cookie: `${cookie}; ${cookie}` })).toContain('401');
    expect(await connect(guestSocketPath, {})).toContain('401');
    expect(await connect(roomSocketPath, { cookie })).toContain('401');
    expect(await connect('/api/guest', { cookie })).toContain('404');
  });

  test('is one a guest: a second tab replaces the first, whose seat is free before', async () => {
    const { of, browser } = await admitted();
    const first = await open(browser);
    const closed = once(first, 'close');
    const second = await open(browser);
    expect((await closed)[0]).toBe(4409);
    expect(world.reached.at(-1)).toEqual({ method: 'leave', peer: { kind: 'interpreter', id: of.guest } });
    expect(second.readyState).toBe(WebSocket.OPEN);
    second.close();
    await once(second, 'close');
  });

  test.each([
    ['a newer link is given out', (of: GuestOf) => world.invite(of)],
    ['the guest leaves', (_of: GuestOf, browser: TestBrowser) => browser.ask('POST', '/api/guest/leave', {})],
    [
      'the consultation is cancelled',
      async ({ appointment }: GuestOf) => {
        const cancelled = { cancelled_at: new Date() };
        await world.staff.database.db
          .updateTable('appointments')
          .set(cancelled)
          .where('id', '=', appointment)
          .execute();
        world.staff.tell('appointments');
      },
    ],
  ])('ends at once when %s', async (_what, act) => {
    const { of, browser } = await admitted();
    const socket = await open(browser);
    const { cookie = '' } = browser;
    // Far sooner than the next regular look at every socket.
    const closed = once(socket, 'close', { signal: AbortSignal.timeout(5000) });
    await act(of, browser);
    await closed;
    expect(world.reached.at(-1)).toEqual({ method: 'leave', peer: { kind: 'interpreter', id: of.guest } });
    expect(await connect(guestSocketPath, { cookie })).toContain('401');
  });
});

async function open(browser: TestBrowser): Promise<WebSocket> {
  const headers = { cookie: browser.cookie ?? '', origin: consoleOrigin };
  const socket = new WebSocket(`${await world.socketAddress()}${guestSocketPath}`, { headers });
  await once(socket, 'open');
  return socket;
}

/** @returns the refusal of the handshake in words, or `open` */
async function connect(path: string, headers: Record<string, string>, origin = consoleOrigin): Promise<string> {
  const address = await world.socketAddress();
  return new Promise((resolve) => {
    const socket = new WebSocket(`${address}${path}`, { headers: { ...headers, origin } });
    socket.on('open', () => {
      resolve('open');
      socket.close();
    });
    socket.on('error', (error) => {
      resolve(error.message);
    });
  });
}
