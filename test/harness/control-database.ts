import { join } from 'node:path';
import { sql } from 'kysely';
import { startEmbeddedPostgres } from '../../control/src/db/embedded.ts';
import { createPool } from '../../control/src/db/pool.ts';
import type { World } from './world.ts';

/** A row as PostgreSQL answers it. */
export type Row = Record<string, unknown>;

/** Control's own database, with the powers of whoever has taken it over: everything. */
export interface ControlDatabase {
  /** Control's data directory, where the key of the server shares lies. */
  readonly folder: string;
  readonly tables: ReturnType<typeof createPool>;
  /** Runs SQL text as the cluster's superuser. @throws PostgreSQL's error, with its `code` */
  run(text: string): Promise<Row[]>;
  close(): Promise<void>;
}

/** Opens the database of a world's control, whether control runs or not. */
export async function openControlDatabase(world: Pick<World, 'folder'>): Promise<ControlDatabase> {
  const folder = join(world.folder, 'control');
  const directory = join(folder, 'postgres');
  const cluster = await startEmbeddedPostgres({ directory, hold: 'share' });
  const tables = createPool(cluster.url, { connections: 2, onError: () => undefined });
  return {
    folder,
    tables,
    run: async (text) => (await sql.raw<Row>(text).execute(tables)).rows,
    close: async () => {
      await tables.destroy();
      await cluster.stop();
    },
  };
}
