import type { Kysely } from 'kysely';
import path from 'node:path';
import type { Logger } from 'pino';
import { createAudit, type AuditChain } from './audit/audit.ts';
import type { Configuration } from './config.ts';
import { startEmbeddedPostgres } from './db/embedded.ts';
import { createNotifications, type Notifications } from './db/notifications.ts';
import { createPool } from './db/pool.ts';
import type { Database } from './db/schema.ts';
import { changesChannel } from './http/changes.ts';
import type { Clock } from './ports.ts';

/** The database and what every command needs of it. */
export interface Foundation {
  db: Kysely<Database>;
  notifications: Notifications;
  audit: AuditChain;
  clock: Clock;
  logger: Logger;
  close(): Promise<void>;
}

/**
 * Opens the database of a configuration, starting the embedded one when none is named.
 * @param hold whether an embedded cluster left running by a killed control is this process's to stop
 */
export async function openFoundation(
  configuration: Pick<Configuration, 'databaseUrl' | 'dataDirectory'>,
  logger: Logger,
  options: { clock?: Clock; hold?: 'own' | 'share' } = {},
): Promise<Foundation> {
  const clock = options.clock ?? Date;
  const { url, stop } = await openDatabase(configuration, options.hold ?? 'share');
  const db = createPool(url, { onError: (error) => logger.warn({ err: error }, 'database connection lost') });
  try {
    const onError = (error: unknown): void => logger.warn({ err: error }, 'listening connection lost');
    const notifications = await createNotifications(url, db, onError);
    const audit = createAudit({ db, clock, announce: (trx) => notifications.notify(changesChannel, 'audit', trx) });
    const close = async (): Promise<void> => {
      await notifications.close();
      await db.destroy();
      await stop();
    };
    return { db, notifications, audit, clock, logger, close };
  } catch (error) {
    await db.destroy();
    await stop();
    throw error;
  }
}

async function openDatabase(
  { databaseUrl, dataDirectory }: Pick<Configuration, 'databaseUrl' | 'dataDirectory'>,
  hold: 'own' | 'share',
): Promise<{ url: string; stop: () => Promise<void> }> {
  if (databaseUrl !== undefined) return { url: databaseUrl, stop: () => Promise.resolve() };
  const cluster = await startEmbeddedPostgres({ directory: path.join(dataDirectory, 'postgres'), hold });
  return { url: cluster.url, stop: () => cluster.stop() };
}
