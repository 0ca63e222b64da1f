import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { runtime } from './runtime.ts';

/** One person's browser: real Chromium with an empty profile, fake camera and microphone, and nobody else's cookies. */
export interface Browser {
  context: BrowserContext;
  page: Page;
  close(): Promise<void>;
}

/**
 * Starts Chromium for one person.
 * @param options.trustedKey base64 SHA-256 of the public key of the console's own certificate, so that the browser accepts
 *   exactly that certificate and treats the page as secure
 * @param options.width window size, CSS pixels
 */
export async function startBrowser(
  options: { trustedKey?: string; width?: number; height?: number } = {},
): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), 'sallyport-browser-'));
  const viewport = { width: options.width ?? 1280, height: options.height ?? 900 };
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: runtime().chromium,
    headless: true,
    viewport,
    chromiumSandbox: process.getuid?.() !== 0,
    permissions: ['camera', 'microphone'],
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      '--auto-select-desktop-capture-source=Entire screen',
      '--autoplay-policy=no-user-gesture-required',
      ...(options.trustedKey ? [`--ignore-certificate-errors-spki-list=${options.trustedKey}`] : []),
    ],
  });
  const page = context.pages()[0] ?? (await context.newPage());
  return {
    context,
    page,
    close: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}
