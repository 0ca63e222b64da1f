import { createHash, randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { Session, Sessions } from '../http/sessions.ts';
import type { Clock } from '../ports.ts';
import { findPerson } from './people.ts';

const minute = 60_000;

/** How long sessions last. */
export interface SessionLimits {
  idleMinutes: number;
  absoluteHours: number;
}

/** The sessions of signed-in people, in the database so that every node knows them. */
export interface SessionStore extends Sessions {
  /** Begins a session. @returns the cookie's token, which is kept nowhere, and the session's CSRF token */
  begin(person: string): Promise<{ token: string; csrfToken: string }>;
  end(token: string): Promise<void>;
}

/** Creates the store. */
export function createSessions(deps: { db: Kysely<Database>; clock: Clock; limits: SessionLimits }): SessionStore {
  const { db, clock, limits } = deps;
  return {
    begin: async (person) => {
      const now = clock.now();
      await db.deleteFrom('sessions').where('expires_at', '<=', new Date(now)).execute();
      const token = randomBytes(32).toString('base64url');
      const csrfToken = randomBytes(32).toString('base64url');
      const expires = new Date(now + limits.absoluteHours * 60 * minute);
      const times = { created_at: new Date(now), last_used_at: new Date(now), expires_at: expires };
      // SECURITY: only a digest is kept; the database gives nobody a session (S15).
      await db
        .insertInto('sessions')
        .values({ token: digestOf(token), csrf: csrfToken, person, ...times })
        .execute();
      return { token, csrfToken };
    },
    end: async (token) => {
      await db.deleteFrom('sessions').where('token', '=', digestOf(token)).execute();
    },
    find: (token, use) => findSession(deps, digestOf(token), use),
  };
}

async function findSession(
  { db, clock, limits }: { db: Kysely<Database>; clock: Clock; limits: SessionLimits },
  digest: Buffer,
  use: 'touch' | 'look',
): Promise<Session | undefined> {
  const now = clock.now();
  const row = await db
    .selectFrom('sessions')
    .where('token', '=', digest)
    .where('expires_at', '>', new Date(now))
    .where('last_used_at', '>', new Date(now - limits.idleMinutes * minute))
    .select(['person', 'csrf'])
    .executeTakeFirst();
  const person = row && (await findPerson(db, row.person));
  if (row === undefined || person === undefined) return undefined;
  if (use === 'touch') {
    await db
      .updateTable('sessions')
      .where('token', '=', digest)
      .set({ last_used_at: new Date(now) })
      .execute();
  }
  return { caller: { person, session: digest.toString('hex').slice(0, 12) }, csrfToken: row.csrf };
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
