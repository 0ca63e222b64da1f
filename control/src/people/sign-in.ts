import {
  generateAuthenticationOptions,
  verifyAuthenticationResponse,
  type AuthenticationResponseJSON,
  type PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import type { SignedInPerson } from '@sallyport/protocol';
import type { Kysely } from 'kysely';
import * as z from 'zod';
import type { Database } from '../db/schema.ts';
import type { Clock } from '../ports.ts';
import { keepChallenge, takeChallenge } from './challenges.ts';
import { findPerson } from './people.ts';

/** What signing in needs to know of this control. */
export interface SignInDeps {
  db: Kysely<Database>;
  clock: Clock;
  rpId: string;
  /** The consoles' origin. */
  origin: string;
}

const base64url = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[A-Za-z0-9_-]+$/);

/** The members of an assertion that are read (WebAuthn Level 3, 5.1.8.1); the rest is dropped. */
const assertionShape = z.object({
  id: base64url(1364),
  rawId: base64url(1364),
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: base64url(5462),
    authenticatorData: base64url(2731),
    signature: base64url(1366),
    userHandle: base64url(100).optional().nullable(),
  }),
});

/** Options for a passkey the browser finds by itself: nobody types a name, so no name can be guessed. */
export async function signInOptions(deps: SignInDeps): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const options = await generateAuthenticationOptions({ rpID: deps.rpId, userVerification: 'required' });
  await keepChallenge(deps, options.challenge, { purpose: 'sign-in' });
  return options;
}

/**
 * Decides whether an assertion signs somebody in.
 * @param assertion the browser's answer, unchecked
 * @returns the person, or undefined: no reason is given, so that none can be probed
 */
export async function verifySignIn(deps: SignInDeps, assertion: unknown): Promise<SignedInPerson | undefined> {
  const parsed = assertionShape.safeParse(assertion);
  const challenge = await takeChallenge(deps, assertion, { purpose: 'sign-in' });
  if (!parsed.success || challenge === undefined) return undefined;
  const query = deps.db.selectFrom('credentials').selectAll().where('id', '=', parsed.data.id);
  const credential = await query.executeTakeFirst();
  if (credential === undefined || !isHandleOf(parsed.data.response.userHandle, credential.person)) return undefined;
  const counter = await verifiedCounter(deps, parsed.data, challenge, credential);
  if (counter === undefined || !(await keepCounter(deps.db, credential.id, counter))) return undefined;
  return findPerson(deps.db, credential.person);
}

/** The user handle of everybody's passkeys is the UTF-8 text of their id. */
function isHandleOf(handle: string | null | undefined, person: string): boolean {
  return handle === undefined || handle === null || Buffer.from(handle, 'base64url').toString('utf8') === person;
}

async function verifiedCounter(
  deps: SignInDeps,
  assertion: z.infer<typeof assertionShape>,
  challenge: string,
  credential: { id: string; public_key: Buffer; counter: number },
): Promise<number | undefined> {
  const { userHandle, ...response } = assertion.response;
  const answer: AuthenticationResponseJSON = {
    ...assertion,
    clientExtensionResults: {},
    response: { ...response, ...(typeof userHandle === 'string' ? { userHandle } : {}) },
  };
  try {
    const result = await verifyAuthenticationResponse({
      response: answer,
      expectedChallenge: challenge,
      expectedOrigin: deps.origin,
      expectedRPID: deps.rpId,
      credential: {
        id: credential.id,
        publicKey: Uint8Array.from(credential.public_key),
        counter: credential.counter,
      },
      // SECURITY: the gesture proves possession and the person: two factors in one (S15).
      requireUserVerification: true,
    });
    return result.verified ? result.authenticationInfo.newCounter : undefined;
  } catch {
    return undefined;
  }
}

/** SECURITY: a counter that does not grow is a copied authenticator; zero means it does not count (S15). */
async function keepCounter(db: Kysely<Database>, id: string, counter: number): Promise<boolean> {
  const updated = await db
    .updateTable('credentials')
    .where('id', '=', id)
    .where((eb) => eb.or([eb('counter', '<', counter), eb.and([eb('counter', '=', 0), eb.lit(counter === 0)])]))
    .set({ counter })
    .returning('id')
    .executeTakeFirst();
  return updated !== undefined;
}
