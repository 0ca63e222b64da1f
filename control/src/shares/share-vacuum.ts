import { sql, type Kysely } from 'kysely';
import type { Database } from '../db/schema.ts';

/**
 * Writes the table of server shares anew, so that the bytes of deleted rows leave its file.
 * SECURITY: a deleted row stands in the file until then (S35).
 * @returns false when somebody's transaction is older than the deletion: PostgreSQL keeps the rows for it, and this must
 *   be done again
 * @throws the database's error, also when the table was not to be had within seconds
 */
export function vacuumShares(db: Kysely<Database>): Promise<boolean> {
  return db.connection().execute(async (connection) => {
    // Whoever waits for the whole table makes everybody else wait.
    await sql`set lock_timeout = '2s'`.execute(connection);
    try {
      await sql`vacuum (full, analyze) server_shares`.execute(connection);
      const { rows } = await sql<{ dead: number }>`
        select pg_stat_get_dead_tuples('server_shares'::regclass)::int as dead`.execute(connection);
      return rows[0]?.dead === 0;
    } finally {
      await sql`reset lock_timeout`.execute(connection);
    }
  });
}
