import { generateAuthenticationOptions, type PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server';
import { keepChallenge } from './challenges.ts';
import { verifyPasskey, type AssertionDeps, type AssertionRefusal, type Shown } from './passkey-assertion.ts';

/** Options for a passkey the browser finds by itself: nobody types a name, so no name can be guessed. */
export async function signInOptions(deps: AssertionDeps): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const options = await generateAuthenticationOptions({ rpID: deps.rpId, userVerification: 'required' });
  await keepChallenge(deps, options.challenge, { purpose: 'sign-in' });
  return options;
}

/**
 * Decides whether an assertion signs somebody in: somebody whom the trust documents in force name, with this passkey.
 * @param assertion the browser's answer, unchecked
 * @returns who and with which passkey, or why not: for the record
 */
export function verifySignIn(deps: AssertionDeps, assertion: unknown): Promise<Shown | AssertionRefusal> {
  return verifyPasskey(deps, assertion, { purpose: 'sign-in' });
}
