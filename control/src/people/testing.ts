import { generateKeyPairSync } from 'node:crypto';
import type { Approval, Credential, SetupView } from '@sallyport/protocol';
import { fromBase64url } from '@sallyport/protocol';
import { prepareFleet, type FoundingInputs } from './founding.ts';
import { readPlan, type FoundingPlan } from './plan.ts';
import { Setup, type SetupDeps } from './setup.ts';

/** A passkey in software, as `test/harness/software-authenticator.ts` makes it. */
export interface TestAuthenticator {
  readonly credential: Credential;
  register(options: unknown, origin: string): object;
  approve(statement: Uint8Array, place: { rpId: string; origin: string }): Approval;
}

/** A person of a founded test fleet. */
export interface TestPerson<A extends TestAuthenticator> {
  id: string;
  name: string;
  role: SetupView['people'][number]['role'];
  /** The site's name. */
  site: string | null;
  authenticator: A;
}

/** A small fleet: two trustees who must both approve, two officers, a prison and a hospital. */
export const testPlan = {
  trustees: { threshold: 2, people: ['Tara Trustee', 'Tom Trustee'] },
  fleetOfficers: ['Olive Officer', 'Oscar Officer'],
  sites: [
    { kind: 'prison', name: 'HMP Example', managers: ['Mary Manager'], people: ['Nina Nurse', 'Noel Nurse'] },
    { kind: 'hospital', name: 'Example Infirmary', managers: ['Mark Manager'], people: ['Carys Consultant'] },
  ],
};

/** What signs a test fleet's checkpoints. */
function testAuditKey(): { key: string; publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64url'),
  };
}

/** What a test fleet begins with besides its plan. */
export function testInputs(
  { rpId, approverOrigin }: Pick<SetupDeps, 'rpId' | 'approverOrigin'>,
  ca: FoundingInputs['ca'],
): FoundingInputs {
  return { rpId, approverOrigin, approverBuild: 'A'.repeat(43), ca, audit: testAuditKey() };
}

/** Reads a plan that a test wrote. @throws when it is wrong */
export function planOf(value: unknown): FoundingPlan {
  const read = readPlan(value);
  if (!read.ok) throw new Error(read.problems);
  return read.plan;
}

/**
 * Founds a real fleet in a test's database by the whole ceremony: everybody registers, everybody who may approves.
 * @param deps as the setup needs them; a database that holds no fleet yet
 * @param ca the device CA, PEM
 * @param createAuthenticator makes one person's passkey
 * @returns everybody with their passkey
 */
export async function foundTestFleet<A extends TestAuthenticator>(
  deps: SetupDeps,
  ca: { certificate: string; key: string },
  createAuthenticator: () => A,
  plan: unknown = testPlan,
): Promise<TestPerson<A>[]> {
  await prepareFleet(deps, planOf(plan), testInputs(deps, ca));
  const setup = new Setup(deps);
  const people: TestPerson<A>[] = [];
  for (const { id, name, role, site } of (await setup.view()).people) {
    const authenticator = createAuthenticator();
    const registered = await setup.register(
      id,
      authenticator.register(await setup.registrationOptions(id), deps.origin),
    );
    if (!registered.ok) throw new Error(`${name} was not registered: ${registered.reason}`);
    people.push({ id, name, role, site, authenticator });
  }
  for (const document of (await setup.view()).documents) await approveAll(setup, deps, document, people);
  if (!(await setup.view()).finished) throw new Error('the test fleet was not founded');
  return people;
}

async function approveAll(
  setup: Setup,
  deps: SetupDeps,
  { id, task, needed }: SetupView['documents'][number],
  people: readonly TestPerson<TestAuthenticator>[],
): Promise<void> {
  const asked = people.filter(({ authenticator }) => task.credentials.includes(authenticator.credential.id));
  for (const { authenticator, name } of asked.slice(0, needed)) {
    const bytes = fromBase64url(task.statement);
    if (bytes === undefined) throw new Error('the statement is not base64url');
    const approval = authenticator.approve(bytes, { rpId: deps.rpId, origin: deps.approverOrigin });
    const outcome = await setup.approve(id, approval);
    if (!outcome.ok) throw new Error(`${name} could not approve: ${outcome.reason}`);
  }
}
