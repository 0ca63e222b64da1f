import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { access, chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { postgresAccount, type PostgresAccount } from './embedded-account.ts';
import { EmbeddedPostgresError, findPostgresBinaries } from './embedded-binaries.ts';

const superuser = 'sallyport';
const startDeadlineMs = 60_000;
/** Linux allows 107 bytes of path for a Unix socket; PostgreSQL adds the file name. */
const maxSocketDirectoryLength = 90;

/** A running cluster of our own. */
export interface EmbeddedPostgres {
  /** Connection URL of the database `sallyport`, password included: never log it. */
  url: string;
  /** Connection URL of another database of the cluster. */
  urlOf(database: string): string;
  /** Stops the cluster if this call's start is what keeps it running. Idempotent. */
  stop(): Promise<void>;
}

/** How a cluster is opened. */
export interface EmbeddedOptions {
  /** Folder of the cluster, its password and its socket; made when missing. */
  directory: string;
  /**
   * `own`: stop() also stops a cluster that a killed process left running. `share`: a running one is left to its
   * owner. `leave`: it runs on after this process, until `stopEmbeddedPostgres`.
   */
  hold: 'own' | 'share' | 'leave';
  /** Further settings, as `postgres -c name=value`; tests switch durability off. */
  settings?: Readonly<Record<string, string>>;
}

/**
 * Starts the embedded PostgreSQL cluster in a folder, making it the first time; a cluster that runs already is used.
 * It listens on a Unix socket only, and asks for a random password kept beside it, readable by this account alone.
 * @throws EmbeddedPostgresError in words when it cannot run here, or is another process's own
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const cluster = await prepareCluster(path.resolve(options.directory));
  const child = (await answers(cluster)) ? undefined : await startServer(cluster, options);
  const stopAtExit = (): boolean => child?.kill('SIGINT') ?? false;
  if (options.hold !== 'leave') process.once('exit', stopAtExit);
  try {
    await createDatabase(cluster);
    const stop = options.hold === 'own' ? await ownCluster(cluster) : () => stopShared(cluster, child, options.hold);
    return describe(cluster, async () => {
      process.off('exit', stopAtExit);
      await stop();
    });
  } catch (error) {
    process.off('exit', stopAtExit);
    if (child !== undefined) await stopRunning(cluster);
    throw error;
  }
}

/** PostgreSQL gives this lock back by itself when the process that holds it dies. */
const ownerLock = 7_265_110_002;
const ownershipAttempts = 15;

/** Makes the cluster this process's own until the returned function stops it. */
async function ownCluster(cluster: Cluster): Promise<() => Promise<void>> {
  let owner = await takeOwnership(cluster);
  // PostgreSQL may take a moment to notice that a killed control is gone.
  for (let attempt = 0; owner === undefined && attempt < ownershipAttempts; attempt += 1) {
    await delay(100);
    owner = await takeOwnership(cluster);
  }
  if (owner === undefined) {
    throw new EmbeddedPostgresError(`Another control serves from this data directory already: ${cluster.data}`);
  }
  return async () => {
    await owner.end();
    await stopRunning(cluster);
  };
}

/** @returns the connection that holds the lock, or undefined when another process does */
async function takeOwnership(cluster: Cluster): Promise<pg.Client | undefined> {
  const client = new pg.Client({ connectionString: urlOf(cluster, superuser), keepAlive: true });
  client.on('error', () => undefined);
  await client.connect();
  const taken = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [ownerLock]);
  if (taken.rows[0]?.taken === true) return client;
  await client.end();
  return undefined;
}

/** Stops what this process started, unless it has become another's own meanwhile. */
async function stopShared(
  cluster: Cluster,
  child: ChildProcess | undefined,
  hold: EmbeddedOptions['hold'],
): Promise<void> {
  if (child === undefined || hold === 'leave') return;
  const owner = await takeOwnership(cluster);
  if (owner === undefined) {
    child.unref();
    return;
  }
  await owner.end();
  await stopRunning(cluster);
}

interface Cluster {
  data: string;
  socket: string;
  password: string;
  account: PostgresAccount;
}

async function prepareCluster(directory: string): Promise<Cluster> {
  const account = await postgresAccount();
  await mkdir(directory, { recursive: true, mode: 0o711 });
  const data = path.join(directory, 'cluster');
  const socket = path.join(directory, 'socket');
  if (socket.length > maxSocketDirectoryLength) {
    throw new EmbeddedPostgresError(`The data directory's path is too long for PostgreSQL's socket: ${directory}`);
  }
  for (const folder of [data, socket]) {
    await mkdir(folder, { recursive: true });
    // SECURITY: only the database's own account (and root) reaches the cluster and its socket (S24).
    await chmod(folder, 0o700);
    if ('uid' in account) await chown(folder, account.uid, account.gid);
  }
  const cluster = { data, socket, account, password: await keepPassword(path.join(directory, 'password')) };
  if (!(await exists(path.join(data, 'PG_VERSION')))) await initialise(cluster);
  return cluster;
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

async function keepPassword(file: string): Promise<string> {
  // SECURITY: the password is random, made once, and readable by this account alone (S24).
  if (!(await exists(file))) await writeFile(file, randomBytes(24).toString('hex'), { mode: 0o600, flag: 'wx' });
  return readFile(file, 'utf8');
}

async function initialise(cluster: Cluster): Promise<void> {
  const { initdb } = await findPostgresBinaries();
  const folder = await mkdtemp(path.join(tmpdir(), 'sallyport-'));
  const passwordFile = path.join(folder, 'password');
  try {
    await writeFile(passwordFile, cluster.password, { mode: 0o600 });
    if ('uid' in cluster.account) {
      for (const item of [folder, passwordFile]) await chown(item, cluster.account.uid, cluster.account.gid);
    }
    const child = spawn(
      initdb,
      [
        `--pgdata=${cluster.data}`,
        `--username=${superuser}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
        '--data-checksums',
      ],
      { ...cluster.account, env: { LC_ALL: 'C' }, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const words = collect(child);
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) throw new EmbeddedPostgresError(`PostgreSQL's cluster could not be made: ${words()}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function startServer(cluster: Cluster, { settings, hold }: EmbeddedOptions): Promise<ChildProcess> {
  const { postgres } = await findPostgresBinaries();
  const all = {
    // SECURITY: no TCP port at all; the Unix socket's folder decides who may try (S24).
    listen_addresses: '',
    unix_socket_directories: cluster.socket,
    unix_socket_permissions: '0700',
    max_connections: '100',
    ...settings,
  };
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  // Its own process group: Ctrl-C in a terminal reaches control only, which then stops the cluster in order.
  const child = spawn(postgres, ['-D', cluster.data, ...flags], {
    ...cluster.account,
    env: { LC_ALL: 'C' },
    stdio: ['ignore', 'ignore', hold === 'leave' ? 'ignore' : 'pipe'],
    detached: true,
  });
  const words = collect(child);
  const deadline = Date.now() + startDeadlineMs;
  while (!(await answers(cluster))) {
    const exited = child.exitCode !== null || child.signalCode !== null;
    if (exited || Date.now() > deadline) {
      child.kill('SIGINT');
      throw new EmbeddedPostgresError(`PostgreSQL did not start: ${words()}`);
    }
    await delay(50);
  }
  if (hold === 'leave') child.unref();
  return child;
}

/** Keeps the last words of a program's error output. */
function collect(child: ChildProcess): () => string {
  let text = '';
  child.on('error', (error) => (text += error.message));
  child.stderr?.on('data', (chunk: Buffer) => (text = (text + chunk.toString('utf8')).slice(-2000)));
  return () => text.trim();
}

async function answers(cluster: Cluster): Promise<boolean> {
  const client = new pg.Client({ connectionString: urlOf(cluster, 'postgres'), connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function createDatabase(cluster: Cluster): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf(cluster, 'postgres') });
  await client.connect();
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [superuser]);
    if (found.rowCount === 0) await client.query(`create database ${superuser}`);
  } finally {
    await client.end();
  }
}

function urlOf(cluster: Cluster, database: string): string {
  return `postgresql://${superuser}:${cluster.password}@localhost/${database}?host=${encodeURIComponent(cluster.socket)}`;
}

function describe(cluster: Cluster, stop: () => Promise<void>): EmbeddedPostgres {
  let stopped: Promise<void> | undefined;
  return {
    url: urlOf(cluster, superuser),
    urlOf: (database) => urlOf(cluster, database),
    stop: () => (stopped ??= stop()),
  };
}

/** Stops the cluster of a folder, whoever started it; nothing happens when none runs. */
export async function stopEmbeddedPostgres(directory: string): Promise<void> {
  await stopRunning({ data: path.join(path.resolve(directory), 'cluster') });
}

async function stopRunning(cluster: Pick<Cluster, 'data'>): Promise<void> {
  const pidFile = path.join(cluster.data, 'postmaster.pid');
  if (!(await exists(pidFile))) return;
  const pid = Number((await readFile(pidFile, 'utf8')).split('\n')[0]);
  if (!Number.isSafeInteger(pid) || pid < 2) return;
  // SIGINT is PostgreSQL's fast shutdown: open transactions are rolled back, the checkpoint is written.
  process.kill(pid, 'SIGINT');
  const deadline = Date.now() + startDeadlineMs;
  while ((await exists(pidFile)) && Date.now() < deadline) await delay(50);
}
