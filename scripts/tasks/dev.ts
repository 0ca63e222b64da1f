// npm run dev: builds client and consoles anew at every change, and starts the client again. Control runs beside it:
// `npm run control -- serve`. Needs a display.
import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { build, mergeConfig, type InlineConfig, type Plugin } from 'vite';
import { clientBuilds } from '../../build/vite/client.ts';
import { consoleBuilds } from '../../build/vite/consoles.ts';
import { buildEverything, requireBuilt } from '../stages/builds.ts';
import { projectDir } from '../stages/project.ts';

/** The three parts of the client are rebuilt one after the other. */
const settleMs = 1_000;

class RunningClient {
  #electron: ChildProcess | undefined;
  #restart: NodeJS.Timeout | undefined;

  /** Starts the client again once nothing has changed for a moment. */
  restartSoon(): void {
    clearTimeout(this.#restart);
    this.#restart = setTimeout(() => this.#start(), settleMs);
  }

  stop(): void {
    clearTimeout(this.#restart);
    this.#electron?.kill();
  }

  #start(): void {
    const old = this.#electron;
    if (old !== undefined && old.exitCode === null && old.signalCode === null) {
      old.once('exit', () => this.restartSoon()).kill();
      return;
    }
    const dist = process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? '';
    const data = path.join(projectDir, '.sallyport/dev-client');
    const args = [projectDir, `--sallyport-data=${data}`, ...process.argv.slice(2)];
    this.#electron = spawn(path.join(dist, 'electron'), args, { stdio: 'inherit', cwd: projectDir });
  }
}

function restarting(client: RunningClient): Plugin {
  return { name: 'sallyport:restart-client', closeBundle: () => client.restartSoon() };
}

if (process.env['DISPLAY'] === undefined && process.env['WAYLAND_DISPLAY'] === undefined) {
  process.stderr.write('There is no display here. `npm run demo` plays the day without one.\n');
  process.exitCode = 1;
} else {
  await requireBuilt(buildEverything);
  const client = new RunningClient();
  const watching: InlineConfig = { build: { watch: {}, emptyOutDir: false } };
  const restart: InlineConfig = { plugins: [restarting(client)] };
  for (const config of clientBuilds(projectDir, 'development')) {
    await build(mergeConfig(mergeConfig(config, watching), restart));
  }
  for (const config of consoleBuilds(projectDir, 'everyday')) await build(mergeConfig(config, watching));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      client.stop();
      process.exit();
    });
  }
}
