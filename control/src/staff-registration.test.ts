import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sampleFleet } from '../../test/harness/sample-fleet.ts';
import { createSoftwareAuthenticator } from '../../test/harness/software-authenticator.ts';
import { createTestMaker } from './people/attestation-testing.ts';
import { createPasskeyRegistration } from './people/passkey-registration.ts';
import { consoleOrigin, createStaffWorld, type StaffWorld } from './staff-world-testing.ts';
import { createTrustDocuments } from './trust/trust-documents.ts';

const named = '2fc0579f-8113-47ea-b116-bb5a8db9202a';
let world: StaffWorld;

beforeAll(async () => {
  const fleet = sampleFleet(Date.now());
  const { people, roster, hospitalRoster } = fleet;
  const manifest = { ...fleet.manifest, policy: { ...fleet.manifest.policy, authenticators: [named] } };
  world = await createStaffWorld(fleet, {
    manifest: fleet.approved(manifest, people.trustee),
    roster: fleet.approved(roster, people.prisonManager),
    hospitalRoster: fleet.approved(hospitalRoster, people.hospitalManager),
  });
});
afterAll(() => world.close());

test('S28 whoever is invited proves the model of their key, as the manifest in force demands', async () => {
  const maker = await createTestMaker();
  const { clock, database } = world;
  const common = { db: database.db, clock, rpId: 'localhost', origin: consoleOrigin, attestationRoots: [maker.root] };
  const registration = createPasskeyRegistration({ ...common, trust: createTrustDocuments(common) });
  const person = { id: randomUUID(), name: 'Noel Nurse' };
  const register = async (passkey: ReturnType<typeof createSoftwareAuthenticator>) =>
    registration.verify(person.id, passkey.register(await registration.options(person), consoleOrigin));
  expect(await register(createSoftwareAuthenticator())).toBe('authenticator-not-allowed');
  const proved = createSoftwareAuthenticator(undefined, await maker.model(named));
  expect(await register(proved)).toMatchObject(proved.credential);
});
