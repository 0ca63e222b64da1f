import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { EmbeddedPostgresError } from './embedded-binaries.ts';

const run = promisify(execFile);
const account = 'postgres';

/** The account PostgreSQL's programs run as; empty: this process's own. */
export type PostgresAccount = { uid: number; gid: number } | Record<string, never>;

/**
 * The account for PostgreSQL, which refuses to run as root: this process's own, or `postgres` (made when missing)
 * when this process is root.
 * @throws EmbeddedPostgresError when there is no such account and it cannot be made
 */
export async function postgresAccount(): Promise<PostgresAccount> {
  if (process.getuid?.() !== 0) return {};
  const existing = await idsOf(account);
  if (existing !== undefined) return existing;
  try {
    await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', account]);
  } catch (error) {
    throw new EmbeddedPostgresError(`PostgreSQL cannot run as root, and the account "${account}" could not be made.`, {
      cause: error,
    });
  }
  const made = await idsOf(account);
  if (made === undefined) throw new EmbeddedPostgresError(`The account "${account}" could not be made.`);
  return made;
}

async function idsOf(name: string): Promise<{ uid: number; gid: number } | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}
