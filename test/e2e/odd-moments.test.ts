import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Locator, Page } from 'playwright-core';
import type { Browser } from '../harness/browser.ts';
import { ConsoleClient } from '../harness/console-client.ts';
import { openControlDatabase, type ControlDatabase } from '../harness/control-database.ts';
import {
  admit,
  book,
  createTicket,
  enterRoom,
  inLondon,
  join,
  openLaptop,
  prepare,
  startAfresh,
} from '../harness/day.ts';
import { until } from '../harness/errands.ts';
import { Gallery } from '../harness/gallery.ts';
import { Kiosk } from '../harness/kiosk.ts';
import { capturesOf, waitForMedia, watchMedia } from '../harness/media.ts';
import { cast, createWorld, type World } from '../harness/world.ts';

const laptop = 'HB-12';
const minute = 60_000;
/** Three slots whose rooms are open at the same time. */
const patients = { without: 'NOCONSENT', declined: 'DECLINED', kept: 'KEPT' } as const;

/** What people do wrong, and what happens to them, around a consultation. Each test stands on those before it. */
describe('odd moments', () => {
  const gallery = new Gallery();
  let world: World;
  let database: ControlDatabase;
  let kiosk: Kiosk;
  let key: Browser;
  let clinic: Browser;
  let nurse: ConsoleClient;

  beforeAll(async () => {
    world = await createWorld();
    database = await openControlDatabase(world);
    const fleet = await world.signIn('officer', 'fleet');
    kiosk = await Kiosk.start();
    await kiosk.enrol(await createTicket(fleet.page, laptop));
    await fleet.close();
    key = await world.signIn('nurse', 'key');
    clinic = await world.signIn('consultant', 'clinic');
    await watchMedia(clinic.context);
    await clinic.page.reload();
  });

  afterAll(async () => {
    await kiosk.close();
    await database.close();
    await world.close();
  });

  const rowOf = (patient: string) => key.page.locator('[data-testid="appointment"]', { hasText: patient });
  const go = (page: Page, where: string) => page.goto(new URL(where, page.url()).toString());
  const openAndJoin = async (patient: string): Promise<void> => {
    await openLaptop(key.page, world.people.nurse, kiosk, patient);
    await join(kiosk);
  };
  /** A form that was left half filled is kept; here an empty one is wanted. */
  const freshForm = async (): Promise<Locator> => {
    await go(key.page, '#/');
    await go(key.page, '#/book');
    await startAfresh(key.page);
    return key.page.getByTestId('book-form');
  };
  const lock = async (): Promise<void> => {
    await kiosk.page.getByTestId('lock').click();
    await kiosk.shows('inert');
  };

  test('S37 a booking whose button is pressed twice, or sent again, is booked once', async () => {
    await go(key.page, '#/book');
    const form = key.page.getByTestId('book-form');
    await form.locator('#patientReference').fill(patients.without);
    await form.locator('#patientName').fill('Alex Example');
    await form.locator('#nhsNumber').fill('943 476 5919');
    await form.locator('#consultant').selectOption({ label: `${cast.consultant}, Example Infirmary` });
    await form.locator('#device').selectOption({ label: laptop });
    await fillTime(form, -4);
    await form
      .locator('#minutes')
      .selectOption('5')
      .catch(() => form.locator('#minutes').selectOption('10'));
    await key.page.getByTestId('book-submit').dblclick();
    await rowOf(patients.without).waitFor();
    expect(await database.run(`select patient_name, nhs_number from appointments`)).toEqual([
      { patient_name: 'Alex Example', nhs_number: '9434765919' },
    ]);
  });

  test('S37 S45 wrong NHS numbers, names with hidden marks and endless names are refused in words, and nothing is lost', async () => {
    const form = await freshForm();
    await form.locator('#patientReference').fill('X'.repeat(10_000));
    await form.locator('#patientName').fill('Alex \u202Eelpmaxe');
    await form.locator('#nhsNumber').fill('943 476 5918');
    await key.page.getByTestId('book-submit').click();
    await key.page.getByTestId('error-summary').waitFor();
    for (const field of ['patientReference', 'patientName', 'nhsNumber']) {
      await key.page.locator(`[data-testid="error-summary"] a[href="#${field}"]`).waitFor();
    }
    expect(await form.locator('#nhsNumber').inputValue()).toBe('943 476 5918');
    await gallery.show('Key console, a booking with mistakes', key.page);
    expect(await database.run(`select count(*)::int as count from appointments`)).toEqual([{ count: 1 }]);
  });

  test('S45 a session that ends in the middle of a form loses nothing that was typed', async () => {
    const form = await freshForm();
    await form.locator('#patientReference').fill('TYPED');
    await form.locator('#patientName').fill('Sam Sample');
    await form.locator('#consultant').selectOption({ label: `${cast.consultant}, Example Infirmary` });
    await form.locator('#device').selectOption({ label: laptop });
    await fillTime(form, 60);
    await database.run(`delete from sessions where person = (select id from people where name = '${cast.nurse}')`);
    await key.page.getByTestId('book-submit').click();
    await key.page.getByTestId('sign-in').waitFor();
    await gallery.show('Key console, signed out in the middle', key.page);
    await world.people.nurse.withPasskey(key.page, async () => {
      await key.page.getByTestId('sign-in').click();
      await form.waitFor();
    });
    expect(await form.locator('#patientName').inputValue()).toBe('Sam Sample');
    await key.page.getByTestId('book-submit').click();
    await rowOf('TYPED').waitFor();
  });

  test('S37 two people change one appointment: the second sees what the first did, and decides', async () => {
    await rowOf('TYPED').getByTestId('change-appointment').click();
    const form = key.page.getByTestId('book-form');
    await form.locator('#patientName').fill('Sam Simple');
    await database.run(
      `update appointments set revision = revision + 1, patient_reference = 'TYPED2' where patient_reference = 'TYPED'`,
    );
    await key.page.getByTestId('change-submit').click();
    await key.page.getByTestId('changed-meanwhile').waitFor();
    await gallery.show('Key console, changed meanwhile', key.page);
    expect(await form.locator('#patientName').inputValue()).toBe('Sam Simple');
    await key.page.getByTestId('changed-meanwhile').getByText('TYPED2').first().waitFor();
  });

  test('S42 a patient who does not agree: the room ends, and both consoles say so', async () => {
    await book(key.page, slot(patients.declined, 1));
    await book(key.page, slot(patients.kept, 6));
    await openAndJoin(patients.without);
    await kiosk.page.getByTestId('consent-no').click();
    await kiosk.page.getByTestId('consent-no-confirm').click();
    await kiosk.shows('open');
    await gallery.show('Laptop, no consent', kiosk.page);
    await lock();
    await go(key.page, '#/');
    await rowOf(patients.without).waitFor();
    expect(await ended(patients.without)).toBe('no-consent');
    await gallery.show('Key console, no consent', key.page);
  });

  test('S40 a page that is taken over has no camera while it waits', async () => {
    await openAndJoin(patients.declined);
    const tries = await kiosk.page.evaluate(async () => {
      const refused = (error: unknown): string => (error instanceof Error ? error.name : String(error));
      const produce = { method: 'room.createTransport', params: { direction: 'send' } } as const;
      return {
        camera: await navigator.mediaDevices.getUserMedia({ video: true }).then(() => 'given', refused),
        microphone: await navigator.mediaDevices.getUserMedia({ audio: true }).then(() => 'given', refused),
        transport: await window.sallyport.invoke('room', produce),
        code: await window.sallyport.invoke('confirm-staff', { code: '000000' }),
        name: await window.sallyport.invoke('check-name', {}),
      };
    });
    expect(tries).toMatchObject({
      camera: 'NotAllowedError',
      microphone: 'NotAllowedError',
      code: { ok: false, refusal: { reason: 'wrong-state' } },
      name: { ok: false, refusal: { reason: 'wrong-state' } },
    });
  });

  test('S41 the consultant declines with a reason: everybody reads it', async () => {
    await prepare(kiosk, ['officer', 'chaperone']);
    await enterRoomOf(patients.declined);
    await clinic.page.getByTestId('decline').click();
    await clinic.page.getByTestId('decline-rebook').click();
    await gallery.show('Clinic console, declining', clinic.page);
    await clinic.page.getByTestId('decline-confirm').click();
    await kiosk.shows('open');
    await gallery.show('Laptop, declined', kiosk.page);
    await gallery.show('Clinic console, declined', clinic.page);
    expect(await ended(patients.declined)).toBe('declined-rebook');
    await lock();
  });

  test('S3 S41 a consultant who drops comes back to the same room, in the same phase', async () => {
    await openAndJoin(patients.kept);
    await prepare(kiosk, []);
    await enterRoomOf(patients.kept);
    await admit(clinic.page, kiosk);
    await Promise.all([waitForMedia(kiosk.page), waitForMedia(clinic.page)]);
    await clinic.page.reload();
    await kiosk.shows('consult');
    await enterRoomOf(patients.kept);
    await Promise.all([waitForMedia(kiosk.page), waitForMedia(clinic.page)]);
    await kiosk.shows('consult');
  });

  test('a second tab takes the room over; the first one says so', async () => {
    const first = clinic.page;
    const second = await clinic.context.newPage();
    await second.goto(`${world.addresses.console}/clinic/`);
    await enterRoom(second, world.people.consultant, undefined, patients.kept);
    await first
      .getByTestId('room-lost')
      .or(first.getByTestId('room-left'))
      .or(first.getByTestId('room-failed'))
      .waitFor();
    await gallery.show('Clinic console, taken over by another tab', first);
    await waitForMedia(kiosk.page);
    await second.close();
    await kiosk.shows('consult');
  });

  test('S39 in a debrief a laptop that is taken over stays dark: five guesses shut the door', async () => {
    await enterRoomOf(patients.kept);
    await clinic.page.getByTestId('start-debrief').click();
    await kiosk.shows('handover');
    const tries = await kiosk.page.evaluate(async () => {
      const refused = (error: unknown): string => (error instanceof Error ? error.name : String(error));
      const guesses = [];
      for (const code of ['000000', '111111', '222222', '333333', '444444', '555555']) {
        guesses.push(await window.sallyport.invoke('confirm-staff', { code }));
      }
      return {
        camera: await navigator.mediaDevices.getUserMedia({ video: true }).then(() => 'given', refused),
        consume: await window.sallyport.invoke('room', {
          method: 'room.createTransport',
          params: { direction: 'receive' },
        }),
        reasons: guesses.map((guess) => (guess.ok ? 'right' : guess.refusal.reason)),
      };
    });
    expect(tries.camera).toBe('NotAllowedError');
    expect(tries.reasons.slice(0, 4)).toEqual(Array.from({ length: 4 }, () => 'wrong-code'));
    expect(tries.reasons.slice(4)).toEqual(['locked-out', 'locked-out']);
    expect(await capturesOf(kiosk.page)).toEqual([]);
    await gallery.show('Laptop, too many wrong staff codes', kiosk.page);
    expect(await kiosk.page.content()).not.toContain(patients.kept);
  });

  test('S41 control ends the room when its time is over, whatever clients do', async () => {
    await clinic.page.getByTestId('end-room').click();
    await clinic.page.getByTestId('end-room-confirm').click();
    await kiosk.shows('open');
    await lock();
    await database.run(`update appointments set cancelled_at = now()`);
    await book(key.page, slot('SHORT', -4));
    await database.run(
      `update appointments set starts_at = now() - interval '9 minutes', ends_at = now(),
         opens_at = now() - interval '19 minutes', closes_at = now() + interval '40 seconds'
         where patient_reference = 'SHORT'`,
    );
    await openAndJoin('SHORT');
    await kiosk.shows('open', 60_000);
    expect(await ended('SHORT')).toBe('window-over');
    await gallery.show('Laptop, the time is over', kiosk.page);
    expect(await capturesOf(kiosk.page)).toEqual([]);
    await lock();
  });

  test('S38 a guest’s link that is too early is not used up; one that is over says so', async () => {
    nurse = await ConsoleClient.signIn(world, 'nurse');
    const { devices } = await nurse.must('siteDevices', {});
    const { consultants } = await nurse.must('consultants', {});
    const booked = await nurse.must('book', {
      body: {
        id: crypto.randomUUID(),
        patientReference: 'GUESTS',
        patientName: 'Alex Example',
        nhsNumber: null,
        consultant: consultants[0]?.id ?? '',
        device: devices[0]?.id ?? '',
        startsAt: Date.now() + 120 * minute,
        minutes: 20,
        guests: [{ kind: 'interpreter', name: 'Mair Interpreter' }],
      },
    });
    const params = { id: booked.id, guest: booked.guests[0]?.id ?? '' };
    const { link, code } = await nurse.must('inviteGuest', { params, body: {} });
    const guest = await world.openBrowser();
    const enter = async (): Promise<void> => {
      await guest.page.goto('about:blank');
      await guest.page.goto(link);
      await guest.page.locator('#guest-code').fill(code);
      await guest.page.getByTestId('guest-enter').click();
    };
    await enter();
    await guest.page.getByRole('alert').first().waitFor();
    await gallery.show('Guest, too early', guest.page);
    await database.run(
      `update appointments set opens_at = now() - interval '1 minute' where patient_reference = 'GUESTS'`,
    );
    await enter();
    await guest.page.getByTestId('guest-waiting').waitFor();
    await guest.close();
  });

  test('S44 a laptop that is not back in time is shown to staff and IT, and is on the record', async () => {
    const { devices } = await nurse.must('siteDevices', {});
    const id = devices[0]?.id ?? '';
    const dueAt = Date.now() + 30 * minute;
    await nurse.must('takeDevice', { params: { id }, body: { holder: cast.nurse, place: 'B wing', dueAt } });
    await database.run(`update custody set taken_at = now() - interval '2 hours', due_at = now() - interval '1 hour'`);
    await until('it is on the record', async () => {
      const rows = await database.run(`select action from audit where action = 'custody.overdue'`);
      return rows.length === 1;
    });
    await go(key.page, '#/laptops');
    await key.page.locator('[data-testid="custody"][data-overdue="true"]').first().waitFor();
    await gallery.show('Key console, an overdue laptop', key.page);
    const fleet = await world.signIn('otherOfficer', 'fleet');
    await fleet.page.locator('[data-testid="custody"][data-overdue="true"]').first().waitFor();
    await gallery.show('Fleet console, an overdue laptop', fleet.page);
    await fleet.close();
  });

  test('S45 none of these screens has a fault of accessibility, in either language, at 200 % or by keyboard', () => {
    expect(gallery.findings).toEqual([]);
  });

  async function enterRoomOf(patient: string): Promise<void> {
    await enterRoom(clinic.page, world.people.consultant, undefined, patient);
  }

  async function ended(patient: string): Promise<unknown> {
    const [row] = await database.run(
      `select end_reason from rooms join appointments using (id) where patient_reference = '${patient}'`,
    );
    return row?.['end_reason'];
  }

  /** A short consultation that begins so many minutes from now. */
  function slot(patient: string, inMinutes: number) {
    const startsAt = Date.now() + inMinutes * minute;
    return { patient, laptop, consultant: cast.consultant, startsAt, minutes: 5 };
  }
});

/** When a consultation starts, some minutes from now. */
async function fillTime(form: Locator, inMinutes: number): Promise<void> {
  const { day, time } = inLondon(Date.now() + inMinutes * minute);
  await form.locator('#day').fill(day);
  await form.locator('#time').fill(time);
}
