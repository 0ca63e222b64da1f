import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { stopEmbeddedPostgres } from '../../control/src/db/embedded.ts';
import { startBrowser, type Browser } from './browser.ts';
import { runControl, serveControl, type ControlProcess } from './control-process.ts';
import { Person } from './person.ts';
import { freePorts } from './ports.ts';
import { createWebCertificate } from './web-certificate.ts';

/** The people of the story. */
export const cast = {
  trustee: 'Ada Trustee',
  officer: 'Ifor Officer',
  otherOfficer: 'Olwen Officer',
  prisonManager: 'Megan Manager',
  otherPrisonManager: 'Mostyn Manager',
  hospitalManager: 'Huw Manager',
  nurse: 'Nia Nurse',
  otherNurse: 'Nesta Nurse',
  consultant: 'Dr Rao',
} as const;
export type Part = keyof typeof cast;

const plan = {
  policy: { activationMinutes: 90, grantMinutes: 5, idleMinutes: 10, suspendAfterHours: 168, eraseAfterHours: 720 },
  trustees: { threshold: 1, people: [cast.trustee] },
  fleetOfficers: [cast.officer, cast.otherOfficer],
  sites: [
    { kind: 'prison', name: 'HMP Exemplar', managers: [cast.prisonManager], people: [cast.nurse] },
    { kind: 'prison', name: 'HMP Elsewhere', managers: [cast.otherPrisonManager], people: [cast.otherNurse] },
    { kind: 'hospital', name: 'Example Infirmary', managers: [cast.hospitalManager], people: [cast.consultant] },
  ],
};

/** Where a world's control listens. */
export interface Addresses {
  console: string;
  approver: string;
  /** host:port */
  link: string;
  enrolment: string;
  /** UDP and TCP port of the media server. */
  mediaPort: number;
}

/** A fleet that has been founded by real people in a real browser, and its running control. */
export interface World {
  readonly folder: string;
  readonly configuration: string;
  readonly addresses: Addresses;
  readonly trustedKey: string;
  readonly people: Record<Part, Person>;
  /** The control that runs now; `restart` replaces it. */
  readonly control: () => ControlProcess;
  restartControl(signal?: NodeJS.Signals): Promise<void>;
  /** Serves other built pages from now on. */
  serveFrom(roots: WebRoots): Promise<void>;
  /** A browser for one of the cast, or for somebody who came later, at a console, signed in. */
  signIn(who: Part | Person, console: ConsoleName, size?: { width: number; height: number }): Promise<Browser>;
  /** A browser of nobody's, at no page. */
  openBrowser(): Promise<Browser>;
  close(): Promise<void>;
}

/** The consoles, by their folder. */
type ConsoleName = 'key' | 'clinic' | 'fleet' | 'trust';

/** Folders of built pages. */
export interface WebRoots {
  console: string;
  approver: string;
}

/** What a world may be asked to be. */
export interface WorldOptions {
  /** Keeps the data in this folder instead of a temporary one. */
  folder?: string;
  /** Is told of each step of the founding, with the page on which it happens. */
  onStep?: (what: string, page: Page) => Promise<void>;
}

/** Founds a fleet from nothing: control, its first people and their passkeys, manifest and rosters. */
export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'sallyport-world-')));
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
  const { configuration, addresses, trustedKey, write } = await configure(folder);
  const planFile = join(folder, 'plan.json');
  await writeFile(planFile, JSON.stringify(plan));
  const init = await runControl(configuration, 'init', '--plan', planFile);
  const setupAddress = /https?:\/\/\S+\/setup\/#\S+/.exec(init.output)?.[0];
  if (init.code !== 0 || setupAddress === undefined) throw new Error(`control init failed:\n${init.output}`);
  const serve = () => serveControl(configuration, `${addresses.console}/readyz`, join(folder, 'control.log'));
  let control = await serve();
  const people = Object.fromEntries(Object.entries(cast).map(([part, name]) => [part, new Person(name)])) as Record<
    Part,
    Person
  >;
  const browsers: Browser[] = [];
  const open = async (size: { width?: number; height?: number } = {}): Promise<Browser> => {
    const browser = await startBrowser({ trustedKey, ...size });
    browsers.push(browser);
    return browser;
  };
  const close = async (): Promise<void> => {
    await Promise.all(browsers.map((browser) => browser.close()));
    await control.stop();
    // A control that was killed leaves its cluster running.
    await stopEmbeddedPostgres(join(folder, 'control', 'postgres'));
    if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
  };
  try {
    const browser = await open();
    await found(browser.page, setupAddress, people, options.onStep);
    await browser.close();
  } catch (error) {
    await close();
    throw error;
  }
  const restartControl = async (signal?: NodeJS.Signals): Promise<void> => {
    await control.stop(signal);
    control = await serve();
  };
  return {
    folder,
    configuration,
    addresses,
    trustedKey,
    people,
    control: () => control,
    restartControl,
    serveFrom: async (roots) => {
      await write(roots);
      await restartControl();
    },
    openBrowser: () => open(),
    signIn: async (who, name, size) => {
      const browser = await open(size);
      const person = typeof who === 'string' ? people[who] : who;
      await browser.page.goto(`${addresses.console}/${name}/`);
      await person.withPasskey(browser.page, async () => {
        await browser.page.getByTestId('sign-in').click();
        await browser.page.getByTestId('signed-in-person').waitFor();
      });
      return browser;
    },
    close,
  };
}

async function configure(folder: string) {
  const [console = 0, approver = 0, link = 0, enrolment = 0, media = 0] = await freePorts(5);
  const { certificate, key, trustedKey } = await createWebCertificate(folder);
  const tls = { certificate, key };
  const configuration = join(folder, 'control.json');
  const write = async (roots?: WebRoots): Promise<void> => {
    const written = {
      dataDirectory: join(folder, 'control'),
      console: { port: console, tls, ...(roots && { root: roots.console }) },
      approver: { port: approver, tls, ...(roots && { root: roots.approver }) },
      link: { port: link },
      enrolment: { port: enrolment },
      media: { port: media, workers: 1 },
    };
    await writeFile(configuration, JSON.stringify(written));
  };
  await write();
  const addresses: Addresses = {
    console: `https://localhost:${console}`,
    approver: `https://localhost:${approver}`,
    link: `127.0.0.1:${link}`,
    enrolment: `127.0.0.1:${enrolment}`,
    mediaPort: media,
  };
  return { configuration, addresses, trustedKey, write };
}

async function found(
  page: Page,
  address: string,
  people: Record<Part, Person>,
  onStep: WorldOptions['onStep'],
): Promise<void> {
  await page.goto(address);
  await page.getByTestId('person').first().waitFor();
  await onStep?.('The founding page lists the first people', page);
  for (const person of Object.values(people)) {
    const row = page.locator(`[data-testid="person"][data-person="${person.name}"]`);
    await person.withPasskey(page, async () => {
      await row.getByTestId('register-passkey').click();
      await row.getByTestId('registered').waitFor();
    });
  }
  await onStep?.('Everybody has registered a passkey', page);
  const rosters: [string, Person][] = [
    ['HMP Exemplar', people.prisonManager],
    ['HMP Elsewhere', people.otherPrisonManager],
    ['Example Infirmary', people.hospitalManager],
  ];
  const manifest = page.getByTestId('document').first();
  await approveDocument(page, manifest, people.trustee);
  for (const [site, manager] of rosters) {
    await approveDocument(page, page.locator(`[data-testid="document"][data-document*="${site}"]`), manager);
  }
  await page.getByTestId('setup-finished').waitFor();
  await onStep?.('The fleet is founded', page);
}

async function approveDocument(page: Page, document: Locator, approver: Person): Promise<void> {
  await approve(page, approver, () => document.getByTestId('approve-document').click());
  const approved = document.getByTestId('document-approved');
  await Promise.race([approved.waitFor(), page.getByTestId('setup-finished').waitFor()]);
}

/**
 * Gives an approval as a person does: presses the console's button, reads the approver's window, approves with the passkey.
 * @param press presses the button that opens the approver
 * @param look is shown the approver's window before the passkey is used
 */
export async function approve(
  page: Page,
  person: Person,
  press: () => Promise<unknown>,
  look?: (approver: Page) => Promise<unknown>,
): Promise<void> {
  const [approver] = await Promise.all([page.waitForEvent('popup'), press()]);
  await approveOn(approver, person, look);
}

/** Reads the approver's window and approves there. */
export async function approveOn(
  approver: Page,
  person: Person,
  look?: (approver: Page) => Promise<unknown>,
): Promise<void> {
  await approver.getByTestId('approve').waitFor();
  await look?.(approver);
  const closed = approver.waitForEvent('close');
  await person.withPasskey(approver, async () => {
    await approver.getByTestId('approve').click();
    await closed;
  });
}
