import type { Kysely } from 'kysely';
import type { Configuration } from './config.ts';
import { ConfigurationError } from './config.ts';
import { isMigrated, migrate } from './db/migrate.ts';
import type { Database } from './db/schema.ts';

/** This control's fleet and its device CA, PEM. */
export interface FleetRecord {
  id: string;
  ca: { certificate: string; key: string };
}

/**
 * Makes sure that the database is this version's and holds the fleet this configuration is for.
 * @throws ConfigurationError saying what to do
 */
export async function requireFleet(db: Kysely<Database>, configuration: Configuration): Promise<FleetRecord> {
  await requireSchema(db, configuration);
  const fleet = await db.selectFrom('fleet').selectAll().executeTakeFirst();
  if (fleet === undefined) {
    throw new ConfigurationError('This database holds no fleet yet. Make one with: control init --plan FILE');
  }
  const { rpId, approver } = configuration;
  // The manifest names both; devices refuse approvals from anywhere else, whatever this configuration says.
  if (fleet.rp_id !== rpId || fleet.approver_origin !== approver.origin) {
    throw new ConfigurationError(
      `This fleet was made for rpId "${fleet.rp_id}" and the approver at ${fleet.approver_origin}, ` +
        `not for "${rpId}" and ${approver.origin}. Correct the configuration.`,
    );
  }
  return { id: fleet.id, ca: { certificate: fleet.ca_certificate, key: fleet.ca_key } };
}

async function requireSchema(db: Kysely<Database>, { databaseUrl }: Configuration): Promise<void> {
  if (await isMigrated(db)) return;
  if (databaseUrl !== undefined) {
    throw new ConfigurationError('The database is not up to date with this version. Run: control migrate');
  }
  await migrate(db);
}
