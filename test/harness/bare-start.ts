// The client started as its session would start it, without a test driver and with whatever else somebody added.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Desktop } from './desktop.ts';
import { runtime } from './runtime.ts';

/** A client that runs, or ran. */
export interface BareStart {
  /** Lines of standard error so far. */
  readonly lines: readonly string[];
  /** The exit code once it has ended; -1 for a signal. */
  readonly ended: Promise<number>;
  /** Waits until a line holds the words. @throws when it ends first */
  says(words: string): Promise<string>;
  kill(): void;
}

/**
 * Starts Electron as the desktop's ordinary user.
 * @param args everything after the executable
 * @param env more environment than the desktop's
 */
export function startBare(
  desktop: Desktop,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): BareStart {
  const command = [...desktop.user.prefix, runtime().electron, ...args];
  const child = spawn(command[0] ?? '', command.slice(1), {
    env: { ...desktop.env, ...env },
    cwd: desktop.userHome,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const lines: string[] = [];
  const listeners = new Set<(line: string) => void>();
  createInterface({ input: child.stderr }).on('line', (line) => {
    lines.push(line);
    for (const listener of listeners) listener(line);
  });
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? -1));
  });
  const says = (words: string): Promise<string> => {
    const said = lines.find((line) => line.includes(words));
    if (said !== undefined) return Promise.resolve(said);
    const heard = new Promise<string>((resolve) => listeners.add((line) => line.includes(words) && resolve(line)));
    const silent = ended.then((code): never => {
      throw new Error(`it ended with ${code} and never said “${words}”:\n${lines.join('\n')}`);
    });
    return Promise.race([heard, silent]);
  };
  return { lines, ended, says, kill: () => child.kill('SIGKILL') };
}
