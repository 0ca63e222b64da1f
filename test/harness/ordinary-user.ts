// The laptop's software runs as an ordinary user, and Chromium's sandbox works only for one. Tests and demo may be started
// by root: this makes a user out of root, without creating an account.
import { spawnSync } from 'node:child_process';
import { chmod, chown, mkdir } from 'node:fs/promises';
import { projectFolder, runtime } from './runtime.ts';

/** Who runs the laptop's software. */
export interface OrdinaryUser {
  /** Owner that a file must have, on this machine, for the user to own it. */
  readonly uid: number;
  readonly gid: number;
  /** Program and arguments that run the command appended to them as this user, in the same process. Empty: it is us. */
  readonly prefix: readonly string[];
}

/** The kernel's own number for "nobody", known on every system. */
const nobody = 65_534;

/**
 * Who can run the laptop's software here: ourselves when we are an ordinary user, else nobody, else, where nobody may not
 * read this checkout, root without any of its powers in a user namespace in which it is called nobody.
 * @throws when root can become none of them
 */
export function ordinaryUser(): OrdinaryUser {
  const [uid, gid] = [process.getuid?.() ?? nobody, process.getgid?.() ?? nobody];
  if (uid !== 0) return { uid, gid, prefix: [] };
  const candidates: OrdinaryUser[] = [
    {
      uid: nobody,
      gid: nobody,
      prefix: ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', '--inh-caps=-all'],
    },
    { uid, gid, prefix: ['unshare', '--user', `--map-user=${nobody}`, `--map-group=${nobody}`] },
  ];
  const user = candidates.find(canRunElectron);
  if (user !== undefined) return user;
  throw new Error('Root cannot become an ordinary user here: neither setpriv nor unshare works.');
}

function canRunElectron({ prefix }: OrdinaryUser): boolean {
  const [program, ...args] = [...prefix, 'sh', '-c', 'test -x "$1" && test -r "$2" && test "$(id -u)" != 0', 'sh'];
  return spawnSync(program, [...args, runtime().electron, `${projectFolder}package.json`]).status === 0;
}

/**
 * Makes a folder that belongs to the user alone.
 * @param folder absolute path; its parent is there
 */
export async function folderOf(user: OrdinaryUser, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o700);
  if (process.getuid?.() === 0) await chown(folder, user.uid, user.gid);
  return folder;
}
