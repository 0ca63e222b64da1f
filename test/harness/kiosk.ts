import { join } from 'node:path';
import type { ElectronApplication, Page } from 'playwright-core';
import { startDesktop, type Desktop } from './desktop.ts';
import { launchKiosk } from './electron.ts';
import { watchMedia } from './media.ts';
import { projectFolder } from './runtime.ts';

/** The name of a screen, as its root element carries it. */
export type ScreenName =
  | 'starting'
  | 'refused'
  | 'blank'
  | 'inert'
  | 'open'
  | 'waiting'
  | 'consult'
  | 'debrief'
  | 'suspended'
  | 'wiping'
  | 'dead';

/** A laptop: a desktop of its own with the real client on it, and a disk that outlives restarts. */
export class Kiosk {
  readonly desktop: Desktop;
  /** The client's data on the laptop's disk. */
  readonly dataFolder: string;
  private running: { app: ElectronApplication; page: Page } | undefined;

  private constructor(desktop: Desktop) {
    this.desktop = desktop;
    this.dataFolder = join(desktop.userHome, 'sallyport');
  }

  /** Sets up a laptop and starts it. */
  static async start(options: { args?: readonly string[] } = {}): Promise<Kiosk> {
    const kiosk = new Kiosk(await startDesktop());
    try {
      await kiosk.powerOn(options.args);
      return kiosk;
    } catch (error) {
      await kiosk.close();
      throw error;
    }
  }

  /** The client's page. */
  get page(): Page {
    if (this.running === undefined) throw new Error('the laptop is off');
    return this.running.page;
  }

  /** Playwright's handle on the running client. */
  get app(): ElectronApplication {
    if (this.running === undefined) throw new Error('the laptop is off');
    return this.running.app;
  }

  /** The id of the client's main process. */
  get pid(): number {
    const pid = this.app.process().pid;
    if (pid === undefined) throw new Error('the client has no process');
    return pid;
  }

  /** Starts the client as the laptop's session would. */
  async powerOn(args: readonly string[] = []): Promise<void> {
    const app = await launchKiosk({
      desktop: this.desktop,
      appDir: projectFolder,
      userData: this.dataFolder,
      switches: ['--use-fake-device-for-media-stream'],
      args: [`--sallyport-data=${this.dataFolder}`, ...args],
    });
    await watchMedia(app.context());
    const page = await app.firstWindow();
    this.running = { app, page };
    await page.reload();
    await page.getByTestId('screen').waitFor();
  }

  /** Ends the client: cleanly, or as a power cut would. */
  async powerOff(how: 'quit' | 'cut' = 'quit'): Promise<void> {
    const app = this.running?.app;
    this.running = undefined;
    if (app === undefined) return;
    if (how === 'cut') {
      const gone = app.waitForEvent('close');
      app.process().kill('SIGKILL');
      await gone;
    } else {
      await app.close();
    }
  }

  /** Waits until a screen is shown. @param deadline ms */
  async shows(name: ScreenName, deadline = 30_000): Promise<void> {
    await this.page.locator(`[data-testid="screen"][data-screen="${name}"]`).waitFor({ timeout: deadline });
  }

  /** The pairing code on the screen, waiting until there is one. */
  async pairingCode(): Promise<string> {
    const text = await this.page.getByTestId('pairing-code').getAttribute('aria-label');
    return (text ?? '').replaceAll(' ', '');
  }

  /** Types an enrolment ticket and waits until the laptop is inert. */
  async enrol(ticket: string): Promise<void> {
    await this.shows('blank');
    await this.page.getByTestId('ticket').fill(ticket);
    await this.page.getByTestId('enrol').click();
    await this.shows('inert');
  }

  /** Switches the laptop off and clears the desk. */
  async close(): Promise<void> {
    await this.powerOff();
    await this.desktop.close();
  }
}
