import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Browser } from '../harness/browser.ts';
import { runControl } from '../harness/control-process.ts';
import {
  admit,
  beginDebrief,
  book,
  checkName,
  createTicket,
  enterRoom,
  join as joinRoom,
  openLaptop,
  order,
  prepare,
  recordNextSteps,
} from '../harness/day.ts';
import { Kiosk } from '../harness/kiosk.ts';
import { waitForMedia, watchMedia, type MediaReport } from '../harness/media.ts';
import { projectFolder, runtime } from '../harness/runtime.ts';
import { outgoingConnections } from '../harness/processes.ts';
import { cast, createWorld, type World } from '../harness/world.ts';
import { guestEnters, guestIsLetIn } from './guest.ts';
import { carry, declined, noConsent, refuse, slot, suspend } from './odd-corners.ts';
import { Report } from './report.ts';

const laptop = 'HB-07';
const patient = 'A1234BC';
const interpreter = 'Mair Interpreter';

/** Everybody and everything in the day. */
interface Scene {
  report: Report;
  world: World;
  kiosk: Kiosk;
  fleet: Browser;
  key: Browser;
  clinic: Browser;
  /** The interpreter's, who is nobody's here. */
  guest: Browser;
  laptop: string;
  /** When the day's consultation begins, ms since the epoch. */
  began: number;
}

/** Plays the brief's day by itself and leaves the report in demo-report/. @throws when any step of it fails */
export async function playDay(): Promise<void> {
  const report = await Report.create(join(projectFolder, 'demo-report'));
  const closing: (() => Promise<void>)[] = [];
  try {
    const scene = await setTheScene(report, closing);
    await enrol(scene);
    await bookAndOpen(scene);
    await consult(scene);
    await debriefAndEnd(scene);
    await carry(scene);
    await noConsent(scene);
    const enter = (whose: string) => enterRoom(scene.clinic.page, scene.world.people.consultant, undefined, whose);
    await declined({ ...scene, enter });
    await suspend(scene);
    await brick(scene);
    await refuse(scene);
    await prove(scene);
    await report.write('finished');
  } catch (error) {
    await report.write('failed');
    process.stderr.write(`\nThe day stopped: ${error instanceof Error ? error.message : String(error)}\n`);
    throw error;
  } finally {
    for (const close of closing.reverse()) await close();
  }
  process.stdout.write(`\nThe day is over. Report: ${join(report.folder, 'index.html')}\n`);
}

async function setTheScene(report: Report, closing: (() => Promise<void>)[]): Promise<Scene> {
  const { electronVersion, electronSource } = runtime();
  report.fact('Electron', `${electronVersion} (${electronSource})`);
  report.fact('Node', process.version);
  const world = await createWorld({ onStep: (what, page) => report.tell('Founding', what, page) });
  closing.push(() => world.close());
  const fleet = await world.signIn('officer', 'fleet');
  const key = await world.signIn('nurse', 'key');
  const clinic = await world.signIn('consultant', 'clinic');
  await watchMedia(clinic.context);
  await clinic.page.reload();
  await report.tell('Everybody', 'signed in with their passkeys', fleet.page, key.page, clinic.page);
  const kiosk = await Kiosk.start();
  closing.push(() => kiosk.close());
  const guest = await world.openBrowser();
  await watchMedia(guest.context);
  return { report, world, kiosk, fleet, key, clinic, guest, laptop, began: Date.now() };
}

async function enrol({ report, kiosk, fleet }: Scene): Promise<void> {
  await kiosk.shows('blank');
  await report.tell(laptop, 'is a bare laptop that asks for its enrolment ticket', kiosk.page);
  const ticket = await createTicket(fleet.page, laptop, 'HMP Exemplar', (page) =>
    report.tell(cast.officer, 'writes an enrolment ticket', page),
  );
  await kiosk.enrol(ticket);
  await kiosk.page.getByTestId('pairing-code').waitFor();
  await report.tell(laptop, 'is enrolled and inert', kiosk.page);
  await kiosk.powerOff();
  const started = performance.now();
  await kiosk.powerOn();
  await kiosk.shows('inert');
  report.measured('start → inert shown', performance.now() - started);
  const sockets = outgoingConnections(kiosk.pid);
  report.fact(
    'Connections of the inert laptop',
    sockets.map(({ protocol, peer }) => `${protocol} to ${peer}`).join(', '),
  );
}

async function bookAndOpen(scene: Scene): Promise<void> {
  const { report, world, kiosk, key, began } = scene;
  await book(key.page, { ...slot(laptop, began), patient, interpreter }, (page) =>
    report.tell(cast.nurse, 'books a consultation with an interpreter', page),
  );
  await report.tell(cast.nurse, 'sees the day’s consultations', key.page);
  await guestEnters(scene, patient);
  const milliseconds = await openLaptop(key.page, world.people.nurse, kiosk, patient, {
    code: (page) => report.tell(cast.nurse, 'typed the pairing code that the laptop shows', page),
    approver: (page) => report.tell('Approver', 'says in plain words what the passkey will open', page),
  });
  report.measured('approve → open', milliseconds);
  await kiosk.hasChecked();
  await key.page.getByTestId('laptop-check').first().waitFor();
  await report.tell(laptop, 'is open; camera, microphone and network are checked', kiosk.page, key.page);
}

async function consult(scene: Scene): Promise<void> {
  const { report, world, kiosk, clinic } = scene;
  await enterRoom(clinic.page, world.people.consultant, (approver) =>
    report.tell(cast.consultant, 'joins as themselves: the passkey approves it', approver),
  );
  await joinRoom(kiosk);
  await report.tell(laptop, 'has joined its one room, and asks who is there', kiosk.page);
  await prepare(kiosk);
  await report.tell(laptop, 'waits', kiosk.page);
  await clinic.page.getByTestId('admit').waitFor();
  await kiosk.page.getByTestId('verified-consultant').waitFor();
  await report.tell(laptop, 'has verified who the consultant is', kiosk.page);
  await report.tell(cast.consultant, 'sees who is waiting', clinic.page);
  await clinic.page.getByTestId('message-five-minutes').click();
  await kiosk.page.getByTestId('waiting-message').waitFor();
  await report.tell(laptop, 'tells the patient that it takes a little longer', kiosk.page);
  const started = performance.now();
  await admit(clinic.page, kiosk);
  const sees = async (page: Page): Promise<[number, MediaReport]> => {
    const media = await waitForMedia(page);
    return [performance.now() - started, media];
  };
  const [[patientSees, atPatient], [consultantSees, atConsultant]] = await Promise.all([
    sees(kiosk.page),
    sees(clinic.page),
  ]);
  report.measured('admit → picture and sound at the patient', patientSees);
  report.measured('admit → picture and sound at the consultant', consultantSees);
  report.fact(
    'Media',
    `${atPatient.suite} over ${atPatient.protocol}; ${atConsultant.framesDecoded} frames decoded at the consultant`,
  );
  const sockets = outgoingConnections(kiosk.pid);
  report.fact(
    'Sockets of the laptop in a room',
    sockets.map(({ protocol, state, local, peer }) => `${protocol} ${state} ${local} → ${peer}`).join('; '),
  );
  await report.tell('Patient and consultant', 'see and hear each other', kiosk.page, clinic.page);
  await checkName(clinic.page, kiosk);
  await report.tell('Both sides', 'have ticked that the name is right', kiosk.page, clinic.page);
  await guestIsLetIn(scene);
  await clinic.page.getByTestId('share-screen').click();
  await kiosk.page.getByTestId('shared-screen').waitFor();
  await report.tell(cast.consultant, 'shows the patient something', kiosk.page, clinic.page);
}

async function debriefAndEnd({ report, kiosk, key, clinic }: Scene): Promise<void> {
  await beginDebrief(clinic.page, key.page, kiosk, patient, {
    handover: (page) => report.tell(laptop, 'is dark until staff are alone with it', page),
    code: (page) => report.tell(cast.nurse, 'reads the code that the laptop asks for', page),
  });
  await report.tell('Debrief', 'staff and consultant only', kiosk.page, clinic.page);
  await recordNextSteps(clinic.page, (page) => report.tell(cast.consultant, 'reads the next steps once more', page));
  await report.tell(cast.consultant, 'recorded the next steps', clinic.page);
  await key.page.goto(new URL('#/', key.page.url()).toString());
  await key.page.locator('[data-testid="appointment"]', { hasText: patient }).getByTestId('next-steps-link').click();
  await key.page.getByTestId('next-step').first().waitFor();
  await report.tell(cast.nurse, 'reads the next steps', key.page);
  await clinic.page.getByTestId('end-room').click();
  await clinic.page.getByTestId('end-room-confirm').click();
  await kiosk.shows('open');
  await report.tell(laptop, 'has left the room', kiosk.page);
  const started = performance.now();
  await kiosk.page.getByTestId('lock').click();
  await kiosk.shows('inert');
  report.measured('lock → inert shown', performance.now() - started);
  await report.tell(laptop, 'is inert again and holds nothing readable', kiosk.page);
}

async function brick({ report, world, kiosk, fleet }: Scene): Promise<void> {
  let started = 0;
  await order(fleet.page, world.people.officer, 'brick', laptop, {
    form: (page) => report.tell(cast.officer, 'the laptop is lost: bricks it', page),
    approver: async (page) => {
      await report.tell('Approver', 'says what bricking means', page);
      started = performance.now();
    },
  });
  const done = fleet.page.locator('[data-testid="order"][data-order="brick"][data-state="executed"]');
  await done.waitFor();
  report.measured('order → signed receipt on the console', performance.now() - started);
  await fleet.page.locator('[data-testid="erasure-stage"][data-stage="attested"]').waitFor();
  report.measured('order → erasure attested on the console', performance.now() - started);
  await kiosk.shows('dead');
  await report.tell(laptop, 'is dead', kiosk.page);
  await report.tell(cast.officer, 'sees every step of the erasure proved', fleet.page);
  await kiosk.powerOff();
  await kiosk.powerOn();
  await kiosk.shows('dead');
  await report.tell(laptop, 'stays dead across a restart', kiosk.page);
}

async function prove({ report, world }: Scene): Promise<void> {
  const { output, code } = await runControl(world.configuration, 'audit', 'verify');
  if (code !== 0) throw new Error(`the audit chain does not verify:\n${output}`);
  await report.tell('Auditor', `verifies the record: ${output.trim().split('\n').at(-1) ?? ''}`);
}
