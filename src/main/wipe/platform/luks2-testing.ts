import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A real LUKS2 container file with two passphrases, each in a key slot of its own. */
export interface LuksContainer {
  readonly path: string;
  /** Files with the passphrases. */
  readonly passphrases: readonly string[];
}

/** Runs a program to its end and gives its exit code; for what a test does itself. */
export function exitCode(program: string, ...args: readonly string[]): number | null {
  return spawnSync(program, args, { stdio: 'ignore' }).status;
}

function cryptsetup(...args: readonly string[]): number | null {
  return exitCode('/usr/sbin/cryptsetup', ...args);
}

/** One thousand rounds of PBKDF2: these passphrases protect nothing, and the tests make many containers. */
const quick = ['--batch-mode', '--pbkdf', 'pbkdf2', '--pbkdf-force-iterations', '1000'];

/**
 * Makes a container in a folder.
 * @param size all there is of it; the key slots' area takes its beginning
 */
export function makeContainer(folder: string, name = 'volume', format: readonly string[] = []): LuksContainer {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  const passphrases = ['one', 'two'].map((word) => join(folder, word));
  const [first = '', second = ''] = passphrases;
  passphrases.forEach((file) => writeFileSync(file, file));
  if (!existsSync(path)) writeFileSync(path, Buffer.alloc(4 * 1024 * 1024));
  const small = ['--type', 'luks2', '--luks2-keyslots-size', '1M', ...format];
  const isMade = cryptsetup('luksFormat', ...quick, ...small, '--key-file', first, path) === 0;
  if (!isMade || cryptsetup('luksAddKey', ...quick, '--key-file', first, path, second) !== 0) {
    throw new Error('cryptsetup cannot make a LUKS2 container here');
  }
  return { path, passphrases };
}

/** How many of the container's passphrases open it, tried by cryptsetup on the file given (the container's by default). */
export function openingPassphrases({ path, passphrases }: LuksContainer, file = path): number {
  return passphrases.filter((key) => cryptsetup('open', '--test-passphrase', '--key-file', key, file) === 0).length;
}
