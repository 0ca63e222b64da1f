import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { basename, isAbsolute } from 'node:path';

/** What a program may be given besides its arguments. */
export interface ProgramOptions {
  /** Written to its standard input, which is then closed; nothing when absent. */
  readonly input?: string;
  /** How long it may run, ms, before it is killed. */
  readonly timeoutMs: number;
}

/** How a program ended by itself. */
export interface ProgramResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of the system; injected so that tests can look at what would run. */
export type RunProgram = (program: string, args: readonly string[], options: ProgramOptions) => Promise<ProgramResult>;

/** Why there is no result: the program did not start, or did not end by itself within its bounds. */
export type ProgramFaultReason = 'not-absolute' | 'not-started' | 'too-slow' | 'too-much-output' | 'killed';

/** A program that could not be run to its own end. Its message names the program, never its arguments, input or output. */
export class ProgramFault extends Error {
  readonly reason: ProgramFaultReason;

  constructor(program: string, reason: ProgramFaultReason) {
    super(`program ${basename(program)}: ${reason}`);
    this.name = 'ProgramFault';
    this.reason = reason;
  }
}

/** The most that is kept of each of a program's two outputs, bytes. */
export const OUTPUT_LIMIT = 1024 * 1024;

/** SECURITY: nothing of our own environment is passed on, so no variable changes what a system's program does (S34). */
const environment: Readonly<Record<string, string>> =
  process.platform === 'win32'
    ? { SystemRoot: 'C:\\Windows', PATH: 'C:\\Windows\\System32' }
    : { PATH: '/usr/sbin:/usr/bin', LC_ALL: 'C' };

/** A group of its own, so that what the program started ends with it. Windows has none and would open a window. */
const hasGroup = process.platform !== 'win32';

/**
 * Runs a program of the system and waits for its end. No shell is ever between: arguments reach the program as they are.
 * @param program absolute path
 * @returns its exit code, whatever it is, and its outputs as UTF-8
 * @throws ProgramFault when it cannot be started, prints more than {@link OUTPUT_LIMIT}, runs for longer than allowed (it
 * is killed, with all it started), or is killed by others
 */
export const run: RunProgram = (program, args, { input, timeoutMs }) =>
  new Promise((resolve, reject) => {
    // SECURITY: only the program that is named, wherever the search path leads (S34).
    if (!isAbsolute(program)) throw new ProgramFault(program, 'not-absolute');
    const child = start(program, args);
    const fail = (reason: ProgramFaultReason): void => {
      clearTimeout(timer);
      end(child);
      reject(new ProgramFault(program, reason));
    };
    const timer = setTimeout(() => fail('too-slow'), timeoutMs);
    const [stdout, stderr] = [child.stdout, child.stderr].map((stream) =>
      collect(stream, () => fail('too-much-output')),
    );
    child.once('error', () => fail('not-started'));
    child.once('close', (code) => {
      clearTimeout(timer);
      if (code === null) fail('killed');
      else resolve({ code, stdout: text(stdout), stderr: text(stderr) });
    });
    // A program that ends without reading its input is judged by how it ends.
    child.stdin?.once('error', () => undefined);
    child.stdin?.end(input ?? '');
  });

function start(program: string, args: readonly string[]): ChildProcess {
  try {
    return spawn(program, args, { env: environment, cwd: '/', shell: false, windowsHide: true, detached: hasGroup });
  } catch {
    throw new ProgramFault(program, 'not-started');
  }
}

function end(child: ChildProcess): void {
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
  if (child.pid === undefined) return;
  try {
    if (hasGroup) process.kill(-child.pid, 'SIGKILL');
    else child.kill('SIGKILL');
  } catch {
    // It has ended already.
  }
}

function collect(stream: NodeJS.ReadableStream | null, onTooMuch: () => void): Buffer[] {
  const chunks: Buffer[] = [];
  let size = 0;
  stream?.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > OUTPUT_LIMIT) onTooMuch();
    else chunks.push(chunk);
  });
  return chunks;
}

function text(chunks: readonly Buffer[] | undefined): string {
  return Buffer.concat(chunks ?? []).toString('utf8');
}
