import { fromBase64url, type SetupView } from '@sallyport/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createSoftwareAuthenticator,
  type SoftwareAuthenticator,
} from '../../../test/harness/software-authenticator.ts';
import { createTestDatabase, type TestDatabase } from '../db/testing.ts';
import type { Audit } from '../ports.ts';
import { foundingState, isSetupToken, prepareFleet, renewSetupToken } from './founding.ts';
import { Setup, type SetupDeps } from './setup.ts';
import { foundTestFleet, planOf, testInputs, testPlan } from './testing.ts';

const rpId = 'localhost';
const origin = 'http://localhost:8443';
const approverOrigin = 'http://localhost:8444';
const ca = { certificate: 'certificate', key: 'key' };

function depsOf(database: TestDatabase, actions: string[] = []): SetupDeps {
  const audit: Audit = {
    append: (_trx, entry) => {
      actions.push(entry.action);
      return Promise.resolve();
    },
  };
  return { db: database.db, clock: Date, audit, rpId, origin, approverOrigin };
}

describe('founding a fleet', () => {
  let database: TestDatabase;
  let deps: SetupDeps;
  let setup: Setup;
  let token: string;
  const actions: string[] = [];
  const authenticators = new Map<string, SoftwareAuthenticator>();

  beforeAll(async () => {
    database = await createTestDatabase();
    deps = depsOf(database, actions);
    setup = new Setup(deps);
    token = await prepareFleet(deps, planOf(testPlan), testInputs(deps, ca));
  });
  afterAll(() => database.close());

  const documentTitled = async (title: string): Promise<SetupView['documents'][number]> => {
    const document = (await setup.view()).documents.find((candidate) => candidate.title === title);
    if (document === undefined) throw new Error(`no document ${title}`);
    return document;
  };
  const passkeyOf = async (name: string): Promise<SoftwareAuthenticator> => {
    const person = (await setup.view()).people.find((candidate) => candidate.name === name);
    const authenticator = authenticators.get(person?.id ?? '');
    if (authenticator === undefined) throw new Error(`${name} has no passkey`);
    return authenticator;
  };
  const approve = async (title: string, name: string, place = { rpId, origin: approverOrigin }) => {
    const document = await documentTitled(title);
    const bytes = fromBase64url(document.task.statement) ?? new Uint8Array();
    return setup.approve(document.id, (await passkeyOf(name)).approve(bytes, place));
  };

  test('the set-up token is the one that was printed, and only its digest is kept (S15)', async () => {
    expect(await foundingState(database.db)).toBe('prepared');
    expect(await isSetupToken(database.db, token)).toBe(true);
    expect(await isSetupToken(database.db, `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`)).toBe(false);
    const row = await database.db.selectFrom('fleet').select('setup_token').executeTakeFirstOrThrow();
    expect(row.setup_token?.includes(Buffer.from(token, 'base64url'))).toBe(false);
  });

  test('a renewed token replaces the lost one', async () => {
    const renewed = await renewSetupToken(deps);
    expect(await isSetupToken(database.db, token)).toBe(false);
    expect(await isSetupToken(database.db, renewed ?? '')).toBe(true);
    token = renewed ?? '';
  });

  test('nobody can register with a challenge made for somebody else (S15)', async () => {
    const [first, second] = (await setup.view()).people;
    const options = await setup.registrationOptions(first?.id ?? '');
    const registration = createSoftwareAuthenticator().register(options, origin);
    expect(await setup.register(second?.id ?? '', registration)).toEqual({ ok: false, reason: 'wrong-challenge' });
  });

  test('a registration made on another page is refused, and its challenge is used up', async () => {
    const [first] = (await setup.view()).people;
    const authenticator = createSoftwareAuthenticator();
    const options = await setup.registrationOptions(first?.id ?? '');
    const elsewhere = authenticator.register(options, 'http://localhost:9999');
    expect(await setup.register(first?.id ?? '', elsewhere)).toEqual({ ok: false, reason: 'not-verified' });
    const again = authenticator.register(options, origin);
    expect(await setup.register(first?.id ?? '', again)).toEqual({ ok: false, reason: 'wrong-challenge' });
  });

  test('everybody registers a passkey of their own, and then the documents appear', async () => {
    const { people } = await setup.view();
    expect(people).toHaveLength(9);
    for (const { id } of people) {
      expect((await setup.view()).documents).toEqual([]);
      const authenticator = createSoftwareAuthenticator();
      authenticators.set(id, authenticator);
      const registration = authenticator.register(await setup.registrationOptions(id), origin);
      expect(await setup.register(id, registration)).toEqual({ ok: true });
    }
    const view = await setup.view();
    expect(view.people.every((person) => person.registered)).toBe(true);
    expect(view.documents.map((document) => [document.title, document.needed])).toEqual([
      ['Trust manifest', 2],
      ['Roster: Example Infirmary', 1],
      ['Roster: HMP Example', 1],
    ]);
  });

  test('a registered person cannot be registered again (S15)', async () => {
    const [first] = (await setup.view()).people;
    expect(await setup.registrationOptions(first?.id ?? '')).toBe('wrong-state');
  });

  test('a person outside the quorum cannot approve', async () => {
    expect(await approve('Trust manifest', 'Olive Officer')).toEqual({ ok: false, reason: 'unknown-credential' });
    expect(await approve('Roster: HMP Example', 'Mark Manager')).toEqual({ ok: false, reason: 'unknown-credential' });
  });

  test('an approval given on the console instead of the approver is refused', async () => {
    const outcome = await approve('Trust manifest', 'Tara Trustee', { rpId, origin });
    expect(outcome).toEqual({ ok: false, reason: 'wrong-origin' });
  });

  test('one person approves once; the second approval needs a second person (S7)', async () => {
    expect(await approve('Trust manifest', 'Tara Trustee')).toEqual({ ok: true });
    expect(await approve('Trust manifest', 'Tara Trustee')).toEqual({ ok: false, reason: 'replayed' });
    expect((await documentTitled('Trust manifest')).approvedBy).toEqual(['Tara Trustee']);
    const { credentials } = (await documentTitled('Trust manifest')).task;
    expect(credentials).toEqual([(await passkeyOf('Tom Trustee')).credential.id]);
  });

  test('the last approval founds the fleet and destroys the token (S6)', async () => {
    expect(await approve('Roster: HMP Example', 'Mary Manager')).toEqual({ ok: true });
    expect(await approve('Roster: HMP Example', 'Mary Manager')).toEqual({ ok: false, reason: 'wrong-state' });
    expect(await approve('Roster: Example Infirmary', 'Mark Manager')).toEqual({ ok: true });
    expect(await foundingState(database.db)).toBe('prepared');
    expect(await approve('Trust manifest', 'Tom Trustee')).toEqual({ ok: true });
    expect(await setup.view()).toMatchObject({ finished: true, documents: [] });
    expect(await isSetupToken(database.db, token)).toBe(false);
    expect(await renewSetupToken(deps)).toBeUndefined();
  });

  test('the ceremony is on the record', () => {
    expect(actions.at(0)).toBe('fleet.prepared');
    expect(actions.at(-1)).toBe('fleet.founded');
    expect(actions.filter((action) => action === 'passkey.registered')).toHaveLength(9);
    expect(actions.filter((action) => action === 'manifest.approved')).toHaveLength(2);
    expect(actions.filter((action) => action === 'roster.approved')).toHaveLength(2);
  });
});

test('a test fleet is founded by the same ceremony', async () => {
  const database = await createTestDatabase();
  const people = await foundTestFleet(depsOf(database), ca, createSoftwareAuthenticator);
  expect(people.find((person) => person.role === 'consultant')?.site).toBe('Example Infirmary');
  expect(await foundingState(database.db)).toBe('founded');
  await database.close();
});
