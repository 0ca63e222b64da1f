// The real client in real Electron on a desktop of its own, its sandbox on, driven by Playwright.
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { _electron, type ElectronApplication } from 'playwright-core';
import type { Desktop } from './desktop.ts';
import { folderOf } from './ordinary-user.ts';
import { runtime } from './runtime.ts';

/** How to start the client. */
export interface KioskOptions {
  readonly desktop: Desktop;
  /** The application's folder (with its package.json), readable by everybody. */
  readonly appDir: string;
  /** Folder of the client's own data, `sallyport` in the user's home by default; made the user's own when it is elsewhere. */
  readonly userData?: string;
  /** More environment than the desktop's. */
  readonly env?: Readonly<Record<string, string>>;
  /** More arguments, after the application. */
  readonly args?: readonly string[];
  /** Chromium's switches, before the application; `--use-fake-device-for-media-stream` for one. */
  readonly switches?: readonly string[];
  /** Milliseconds to wait for the client's start; 30 seconds by default. */
  readonly timeout?: number;
}

/**
 * Starts the client as the desktop's ordinary user with Chromium's sandbox in force.
 * @returns Playwright's handle; `close()` it before the desktop
 * @throws when it does not start in time; nothing is left running then
 */
export async function launchKiosk(options: KioskOptions): Promise<ElectronApplication> {
  const { desktop } = options;
  if (options.userData !== undefined) await folderOf(desktop.user, options.userData);
  return _electron.launch({
    executablePath: await asOrdinaryUser(desktop),
    args: [...(options.switches ?? []), '--disable-gpu', options.appDir, ...(options.args ?? [])],
    env: { ...desktop.env, ...options.env },
    cwd: desktop.userHome,
    chromiumSandbox: true,
    timeout: options.timeout ?? 30_000,
  });
}

/** A program that becomes the user and then Electron, in the same process: its signals and pipes are Electron's. */
async function asOrdinaryUser(desktop: Desktop): Promise<string> {
  const program = join(desktop.userHome, 'electron-as-user');
  const command = [...desktop.user.prefix, runtime().electron].map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
  await writeFile(program, `#!/bin/sh\nexec ${command.join(' ')} "$@"\n`);
  await chmod(program, 0o755);
  return program;
}
