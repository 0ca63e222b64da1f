import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startEmbeddedPostgres, stopEmbeddedPostgres, type EmbeddedPostgres } from './embedded.ts';
import { migrate } from './migrate.ts';
import { createPool } from './pool.ts';

/** Where a test run's one cluster is: the environment variable that Vitest's global set-up gives the test files. */
const directoryVariable = 'SALLYPORT_TEST_DATABASE_DIRECTORY';

/** Quick, because nothing of it outlives the tests. */
const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' };

/**
 * The cluster of this test run, whose database is migrated and the template of the tests' own: started by the first
 * test file that needs one, stopped when the run ends; or one of this process's own where there is no such run.
 */
export async function openTestCluster(): Promise<EmbeddedPostgres> {
  const shared = process.env[directoryVariable];
  if (shared === undefined) return startOwnCluster();
  return withLock(`${shared}.lock`, () => startMigrated(shared, 'leave'));
}

async function startOwnCluster(): Promise<EmbeddedPostgres> {
  const directory = await makeDirectory();
  const cluster = await startMigrated(directory, 'own');
  const stop = async (): Promise<void> => {
    await cluster.stop();
    await rm(directory, { recursive: true, force: true });
  };
  return { ...cluster, stop };
}

async function makeDirectory(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'sallyport-db-'));
  await chmod(directory, 0o711);
  return directory;
}

async function startMigrated(directory: string, hold: 'own' | 'leave'): Promise<EmbeddedPostgres> {
  const cluster = await startEmbeddedPostgres({ directory, hold, settings });
  const migrated = path.join(directory, 'migrated');
  // Once only: while anybody is connected to the template, nobody can copy it.
  if (existsSync(migrated)) return cluster;
  const template = createPool(cluster.url, { connections: 1 });
  try {
    await migrate(template);
  } finally {
    await template.destroy();
  }
  await writeFile(migrated, '');
  return cluster;
}

/** One process at a time; making a folder is atomic. */
async function withLock<T>(folder: string, act: () => Promise<T>): Promise<T> {
  while (!(await made(folder))) await delay(50);
  try {
    return await act();
  } finally {
    await rmdir(folder);
  }
}

async function made(folder: string): Promise<boolean> {
  return mkdir(folder).then(
    () => true,
    () => false,
  );
}

/** Vitest's global set-up: names the run's cluster, and stops it in the end if any test file started it. */
export default async function setup(): Promise<() => Promise<void>> {
  const directory = await makeDirectory();
  process.env[directoryVariable] = directory;
  return async () => {
    await stopEmbeddedPostgres(directory);
    await rm(directory, { recursive: true, force: true });
    await rm(`${directory}.lock`, { recursive: true, force: true });
  };
}
