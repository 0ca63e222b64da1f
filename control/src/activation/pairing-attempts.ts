import type { Kysely, Transaction } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { Clock } from '../ports.ts';

/** This many wrong codes lock a laptop, or a person, out … */
export const attemptsAllowed = 5;
/** … for this long after the first of them, ms. */
export const attemptWindow = 15 * 60_000;

export interface AttemptDeps {
  db: Kysely<Database>;
  clock: Clock;
}

/** An attempt that may go ahead, or the seconds until one may. */
export type Attempt = { allowed: true; id: number } | { allowed: false; retryAfter: number };

/**
 * Counts an attempt before it is made, for the laptop and for the person; in the database, so that neither a restart
 * nor many attempts at once give anyone more guesses.
 * SECURITY: the code on the screen is 30 bits; what makes it strong is that it can hardly be guessed twice (S17).
 */
export function beginAttempt(deps: AttemptDeps, device: string, person: string): Promise<Attempt> {
  return deps.db.transaction().execute(async (trx) => {
    await trx.selectFrom('devices').select('id').where('id', '=', device).forUpdate().execute();
    await trx.selectFrom('people').select('id').where('id', '=', person).forUpdate().execute();
    const now = deps.clock.now();
    const waits = [await waitFor(trx, now, 'device', device), await waitFor(trx, now, 'person', person)];
    const wait = Math.max(...waits);
    if (wait > 0) return { allowed: false, retryAfter: Math.ceil(wait / 1000) };
    const { id } = await trx
      .insertInto('pairing_attempts')
      .values({ device, person, at: new Date(now) })
      .returning('id')
      .executeTakeFirstOrThrow();
    return { allowed: true, id };
  });
}

/** Takes an attempt back: the code was right, or the laptop never compared it. */
export async function forgetAttempt(deps: AttemptDeps, id: number): Promise<void> {
  await deps.db.deleteFrom('pairing_attempts').where('id', '=', id).execute();
}

/** @returns milliseconds until one more attempt is allowed; 0 now */
async function waitFor(trx: Transaction<Database>, now: number, who: 'device' | 'person', id: string): Promise<number> {
  const recent = await trx
    .selectFrom('pairing_attempts')
    .select('at')
    .where(who, '=', id)
    .where('at', '>', new Date(now - attemptWindow))
    .orderBy('at', 'desc')
    .limit(attemptsAllowed)
    .execute();
  const oldest = recent[attemptsAllowed - 1];
  return oldest === undefined ? 0 : Math.max(0, oldest.at.getTime() + attemptWindow - now);
}
