import { spawn } from 'node:child_process';
import path from 'node:path';
import { projectDir } from './project.ts';

/** Whoever ends us means the program. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs a program of the project to its end, its output going where ours goes.
 * @param command program and arguments; programs of `node_modules/.bin` are on PATH
 * @param env more environment than ours
 * @returns its exit code; 1 when a signal ended it
 */
export function runCommand(command: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<number> {
  const [program = '', ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: projectDir, stdio: 'inherit', env: { ...process.env, ...env } });
    const passOn = (signal: NodeJS.Signals): boolean => child.kill(signal);
    for (const signal of signals) process.on(signal, passOn);
    child.once('error', reject);
    child.once('close', (code) => {
      for (const signal of signals) process.off(signal, passOn);
      resolve(code ?? 1);
    });
  });
}

/**
 * Runs one of our own programs under the Node that runs us.
 * @param file relative to the checkout
 * @returns its exit code; 1 when a signal ended it
 */
export function runScript(file: string, args: readonly string[] = []): Promise<number> {
  return runCommand([process.execPath, path.join(projectDir, file), ...args]);
}
