import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { Session, Sessions } from '../http/sessions.ts';
import type { Clock } from '../ports.ts';
import type { Shown } from './passkey-assertion.ts';
import type { Standings } from './standing.ts';

const minute = 60_000;

/** For how long a passkey gesture counts as one that has just been made, ms. */
const gestureLife = 5 * minute;

/** How long sessions last. */
export interface SessionLimits {
  idleMinutes: number;
  absoluteHours: number;
}

/** The sessions of signed-in people, in the database so that every node knows them. */
export interface SessionStore extends Sessions {
  /** Begins a session. @returns the cookie's token, which is kept nowhere, and the session's CSRF token */
  begin(shown: Shown): Promise<{ token: string; csrfToken: string }>;
  /** Notes a fresh gesture. @param id the session's. @returns its new token, or undefined when it is over */
  renew(id: string): Promise<string | undefined>;
  /** @param id the session's */
  end(id: string): Promise<void>;
}

interface Deps {
  db: Kysely<Database>;
  clock: Clock;
  standings: Standings;
  limits: SessionLimits;
}

/** Creates the store. */
export function createSessions(deps: Deps): SessionStore {
  const { db, clock, limits } = deps;
  return {
    begin: async ({ standing, credential }) => {
      const now = new Date(clock.now());
      await deleteOver(deps);
      const [token, csrfToken] = [newToken(), newToken()];
      const expires = new Date(clock.now() + limits.absoluteHours * 60 * minute);
      const times = { created_at: now, last_used_at: now, gesture_at: now, expires_at: expires };
      const who = { id: randomUUID(), person: standing.person.id, credential };
      // SECURITY: only a digest is kept; the database gives nobody a session (S15).
      await db
        .insertInto('sessions')
        .values({ token: digestOf(token), csrf: csrfToken, ...who, ...times })
        .execute();
      return { token, csrfToken };
    },
    renew: async (id) => {
      const token = newToken();
      // SECURITY: whoever shows themselves again gets a new token, and the one before is worth nothing (S28).
      const renewed = await db
        .updateTable('sessions')
        .where('id', '=', id)
        .set({ token: digestOf(token), gesture_at: new Date(clock.now()) })
        .returning('id')
        .executeTakeFirst();
      return renewed && token;
    },
    end: (id) => endSession(db, id),
    find: (token, use) => findSession(deps, { token: digestOf(token) }, use),
    follow: (id, use) => findSession(deps, { id }, use),
  };
}

async function endSession(db: Kysely<Database>, id: string): Promise<void> {
  await db.deleteFrom('sessions').where('id', '=', id).execute();
}

/** Those whose time is over are found by nobody; they need not be kept either. */
async function deleteOver({ db, clock, limits }: Deps): Promise<void> {
  const now = clock.now();
  const idleSince = new Date(now - limits.idleMinutes * minute);
  await db
    .deleteFrom('sessions')
    .where((eb) => eb.or([eb('expires_at', '<=', new Date(now)), eb('last_used_at', '<=', idleSince)]))
    .execute();
}

async function findSession(deps: Deps, by: { token: Buffer } | { id: string }, use: 'touch' | 'look') {
  const { db, clock, limits } = deps;
  const now = clock.now();
  const [column, value] = 'id' in by ? (['id', by.id] as const) : (['token', by.token] as const);
  const row = await db
    .selectFrom('sessions')
    .where(column, '=', value)
    .where('expires_at', '>', new Date(now))
    .where('last_used_at', '>', new Date(now - limits.idleMinutes * minute))
    .select(['id', 'person', 'credential', 'csrf', 'gesture_at'])
    .executeTakeFirst();
  return row && standingSession(deps, row, use);
}

async function standingSession(
  { db, clock, standings }: Deps,
  row: { id: string; person: string; credential: string | null; csrf: string; gesture_at: Date },
  use: 'touch' | 'look',
): Promise<Session | undefined> {
  const standing = await standings.of(row.person);
  // SECURITY: a leaver's session, and one begun with a passkey that was taken out, is over with the first request (S28).
  if (!standing?.credentials.some(({ id }) => id === row.credential)) {
    await endSession(db, row.id);
    return undefined;
  }
  const now = clock.now();
  if (use === 'touch') {
    await db
      .updateTable('sessions')
      .where('id', '=', row.id)
      .set({ last_used_at: new Date(now) })
      .execute();
  }
  // Whichever way a clock was set: a gesture far from now is none of just now.
  const recentGesture = Math.abs(now - row.gesture_at.getTime()) <= gestureLife;
  return { caller: { person: standing.person, session: row.id }, csrfToken: row.csrf, recentGesture };
}

function newToken(): string {
  return randomBytes(32).toString('base64url');
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
