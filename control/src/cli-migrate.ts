import { loadConfiguration } from './config.ts';
import { migrate } from './db/migrate.ts';
import { openFoundation } from './foundation.ts';
import { createLogger } from './log.ts';
import { say, type CommandOptions } from './cli-command.ts';

/** `control migrate`: brings the database to this version. */
export async function runMigrate(options: CommandOptions): Promise<number> {
  const configuration = await loadConfiguration(process.env, options.config);
  const foundation = await openFoundation(configuration, createLogger('error', process.stderr));
  try {
    const applied = await migrate(foundation.db);
    say(applied.length === 0 ? 'The database is up to date.' : `Applied: ${applied.join(', ')}`);
    return 0;
  } finally {
    await foundation.close();
  }
}
