import { approval } from '@sallyport/protocol';
import { checkAssertion } from '@sallyport/protocol/assertion';
import type { Kysely } from 'kysely';
import * as z from 'zod';
import type { Database } from '../db/schema.ts';
import type { Clock, SignatureCounters } from '../ports.ts';
import { takeChallenge, type Purpose } from './challenges.ts';
import type { Standing, Standings } from './standing.ts';

/** What checking a person's passkey needs to know of this control. */
export interface AssertionDeps {
  db: Kysely<Database>;
  clock: Clock;
  standings: Standings;
  counters: SignatureCounters;
  rpId: string;
  /** The consoles' origin. */
  origin: string;
}

/** The members of an assertion that are read (WebAuthn Level 3, 5.1.8.1); the rest is dropped. */
const assertionShape = z
  .object({
    id: approval.shape.credential,
    type: z.literal('public-key'),
    response: z.object({
      clientDataJSON: approval.shape.clientDataJSON,
      authenticatorData: approval.shape.authenticatorData,
      signature: approval.shape.signature,
      userHandle: z.base64url().max(100).nullish(),
    }),
  })
  .transform(({ id, response: { userHandle, ...rest } }) => ({ given: { credential: id, ...rest }, userHandle }));

/** Why a passkey's answer does not show who somebody is. */
export type AssertionRefusal =
  Extract<Awaited<ReturnType<typeof checkAssertion>>, string> | 'counter-went-back' | 'outdated';

/** Somebody who has just shown themselves, and the passkey they did it with. */
export interface Shown {
  standing: Standing;
  credential: string;
}

/**
 * Decides who has just shown themselves with a passkey on a page of the consoles, user verified.
 * @param assertion the browser's answer, unchecked
 * @param purpose what the answer's challenge must have been made for
 * @returns who, or the first reason against
 */
export async function verifyPasskey(
  deps: AssertionDeps,
  assertion: unknown,
  purpose: Purpose,
): Promise<Shown | AssertionRefusal> {
  const parsed = assertionShape.safeParse(assertion);
  const challenge = await takeChallenge(deps, assertion, purpose);
  if (!parsed.success) return 'malformed';
  if (challenge === undefined) return 'wrong-challenge';
  const { given, userHandle } = parsed.data;
  const standing = await standingOfHolder(deps, given.credential);
  // SECURITY: the key is the one that people approved, not the one that the table of passkeys holds (S28).
  const named = standing?.credentials.find(({ id }) => id === given.credential);
  if (standing === undefined || named === undefined) return 'unknown-credential';
  if (!isHandleOf(userHandle, standing.person.id)) return 'unknown-credential';
  // SECURITY: the gesture proves possession and the person: two factors in one (S15).
  const checked = await checkAssertion(given, named, challenge, { rpId: deps.rpId, approverOrigin: deps.origin });
  if (typeof checked === 'string') return checked;
  // SECURITY: a counter that does not go up is a copied authenticator (S28).
  const kept = { credential: named.id, counter: checked.counter };
  if (!(await deps.db.transaction().execute((trx) => deps.counters.keep(trx, kept)))) return 'counter-went-back';
  // SECURITY: documents whose time is over sign nobody in: told to the person they name and to nobody else (S28).
  return standing.inForce ? { standing, credential: named.id } : 'outdated';
}

async function standingOfHolder({ db, standings }: AssertionDeps, credential: string): Promise<Standing | undefined> {
  const held = await db.selectFrom('credentials').where('id', '=', credential).select('person').executeTakeFirst();
  return held && standings.of(held.person);
}

/** The user handle of everybody's passkeys is the UTF-8 text of their id. */
function isHandleOf(handle: string | null | undefined, person: string): boolean {
  return handle === undefined || handle === null || Buffer.from(handle, 'base64url').toString('utf8') === person;
}
