import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createSoftwareAuthenticator,
  type SoftwareAuthenticator,
} from '../../../test/harness/software-authenticator.ts';
import { createTestDatabase, type TestDatabase } from '../db/testing.ts';
import { createSessions } from './sessions.ts';
import { signInOptions, verifySignIn, type SignInDeps } from './sign-in.ts';
import { foundTestFleet, type TestPerson } from './testing.ts';

const origin = 'http://localhost:8443';
const minute = 60_000;

describe('S15 signing in', () => {
  let database: TestDatabase;
  let deps: SignInDeps;
  let nurse: TestPerson<SoftwareAuthenticator>;
  let officer: TestPerson<SoftwareAuthenticator>;
  let now = Date.now();
  const clock = { now: () => now };

  beforeAll(async () => {
    database = await createTestDatabase();
    deps = { db: database.db, clock, rpId: 'localhost', origin };
    const audit = { append: () => Promise.resolve() };
    const ca = { certificate: 'certificate', key: 'key' };
    const setup = { ...deps, audit, approverOrigin: 'http://localhost:8444' };
    const people = await foundTestFleet(setup, ca, createSoftwareAuthenticator);
    const named = (name: string): TestPerson<SoftwareAuthenticator> => {
      const person = people.find((candidate) => candidate.name === name);
      if (person === undefined) throw new Error(name);
      return person;
    };
    nurse = named('Nina Nurse');
    officer = named('Olive Officer');
  });
  afterAll(() => database.close());

  test('a passkey tells who somebody is, without a name', async () => {
    const options = await signInOptions(deps);
    expect(options.allowCredentials ?? []).toEqual([]);
    expect(options.userVerification).toBe('required');
    const person = await verifySignIn(deps, nurse.authenticator.assert(options, origin));
    expect(person).toMatchObject({ id: nurse.id, role: 'healthcare', site: { name: 'HMP Example', kind: 'prison' } });
  });

  test('an answer counts once', async () => {
    const assertion = nurse.authenticator.assert(await signInOptions(deps), origin);
    expect(await verifySignIn(deps, assertion)).toBeDefined();
    expect(await verifySignIn(deps, assertion)).toBeUndefined();
  });

  test('a challenge is good for five minutes', async () => {
    const options = await signInOptions(deps);
    now += 5 * minute;
    expect(await verifySignIn(deps, nurse.authenticator.assert(options, origin))).toBeUndefined();
  });

  test('an answer from another page is refused', async () => {
    const options = await signInOptions(deps);
    const assertion = nurse.authenticator.assert(options, 'http://localhost:8444');
    expect(await verifySignIn(deps, assertion)).toBeUndefined();
  });

  test('an answer for another relying party is refused', async () => {
    const options = { ...(await signInOptions(deps)), rpId: 'elsewhere.example' };
    expect(await verifySignIn(deps, nurse.authenticator.assert(options, origin))).toBeUndefined();
  });

  test('a key that did not verify the person is refused', async () => {
    const assertion = nurse.authenticator.assert(await signInOptions(deps), origin, false);
    expect(await verifySignIn(deps, assertion)).toBeUndefined();
  });

  test('a passkey nobody registered is refused', async () => {
    const assertion = createSoftwareAuthenticator().assert(await signInOptions(deps), origin);
    expect(await verifySignIn(deps, assertion)).toBeUndefined();
  });

  test('one person’s passkey with another’s user handle is refused', async () => {
    const assertion = nurse.authenticator.assert(await signInOptions(deps), origin);
    const userHandle = Buffer.from(officer.id).toString('base64url');
    const mixed = { ...assertion, response: { ...assertion.response, userHandle } };
    expect(await verifySignIn(deps, mixed)).toBeUndefined();
  });

  test('a counter that stands still reveals a copied authenticator', async () => {
    const { id } = officer.authenticator.credential;
    await database.db.updateTable('credentials').set({ counter: 1000 }).where('id', '=', id).execute();
    const assertion = officer.authenticator.assert(await signInOptions(deps), origin);
    expect(await verifySignIn(deps, assertion)).toBeUndefined();
    await database.db.updateTable('credentials').set({ counter: 0 }).where('id', '=', id).execute();
    expect(await verifySignIn(deps, officer.authenticator.assert(await signInOptions(deps), origin))).toBeDefined();
  });

  test.each([[undefined], [{}], [{ id: 'x' }], [{ response: { clientDataJSON: '*' } }]])(
    '%j is no answer',
    async (answer) => {
      expect(await verifySignIn(deps, answer)).toBeUndefined();
    },
  );

  describe('a session', () => {
    const limits = { idleMinutes: 30, absoluteHours: 12 };

    test('is found by its token, whose digest alone is kept', async () => {
      const sessions = createSessions({ db: database.db, clock, limits });
      const { token, csrfToken } = await sessions.begin(nurse.id);
      expect(await sessions.find(token, 'look')).toMatchObject({ csrfToken, caller: { person: { id: nurse.id } } });
      const rows = await database.db.selectFrom('sessions').selectAll().execute();
      expect(rows.some((row) => row.token.toString('base64url') === token)).toBe(false);
    });

    test('is over after half an hour unused, and looking does not prolong it', async () => {
      const sessions = createSessions({ db: database.db, clock, limits });
      const { token } = await sessions.begin(nurse.id);
      now += 29 * minute;
      expect(await sessions.find(token, 'touch')).toBeDefined();
      now += 29 * minute;
      expect(await sessions.find(token, 'look')).toBeDefined();
      now += minute;
      expect(await sessions.find(token, 'touch')).toBeUndefined();
    });

    test('is over after twelve hours however much it is used', async () => {
      const sessions = createSessions({ db: database.db, clock, limits });
      const { token } = await sessions.begin(nurse.id);
      for (let passed = 0; passed < 12 * 60 - 20; passed += 20) {
        now += 20 * minute;
        expect(await sessions.find(token, 'touch')).toBeDefined();
      }
      now += 20 * minute;
      expect(await sessions.find(token, 'touch')).toBeUndefined();
    });

    test('is gone once it is ended', async () => {
      const sessions = createSessions({ db: database.db, clock, limits });
      const { token } = await sessions.begin(nurse.id);
      await sessions.end(token);
      expect(await sessions.find(token, 'touch')).toBeUndefined();
    });
  });
});
