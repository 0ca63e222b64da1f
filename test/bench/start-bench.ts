import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { createTicket } from '../harness/day.ts';
import type { Desktop } from '../harness/desktop.ts';
import { launchKiosk } from '../harness/electron.ts';
import { Kiosk } from '../harness/kiosk.ts';
import { folderOf } from '../harness/ordinary-user.ts';
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

/** Runs in a page: resolves after the next paint once the words are there, with the time of it, ms since the epoch. */
function painted(selector: string): Promise<number> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (document.querySelector(selector) === null) requestAnimationFrame(look);
      else
        requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.timeOrigin + performance.now())));
    };
    look();
  });
}

async function paintedAt(page: Page, selector: string): Promise<number> {
  return page.evaluate(painted, selector);
}

/** From starting the client to its lock screen painted, ms. */
export async function startOfKiosk(kiosk: Kiosk): Promise<number> {
  await kiosk.powerOff();
  const started = Date.now();
  const app = await launchKiosk(kiosk.launchOptions());
  const milliseconds = (await paintedAt(await app.firstWindow(), '[data-screen="inert"]')) - started;
  await app.close();
  return milliseconds;
}

/** From starting a bare Electron window to its words painted, ms; the same driver, user and desktop. */
export async function startOfBareElectron(desktop: Desktop): Promise<number> {
  const appDir = fileURLToPath(new URL('bare-electron', import.meta.url));
  const userData = await folderOf(desktop.user, await mkdtemp(join(desktop.userHome, 'bare-')));
  const started = Date.now();
  const app = await launchKiosk({ desktop, appDir, args: [`--user-data=${userData}`] });
  const milliseconds = (await paintedAt(await app.firstWindow(), '[data-testid="painted"]')) - started;
  await app.close();
  await rm(userData, { recursive: true, force: true });
  return milliseconds;
}
