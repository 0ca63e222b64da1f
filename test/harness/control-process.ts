import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { projectFolder, runtime } from './runtime.ts';

/** A running `control serve`. */
export interface ControlProcess {
  readonly pid: number;
  /** Asks it to stop, as systemd would, and waits until it has. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

function start(configuration: string, args: readonly string[]) {
  return spawn(runtime().node, [`${projectFolder}control/src/cli.ts`, ...args, '--config', configuration], {
    cwd: projectFolder,
    env: { ...process.env, MEDIASOUP_WORKER_BIN: runtime().mediasoupWorker },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/**
 * Runs a command of control to its end.
 * @returns what it printed, and its exit code
 */
export async function runControl(configuration: string, ...args: string[]): Promise<{ output: string; code: number }> {
  const child = start(configuration, args);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'exit')) as [number | null];
  return { output, code: code ?? -1 };
}

/**
 * Starts `control serve` and waits until it says that it is ready.
 * @param configuration its configuration file
 * @param readyAddress the address of its `/readyz`
 * @param log the file that takes its logs
 * @throws with the log's end when it stops instead
 */
export async function serveControl(configuration: string, readyAddress: string, log: string): Promise<ControlProcess> {
  const child = start(configuration, ['serve']);
  const pid = child.pid;
  if (pid === undefined) throw new Error('control did not start');
  const file = createWriteStream(log, { flags: 'a' });
  let recent = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      file.write(chunk);
      recent = (recent + chunk.toString()).slice(-4000);
    });
  }
  const exited = once(child, 'exit');
  const state = { ended: false };
  void exited.then(() => (state.ended = true));
  while (!(await isReady(readyAddress))) {
    if (state.ended) throw new Error(`control stopped at once:\n${recent}`);
  }
  return {
    pid,
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      await exited;
      file.end();
    },
  };
}

/** Asks /readyz without judging the certificate: it is this test's own. */
async function isReady(address: string): Promise<boolean> {
  const get = address.startsWith('https:') ? https.get : http.get;
  return new Promise((resolve) => {
    const asked = get(address, { rejectUnauthorized: false, timeout: 1000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asked.once('error', () => setTimeout(resolve, 100, false));
  });
}
