import { createHash } from 'node:crypto';
import type { ApprovedStatement, Manifest, Person, Roster } from '@sallyport/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sampleFleet, samplePerson, type SampleFleet, type SamplePerson } from '../../test/harness/sample-fleet.ts';
import { createSoftwareAuthenticator } from '../../test/harness/software-authenticator.ts';
import { consoleOrigin, createStaffWorld, insertPerson, type StaffWorld } from './staff-world-testing.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

let fleet: SampleFleet;
let world: StaffWorld;

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

const passkeyOf = ({ authenticator }: SamplePerson) => authenticator;
const digestOf = ({ statement }: ApprovedStatement) =>
  createHash('sha256').update(Buffer.from(statement, 'base64url')).digest('base64url');
const optionsOf = async () => (await world.browser().ask('POST', '/api/session/options', {})).json<object>();
const answer = (assertion: object) => world.browser().ask('POST', '/api/session', { assertion });
/** Why the newest sign-in was refused, by the record. */
const reasonOnRecord = async () => {
  world.clock.offset += 2 * minute;
  return (await world.entries('sign-in.refused')).at(-1)?.detail['reason'];
};

describe('S28 signing in', () => {
  test('a passkey tells who somebody is, without a name', async () => {
    const options = await optionsOf();
    expect(options).toMatchObject({ userVerification: 'required' });
    expect(options).not.toHaveProperty('allowCredentials');
    const signedIn = await answer(passkeyOf(fleet.people.nurse).assert(options, consoleOrigin));
    const { id, name } = fleet.people.nurse.named;
    const site = { id: fleet.prison, name: 'HMP Exemplar', kind: 'prison' };
    expect(signedIn.json()).toMatchObject({ person: { id, name, role: 'healthcare', site } });
  });

  test('it is on the record who signed in, from where and with which of their passkeys', async () => {
    await world.browser('192.0.2.7').signIn(passkeyOf(fleet.people.nurse));
    const { id, name } = fleet.people.nurse.named;
    const passkey = createHash('sha256').update(passkeyOf(fleet.people.nurse).credential.id).digest('hex').slice(0, 8);
    expect((await world.entries('person.signed-in')).at(-1)).toMatchObject({
      actor: { kind: 'person', id, name },
      detail: { source: '192.0.2.7', passkey },
    });
  });

  test.each([['trustee'], ['officer'], ['prisonManager'], ['hospitalManager'], ['nurse'], ['consultant']] as const)(
    'the %s whom the documents name signs in',
    async (name) => {
      expect(await world.browser().signIn(passkeyOf(fleet.people[name]))).toBe(200);
    },
  );

  test('an answer counts once', async () => {
    const assertion = passkeyOf(fleet.people.nurse).assert(await optionsOf(), consoleOrigin);
    expect((await answer(assertion)).statusCode).toBe(200);
    expect((await answer(assertion)).json()).toEqual({ reason: 'not-signed-in' });
    expect(await reasonOnRecord()).toBe('wrong-challenge');
  });

  test('a challenge is good for five minutes', async () => {
    const options = await optionsOf();
    world.clock.offset += 5 * minute;
    expect((await answer(passkeyOf(fleet.people.nurse).assert(options, consoleOrigin))).statusCode).toBe(401);
    expect(await reasonOnRecord()).toBe('wrong-challenge');
  });

  test('an answer from another page is refused, and so is one from the approver', async () => {
    for (const page of ['http://localhost:8444', 'https://evil.example']) {
      const assertion = passkeyOf(fleet.people.nurse).assert(await optionsOf(), page);
      expect((await answer(assertion)).statusCode).toBe(401);
      expect(await reasonOnRecord()).toBe('wrong-origin');
    }
  });

  test('an answer for another relying party is refused', async () => {
    const options = { ...(await optionsOf()), rpId: 'elsewhere.example' };
    expect((await answer(passkeyOf(fleet.people.nurse).assert(options, consoleOrigin))).statusCode).toBe(401);
    expect(await reasonOnRecord()).toBe('wrong-relying-party');
  });

  test('a key that did not verify the person is refused', async () => {
    const assertion = passkeyOf(fleet.people.nurse).assert(await optionsOf(), consoleOrigin, false);
    expect((await answer(assertion)).statusCode).toBe(401);
    expect(await reasonOnRecord()).toBe('not-verified');
  });

  test('another key’s signature under a known passkey’s name is refused', async () => {
    const { id } = passkeyOf(fleet.people.nurse).credential;
    const forged = { ...createSoftwareAuthenticator().assert(await optionsOf(), consoleOrigin), id, rawId: id };
    expect((await answer(forged)).statusCode).toBe(401);
    expect(await reasonOnRecord()).toBe('bad-signature');
  });

  test('one person’s passkey with another’s user handle is refused', async () => {
    const assertion = passkeyOf(fleet.people.nurse).assert(await optionsOf(), consoleOrigin);
    const userHandle = Buffer.from(fleet.people.officer.named.id).toString('base64url');
    const mixed = { ...assertion, response: { ...assertion.response, userHandle } };
    expect((await answer(mixed)).statusCode).toBe(401);
    expect(await reasonOnRecord()).toBe('unknown-credential');
  });

  test('a counter that stands still reveals a copied authenticator', async () => {
    const { id } = passkeyOf(fleet.people.otherOfficer).credential;
    const passkey = passkeyOf(fleet.people.otherOfficer);
    await world.database.db.updateTable('credentials').set({ counter: 1000 }).where('id', '=', id).execute();
    expect(await world.browser().signIn(passkey)).toBe(401);
    expect(await reasonOnRecord()).toBe('counter-went-back');
    await world.database.db.updateTable('credentials').set({ counter: 0 }).where('id', '=', id).execute();
    expect(await world.browser().signIn(passkey)).toBe(200);
  });

  test.each([[{}], [{ id: 'x' }], [{ response: { clientDataJSON: '*' } }]])('%j is no answer', async (given) => {
    expect((await answer(given)).json()).toEqual({ reason: 'not-signed-in' });
    expect(await reasonOnRecord()).toBe('malformed');
  });
});

describe('S28 whoever owns the database signs nobody in', () => {
  const intruder = samplePerson('Eve Intruder');

  test('a person slipped into the tables is nobody', async () => {
    await insertPerson(world.database.db, intruder.named, 'fleetOfficer', null);
    expect(await world.browser().signIn(passkeyOf(intruder))).toBe(401);
    expect(await reasonOnRecord()).toBe('unknown-credential');
  });

  test('a passkey slipped in under an officer’s name is not theirs', async () => {
    const { id } = fleet.people.officer.named;
    const { credential } = passkeyOf(intruder);
    await world.database.db.updateTable('credentials').set({ person: id }).where('id', '=', credential.id).execute();
    expect(await world.browser().signIn(passkeyOf(intruder))).toBe(401);
    expect(await reasonOnRecord()).toBe('unknown-credential');
  });

  test('another key put in place of a nurse’s own does not speak for her', async () => {
    const { id } = passkeyOf(fleet.people.nurse).credential;
    const publicKey = Buffer.from(passkeyOf(intruder).credential.publicKey, 'base64url');
    await world.database.db.updateTable('credentials').set({ public_key: publicKey }).where('id', '=', id).execute();
    const assertion = { ...passkeyOf(intruder).assert(await optionsOf(), consoleOrigin), id, rawId: id };
    expect((await answer(assertion)).statusCode).toBe(401);
    expect(await reasonOnRecord()).toBe('bad-signature');
    expect(await world.browser().signIn(passkeyOf(fleet.people.nurse))).toBe(200);
  });

  test.each([
    ['trustee', null],
    ['fleetOfficer', null],
    ['manager', 'prison'],
    ['consultant', 'hospital'],
    ['consultant', 'prison'],
    ['healthcare', 'hospital'],
  ] as const)('a nurse whose row says %s (%s) is none', async (role, at) => {
    const { id } = fleet.people.nurse.named;
    const site = at === null ? null : fleet[at];
    await world.database.db.updateTable('people').set({ role, site }).where('id', '=', id).execute();
    expect(await world.browser().signIn(passkeyOf(fleet.people.nurse))).toBe(401);
    const row = { role: 'healthcare', site: fleet.prison } as const;
    await world.database.db.updateTable('people').set(row).where('id', '=', id).execute();
    expect(await world.browser().signIn(passkeyOf(fleet.people.nurse))).toBe(200);
  });

  test('a name changed in the tables is not the name that anybody sees', async () => {
    const { id } = fleet.people.nurse.named;
    await world.database.db.updateTable('people').set({ name: 'Dr Somebody' }).where('id', '=', id).execute();
    const nurse = world.browser();
    await nurse.signIn(passkeyOf(fleet.people.nurse));
    expect((await nurse.ask('GET', '/api/session')).json()).toMatchObject({ person: { name: 'Nia Nurse' } });
  });
});

describe('S28 a session', () => {
  const nurse = () => passkeyOf(fleet.people.nurse);
  const isSignedIn = async (browser: ReturnType<StaffWorld['browser']>, headers = {}): Promise<boolean> =>
    (await browser.ask('GET', '/api/session', undefined, headers)).json<{ person: object | null }>().person !== null;

  test('is known by its token, whose digest alone is kept', async () => {
    const browser = world.browser();
    await browser.signIn(nurse());
    const token = browser.cookie?.split('=')[1] ?? '';
    const rows = await world.database.db.selectFrom('sessions').selectAll().execute();
    const digest = createHash('sha256').update(token).digest();
    expect(rows.filter((row) => row.token.equals(digest))).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  test('is new at every sign-in, and the browser’s old one is over', async () => {
    const browser = world.browser();
    await browser.signIn(nurse());
    const before = browser.cookie;
    await browser.signIn(nurse());
    expect(browser.cookie).not.toBe(before);
    expect(await isSignedIn(browser)).toBe(true);
    const old = world.browser();
    old.cookie = before;
    expect(await isSignedIn(old)).toBe(false);
  });

  test('is not one that the browser brought along', async () => {
    const browser = world.browser();
    browser.cookie = `sallyport-local=${'a'.repeat(43)}`;
    await browser.signIn(nurse());
    expect(browser.cookie).not.toContain('aaaa');
  });

  test('is over after a quarter of an hour unused', async () => {
    const browser = world.browser();
    await browser.signIn(nurse());
    world.clock.offset += 14 * minute;
    expect(await isSignedIn(browser)).toBe(true);
    world.clock.offset += 14 * minute;
    expect(await isSignedIn(browser)).toBe(true);
    world.clock.offset += 15 * minute;
    expect(await isSignedIn(browser)).toBe(false);
  });

  test('is not kept alive by what its page reads by itself', async () => {
    const browser = world.browser();
    await browser.signIn(nurse());
    world.clock.offset += 14 * minute;
    expect(await isSignedIn(browser, { 'x-unattended': '1' })).toBe(true);
    world.clock.offset += minute;
    expect(await isSignedIn(browser)).toBe(false);
  });

  test('is over after twelve hours however much it is used', async () => {
    const browser = world.browser();
    await browser.signIn(nurse());
    for (let passed = 0; passed < 12 * 60 - 10; passed += 10) {
      world.clock.offset += 10 * minute;
      expect(await isSignedIn(browser)).toBe(true);
    }
    world.clock.offset += 10 * minute;
    expect(await isSignedIn(browser)).toBe(false);
  });

  test('is gone once its person signs out', async () => {
    const browser = world.browser();
    await browser.signIn(nurse());
    const { cookie } = browser;
    expect((await browser.ask('DELETE', '/api/session')).statusCode).toBe(200);
    browser.cookie = cookie;
    expect(await isSignedIn(browser)).toBe(false);
  });
});

describe('S28 with the next document', () => {
  let manifest: Manifest;
  let digest: string;
  let roster: Roster;
  const nextManifest = async (changes: Partial<Manifest>): Promise<void> => {
    manifest = {
      ...manifest,
      version: manifest.version + 1,
      previous: digest,
      issuedAt: world.clock.now(),
      ...changes,
    };
    const approved = fleet.approved(manifest, fleet.people.trustee);
    digest = digestOf(approved);
    await world.publish('manifest', manifest, approved);
  };
  const nextRoster = async (people: Person[], notAfter = roster.notAfter): Promise<void> => {
    const previous = digestOf(fleet.approved(roster, fleet.people.prisonManager));
    roster = { ...roster, version: roster.version + 1, previous, people, notAfter, issuedAt: world.clock.now() };
    await world.publish('roster', roster, fleet.approved(roster, fleet.people.prisonManager));
  };
  const status = async (browser: ReturnType<StaffWorld['browser']>, url: string) =>
    (await browser.ask('GET', url)).statusCode;

  beforeAll(() => {
    ({ manifest, roster } = fleet);
    digest = digestOf(fleet.approved(manifest, fleet.people.trustee));
  });

  test('a removed officer is out with the next request, and signs in no more', async () => {
    const browser = world.browser();
    await browser.signIn(passkeyOf(fleet.people.otherOfficer));
    expect(await status(browser, '/api/fleet/devices')).toBe(404);
    await nextManifest({ fleetOfficers: [fleet.people.officer.named] });
    expect(await status(browser, '/api/fleet/devices')).toBe(401);
    expect(await world.browser().signIn(passkeyOf(fleet.people.otherOfficer))).toBe(401);
    const { id } = fleet.people.otherOfficer.named;
    const left = await world.database.db.selectFrom('sessions').where('person', '=', id).selectAll().execute();
    expect(left).toEqual([]);
  });

  test('a session begun with a lost passkey is over; the new passkey signs in', async () => {
    const browser = world.browser();
    await browser.signIn(passkeyOf(fleet.people.officer));
    const fresh = createSoftwareAuthenticator();
    const { id, name } = fleet.people.officer.named;
    await nextManifest({ fleetOfficers: [{ id, name, credentials: [fresh.credential] }] });
    expect(await status(browser, '/api/fleet/devices')).toBe(401);
    expect(await world.browser().signIn(passkeyOf(fleet.people.officer))).toBe(401);
    const row = { id: fresh.credential.id, person: id, counter: 0, transports: '[]', public_key: Buffer.alloc(1) };
    await world.database.db.insertInto('credentials').values(row).execute();
    expect(await world.browser().signIn(fresh)).toBe(200);
  });

  test('a nurse taken off the roster is out with the next request', async () => {
    const browser = world.browser();
    await browser.signIn(passkeyOf(fleet.people.nurse));
    await nextRoster([samplePerson('Noel Nurse').named]);
    expect(await status(browser, '/api/site/devices')).toBe(401);
    await nextRoster([fleet.people.nurse.named]);
    expect(await world.browser().signIn(passkeyOf(fleet.people.nurse))).toBe(200);
  });

  test('an open stream of somebody removed ends at once, not at its next check', async () => {
    const open = await world.sessions.begin({
      standing: {
        person: { id: fleet.people.nurse.named.id, name: 'Nia Nurse', role: 'healthcare', site: null },
        credentials: [],
        inForce: true,
      },
      credential: fleet.people.nurse.named.credentials[0]?.id ?? '',
    });
    const { port } = await listen(world);
    const stream = await fetch(`http://127.0.0.1:${port}/api/changes`, {
      headers: { cookie: `sallyport-local=${open.token}` },
    });
    expect(stream.status).toBe(200);
    const whole = stream.text();
    await nextRoster([samplePerson('Noel Nurse').named]);
    world.tell('trust');
    expect(await whole).not.toContain('"devices"');
    await nextRoster([fleet.people.nurse.named]);
  });

  test('people of a roster whose time is over do not sign in and are told why; its manager does, to renew it', async () => {
    await nextRoster([fleet.people.nurse.named], world.clock.now() + day);
    const working = world.browser();
    await working.signIn(passkeyOf(fleet.people.nurse));
    world.clock.offset += day - 5 * minute;
    await working.signIn(passkeyOf(fleet.people.nurse));
    world.clock.offset += 6 * minute;
    const assertion = passkeyOf(fleet.people.nurse).assert(await optionsOf(), consoleOrigin);
    expect((await answer(assertion)).json()).toEqual({ reason: 'outdated' });
    expect(await status(working, '/api/site/devices')).toBe(404);
    expect(await world.browser().signIn(passkeyOf(fleet.people.prisonManager))).toBe(200);
  });

  test('a manifest whose time is over signs in its own people only', async () => {
    await nextRoster([fleet.people.nurse.named], world.clock.now() + 300 * day);
    await nextManifest({ notAfter: world.clock.now() + day });
    world.clock.offset += day;
    const assertion = passkeyOf(fleet.people.nurse).assert(await optionsOf(), consoleOrigin);
    expect((await answer(assertion)).json()).toEqual({ reason: 'outdated' });
    expect(await world.browser().signIn(passkeyOf(fleet.people.trustee))).toBe(200);
    expect(await world.browser().signIn(passkeyOf(fleet.people.prisonManager))).toBe(200);
  });
});

async function listen({ http }: StaffWorld): Promise<{ port: number }> {
  await http.app.listen({ host: '127.0.0.1', port: 0 });
  const address = http.app.server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return address;
}
