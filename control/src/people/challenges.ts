import { fromBase64url, parseJson } from '@sallyport/protocol';
import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import * as z from 'zod';
import type { Database } from '../db/schema.ts';
import type { Clock } from '../ports.ts';

const lifetimeMs = 5 * 60_000;

/** What a challenge may be answered for, and by whom. */
export type Purpose =
  | { purpose: 'sign-in' }
  /** `person`: an id from the plan, or the one an invitation gives. */
  | { purpose: 'register'; person: string }
  | { purpose: 'step-up'; person: string; session: string };

/** Keeps a WebAuthn challenge for its one answer. */
export async function keepChallenge(
  { db, clock }: { db: Kysely<Database>; clock: Clock },
  challenge: string,
  purpose: Purpose,
): Promise<void> {
  await db.deleteFrom('challenges').where('expires_at', '<=', new Date(clock.now())).execute();
  const expires = new Date(clock.now() + lifetimeMs);
  const row = { id: randomUUID(), challenge, ...columnsOf(purpose), expires_at: expires };
  await db.insertInto('challenges').values(row).execute();
}

function columnsOf(purpose: Purpose): { purpose: Purpose['purpose']; person: string | null; session: string | null } {
  return { person: null, session: null, ...purpose };
}

const answered = z.object({
  response: z.object({ clientDataJSON: z.string().max(5462) }),
});
const clientData = z.object({ challenge: z.string().max(200) });

/**
 * Takes the challenge that an answer was made for: it exists, is for this purpose and in time, and never is again.
 * @param answer a WebAuthn response in JSON, unchecked
 * @returns the challenge, or undefined
 */
export async function takeChallenge(
  { db, clock }: { db: Kysely<Database>; clock: Clock },
  answer: unknown,
  purpose: Purpose,
): Promise<string | undefined> {
  const challenge = challengeOf(answer);
  if (challenge === undefined) return undefined;
  const { person, session } = columnsOf(purpose);
  // SECURITY: deleted as it is read: a challenge is answered once, whoever else tries at the same moment, and only for
  // what, whom and which session it was made (S28).
  const taken = await db
    .deleteFrom('challenges')
    .where('challenge', '=', challenge)
    .where('purpose', '=', purpose.purpose)
    .where('person', 'is not distinct from', person)
    .where('session', 'is not distinct from', session)
    .where('expires_at', '>', new Date(clock.now()))
    .returning('challenge')
    .executeTakeFirst();
  return taken?.challenge;
}

function challengeOf(answer: unknown): string | undefined {
  const parsed = answered.safeParse(answer);
  const bytes = parsed.success ? fromBase64url(parsed.data.response.clientDataJSON) : undefined;
  const data = bytes && parseJson(new TextDecoder().decode(bytes), 8192);
  const result = clientData.safeParse(data?.value);
  return result.success ? result.data.challenge : undefined;
}
