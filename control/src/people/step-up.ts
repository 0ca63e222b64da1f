import { generateAuthenticationOptions, type PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server';
import type { Caller } from '../http/handlers.ts';
import { keepChallenge, type Purpose } from './challenges.ts';
import { verifyPasskey, type AssertionDeps, type AssertionRefusal } from './passkey-assertion.ts';

/**
 * Options for a fresh gesture of somebody who is signed in, with any passkey of theirs.
 * @returns undefined when the trust documents no longer name them
 */
export async function stepUpOptions(
  deps: AssertionDeps,
  caller: Caller,
): Promise<PublicKeyCredentialRequestOptionsJSON | undefined> {
  const standing = await deps.standings.of(caller.person.id);
  if (standing === undefined) return undefined;
  const options = await generateAuthenticationOptions({
    rpID: deps.rpId,
    userVerification: 'required',
    allowCredentials: standing.credentials.map(({ id }) => ({ id })),
  });
  await keepChallenge(deps, options.challenge, purposeOf(caller));
  return options;
}

/**
 * Decides whether an assertion is a fresh gesture of the very person who is signed in.
 * @param assertion the browser's answer, unchecked
 * @returns undefined when it is, or why not
 */
export async function refusalOfStepUp(
  deps: AssertionDeps,
  caller: Caller,
  assertion: unknown,
): Promise<AssertionRefusal | undefined> {
  const shown = await verifyPasskey(deps, assertion, purposeOf(caller));
  if (typeof shown === 'string') return shown;
  // SECURITY: a colleague's passkey, however good, is not this person's gesture (S28).
  return shown.standing.person.id === caller.person.id ? undefined : 'unknown-credential';
}

function purposeOf({ person, session }: Caller): Purpose {
  return { purpose: 'step-up', person: person.id, session };
}
