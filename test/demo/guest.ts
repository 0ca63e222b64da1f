// The interpreter who joins the day by a link.
import type { Browser } from '../harness/browser.ts';
import type { Kiosk } from '../harness/kiosk.ts';
import { waitForMedia } from '../harness/media.ts';
import { approve, cast, type World } from '../harness/world.ts';
import type { Report } from './report.ts';

interface WithGuest {
  report: Report;
  world: World;
  kiosk: Kiosk;
  key: Browser;
  clinic: Browser;
  guest: Browser;
}

/** Staff give the interpreter of a patient's appointment a link and a code; the interpreter comes to the door. */
export async function guestEnters({ report, key, guest }: WithGuest, patient: string): Promise<void> {
  const appointment = key.page.locator('[data-testid="appointment"]', { hasText: patient });
  await appointment.getByTestId('open-laptop').click();
  await key.page.getByTestId('invite-guest').click();
  const link = (await key.page.getByTestId('guest-link').textContent()) ?? '';
  const code = (await key.page.getByTestId('guest-code').textContent()) ?? '';
  await report.tell(cast.nurse, 'passes a link on to the interpreter, and a code another way', key.page);
  await guest.page.goto(link.trim());
  await guest.page.locator('#guest-code').fill(code.replaceAll(/\s/g, ''));
  await report.tell('Interpreter', 'opens the link and types the code', guest.page);
  await guest.page.getByTestId('guest-enter').click();
  await guest.page.getByTestId('guest-waiting').waitFor();
  await report.tell('Interpreter', 'waits to be let in', guest.page);
  await key.page.goto(new URL('#/', key.page.url()).toString());
}

/** The consultant lets the interpreter in, with their own approval. */
export async function guestIsLetIn({ report, world, kiosk, clinic, guest }: WithGuest): Promise<void> {
  await approve(
    clinic.page,
    world.people.consultant,
    () => clinic.page.getByTestId('admit-guest').click(),
    (approver) => report.tell('Approver', 'says whom the consultant vouches for', approver),
  );
  await guest.page.getByTestId('guest-room').waitFor();
  await waitForMedia(guest.page, 'consultant-video');
  await report.tell('Interpreter', 'sees and hears both', guest.page, kiosk.page, clinic.page);
}
