import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ElectronApplication, Page } from 'playwright-core';
import { startDesktop, type Desktop } from './desktop.ts';
import { launchKiosk, type KioskOptions } from './electron.ts';
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
  | 'handover'
  | 'debrief'
  | 'suspended'
  | 'wiping'
  | 'dead';

/** What a laptop may be asked to be. */
export interface LaptopOptions {
  args?: readonly string[];
  /** A desktop that is there already, and stays: another disk in the same laptop. Its own by default. */
  desktop?: Desktop;
  /** Name of the disk's folder in the user's home. */
  disk?: string;
  /** False: no key store answers. */
  keyring?: boolean;
  /** True: the client starts itself again after an erasure, as it does outside tests, and is lost to the driver. */
  startsItself?: boolean;
}

/** The client's exit code by which it asks whoever drives it to start it again. */
const again = 75;

/** One line of the client's log. */
export type LogLine = Readonly<Record<string, unknown>>;

/** A laptop: a desktop of its own with the real client on it, and a disk that outlives restarts. */
export class Kiosk {
  readonly desktop: Desktop;
  /** The client's data on the laptop's disk. */
  readonly dataFolder: string;
  /** What the client has logged since it was first switched on. */
  readonly log: LogLine[] = [];
  private readonly listeners = new Set<(line: LogLine) => void>();
  private readonly ownsDesktop: boolean;
  private readonly startsItself: boolean;
  private running: { app: ElectronApplication; page: Page; process: ChildProcess } | undefined;
  /** The start that follows an erasure, while it is under way. */
  private starting: Promise<void> | undefined;

  private constructor(desktop: Desktop, { disk = 'sallyport', desktop: given, startsItself = false }: LaptopOptions) {
    this.desktop = desktop;
    this.dataFolder = join(desktop.userHome, disk);
    this.ownsDesktop = given === undefined;
    this.startsItself = startsItself;
  }

  /** Sets up a laptop and starts it. */
  static async start(options: LaptopOptions = {}): Promise<Kiosk> {
    const { desktop, keyring = true } = options;
    const kiosk = new Kiosk(desktop ?? (await startDesktop({ keyring })), options);
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

  /** How the client is started on this laptop. */
  launchOptions(args: readonly string[] = []): KioskOptions {
    return {
      desktop: this.desktop,
      appDir: projectFolder,
      userData: this.dataFolder,
      switches: ['--use-fake-device-for-media-stream'],
      args: [
        `--sallyport-data=${this.dataFolder}`,
        ...(this.startsItself ? [] : ['--sallyport-started-again']),
        ...args,
      ],
    };
  }

  /** Starts the client as the laptop's session would, and again whenever it ends after an erasure to start anew. */
  async powerOn(args: readonly string[] = []): Promise<void> {
    const app = await launchKiosk(this.launchOptions(args));
    // Asked for now: an application that has ended does not know its process any more.
    const process = app.process();
    try {
      await this.attach(app);
    } catch (error) {
      const end = await endOf(process);
      if (end !== again) throw new Error(`the client was started and ended with ${end ?? 'nothing'}`, { cause: error });
      return this.powerOn(args);
    }
    if (process.exitCode === again) this.startAgain(args);
    process.once('exit', (code) => {
      if (code === again && this.running?.app === app) this.startAgain(args);
    });
  }

  private async attach(app: ElectronApplication): Promise<void> {
    this.readLog(app);
    const page = await app.firstWindow();
    // Told to the page itself: a context's script misses a page that is on its way while the script is added.
    await watchMedia(page);
    this.running = { app, page, process: app.process() };
    await page.getByTestId('screen').waitFor();
    await page.reload();
    await page.getByTestId('screen').waitFor();
  }

  private startAgain(args: readonly string[]): void {
    this.running = undefined;
    this.starting = this.powerOn(args).finally(() => (this.starting = undefined));
    // Whoever waits for the start is told of its failure; nobody may be.
    this.starting.catch(() => undefined);
  }

  /** Waits for a line of the log that is still to come. @param is whether it is the one */
  logs(is: (line: LogLine) => boolean): Promise<LogLine> {
    return new Promise((resolve) => {
      const listener = (line: LogLine): void => {
        if (!is(line)) return;
        this.listeners.delete(listener);
        resolve(line);
      };
      this.listeners.add(listener);
    });
  }

  private readLog(app: ElectronApplication): void {
    const { stderr } = app.process();
    if (stderr === null) throw new Error('the client has no standard error');
    createInterface({ input: stderr }).on('line', (text) => {
      const line = logLine(text);
      if (line === undefined) return;
      this.log.push(line);
      for (const listener of this.listeners) listener(line);
    });
  }

  /** Ends the client: cleanly, or as a power cut would. */
  async powerOff(how: 'quit' | 'cut' = 'quit'): Promise<void> {
    await this.starting;
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

  /** Waits until a screen is shown, by the client that runs then. @param deadline ms */
  async shows(name: ScreenName, deadline = 30_000): Promise<void> {
    const end = Date.now() + deadline;
    for (;;) {
      await this.starting;
      const { page } = this;
      const process = this.running?.process;
      try {
        const timeout = Math.max(1, end - Date.now());
        await page.locator(`[data-testid="screen"][data-screen="${name}"]`).waitFor({ timeout });
        return;
      } catch (error) {
        // What was looked at is gone: the client that starts in its place is looked at, if there is to be one.
        if (Date.now() > end || process === undefined || (await endOf(process)) !== again) throw error;
      }
    }
  }

  /** Waits until the open laptop has checked itself, and the page that is loaded anew for it has shown so for a while. */
  async hasChecked(): Promise<void> {
    let since = { page: 0, at: 0 };
    for (;;) {
      const page = await this.page.evaluate(pageThatHasChecked).catch(() => undefined);
      if (page === undefined) since = { page: 0, at: 0 };
      else if (since.page !== page) since = { page, at: Date.now() };
      else if (Date.now() > since.at + 500) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
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
    if (this.ownsDesktop) await this.desktop.close();
  }
}

/** Runs in the page of a laptop that is open and has checked itself. @returns which page it is; undefined when it has not */
async function pageThatHasChecked(): Promise<number | undefined> {
  const answer = await window.sallyport.invoke('snapshot', {});
  if (!answer.ok || answer.value.screen.screen !== 'open') return undefined;
  const { running, report } = answer.value.screen.check;
  return running || report === null ? undefined : performance.timeOrigin;
}

/** How a client that is about to end has ended: its exit code or its signal; undefined when it goes on. */
async function endOf(process: ChildProcess): Promise<number | NodeJS.Signals | undefined> {
  const ended = (): number | NodeJS.Signals | undefined => process.exitCode ?? process.signalCode ?? undefined;
  const patience = Date.now() + 15_000;
  while (ended() === undefined && Date.now() < patience) await new Promise((resolve) => setTimeout(resolve, 20));
  return ended();
}

/** The client's own lines are JSON; Chromium's and Playwright's are not. */
function logLine(text: string): LogLine | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return undefined;
  }
}
