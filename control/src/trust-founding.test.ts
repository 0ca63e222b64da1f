// What the founding ceremony leaves behind, read as everything in control reads it.
import { auditPublicKeyOf } from './trust/audit-key.ts';
import { fromBase64url } from '@sallyport/protocol';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createSoftwareAuthenticator, type SoftwareAuthenticator } from '../../test/harness/software-authenticator.ts';
import { createTestDatabase, type TestDatabase } from './db/testing.ts';
import { foundTestFleet, type TestPerson } from './people/testing.ts';
import { createTrustDocuments } from './trust/trust-documents.ts';
import { watchTrust } from './trust/trust-watch.ts';

const rpId = 'localhost';
const approverOrigin = 'http://localhost:8444';
let database: TestDatabase;
let people: TestPerson<SoftwareAuthenticator>[];

beforeAll(async () => {
  database = await createTestDatabase();
  const audit = { append: () => Promise.resolve() };
  const deps = { db: database.db, clock: Date, audit, rpId, origin: 'http://localhost:8443', approverOrigin };
  people = await foundTestFleet(deps, { certificate: 'certificate', key: 'key' }, createSoftwareAuthenticator);
});
afterAll(() => database.close());

const reader = () => createTrustDocuments({ db: database.db, clock: Date });

describe('S6 the documents of the founding', () => {
  test('are in force and name the people with their passkeys', async () => {
    const { manifest, approved, standing } = await reader().manifest();
    expect(manifest).toMatchObject({ version: 1, previous: null, trustees: { threshold: 2 } });
    expect(manifest.policy).toMatchObject({ rpId, approverOrigin, authenticators: [] });
    expect(approved.approvals).toHaveLength(2);
    expect(standing).toBe('held');
    expect(await reader().manifestsAfter(0)).toEqual({ manifests: [approved], more: false });
    expect(await reader().manifestsAfter(1)).toEqual({ manifests: [], more: false });
    const prison = manifest.sites.find((site) => site.kind === 'prison');
    const roster = (await reader().roster(prison?.id ?? ''))?.roster;
    expect(roster).toMatchObject({ version: 1, previous: null, siteName: 'HMP Example' });
    expect(roster?.people.map((person) => person.name)).toEqual(['Nina Nurse', 'Noel Nurse']);
    const nina = people.find(({ name }) => name === 'Nina Nurse');
    expect(roster?.people[0]?.credentials).toEqual([nina?.authenticator.credential]);
  });

  test('name the public half of the key that control signs its record with', async () => {
    const { manifest } = await reader().manifest();
    const { audit_key: key } = await database.db.selectFrom('fleet').select('audit_key').executeTakeFirstOrThrow();
    expect(manifest.policy.auditKey).toBe(auditPublicKeyOf(key));
    expect(fromBase64url(manifest.policy.auditKey)).toHaveLength(91);
  });

  test('are not obeyed when somebody altered them in the database', async () => {
    const { id, statement } = await database.db
      .selectFrom('trust_documents')
      .select(['id', 'statement'])
      .where('kind', '=', 'manifest')
      .executeTakeFirstOrThrow();
    const altered = Buffer.from(statement.toString().replace('Olive Officer', 'Eve Intruder!'));
    await database.db.updateTable('trust_documents').set({ statement: altered }).where('id', '=', id).execute();
    await expect(reader().manifest()).rejects.toThrow('wrong-challenge');
    await database.db.updateTable('trust_documents').set({ statement }).where('id', '=', id).execute();
    expect((await reader().manifest()).manifest.version).toBe(1);
  });
});

test('before it nothing is in force, and nobody is alarmed by it', async () => {
  const blank = await createTestDatabase();
  const faults: unknown[] = [];
  const trust = createTrustDocuments({ db: blank.db, clock: Date });
  await expect(trust.manifest()).rejects.toThrow('not founded yet');
  const looked = vi.fn(() => trust.manifest());
  const stop = watchTrust({
    trust: { manifest: looked, roster: (site) => trust.roster(site) },
    logger: pino({ level: 'silent' }),
    onFault: (fault) => faults.push(fault),
  });
  await expect(looked.mock.results[0]?.value).rejects.toThrow('not founded yet');
  stop();
  expect(faults).toEqual([]);
  await blank.close();
});
