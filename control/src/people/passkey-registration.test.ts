import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createSoftwareAuthenticator,
  type AuthenticatorModel,
  type SoftwareAuthenticator,
} from '../../../test/harness/software-authenticator.ts';
import { createTestDatabase, type TestDatabase } from '../db/testing.ts';
import type { PasskeyRegistration } from '../ports.ts';
import { createTestMaker, type TestMaker } from './attestation-testing.ts';
import { loadAttestationRoots } from './attestation.ts';
import { prepareFleet } from './founding.ts';
import { registrationOptions, verifyRegistration, type RegistrationDeps } from './passkey-registration.ts';
import { Setup } from './setup.ts';
import { planOf, testInputs, testPlan } from './testing.ts';

const origin = 'http://localhost:8443';
const named = '2fc0579f-8113-47ea-b116-bb5a8db9202a';
const other = 'ee882879-721c-4913-9775-3dfcce97072a';
const day = 24 * 60 * 60_000;

let database: TestDatabase;
let maker: TestMaker;
let stranger: TestMaker;
let later = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  maker = await createTestMaker();
  stranger = await createTestMaker('Strange Keys');
});
afterAll(() => database.close());

const depsWith = (...roots: string[]): RegistrationDeps => ({
  db: database.db,
  clock: { now: () => Date.now() + later },
  rpId: 'localhost',
  origin,
  attestationRoots: roots,
});

/** Somebody registers an authenticator of a model under a policy; what control says of it. */
async function register(
  model: AuthenticatorModel | undefined,
  options: { policy?: string[]; roots?: string[]; altered?: (made: Registration) => Registration } = {},
): ReturnType<PasskeyRegistration['verify']> {
  const { policy = [named], roots = [maker.root], altered = (made: Registration) => made } = options;
  const deps = depsWith(...roots);
  const person = { id: randomUUID(), name: 'Nina Nurse' };
  const asked = await registrationOptions(deps, person, policy);
  const made = createSoftwareAuthenticator(undefined, model).register(asked, origin);
  return verifyRegistration(deps, person.id, altered(made), policy);
}
type Registration = ReturnType<SoftwareAuthenticator['register']>;

describe('S28 a policy that names authenticator models', () => {
  test('is put to the authenticator, and one that names none asks for nothing', async () => {
    const person = { id: randomUUID(), name: 'Nina Nurse' };
    expect((await registrationOptions(depsWith(), person, [named])).attestation).toBe('direct');
    expect((await registrationOptions(depsWith(), person, [])).attestation).toBe('none');
    expect(await register(undefined, { policy: [], roots: [] })).toMatchObject({ counter: 0 });
  });

  test('takes a key whose maker vouches that it is such a model', async () => {
    expect(await register(await maker.model(named))).toMatchObject({ transports: ['usb'] });
    expect(await register(await maker.model(named, { issuer: 'intermediate' }))).toMatchObject({ counter: 0 });
    expect(await register(await maker.model(other), { policy: [named, other] })).toMatchObject({ counter: 0 });
  });

  test('takes the word of any of the configured makers', async () => {
    const roots = await rootsIn(`${stranger.root}\n# ours\n${maker.root}\n`);
    expect(roots).toHaveLength(2);
    expect(await register(await maker.model(named), { roots })).toMatchObject({ counter: 0 });
  });

  test('refuses a key that proves nothing', async () => {
    expect(await register(undefined)).toBe('authenticator-not-allowed');
  });

  test('refuses a key that vouches for itself', async () => {
    expect(await register({ aaguid: named, maker: undefined })).toBe('authenticator-not-allowed');
  });

  test('refuses another model of the same maker', async () => {
    expect(await register(await maker.model(other))).toBe('authenticator-not-allowed');
  });

  test('refuses a maker whose root is not configured', async () => {
    expect(await register(await stranger.model(named))).toBe('authenticator-not-allowed');
  });

  test('refuses every maker where no root is configured', async () => {
    expect(await register(await maker.model(named), { roots: [] })).toBe('authenticator-not-allowed');
  });

  test('refuses a certificate that was issued by a key’s own certificate', async () => {
    expect(await register(await maker.model(named, { issuer: 'model' }))).toBe('authenticator-not-allowed');
  });

  test('refuses a certificate whose time is over by control’s clock', async () => {
    const model = await maker.model(named, { lastsDays: 3 });
    expect(await register(model)).toMatchObject({ counter: 0 });
    later = 5 * day;
    expect(await register(model)).toBe('authenticator-not-allowed');
    later = 0;
  });

  test('refuses a model that its own certificate does not name', async () => {
    expect(await register(await maker.model(named, { certified: other }))).toBe('not-verified');
  });

  test('refuses a statement that the maker’s key did not sign', async () => {
    const { maker: real } = await maker.model(named);
    const forged = {
      aaguid: named,
      maker: { ...real, sign: (bytes: Buffer) => real.sign(Buffer.concat([bytes, bytes])) },
    };
    expect(await register(forged)).toBe('not-verified');
  });
});

test('S28 at the founding the plan’s policy counts', async () => {
  const founding = await createTestDatabase();
  const audit = { append: () => Promise.resolve() };
  const deps = { ...depsWith(maker.root), db: founding.db, audit, approverOrigin: 'http://localhost:8444' };
  const policy = {
    activationMinutes: 90,
    grantMinutes: 5,
    idleMinutes: 5,
    suspendAfterHours: 168,
    eraseAfterHours: 720,
  };
  const plan = planOf({ ...testPlan, policy: { ...policy, authenticators: [named] } });
  await prepareFleet(deps, plan, testInputs(deps, { certificate: 'certificate', key: 'key' }));
  const setup = new Setup(deps);
  const { id = '' } = (await setup.view()).people[0] ?? {};
  const registerAs = async (model?: AuthenticatorModel) =>
    setup.register(
      id,
      createSoftwareAuthenticator(undefined, model).register(await setup.registrationOptions(id), origin),
    );
  expect(await registerAs()).toEqual({ ok: false, reason: 'authenticator-not-allowed' });
  expect(await registerAs(await maker.model(named))).toEqual({ ok: true });
  await founding.close();
});

describe('S28 a registration', () => {
  test('without user verification is refused', async () => {
    const unverified = (made: Registration): Registration => {
      const object = Buffer.from(made.response.attestationObject, 'base64url');
      // The flags follow the 32 bytes of the relying party's digest, at the head of the authenticator data.
      const digestAt = object.indexOf(
        Buffer.from('49960de5880e8c687434170f6476605b8fe4aeb9a28632c7995cf3ba831d9763', 'hex'),
      );
      object.writeUInt8(object.readUInt8(digestAt + 32) & ~0x04, digestAt + 32);
      return { ...made, response: { ...made.response, attestationObject: object.toString('base64url') } };
    };
    expect(await register(undefined, { policy: [] })).toMatchObject({ counter: 0 });
    expect(await register(undefined, { policy: [], altered: unverified })).toBe('not-verified');
  });

  test.each([[undefined], [{}], [{ id: 'x', rawId: 'x', type: 'public-key', response: {} }]])(
    '%j is none',
    async (answer) => {
      expect(await verifyRegistration(depsWith(), randomUUID(), answer, [])).toBe('malformed');
    },
  );
});

describe('the file of makers’ roots', () => {
  test.each([['nothing'], ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----']])(
    'with %j in it is refused in words',
    async (text) => {
      await expect(rootsIn(text)).rejects.toThrow('no file of certificates');
    },
  );

  test('that is not there is refused in words, and none at all is fine', async () => {
    await expect(loadAttestationRoots('/nowhere/roots.pem')).rejects.toThrow('/nowhere/roots.pem');
    expect(await loadAttestationRoots(undefined)).toEqual([]);
  });
});

async function rootsIn(text: string): Promise<string[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sallyport-roots-'));
  const file = path.join(folder, 'roots.pem');
  await writeFile(file, text);
  try {
    return await loadAttestationRoots(file);
  } finally {
    await rm(folder, { recursive: true });
  }
}
