// What people do in a day, as gestures on the real screens. The demo tells them, the end-to-end tests assert around them.
import type { Page } from 'playwright-core';
import type { Presence } from '@sallyport/protocol';
import type { Kiosk } from './kiosk.ts';
import type { Person } from './person.ts';
import { approve, approveOn } from './world.ts';

/** The patient of most stories: the name is said aloud. */
export const patientName = 'Alex Example';

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
  /** What the patient says aloud; {@link patientName} unless stated. */
  name?: string;
  laptop: string;
  consultant: string;
  /** The name of an interpreter who joins by a link. */
  interpreter?: string;
  /** Milliseconds since the epoch; rounded down to the minute. */
  startsAt: number;
  minutes?: number;
}

/** Healthcare staff book a consultation. */
export async function book(key: Page, booking: Booking, look?: Look): Promise<void> {
  await key.goto(new URL('#/book', key.url()).toString());
  const form = key.getByTestId('book-form');
  await startAfresh(key);
  await form.locator('#patientReference').fill(booking.patient);
  await form.locator('#patientName').fill(booking.name ?? patientName);
  await form.locator('#consultant').selectOption({ label: `${booking.consultant}, Example Infirmary` });
  await form.locator('#device').selectOption({ label: booking.laptop });
  const { day, time } = inLondon(booking.startsAt);
  await form.locator('#day').fill(day);
  await form.locator('#time').fill(time);
  await form.locator('#minutes').selectOption(String(booking.minutes ?? 20));
  if (booking.interpreter !== undefined) await form.locator('#interpreter').fill(booking.interpreter);
  await look?.(key);
  await key.getByTestId('book-submit').click();
  await key.locator('[data-testid="appointment"]', { hasText: booking.patient }).waitFor();
}

/** A form that was left half filled is kept: here it is begun anew. */
export async function startAfresh(key: Page): Promise<void> {
  await key.getByTestId('book-form').waitFor();
  const button = key.getByTestId('start-afresh');
  if (await button.isVisible()) await button.click();
}

/** Day and time of an instant on London's clock, as the booking form takes them. */
export function inLondon(instant: number): { day: string; time: string } {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: 'Europe/London',
    dateStyle: 'short',
    timeStyle: 'short',
    hour12: false,
  }).formatToParts(instant);
  const part = (type: string) => parts.find((candidate) => candidate.type === type)?.value ?? '';
  return { day: `${part('year')}-${part('month')}-${part('day')}`, time: `${part('hour')}:${part('minute')}` };
}

/** Types a pairing code for a patient's appointment: the sixth symbol sends it. */
export async function typePairingCode(key: Page, patient: string, code: string): Promise<void> {
  const appointment = key.locator('[data-testid="appointment"]', { hasText: patient });
  if (!(await appointment.isVisible())) await key.goto(new URL('#/', key.url()).toString());
  await appointment.getByTestId('open-laptop').click();
  await key.locator('input#pairing-code').focus();
  await key.keyboard.type(code);
}

/** Opens a laptop: pairing code from its screen, approval with the passkey. @returns ms from the approval to open */
export async function openLaptop(
  key: Page,
  nurse: Person,
  kiosk: Kiosk,
  patient: string,
  look: { code?: Look; approver?: Look } = {},
): Promise<number> {
  const code = await kiosk.pairingCode();
  let started = 0;
  // The last symbol opens the approver by itself.
  await approve(
    key,
    nurse,
    () => typePairingCode(key, patient, code),
    async (approver) => {
      await key.getByTestId('code-accepted').waitFor();
      await look.code?.(key);
      await look.approver?.(approver);
      started = performance.now();
    },
  );
  await kiosk.shows('open');
  return performance.now() - started;
}

/** Who came with the patient, as staff record it together with the patient's consent. */
export async function prepare(kiosk: Kiosk, present: readonly Presence[] = ['officer'], look?: Look): Promise<void> {
  for (const who of present) await kiosk.page.getByTestId(`present-${who}`).check();
  await look?.(kiosk.page);
  await kiosk.page.getByTestId('consent-yes').click();
  await kiosk.page.getByTestId('waiting-who').waitFor();
}

/** The consultant admits who waits. */
export async function admit(clinic: Page, kiosk: Kiosk): Promise<void> {
  await clinic.locator('[data-testid="admit"]:not([aria-disabled="true"])').click();
  await kiosk.shows('consult');
}

/** The patient says the name aloud, and both sides tick it. */
export async function checkName(clinic: Page, kiosk: Kiosk): Promise<void> {
  await clinic.getByTestId('name-correct').click();
  await kiosk.page.getByTestId('name-correct').click();
  await kiosk.page.getByTestId('name-check').waitFor({ state: 'detached' });
  await clinic.getByTestId('name-check').waitFor({ state: 'detached' });
}

/** The consultant begins the debrief; staff, alone with the laptop, type the code that their console shows. */
export async function beginDebrief(
  clinic: Page,
  key: Page,
  kiosk: Kiosk,
  patient: string,
  look: { handover?: Look; code?: Look } = {},
): Promise<void> {
  await clinic.getByTestId('start-debrief').click();
  await kiosk.shows('handover');
  await look.handover?.(kiosk.page);
  const code = await debriefCode(key, patient, look.code);
  await kiosk.page.getByTestId('staff-code').fill(code);
  await kiosk.page.getByTestId('staff-code-submit').click();
  await kiosk.shows('debrief');
}

/** Staff read the code of a debrief on their console. */
export async function debriefCode(key: Page, patient: string, look?: Look): Promise<string> {
  await key.goto(new URL('#/', key.url()).toString());
  await key.locator('[data-testid="appointment"]', { hasText: patient }).getByTestId('debrief-code-link').click();
  await key.getByTestId('show-debrief-code').click();
  const code = (await key.getByTestId('debrief-code').textContent()) ?? '';
  await look?.(key);
  return code.replaceAll(/\s/g, '');
}

/** The consultant goes to the room of the day's appointment, or of a patient's, and joins it as themselves: with the passkey. */
export async function enterRoom(clinic: Page, consultant: Person, look?: Look, patient?: string): Promise<void> {
  await clinic.goto(new URL('#/', clinic.url()).toString());
  const appointment = clinic.locator('[data-testid="appointment"]', { hasText: patient ?? '' });
  await appointment.getByTestId('open-room').first().click();
  const room = clinic.getByTestId('room');
  // Whoever comes back on the same page has approved before, and is asked for nothing.
  const popup = clinic.waitForEvent('popup', { timeout: 0 });
  popup.catch(() => undefined);
  await clinic.getByTestId('join-room').click();
  const approver = await Promise.race([popup, room.waitFor()]);
  if (approver !== undefined) await approveOn(approver, consultant, look);
  await room.waitFor();
}

/** Staff press Join, and the laptop asks who is there. */
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

/** The consultant writes one next step down, reads it once more, and confirms it. */
export async function recordNextSteps(clinic: Page, look?: Look): Promise<void> {
  await clinic.getByTestId('next-step-kind').selectOption('prescription');
  await clinic.getByTestId('next-step-urgency').selectOption('soon');
  await clinic.getByTestId('next-step-responsible').selectOption('prison-healthcare');
  await clinic
    .getByTestId('next-step-words')
    .fill('Start amlodipine 5 mg once a day; check blood pressure in two weeks.');
  await clinic.getByTestId('review-next-steps').click();
  await clinic.getByTestId('next-steps-review').waitFor();
  await look?.(clinic);
  await clinic.getByTestId('record-next-steps').click();
  await clinic.getByTestId('next-steps-recorded').waitFor();
}
