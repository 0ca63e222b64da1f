import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createTicket } from '../harness/day.ts';
import type { Desktop } from '../harness/desktop.ts';
import { Kiosk } from '../harness/kiosk.ts';
import { folderOf } from '../harness/ordinary-user.ts';
import { projectFolder, runtime } from '../harness/runtime.ts';
import type { World } from '../harness/world.ts';

let laptops = 0;

/** Gives an enrolled laptop that is switched on to a measurement. */
export async function withEnrolledKiosk(world: World, use: (kiosk: Kiosk) => Promise<void>): Promise<void> {
  laptops += 1;
  const fleet = await world.signIn('officer', 'fleet');
  const kiosk = await Kiosk.start();
  try {
    await kiosk.enrol(await createTicket(fleet.page, `BENCH-${laptops}`));
    await use(kiosk);
  } finally {
    await kiosk.close();
    await fleet.close();
  }
}

/**
 * Starts Electron as the laptop's session would, with no driver attached, until it says that a screen is painted.
 * @param isPainted whether a line of its output says so
 * @returns ms from the start of the process to that line
 */
async function untilPainted(
  desktop: Desktop,
  args: readonly string[],
  isPainted: (line: string) => boolean,
): Promise<number> {
  const { prefix } = desktop.user;
  const [program = runtime().electron] = prefix;
  const before = prefix.length > 0 ? [...prefix.slice(1), runtime().electron] : [];
  const started = performance.now();
  const child = spawn(program, [...before, ...args], {
    env: desktop.env,
    cwd: desktop.userHome,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  try {
    return await new Promise<number>((resolve, reject) => {
      void exited.then(() => {
        reject(new Error('Electron ended before it painted'));
      });
      for (const input of [child.stdout, child.stderr]) {
        createInterface({ input }).on('line', (line) => {
          if (isPainted(line)) resolve(performance.now() - started);
        });
      }
    });
  } finally {
    child.kill('SIGTERM');
    await exited;
  }
}

/** From starting the client to its lock screen painted, ms. */
export async function startOfKiosk(kiosk: Kiosk): Promise<number> {
  await kiosk.powerOff();
  const args = ['--disable-gpu', projectFolder, `--sallyport-data=${kiosk.dataFolder}`];
  return untilPainted(
    kiosk.desktop,
    args,
    (line) => line.includes('"screen":"inert"') && line.includes('screen shown'),
  );
}

/** From starting a bare Electron window to its words painted, ms; the same user and desktop. */
export async function startOfBareElectron(desktop: Desktop): Promise<number> {
  const folder = fileURLToPath(new URL('bare-electron', import.meta.url));
  const userData = await folderOf(desktop.user, await mkdtemp(join(desktop.userHome, 'bare-')));
  const args = ['--disable-gpu', folder, `--user-data=${userData}`];
  const milliseconds = await untilPainted(desktop, args, (line) => line === 'painted');
  await rm(userData, { recursive: true, force: true });
  return milliseconds;
}
