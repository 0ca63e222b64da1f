import { consoleApi, type ConsoleRoute, type Role } from '@sallyport/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sampleFleet, type SampleFleet } from '../../test/harness/sample-fleet.ts';
import { consoleOrigin, createStaffWorld, type StaffWorld, type TestBrowser } from './staff-world-testing.ts';

const minute = 60_000;

let fleet: SampleFleet;
let world: StaffWorld;
let officer: TestBrowser;

beforeAll(async () => {
  fleet = sampleFleet(Date.now());
  const { people, manifest, roster, hospitalRoster } = fleet;
  world = await createStaffWorld(fleet, {
    manifest: fleet.approved(manifest, people.trustee),
    roster: fleet.approved(roster, people.prisonManager),
    hospitalRoster: fleet.approved(hospitalRoster, people.hospitalManager),
  });
});
afterAll(() => world.close());
beforeEach(async () => {
  officer = world.browser();
  expect(await officer.signIn(passkey())).toBe(200);
});

const passkey = (name: keyof SampleFleet['people'] = 'officer') => fleet.people[name].authenticator;
const createTicket = async (browser = officer) => {
  const answer = await browser.ask('POST', '/api/fleet/tickets', { name: 'HB-08', site: fleet.prison });
  return answer.statusCode === 200 ? 'done' : answer.json<{ reason: string }>().reason;
};
const optionsOf = async (browser = officer) =>
  (await browser.ask('POST', '/api/session/step-up/options', {})).json<object>();
const answer = async (assertion: object, browser = officer) => {
  const answered = await browser.ask('POST', '/api/session/step-up', { assertion });
  return answered.statusCode === 200 ? 'done' : answered.json<{ reason: string }>().reason;
};

describe('S28 who acts has just shown themselves', () => {
  test('signing in is a gesture, for five minutes', async () => {
    expect(await createTicket()).toBe('done');
    world.clock.offset += 4.5 * minute;
    expect(await createTicket()).toBe('done');
    world.clock.offset += minute;
    expect(await createTicket()).toBe('step-up-needed');
  });

  test('another gesture is good for five minutes more', async () => {
    world.clock.offset += 6 * minute;
    expect((await officer.stepUp(passkey())).statusCode).toBe(200);
    expect(await createTicket()).toBe('done');
    world.clock.offset += 6 * minute;
    expect(await createTicket()).toBe('step-up-needed');
  });

  test('a clock set back makes no old gesture new', async () => {
    world.clock.offset -= 6 * minute;
    expect(await createTicket()).toBe('step-up-needed');
    world.clock.offset += 6 * minute;
  });

  const byRole = { trustee: 'trustee', fleetOfficer: 'officer', manager: 'prisonManager' } as const;
  const rules = Object.entries(consoleApi).map(([name, route]) => [name, 'stepUp' in route] as const);

  test.each(rules.filter(([, stepUp]) => stepUp).map(([name]) => name as ConsoleRoute))(
    '%s is one of the acts that need it',
    async (name) => {
      const { method, path, access } = consoleApi[name];
      const role = (access as readonly Role[])[0] as keyof typeof byRole;
      const person = world.browser();
      await person.signIn(passkey(byRole[role]));
      world.clock.offset += 6 * minute;
      const refused = await person.ask(method, path, {});
      expect([refused.statusCode, refused.json()]).toEqual([403, { reason: 'step-up-needed' }]);
    },
  );

  test('whatever changes who may do what is among them', () => {
    const needing = rules.filter(([, stepUp]) => stepUp).map(([name]) => name);
    expect(needing.toSorted()).toEqual(['createTicket', 'invite', 'proposeManifest', 'proposeRoster']);
  });

  test('reading, and what carries an approval of its own, needs none', async () => {
    world.clock.offset += 6 * minute;
    expect((await officer.ask('GET', '/api/fleet/devices')).json()).toEqual({ reason: 'not-found' });
    const approval = { credential: 'AA', clientDataJSON: 'AA', authenticatorData: 'AA', signature: 'AA' };
    const approving = await officer.ask('POST', `/api/fleet/orders/${fleet.device.id}/approve`, { approval });
    expect(approving.json()).toEqual({ reason: 'not-found' });
  });
});

describe('S28 the gesture', () => {
  beforeEach(() => {
    world.clock.offset += 6 * minute;
  });

  test('is asked of the passkeys of the very person, user verified', async () => {
    expect(await optionsOf()).toMatchObject({
      allowCredentials: [{ id: passkey().credential.id, type: 'public-key' }],
      userVerification: 'required',
    });
  });

  test('of a colleague does not count', async () => {
    const assertion = passkey('otherOfficer').assert(await optionsOf(), consoleOrigin);
    expect(await answer(assertion)).toBe('unknown-credential');
    expect(await createTicket()).toBe('step-up-needed');
  });

  test('without user verification does not count', async () => {
    expect((await officer.stepUp(passkey(), false)).json()).toEqual({ reason: 'not-verified' });
    expect(await createTicket()).toBe('step-up-needed');
  });

  test('on another page does not count', async () => {
    const assertion = passkey().assert(await optionsOf(), 'http://localhost:8444');
    expect(await answer(assertion)).toBe('wrong-origin');
  });

  test('counts once', async () => {
    const assertion = passkey().assert(await optionsOf(), consoleOrigin);
    expect(await answer(assertion)).toBe('done');
    expect(await answer(assertion)).toBe('wrong-challenge');
  });

  test('is good for five minutes', async () => {
    const options = await optionsOf();
    world.clock.offset += 5 * minute;
    expect(await answer(passkey().assert(options, consoleOrigin))).toBe('wrong-challenge');
  });

  test('for signing in is none for an act, nor the other way round', async () => {
    const forSigningIn: unknown = (await officer.ask('POST', '/api/session/options', {})).json();
    expect(await answer(passkey().assert(forSigningIn, consoleOrigin))).toBe('wrong-challenge');
    const assertion = passkey().assert(await optionsOf(), consoleOrigin);
    expect((await world.browser().ask('POST', '/api/session', { assertion })).statusCode).toBe(401);
  });

  test('for one session is none for another of the same person', async () => {
    const elsewhere = world.browser();
    await elsewhere.signIn(passkey());
    const assertion = passkey().assert(await optionsOf(elsewhere), consoleOrigin);
    expect(await answer(assertion)).toBe('wrong-challenge');
  });

  test('of a copied passkey does not count', async () => {
    const { id } = passkey().credential;
    await world.database.db.updateTable('credentials').set({ counter: 100_000 }).where('id', '=', id).execute();
    expect((await officer.stepUp(passkey())).json()).toEqual({ reason: 'counter-went-back' });
    await world.database.db.updateTable('credentials').set({ counter: 0 }).where('id', '=', id).execute();
  });

  test('gives the browser a new cookie, and the one before is worth nothing', async () => {
    const before = officer.cookie;
    await officer.stepUp(passkey());
    expect(officer.cookie).not.toBe(before);
    expect((await officer.ask('GET', '/api/fleet/devices')).statusCode).toBe(404);
    officer.cookie = before;
    expect((await officer.ask('GET', '/api/fleet/devices')).statusCode).toBe(401);
  });

  test('does not make the session last longer than it may', async () => {
    // Six minutes have passed already.
    for (let passed = 6; passed < 12 * 60 - 8; passed += 8) {
      world.clock.offset += 8 * minute;
      expect((await officer.ask('GET', '/api/fleet/devices')).statusCode).toBe(404);
    }
    expect((await officer.stepUp(passkey())).statusCode).toBe(200);
    world.clock.offset += 8 * minute;
    expect((await officer.ask('GET', '/api/fleet/devices')).statusCode).toBe(401);
  });

  test('is for people who are signed in, on a page of ours', async () => {
    expect((await world.browser().ask('POST', '/api/session/step-up/options', {})).statusCode).toBe(401);
    officer.csrf = 'another';
    expect((await officer.ask('POST', '/api/session/step-up/options', {})).json()).toEqual({ reason: 'not-allowed' });
  });
});

test('S28 gestures, and refused ones, are on the record with who made them', async () => {
  await officer.stepUp(passkey());
  await officer.stepUp(passkey('otherOfficer'));
  const { id, name } = fleet.people.officer.named;
  const actor = { kind: 'person', id, name };
  expect((await world.entries('person.stepped-up')).at(-1)).toMatchObject({ actor, subject: id });
  world.clock.offset += 2 * minute;
  await world.refusals.close();
  const detail = { source: '127.0.0.1', reason: expect.stringContaining('unknown-credential') as string };
  expect((await world.entries('step-up.refused')).at(-1)).toMatchObject({ actor, subject: id, detail });
});
