import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import type { Browser } from '../harness/browser.ts';
import { book, checkName, createTicket, debriefCode, join, patientName, prepare } from '../harness/day.ts';
import { filesThatHold } from '../harness/disk.ts';
import { measured } from '../harness/effort.ts';
import { Gallery } from '../harness/gallery.ts';
import { Hands } from '../harness/hands.ts';
import { Kiosk } from '../harness/kiosk.ts';
import { capturesOf, waitForMedia, watchMedia } from '../harness/media.ts';
import { cast, createWorld, type World } from '../harness/world.ts';

const laptop = 'HB-11';
const patient = 'CANARY4410';
const interpreter = 'Mair Interpreter';
const phone = { width: 390, height: 844 };
const minute = 60_000;

/** From the calendar to next steps, by people who do it for the first time; every screen they meet is looked at. */
describe('a consultation, from booking to next steps', () => {
  const gallery = new Gallery();
  const hands = { nurse: new Hands(), consultant: new Hands() };
  let world: World;
  let kiosk: Kiosk;
  let key: Browser;
  let clinic: Browser;
  let guest: Browser;
  let link = '';
  let code = '';

  beforeAll(async () => {
    world = await createWorld();
    const fleet = await world.signIn('officer', 'fleet');
    kiosk = await Kiosk.start();
    await gallery.show('Laptop, bare', kiosk.page);
    await kiosk.enrol(await createTicket(fleet.page, laptop));
    await gallery.show('Laptop, inert', kiosk.page);
    await fleet.close();
    key = await world.signIn('nurse', 'key', phone);
    clinic = await world.openBrowser();
    guest = await world.openBrowser();
    await Promise.all([clinic, guest].map(({ context }) => watchMedia(context)));
  });

  afterAll(async () => {
    await kiosk.close();
    await world.close();
  });

  const row = (): ReturnType<Page['locator']> => key.page.locator('[data-testid="appointment"]', { hasText: patient });

  test('S37 a clash is shown before saving, and refused when it is saved all the same', async () => {
    const startsAt = Date.now() + 2 * minute;
    await book(key.page, { patient, laptop, consultant: cast.consultant, startsAt, interpreter }, async (page) => {
      await gallery.show('Key console, booking', page);
    });
    await gallery.show('Key console, the day', key.page);
    const again = book(key.page, { patient: 'OTHER1', laptop, consultant: cast.consultant, startsAt }, async (page) => {
      await page.getByTestId('clash-warning').waitFor();
      await gallery.show('Key console, a clash', page);
    });
    again.catch(() => undefined);
    await key.page.locator('[data-testid="book-form"] .nhsuk-error-summary').waitFor();
    await gallery.show('Key console, a clash refused', key.page);
    await key.page.goto(new URL('#/', key.page.url()).toString());
    await row().waitFor();
    await expect(again).rejects.toThrow();
    expect(await key.page.getByTestId('appointment').count()).toBe(1);
  });

  test('the week shows it too', async () => {
    await key.page.getByTestId('view-week').click();
    await row().first().waitFor();
    await gallery.show('Key console, the week', key.page);
    await key.page.getByTestId('view-day').click();
    await row().waitFor();
  });

  test('S38 the interpreter gets a link and a code; before being let in they wait', async () => {
    await row().getByTestId('change-appointment').click();
    await key.page.getByTestId('book-form').waitFor();
    await gallery.show('Key console, changing an appointment', key.page);
    await key.page.goto(new URL('#/', key.page.url()).toString());
    await row().getByTestId('open-laptop').click();
    await key.page.getByTestId('invite-guest').click();
    link = (await key.page.getByTestId('guest-link').textContent())?.trim() ?? '';
    code = ((await key.page.getByTestId('guest-code').textContent()) ?? '').replaceAll(/\s/g, '');
    await gallery.show('Key console, a guest’s link', key.page);
    expect(link).toMatch(/\/guest\/#[A-Za-z0-9_-]{20,}$/);
    expect(code).toHaveLength(6);
    await guest.page.goto(link);
    await gallery.show('Guest, at the door', guest.page);
    await guest.page.locator('#guest-code').fill(otherThan(code));
    await guest.page.getByTestId('guest-enter').click();
    await guest.page.getByRole('alert').first().waitFor();
    await gallery.show('Guest, a wrong code', guest.page);
    await guest.page.locator('#guest-code').fill(code);
    await guest.page.getByTestId('guest-enter').click();
    await guest.page.getByTestId('guest-waiting').waitFor();
    await gallery.show('Guest, waiting', guest.page);
  });

  test('S38 a link that was used is void in any other browser', async () => {
    const thief = await world.openBrowser();
    await thief.page.goto(link);
    await thief.page.locator('#guest-code').fill(code);
    await thief.page.getByTestId('guest-enter').click();
    await thief.page.getByRole('alert').first().waitFor();
    expect(await thief.page.getByTestId('guest-waiting').count()).toBe(0);
    await gallery.show('Guest, a used link', thief.page);
    await thief.close();
    await guest.page.getByTestId('guest-waiting').waitFor();
  });

  test('S45 a nurse with ninety seconds: at most 12 actions from the sign-in page to the waiting laptop', async () => {
    await key.close();
    key = await world.openBrowser();
    await key.page.setViewportSize(phone);
    const { nurse } = hands;
    await key.page.goto(`${world.addresses.console}/key/`);
    await gallery.show('Key console, signing in', key.page);
    const started = performance.now();
    await nurse.touch(world.people.nurse, key.page, async () => {
      await nurse.click(key.page.getByTestId('sign-in'));
      await key.page.getByTestId('signed-in-person').waitFor();
    });
    await nurse.click(row().getByTestId('open-laptop'));
    const typed = await kiosk.pairingCode();
    const [approver] = await Promise.all([key.page.waitForEvent('popup'), nurse.type(key.page, typed)]);
    await approver.getByTestId('approve').waitFor();
    const closed = approver.waitForEvent('close');
    await nurse.touch(world.people.nurse, approver, async () => {
      await nurse.click(approver.getByTestId('approve'));
      await closed;
    });
    await kiosk.shows('open');
    await nurse.click(kiosk.page.getByTestId('join'));
    await kiosk.shows('waiting');
    measured('nurse, sign-in page to waiting laptop', `${nurse.words}, ${seconds(started)} on this machine`);
    expect(nurse.actions).toBeLessThanOrEqual(12);
    await gallery.show('Key console, an open laptop', key.page);
  });

  test('S40 while it waits neither camera nor microphone is on', async () => {
    expect(await capturesOf(kiosk.page)).toEqual([]);
    await gallery.show('Laptop, who is here', kiosk.page);
    await kiosk.page.getByTestId('leave').click();
    await kiosk.page.getByTestId('confirm-yes').click();
    await kiosk.shows('open');
  });

  test('S40 on the wing camera, microphone, speaker and network are checked, and are off again', async () => {
    await kiosk.page.locator('[data-testid="device-check"]:not([data-verdict="running"])').waitFor();
    await kiosk.page.getByTestId('check-again').click();
    await kiosk.page.locator('[data-testid="device-check"][data-verdict="running"]').waitFor();
    const heard = kiosk.page.getByTestId('heard-tone');
    const done = kiosk.page.locator('[data-testid="device-check"][data-verdict="good"]');
    await Promise.race([heard.waitFor(), done.waitFor()]);
    if (await heard.isVisible()) {
      await gallery.show('Laptop, was there a sound', kiosk.page);
      await heard.click();
    }
    await done.waitFor();
    await gallery.show('Laptop, open and checked', kiosk.page);
    expect(await capturesOf(kiosk.page)).toEqual([]);
    await key.page.locator('[data-testid="laptop-check"][data-verdict="good"]').first().waitFor();
  });

  test('S42 staff record who is there and that the patient agrees; without it nobody is admitted', async () => {
    const { consultant } = hands;
    await join(kiosk);
    await clinic.page.goto(`${world.addresses.console}/clinic/`);
    await gallery.show('Clinic console, signing in', clinic.page);
    await consultant.touch(world.people.consultant, clinic.page, async () => {
      await consultant.click(clinic.page.getByTestId('sign-in'));
      await clinic.page.getByTestId('signed-in-person').waitFor();
    });
    await gallery.show('Clinic console, the list', clinic.page);
    await consultant.click(clinic.page.getByTestId('open-room'));
    const [approver] = await Promise.all([
      clinic.page.waitForEvent('popup'),
      consultant.click(clinic.page.getByTestId('join-room')),
    ]);
    await approver.getByTestId('approve').waitFor();
    const closed = approver.waitForEvent('close');
    await consultant.touch(world.people.consultant, approver, async () => {
      await consultant.click(approver.getByTestId('approve'));
      await closed;
    });
    await clinic.page.getByTestId('waiting-panel').waitFor();
    await clinic.page.locator('[data-testid="admit"][aria-disabled="true"]').waitFor();
    await gallery.show('Clinic console, not yet prepared', clinic.page);
    await prepare(kiosk, ['officer', 'interpreter']);
    await gallery.show('Laptop, waiting', kiosk.page);
    await clinic.page.locator('[data-testid="admit"]:not([aria-disabled="true"])').waitFor();
    await gallery.show('Clinic console, somebody waits', clinic.page);
  });

  test('the consultant tells who waits that it takes a little longer', async () => {
    await clinic.page.getByTestId('message-five-minutes').click();
    await kiosk.page.locator('[data-testid="waiting-message"][data-message="five-minutes"]').waitFor();
    await gallery.show('Laptop, a message', kiosk.page);
  });

  test('S42 admitted: pictures and sound both ways; nothing is shown before both sides ticked the name', async () => {
    await hands.consultant.click(clinic.page.getByTestId('admit'));
    await kiosk.shows('consult');
    await kiosk.page.getByText(patientName).first().waitFor();
    await gallery.show('Laptop, say your name', kiosk.page);
    await gallery.show('Clinic console, the name', clinic.page);
    await Promise.all([waitForMedia(kiosk.page), waitForMedia(clinic.page)]);
    expect((await capturesOf(kiosk.page)).toSorted()).toEqual(['audio', 'video']);
    expect(await clinic.page.locator('[data-testid="share-screen"]:not([aria-disabled="true"])').count()).toBe(0);
    await checkName(clinic.page, kiosk);
    await gallery.show('Laptop, the consultation', kiosk.page);
    await gallery.show('Clinic console, the consultation', clinic.page);
    measured('consultant, sign-in page to consultation', hands.consultant.words);
  });

  test('S38 the consultant lets the interpreter in with their own approval; all three see and hear each other', async () => {
    await clinic.page.getByTestId('guest-waiting').waitFor();
    await gallery.show('Clinic console, an interpreter waits', clinic.page);
    const [approver] = await Promise.all([
      clinic.page.waitForEvent('popup'),
      clinic.page.getByTestId('admit-guest').click(),
    ]);
    await approver.getByTestId('approve').waitFor();
    await gallery.show('Approver, letting a guest in', approver);
    expect(await approver.locator('main').innerText()).toContain(interpreter);
    const closed = approver.waitForEvent('close');
    await world.people.consultant.withPasskey(approver, async () => {
      await approver.getByTestId('approve').click();
      await closed;
    });
    await guest.page.getByTestId('guest-room').waitFor();
    await waitForMedia(guest.page, 'consultant-video');
    await waitForMedia(guest.page, 'device-video');
    await kiosk.page.getByText(interpreter).first().waitFor();
    await gallery.show('Guest, in the room', guest.page);
    await gallery.show('Laptop, three in the room', kiosk.page);
    await gallery.show('Clinic console, three in the room', clinic.page);
  });

  test('S41 the consultant lets the room close later, once', async () => {
    await clinic.page.getByTestId('extend').click();
    await clinic.page.locator('[data-testid="extend"]').waitFor({ state: 'detached' });
    await gallery.show('Clinic console, closing later', clinic.page);
  });

  test('S39 S40 the debrief: the laptop is dark until staff type the code of their console; the interpreter is out', async () => {
    await clinic.page.getByTestId('start-debrief').click();
    await kiosk.shows('handover');
    expect(await kiosk.page.content()).not.toContain(patient);
    expect(await capturesOf(kiosk.page)).toEqual([]);
    await guest.page.locator('[data-testid="guest-ended"][data-reason="debrief"]').waitFor();
    await gallery.show('Guest, put out', guest.page);
    await gallery.show('Laptop, handed to staff', kiosk.page);
    await gallery.show('Clinic console, debrief without staff', clinic.page);
    const staffCode = await debriefCode(key.page, patient, (page) =>
      gallery.show('Key console, the code of a debrief', page),
    );
    await kiosk.page.getByTestId('staff-code').fill(otherThan(staffCode));
    await kiosk.page.getByTestId('staff-code-submit').click();
    await kiosk.page.getByRole('alert').first().waitFor();
    await gallery.show('Laptop, a wrong staff code', kiosk.page);
    expect(await capturesOf(kiosk.page)).toEqual([]);
    await kiosk.page.getByTestId('staff-code').fill(staffCode);
    await kiosk.page.getByTestId('staff-code-submit').click();
    await kiosk.shows('debrief');
    await Promise.all([waitForMedia(kiosk.page), waitForMedia(clinic.page)]);
    await gallery.show('Laptop, debrief', kiosk.page);
    await gallery.show('Clinic console, debrief', clinic.page);
  });

  test('S43 next steps: written, read once more, confirmed once, acknowledged by the prison', async () => {
    const page = clinic.page;
    const { consultant, nurse } = hands;
    const before = consultant.actions;
    await page.getByTestId('next-step-kind').selectOption('investigation');
    await page.getByTestId('next-step-urgency').selectOption('urgent');
    await page.getByTestId('next-step-responsible').selectOption('hospital');
    await page.getByTestId('next-step-words').fill('Echocardiogram within two weeks');
    await consultant.click(page.getByTestId('review-next-steps'));
    await page.getByTestId('next-steps-review').waitFor();
    await gallery.show('Clinic console, reading next steps once more', page);
    await page.getByTestId('change-next-steps').click();
    expect(await page.getByTestId('next-step-words').inputValue()).toBe('Echocardiogram within two weeks');
    await page.getByTestId('review-next-steps').click();
    await page.getByTestId('record-next-steps').dblclick();
    await page.getByTestId('next-steps-recorded').waitFor();
    await gallery.show('Clinic console, next steps recorded', page);
    measured('consultant, next steps', `${consultant.actions - before + 8} actions besides the words`);
    await key.page.goto(new URL('#/', key.page.url()).toString());
    const from = nurse.actions;
    await nurse.click(row().getByTestId('next-steps-link'));
    await key.page.getByText('Echocardiogram').waitFor();
    await gallery.show('Key console, next steps', key.page);
    await nurse.click(key.page.getByTestId('acknowledge'));
    await key.page.getByTestId('acknowledged').waitFor();
    await gallery.show('Key console, next steps acknowledged', key.page);
    measured('nurse, next steps acknowledged', `${nurse.actions - from} actions`);
    expect(nurse.actions - from).toBeLessThanOrEqual(2);
  });

  test('S43 the room ends; nothing of it stays on the laptop, and its camera is off', async () => {
    await clinic.page.getByTestId('end-room').click();
    await clinic.page.getByTestId('end-room-confirm').click();
    await kiosk.shows('open');
    await gallery.show('Laptop, after the consultation', kiosk.page);
    await gallery.show('Clinic console, the room has ended', clinic.page);
    expect(await capturesOf(kiosk.page)).toEqual([]);
    await kiosk.page.getByTestId('lock').click();
    await kiosk.shows('inert');
    expect(filesThatHold(kiosk.desktop.userHome, [patient, patientName, 'Echocardiogram', interpreter])).toEqual([]);
  });

  test('S44 who took the laptop, where to, until when; overdue is in red', async () => {
    await key.page.goto(new URL('#/laptops', key.page.url()).toString());
    await key.page.getByTestId('take-laptop').first().click();
    await key.page.locator('#place').fill('B wing');
    await gallery.show('Key console, taking a laptop', key.page);
    await key.page.getByTestId('take-submit').click();
    await key.page.locator('[data-testid="custody"][data-overdue="false"]').waitFor();
    await gallery.show('Key console, a laptop is out', key.page);
    await key.page.getByTestId('return-laptop').click();
    await key.page.getByTestId('custody').waitFor({ state: 'detached' });
  });

  test('S45 no screen of the day has a fault of accessibility, in either language, at 200 % or by keyboard', () => {
    measured('screens looked at', `${gallery.screens.length}`);
    expect(gallery.findings).toEqual([]);
  });

  function otherThan(right: string): string {
    return right.startsWith('0') ? `1${right.slice(1)}` : `0${right.slice(1)}`;
  }

  function seconds(since: number): string {
    return `${((performance.now() - since) / 1000).toFixed(1)} s`;
  }
});
