import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import pg from 'pg';
import type { EmbeddedPostgres } from './embedded.ts';
import { createPool } from './pool.ts';
import type { Database } from './schema.ts';
import { openTestCluster } from './testing-cluster.ts';

/** A database of a test's own on a real PostgreSQL, migrated and empty. */
export interface TestDatabase {
  db: Kysely<Database>;
  url: string;
  close(): Promise<void>;
}

/** Makes a database for a test: a copy of the migrated template of the run's cluster. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const cluster = await openTestCluster();
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await administer(cluster, `create database ${name} template sallyport`);
  const url = cluster.urlOf(name);
  const db = createPool(url, { connections: 5, onError: () => undefined });
  const close = async (): Promise<void> => {
    await db.destroy();
    await administer(cluster, `drop database if exists ${name} with (force)`);
    await cluster.stop();
  };
  return { db, url, close };
}

async function administer(cluster: EmbeddedPostgres, statement: string): Promise<void> {
  const client = new pg.Client(cluster.urlOf('postgres'));
  await client.connect();
  try {
    // PostgreSQL copies a template nobody else uses: the lock queues those who do.
    await client.query('select pg_advisory_lock(1)');
    await client.query(statement);
  } finally {
    await client.end();
  }
}
