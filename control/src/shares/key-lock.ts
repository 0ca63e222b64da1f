import { setTimeout as delay } from 'node:timers/promises';
import { sql, type Kysely } from 'kysely';
import type { Database } from '../db/schema.ts';

/** PostgreSQL gives this lock back by itself when the process that holds it dies. */
const keyLock = 7_265_110_003;
const pauseMs = 100;

/**
 * Does something to the share keys while nobody else does, on any node.
 * @param patience how long to wait for somebody who does, ms
 * @returns what `act` returned, or `busy` when they took longer
 */
export function alone<T>(
  db: Kysely<Database>,
  patience: number,
  act: (connection: Kysely<Database>) => Promise<T>,
): Promise<T | 'busy'> {
  return db.connection().execute(async (connection) => {
    const deadline = performance.now() + patience;
    while (!(await lock(connection))) {
      if (performance.now() >= deadline) return 'busy';
      await delay(pauseMs);
    }
    try {
      return await act(connection);
    } finally {
      await sql`select pg_advisory_unlock(${keyLock})`.execute(connection);
    }
  });
}

async function lock(connection: Kysely<Database>): Promise<boolean> {
  const { rows } = await sql<{ taken: boolean }>`select pg_try_advisory_lock(${keyLock}) as taken`.execute(connection);
  return rows[0]?.taken === true;
}
