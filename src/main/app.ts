import { homedir } from 'node:os';
import { join } from 'node:path';
import { Entry } from '@napi-rs/keyring';
import { app, Menu, powerMonitor, protocol, session } from 'electron';
import type { BrowserWindow } from 'electron';
import Store from 'electron-store';
import { closeForeignDoors, electronInvocations } from './electron-invocations.ts';
import { dataPlaces } from './data-places.ts';
import type { DataPlaces } from './data-places.ts';
import { Erasure } from './erasure.ts';
import { exchangeWithControl } from './identity/control-http.ts';
import { openDoor } from './ipc.ts';
import type { NotifyPage } from './ipc.ts';
import { Kiosk } from './kiosk.ts';
import { openSocket } from './link/socket.ts';
import { developmentOptions, productOptions } from './lockdown/development-doors.ts';
import type { DevelopmentOptions } from './lockdown/development-doors.ts';
import { MediaNetwork } from './lockdown/media-network.ts';
import { PageRenewal } from './lockdown/page-renewal.ts';
import { guardPermissions } from './lockdown/permissions.ts';
import type { AllowedDevices } from './lockdown/permissions.ts';
import { watchPower } from './lockdown/power.ts';
import { pageOrigin } from './lockdown/scheme.ts';
import { declareScheme, guardApp, prepareSession } from './lockdown/session.ts';

import { createWindow, keepPageLoaded } from './lockdown/window.ts';
import { createLog } from './log.ts';
import { systemClock } from './platform/clock.ts';
import { systemFiles } from './platform/files.ts';
import type { MachineFile } from './platform/machine-file.ts';
import { describedMachine, machineFilePath } from './platform/machine-file.ts';
import { run } from './platform/programs.ts';
import { systemRandom } from './platform/random.ts';
import type { Log } from './ports.ts';
import { RateLimit } from './rate-limit.ts';
import { softwareDigest } from './software-digest.ts';
import type { Stage } from './stage.ts';
import { startStage, wipedStage } from './stage.ts';
import type { KeyStore } from './vault/key-store.ts';
import { keyringFolderOf, keyStoreOf, openVault } from './vault-opening.ts';
import type { VaultParts } from './vault-opening.ts';
import { choosePlatformErasers } from './wipe/platform/choose.ts';

/** How long to wait before an unusable key store is tried again, ms. */
const retryVault = 5000;
/** How long after the first screen the installed software is measured, ms. */
const measureAfter = 2000;

/** Where the build puts things: beside this file's folder. */
const preload = join(import.meta.dirname, '../preload/index.cjs');
const pageFolder = join(import.meta.dirname, '../renderer');

/** Starts the laptop's client. Called once, by the start-up guard's file. */
export function startApp(): void {
  const log = createLog();
  guardProcess(log);
  const options =
    typeof __DEVELOPMENT__ !== 'undefined' && __DEVELOPMENT__ ? developmentOptions(process.argv) : productOptions;
  preparePaths(options.data);
  // SECURITY: every page of this process is sandboxed, whatever a window asks for. Only a development build can have
  // been started with the sandbox off, to run as root (S12).
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  declareScheme(protocol);
  Menu.setApplicationMenu(null);
  if (!app.requestSingleInstanceLock()) {
    log.warn({}, 'another instance runs');
    app.exit(0);
    return;
  }
  app
    .whenReady()
    .then(() => options.attached)
    .then(() => new Application(log, options).start())
    .catch((error: unknown) => {
      log.error({ fault: error instanceof Error ? error.name : 'unknown' }, 'not started');
      app.exit(1);
    });
}

/** EX_SOFTWARE of sysexits.h: the session starts the client again. */
const faulty = 70;

/** EX_TEMPFAIL of sysexits.h: the driver that said so starts the client again. */
const again = 75;

/** A fault nobody handled ends the process; without this Electron would open a dialogue over the kiosk. */
function guardProcess(log: Log): void {
  const told = (error: unknown): object => ({
    fault: error instanceof Error ? error.name : 'unknown',
    at: error instanceof Error ? error.stack?.split('\n').slice(1, 4) : undefined,
  });
  // SECURITY: fails closed: what is in an unknown state does not go on (S12).
  process.on('uncaughtException', (error) => {
    log.error({ ...told(error) }, 'unhandled fault');
    app.exit(faulty);
  });
  process.on('unhandledRejection', (error) => log.error({ ...told(error) }, 'unhandled rejection'));
}

function preparePaths(data: string | undefined): void {
  if (data !== undefined) app.setPath('userData', data);
  const places = dataPlaces(app.getPath('userData'));
  app.setPath('sessionData', places.browser);
  app.setPath('crashDumps', places.crashDumps);
  app.setAppLogsPath(places.logs);
}

/** SECURITY: the image's description of the machine is the system's own file; development may point at one of its own (S32). */
function machineOf({ machine }: DevelopmentOptions): MachineFile | undefined {
  const { platform } = process;
  if (machine === undefined) {
    return describedMachine({ path: machineFilePath(platform), platform, owners: [superuser] });
  }
  return describedMachine({ path: machine, platform, owners: [superuser, process.getuid?.() ?? superuser] });
}

const superuser = 0;

/** The running client: one window, one door, and the stage behind it. */
class Application {
  readonly #log: Log;
  readonly #options: DevelopmentOptions;
  /** Undefined when what describes it is not what it must be. */
  readonly #machine: MachineFile | undefined;
  readonly #places: DataPlaces;
  readonly #pageReports = new RateLimit(systemClock, 1 / 60);
  #stage: Stage = startStage('en', Date.now());
  #kiosk: Kiosk | undefined;
  #window: BrowserWindow | undefined;
  #mediaNetwork: MediaNetwork | undefined;
  #renewal: PageRenewal | undefined;
  #notify: NotifyPage = () => undefined;
  #isShown = false;
  #isEnding = false;
  #software: string | null = null;

  constructor(log: Log, options: DevelopmentOptions) {
    this.#log = log;
    this.#options = options;
    this.#machine = machineOf(options);
    this.#places = dataPlaces(app.getPath('userData'), this.#machine?.tombstoneFolder);
  }

  /** Shows the window and, at the same time, finds out what this laptop is. */
  start(): void {
    // SECURITY: a laptop that cannot tell where its key lies, or its tombstone, looks at neither (S32).
    if (this.#machine === undefined) this.#refuseMachine();
    else this.#startOn(this.#machine);
    closeForeignDoors();
  }

  #refuseMachine(): void {
    this.#log.error({ reason: 'machine-file' }, 'start refused');
    this.#stage = startStage('en', Date.now(), 'machine-file');
    this.#openWindow();
  }

  #startOn(machine: MachineFile): void {
    const vault = this.#vaultParts(machine);
    const keyStore = keyStoreOf(vault);
    const erasure = this.#erasure(machine, keyStore);
    const { status } = erasure;
    if (status !== 'none') this.#stage = wipedStage(status, Date.now());
    this.#openWindow();
    // SECURITY: a wipe that was begun goes on before anything else is looked at (S9).
    if (status !== 'none') void this.#resumeWipe(erasure);
    // SECURITY: a laptop that could not begin its own erasure is not used (S9).
    else if (machine.tombstoneFolder !== undefined && !erasure.canBegin) this.#refuseDisk();
    else this.#openVault(vault, keyStore, erasure);
  }

  #refuseDisk(): void {
    this.#log.error({ reason: 'disk-fault' }, 'no place for a tombstone');
    this.#setStage(startStage('en', Date.now(), 'disk-fault'));
  }

  #vaultParts(machine: MachineFile): VaultParts {
    return {
      places: this.#places,
      files: systemFiles,
      random: systemRandom,
      machine,
      tpm: this.#options.tpm,
      wantsDevelopmentKeyStore: this.#options.wantsKeyStore,
      keyringFolder: keyringFolderOf(process.env, homedir()),
      Entry,
      Store,
      log: this.#log,
    };
  }

  #erasure(machine: MachineFile, keyStore: KeyStore): Erasure {
    return new Erasure({
      places: this.#places,
      files: systemFiles,
      clock: systemClock,
      keyStore,
      machine,
      choose: (chosen, on) => choosePlatformErasers({ chosen, platform: process.platform, machine: on, run }),
      exchange: exchangeWithControl,
      log: this.#log,
    });
  }

  /** Nothing of the vault has been in this process' memory: a start that finds a wipe does not start anew (S36). */
  async #resumeWipe(erasure: Erasure): Promise<void> {
    if (erasure.status === 'wiping') await erasure.resume();
    this.#setStage(wipedStage('dead', Date.now()));
    erasure.rest();
  }

  /** Ends this process, page and all, so that another begins. @param isStartedAgain by whoever started this one */
  #startAnew(isStartedAgain = false): void {
    this.#isEnding = true;
    this.#notify = () => undefined;
    this.#log.info({}, 'starts anew');
    if (!isStartedAgain) app.relaunch();
    app.exit(isStartedAgain ? again : 0);
  }

  #openVault(parts: VaultParts, keyStore: KeyStore, erasure: Erasure): void {
    const opened = openVault(parts, keyStore);
    if (opened.outcome === 'refused') {
      this.#log.error({ reason: opened.reason }, 'vault refused');
      this.#setStage(startStage('en', Date.now(), opened.reason));
      // A keyring that is unlocked or started later is found without anybody's help.
      if (opened.reason.startsWith('key-store-')) {
        systemClock.setTimer(retryVault, () => this.#openVault(parts, keyStore, erasure));
      }
      return;
    }
    const kiosk = new Kiosk({
      record: opened.record,
      keyStore,
      damage: opened.damage,
      journalPath: this.#places.journal,
      eventsPath: this.#places.events,
      erasure,
      startAnew: () => this.#startAnew(this.#options.isStartedAgain),
      software: () => this.#software,
      exchange: exchangeWithControl,
      openSocket,
      notify: (name, payload) => {
        this.#followState();
        if (name !== 'snapshot' || !this.#isPageLeaving) this.#notify(name, payload);
      },
      client: `sallyport ${app.getVersion()}`,
      files: systemFiles,
      clock: systemClock,
      random: systemRandom,
      log: this.#log,
    });
    this.#kiosk = kiosk;
    this.#setStage(kiosk);
    kiosk.start();
  }

  #setStage(stage: Stage): void {
    this.#stage = stage;
    this.#followState();
    if (!this.#isPageLeaving) this.#notify('snapshot', stage.snapshot);
  }

  /** A page that is about to be replaced leaves snapshots to the next one, which asks for its first. */
  get #isPageLeaving(): boolean {
    return this.#renewal?.isUnderWay === true;
  }

  get #allowed(): AllowedDevices {
    const { camera, microphone, network } = this.#stage.capabilities;
    return { camera, microphone, media: network === 'link-and-media' };
  }

  #followState(): void {
    const allowed = this.#allowed;
    this.#mediaNetwork?.follow(allowed.media);
    this.#renewal?.follow(allowed);
  }

  #openWindow(): void {
    app.on('before-quit', () => (this.#isEnding = true));
    // SECURITY: nothing the page stores outlives the process (S8).
    const memory = session.fromPartition('sallyport', { cache: false });
    prepareSession(memory, pageFolder);
    guardApp(app, (contents) => contents === this.#window?.webContents);
    const window = createWindow({
      session: memory,
      preload,
      title: 'Sallyport',
      inWindow: this.#options.inWindow,
      isQuitting: () => this.#isEnding,
      mayPaste: () => this.#stage.capabilities.invocations.has('enrol'),
    });
    this.#window = window;
    guardPermissions(memory, window.webContents, () => this.#allowed);
    this.#mediaNetwork = new MediaNetwork({ session: memory, contents: window.webContents, log: this.#log });
    this.#renewal = new PageRenewal({ contents: window.webContents, clock: systemClock, log: this.#log });
    this.#followState();
    this.#openDoor(window);
    // SECURITY: a page can close its window without asking anybody; the client then starts anew, inert (S12).
    window.on('closed', () => {
      if (this.#options.inWindow) app.quit();
      if (!this.#isEnding) this.#startAnew();
    });
    keepPageLoaded(window, (reason) => this.#pageGone(reason));
    app.on('second-instance', () => window.focus());
    watchPower(powerMonitor, () => this.#kiosk?.away());
  }

  #openDoor(window: BrowserWindow): void {
    const { id } = window.webContents;
    this.#notify = openDoor({
      source: electronInvocations,
      contents: () => (window.isDestroyed() ? undefined : id),
      origin: pageOrigin,
      isAllowed: (name) => this.#stage.capabilities.invocations.has(name),
      handlers: {
        snapshot: () => {
          this.#shown();
          return { ok: true, value: this.#stage.snapshot };
        },
        'set-language': (params) => this.#stage.handlers['set-language'](params),
        enrol: (params) => this.#stage.handlers.enrol(params),
        join: (params) => this.#stage.handlers.join(params),
        leave: (params) => this.#stage.handlers.leave(params),
        check: (params) => this.#stage.handlers.check(params),
        'check-done': (params) => this.#stage.handlers['check-done'](params),
        prepare: (params) => this.#stage.handlers.prepare(params),
        'check-name': (params) => this.#stage.handlers['check-name'](params),
        'confirm-staff': (params) => this.#stage.handlers['confirm-staff'](params),
        lock: (params) => this.#stage.handlers.lock(params),
        room: (params) => this.#stage.handlers.room(params),
        touched: (params) => this.#stage.handlers.touched(params),
      },
      send: (channel, payload) => {
        if (!window.isDestroyed()) window.webContents.send(channel, payload);
      },
      onRefused: (name, { reason }) => this.#pageRefused(name, reason),
      clock: systemClock,
      log: this.#log,
    });
  }

  /** How long the first screen took: measured from the start of the process to the page's first question. */
  #shown(): void {
    if (this.#isShown) return;
    this.#isShown = true;
    const created = process.getCreationTime();
    const { screen } = this.#stage.snapshot.screen;
    const facts = created === null ? { screen } : { screen, milliseconds: Math.round(Date.now() - created) };
    this.#log.info(facts, 'screen shown');
    systemClock.setTimer(measureAfter, () => void this.#measureSoftware());
  }

  /** Once, and when nothing waits for it: a wipe that comes before says that the software was not measured. */
  async #measureSoftware(): Promise<void> {
    try {
      this.#software = await softwareDigest(app.getAppPath());
      this.#log.info({ software: this.#software }, 'software measured');
    } catch (error) {
      this.#log.error({ fault: error instanceof Error ? error.name : 'unknown' }, 'software not measured');
    }
  }

  #pageGone(reason: string): void {
    this.#log.warn({ reason }, 'page gone');
    this.#kiosk?.pageGone(reason);
  }

  #pageRefused(name: string, reason: string): void {
    if (!this.#pageReports.take()) return;
    this.#log.warn({ name, reason }, 'page refused');
    this.#kiosk?.pageRefused(`${name}: ${reason}`);
  }
}
