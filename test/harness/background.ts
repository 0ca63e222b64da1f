import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';

const startWithinMs = 15_000;
const endWithinMs = 3_000;

/** A helper program that runs as long as a test needs it. */
export interface Background {
  readonly pid: number;
  /** The line it wrote when it was ready, where it was asked for one. */
  readonly readyText: string;
  /** Ends it, the hard way when it does not listen. Does nothing when it has ended. */
  stop(): Promise<void>;
}

/** What to start, and how to tell that it is ready. */
export interface BackgroundOptions {
  /** For messages. */
  readonly name: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Given to its standard input, which is closed then. */
  readonly input?: string;
  /** `line`: it writes a line to file descriptor 3. Otherwise asked over and over until it says yes. */
  readonly ready: 'line' | (() => Promise<boolean>);
}

/**
 * Starts a helper program and waits until it is ready.
 * @throws when it ends or is not ready within 15 seconds; it is not left running then
 */
export async function startBackground(options: BackgroundOptions): Promise<Background> {
  const [program = '', ...args] = options.command;
  const child = spawn(program, args, { env: options.env, stdio: ['pipe', 'ignore', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-2000)));
  const ended = new Promise<never>((_resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      reject(new Error(`${options.name} ended with ${signal ?? `code ${String(code)}`}: ${complaint}`));
    });
  });
  ended.catch(() => undefined);
  child.stdin?.on('error', () => undefined).end(options.input ?? '');
  try {
    const isReady = options.ready === 'line' ? firstLine(child.stdio[3] as Readable) : untilYes(options.ready);
    const readyText = await Promise.race([ended, isReady, tooLate(options.name)]);
    return { pid: child.pid ?? 0, readyText, stop: () => stop(child) };
  } catch (error) {
    await stop(child);
    throw error;
  }
}

function firstLine(stream: Readable): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    stream.setEncoding('utf8').on('data', (more: string) => {
      text += more;
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
  });
}

async function untilYes(ask: () => Promise<boolean>): Promise<string> {
  const deadline = Date.now() + startWithinMs;
  while (!(await ask()) && Date.now() < deadline) await pause(50);
  return '';
}

async function tooLate(name: string): Promise<never> {
  await pause(startWithinMs);
  throw new Error(`${name} was not ready within ${startWithinMs / 1000} seconds`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), endWithinMs);
  await gone;
  clearTimeout(late);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
}
