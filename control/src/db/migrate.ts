import type { Kysely } from 'kysely';
import { Migrator, type Migration } from 'kysely/migration';
import * as first from './migrations/0001-first.ts';
import * as signIn from './migrations/0002-sign-in.ts';
import * as trust from './migrations/0002-trust.ts';
import * as audit from './migrations/0003-audit.ts';
import * as erasures from './migrations/0004-erasures.ts';
import * as serverShares from './migrations/0005-server-shares.ts';
import * as consultations from './migrations/0006-consultations.ts';
import type { Database } from './schema.ts';

/** Every migration by name, oldest first. A list, not a folder scan: what runs is what was reviewed. */
const migrations: Readonly<Record<string, Migration>> = {
  '0001-first': first,
  '0002-sign-in': signIn,
  '0002-trust': trust,
  '0003-audit': audit,
  '0004-erasures': erasures,
  '0005-server-shares': serverShares,
  '0006-consultations': consultations,
};

/** The database could not be brought to the newest schema; nothing of the failed migration was kept. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

/**
 * Brings the database to the newest schema. Safe to run on several nodes at once: Kysely takes a lock.
 * @returns the names of the migrations that were applied now
 * @throws MigrationError when one fails, or when the database is newer than this version of control
 */
export async function migrate(db: Kysely<Database>): Promise<string[]> {
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve({ ...migrations }) } });
  const { error, results } = await migrator.migrateToLatest();
  if (error !== undefined) throw new MigrationError('the database could not be migrated', { cause: error });
  return (results ?? []).map((result) => result.migrationName);
}

/** Whether the database has every migration of this version. */
export async function isMigrated(db: Kysely<Database>): Promise<boolean> {
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve({ ...migrations }) } });
  return (await migrator.getMigrations()).every((migration) => migration.executedAt !== undefined);
}
