import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Database } from './schema.ts';

/** Connections one node opens; PostgreSQL's default limit of 100 leaves room for several nodes. */
const defaultConnections = 10;

/** An int8 column read as a number. @throws RangeError above 2^53 - 1, where it would be another number */
function parseInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError('an int8 column does not fit a number');
  return value;
}

/**
 * Opens control's pool of connections.
 * @param url PostgreSQL connection URL
 * @param options connections: how many at the most (default 10); onError: told of faults on idle connections, which
 *   the pool replaces by itself
 * @returns Kysely over the pool; `destroy()` closes it
 */
export function createPool(
  url: string,
  options: { connections?: number; onError?: (error: Error) => void } = {},
): Kysely<Database> {
  const types = new pg.TypeOverrides();
  types.setTypeParser(pg.types.builtins.INT8, parseInteger);
  const pool = new pg.Pool({
    connectionString: url,
    max: options.connections ?? defaultConnections,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    // Deadlines for everything: a stuck statement or an abandoned transaction frees its locks (T11).
    statement_timeout: 15_000,
    idle_in_transaction_session_timeout: 30_000,
    types,
  });
  pool.on('error', (error) => options.onError?.(error));
  // The pool listens to idle connections only: one that breaks while it is in use would end the process. Whoever uses it
  // finds out with the next statement.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
}
