import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Desktop } from './desktop.ts';

const run = promisify(execFile);

/** Presses real keys and buttons on a desktop, one after the other. @param presses xdotool's words, such as `key ctrl+w` */
export async function press(desktop: Desktop, presses: readonly string[]): Promise<void> {
  for (const words of presses) await run('xdotool', words.split(' '), { env: desktop.env });
}

/** The windows that the window manager knows, by their X ids. */
export async function windowsOn(desktop: Desktop): Promise<string[]> {
  const { stdout } = await run('xprop', ['-root', '-notype', '_NET_CLIENT_LIST'], { env: desktop.env });
  return stdout.match(/0x[0-9a-f]+/g) ?? [];
}
