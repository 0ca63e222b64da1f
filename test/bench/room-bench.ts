import { createServer, type Server } from 'node:http';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { startBrowser } from '../harness/browser.ts';
import { book, enterRoom, join as joinRoom, openLaptop } from '../harness/day.ts';
import type { Kiosk } from '../harness/kiosk.ts';
import { projectFolder } from '../harness/runtime.ts';
import { cast, type World } from '../harness/world.ts';
import { startBareServer } from './bare-room/server.ts';
import type { Measure } from './compare.ts';

/** Runs in a page: resolves when the remote video next paints a frame, with the time of it, ms since the epoch. */
function firstFrame(): Promise<number> {
  return new Promise((resolve) => {
    const look = (): void => {
      const video = document.querySelector<HTMLVideoElement>('[data-testid="remote-video"]');
      if (video === null) requestAnimationFrame(look);
      else video.requestVideoFrameCallback(() => resolve(performance.timeOrigin + performance.now()));
    };
    look();
  });
}

/**
 * Books a consultation and opens the laptop; each measurement then lets both join, admits, and takes the time from the
 * consultant's click to the first frame on both sides.
 */
export async function ourRoom(world: World, kiosk: Kiosk): Promise<Measure> {
  const patient = 'BENCH';
  const key = await world.signIn('nurse', 'key');
  const clinic = await world.signIn('consultant', 'clinic');
  const laptop = (await kiosk.page.getByTestId('device').locator('strong').textContent()) ?? '';
  let round = 0;
  return async () => {
    round += 1;
    const booking = { patient: `${patient}-${round}`, laptop, consultant: cast.consultant, minutes: 5 };
    await book(key.page, { ...booking, startsAt: Date.now() + 60_000 });
    await openLaptop(key.page, world.people.nurse, kiosk, booking.patient);
    await enterRoom(clinic.page);
    await joinRoom(kiosk);
    await clinic.page.getByTestId('admit').waitFor();
    const frames = Promise.all([kiosk.page.evaluate(firstFrame), clinic.page.evaluate(firstFrame)]);
    const started = Date.now();
    await clinic.page.getByTestId('admit').click();
    const milliseconds = Math.max(...(await frames)) - started;
    await clinic.page.getByTestId('end-room').click();
    await clinic.page.getByTestId('end-room-confirm').click();
    await kiosk.shows('open');
    await kiosk.page.getByTestId('lock').click();
    await kiosk.shows('inert');
    return milliseconds;
  };
}

/** Two bare pages join a bare server at the same moment; ms until both paint the other's first frame. */
export async function bareRoom(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-bare-'));
  const media = await startBareServer();
  const pages = await servePage(folder);
  const browsers = [await startBrowser(), await startBrowser()];
  try {
    const joins = [];
    for (const [index, audience] of (['first', 'second'] as const).entries()) {
      const page = browsers[index]?.page;
      if (page === undefined) throw new Error('no page');
      await page.exposeFunction('signal', (method: string, params: unknown) => media.answer(audience, method, params));
      await page.goto(pages.address);
      joins.push((): Promise<number> => joinOn(page, audience));
    }
    return Math.max(...(await Promise.all(joins.map((begin) => begin()))));
  } finally {
    for (const browser of browsers) await browser.close();
    pages.server.close();
    media.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function joinOn(page: Page, audience: 'first' | 'second'): Promise<number> {
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
