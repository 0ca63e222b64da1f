import { createServer, type Server } from 'node:http';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { startBrowser } from '../harness/browser.ts';
import { admit, book, enterRoom, join as joinRoom, openLaptop, prepare } from '../harness/day.ts';
import type { Kiosk } from '../harness/kiosk.ts';
import { projectFolder } from '../harness/runtime.ts';
import { cast, type World } from '../harness/world.ts';
import { startBareServer, type Audience } from './bare-room/server.ts';
import type { Measure } from './compare.ts';

/** Runs in the laptop's page: presses Join, resolves when the remote video paints a frame, ms later. */
function joinUntilFirstFrame(): Promise<number> {
  const started = performance.now();
  document.querySelector<HTMLElement>('[data-testid="join"]')?.click();
  return new Promise((resolve) => {
    const look = (): void => {
      const video = document.querySelector<HTMLVideoElement>('[data-testid="remote-video"]');
      if (video === null) requestAnimationFrame(look);
      else {
        video.requestVideoFrameCallback(() => {
          resolve(performance.now() - started);
        });
      }
    };
    look();
  });
}

/**
 * Books a consultation, opens the laptop and lets the consultant admit it. Each measurement then leaves the room and
 * joins it again: from pressing Join to the consultant's first frame on the laptop.
 */
export async function ourRoom(world: World, kiosk: Kiosk): Promise<Measure> {
  const patient = 'BENCH';
  const key = await world.signIn('nurse', 'key');
  const clinic = await world.signIn('consultant', 'clinic');
  const laptop = (await kiosk.page.getByTestId('device').locator('strong').textContent()) ?? '';
  await book(key.page, { patient, laptop, consultant: cast.consultant, startsAt: Date.now() + 120_000 });
  await openLaptop(key.page, world.people.nurse, kiosk, patient);
  await enterRoom(clinic.page, world.people.consultant);
  await joinRoom(kiosk);
  await prepare(kiosk);
  await admit(clinic.page, kiosk);
  return async () => {
    await kiosk.page.getByTestId('leave').click();
    await kiosk.page.getByTestId('confirm-yes').click();
    await kiosk.shows('open');
    return kiosk.page.evaluate(joinUntilFirstFrame);
  };
}

/** A bare page joins a bare server where another waits already; ms until it paints the other's first frame. */
export async function bareRoom(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-bare-'));
  const media = await startBareServer();
  const { server, address } = await servePage(folder);
  const browsers = [await startBrowser(), await startBrowser()] as const;
  const open = async (page: Page, who: Audience): Promise<Page> => {
    await page.exposeFunction('signal', (method: string, params: unknown) => media.answer(who, method, params));
    await page.goto(address);
    await page.evaluate(() => window.prepareMedia());
    return page;
  };
  try {
    const first = joinOn(await open(browsers[0].page, 'first'), 'first');
    first.catch(() => undefined);
    const second = await open(browsers[1].page, 'second');
    await media.hasProduced('first');
    return await joinOn(second, 'second');
  } finally {
    for (const browser of browsers) await browser.close();
    server.close();
    media.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function joinOn(page: Page, audience: Audience): Promise<number> {
  return page.evaluate((who) => window.joinBareRoom(who), audience);
}

async function servePage(folder: string): Promise<{ server: Server; address: string }> {
  await build({
    configFile: false,
    root: projectFolder,
    logLevel: 'error',
    build: {
      outDir: folder,
      emptyOutDir: true,
      lib: { entry: fileURLToPath(new URL('bare-room/page.ts', import.meta.url)), formats: ['es'], fileName: 'page' },
    },
  });
  const script = await readFile(join(folder, 'page.js'));
  const server = createServer((request, response) => {
    const wantsScript = request.url === '/page.js';
    response.setHeader('content-type', wantsScript ? 'text/javascript' : 'text/html');
    response.end(
      wantsScript ? script : '<!doctype html><title>Bare</title><body><script type="module" src="/page.js"></script>',
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no address');
  return { server, address: `http://localhost:${address.port}/` };
}
