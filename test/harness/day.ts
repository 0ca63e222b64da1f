// What people do in a day, as gestures on the real screens. The demo tells them, the end-to-end tests assert around them.
import type { Page } from 'playwright-core';
import type { Kiosk } from './kiosk.ts';
import type { Person } from './person.ts';
import { approve } from './world.ts';

/** Looks at a page at a telling moment. */
export type Look = (page: Page) => Promise<unknown>;

/** IT writes an enrolment ticket. @returns the ticket's text */
export async function createTicket(fleet: Page, laptop: string, prison = 'HMP Exemplar', look?: Look): Promise<string> {
  await fleet.goto(new URL('#/enrol', fleet.url()).toString());
  await fleet.locator('#device-name').fill(laptop);
  await fleet.locator('#device-site').selectOption({ label: prison });
  await fleet.getByTestId('create-ticket').click();
  const ticket = (await fleet.getByTestId('ticket').textContent()) ?? '';
  await look?.(fleet);
  await fleet.getByTestId('ticket-done').click();
  return ticket.trim();
}

/** Words and times of a booking. */
export interface Booking {
  patient: string;
  laptop: string;
  consultant: string;
  /** Milliseconds since the epoch; rounded down to the minute. */
  startsAt: number;
  minutes?: number;
}

/** Healthcare staff book a consultation. */
export async function book(key: Page, booking: Booking, look?: Look): Promise<void> {
  await key.goto(new URL('#/book', key.url()).toString());
  const form = key.getByTestId('book-form');
  await form.locator('#patientReference').fill(booking.patient);
  await form.locator('#consultant').selectOption({ label: `${booking.consultant}, Example Infirmary` });
  await form.locator('#device').selectOption({ label: booking.laptop });
  const { day, time } = inLondon(booking.startsAt);
  await form.locator('#day').fill(day);
  await form.locator('#time').fill(time);
  await form.locator('#minutes').selectOption(String(booking.minutes ?? 20));
  await look?.(key);
  await key.getByTestId('book-submit').click();
  await key.locator('[data-testid="appointment"]', { hasText: booking.patient }).waitFor();
}

function inLondon(instant: number): { day: string; time: string } {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: 'Europe/London',
    dateStyle: 'short',
    timeStyle: 'short',
    hour12: false,
  }).formatToParts(instant);
  const part = (type: string) => parts.find((candidate) => candidate.type === type)?.value ?? '';
  return { day: `${part('year')}-${part('month')}-${part('day')}`, time: `${part('hour')}:${part('minute')}` };
}

/** Types a pairing code for a patient's appointment, as far as the console's answer. */
export async function typePairingCode(key: Page, patient: string, code: string): Promise<void> {
  const appointment = key.locator('[data-testid="appointment"]', { hasText: patient });
  if (!(await appointment.isVisible())) await key.goto(new URL('#/', key.url()).toString());
  await appointment.getByTestId('open-laptop').click();
  await key.locator('input#pairing-code').fill(code);
  await key.getByTestId('check-code').click();
}

/** Opens a laptop: pairing code from its screen, approval with the passkey. @returns ms from the approval to open */
export async function openLaptop(
  key: Page,
  nurse: Person,
  kiosk: Kiosk,
  patient: string,
  look: { code?: Look; approver?: Look } = {},
): Promise<number> {
  await typePairingCode(key, patient, await kiosk.pairingCode());
  await key.getByTestId('code-accepted').waitFor();
  await look.code?.(key);
  let started = 0;
  await approve(
    key,
    nurse,
    () => key.getByTestId('approve-open').click(),
    async (approver) => {
      await look.approver?.(approver);
      started = performance.now();
    },
  );
  await kiosk.shows('open');
  return performance.now() - started;
}

/** The consultant goes to the room of the day's appointment and joins it as themselves: with the passkey. */
export async function enterRoom(clinic: Page, consultant: Person, look?: Look): Promise<void> {
  await clinic.goto(new URL('#/', clinic.url()).toString());
  await clinic.getByTestId('open-room').click();
  await approve(clinic, consultant, () => clinic.getByTestId('join-room').click(), look);
  await clinic.getByTestId('room').waitFor();
}

/** Staff press Join and the patient waits. */
export async function join(kiosk: Kiosk): Promise<void> {
  await kiosk.page.getByTestId('join').click();
  await kiosk.shows('waiting');
}

/** IT orders something for one laptop. @returns ms from the approval to the receipt on the console */
export async function order(
  fleet: Page,
  officer: Person,
  kind: 'suspend' | 'resume' | 'brick',
  laptop: string,
  look: { form?: Look; approver?: Look } = {},
): Promise<void> {
  await fleet.goto(new URL('#/', fleet.url()).toString());
  await fleet.locator(`[data-testid="device"][data-device="${laptop}"] a`).click();
  await fleet.getByTestId(`order-${kind}`).check();
  await fleet.locator('#order-reason').fill(kind === 'brick' ? 'Left on a train' : 'Checking this laptop');
  await fleet.locator('#order-name').fill(laptop);
  await look.form?.(fleet);
  await fleet.getByTestId('order-continue').click();
  await approve(fleet, officer, () => fleet.getByTestId('approve-order').click(), look.approver);
}

/** The consultant writes one next step down. */
export async function recordNextSteps(clinic: Page): Promise<void> {
  await clinic.getByTestId('next-step-kind').selectOption('prescription');
  await clinic.getByTestId('next-step-urgency').selectOption('soon');
  await clinic.getByTestId('next-step-responsible').selectOption('prison-healthcare');
  await clinic
    .getByTestId('next-step-words')
    .fill('Start amlodipine 5 mg once a day; check blood pressure in two weeks.');
  await clinic.getByTestId('record-next-steps').click();
  await clinic.getByTestId('next-steps-recorded').waitFor();
}
