// Screens that a good day does not come by.
import type { Browser } from '../harness/browser.ts';
import { book, join, openLaptop, order, prepare, type Booking } from '../harness/day.ts';
import { Kiosk } from '../harness/kiosk.ts';
import { cast, type World } from '../harness/world.ts';
import type { Report } from './report.ts';

/** Everybody and everything in them. */
export interface Corners {
  report: Report;
  world: World;
  kiosk: Kiosk;
  fleet: Browser;
  key: Browser;
  laptop: string;
  /** When the day's consultation began, ms since the epoch; the others follow it closely. */
  began: number;
}

const minute = 60_000;

/** A short consultation. */
export function slot(laptop: string, startsAt: number): Omit<Booking, 'patient'> {
  return { laptop, consultant: cast.consultant, startsAt, minutes: 5 };
}

/** Staff take the laptop to a wing, and bring it back. */
export async function carry({ report, key, laptop }: Corners): Promise<void> {
  await key.page.goto(new URL('#/laptops', key.page.url()).toString());
  await key.page.getByTestId('take-laptop').first().click();
  await key.page.locator('#place').fill('B wing');
  await report.tell(cast.nurse, `writes down who takes ${laptop}, where to and until when`, key.page);
  await key.page.getByTestId('take-submit').click();
  await key.page.locator('[data-testid="custody"][data-overdue="false"]').first().waitFor();
  await report.tell(cast.nurse, 'sees where each laptop is', key.page);
  await key.page.getByTestId('return-laptop').click();
  await key.page.getByTestId('custody').waitFor({ state: 'detached' });
}

/** A patient does not agree. */
export async function noConsent({ report, world, kiosk, key, laptop, began }: Corners): Promise<void> {
  const patient = 'B5678CD';
  await book(key.page, { ...slot(laptop, began + 5 * minute), patient, name: 'Bryn Example' });
  await openLaptop(key.page, world.people.nurse, kiosk, patient);
  await join(kiosk);
  await kiosk.page.getByTestId('consent-no').click();
  await report.tell(laptop, 'asks once more whether the patient does not agree', kiosk.page);
  await kiosk.page.getByTestId('consent-no-confirm').click();
  await kiosk.shows('open');
  await report.tell(laptop, 'has left the room: without consent there is no consultation', kiosk.page);
  await kiosk.page.getByTestId('lock').click();
  await kiosk.shows('inert');
  await key.page.goto(new URL('#/', key.page.url()).toString());
  await key.page.locator('[data-testid="appointment"]', { hasText: patient }).waitFor();
  await report.tell(cast.nurse, 'sees how each consultation of the day ended', key.page);
  await key.page.getByTestId('view-week').click();
  await report.tell(cast.nurse, 'looks at the week', key.page);
}

/** A consultant declines somebody who waits. */
export async function declined(
  corners: Corners & { clinic: Browser; enter: (patient: string) => Promise<void> },
): Promise<void> {
  const { report, world, kiosk, key, clinic, laptop, enter, began } = corners;
  const patient = 'C9012EF';
  await book(key.page, { ...slot(laptop, began + 10 * minute), patient, name: 'Carys Example' });
  await openLaptop(key.page, world.people.nurse, kiosk, patient);
  await join(kiosk);
  await prepare(kiosk, ['chaperone']);
  await enter(patient);
  await clinic.page.getByTestId('decline').click();
  await clinic.page.getByTestId('decline-rebook').click();
  await report.tell(cast.consultant, 'cannot see this patient now, and says why', clinic.page);
  await clinic.page.getByTestId('decline-confirm').click();
  await kiosk.shows('open');
  await report.tell(laptop, 'says so in plain words', kiosk.page);
  await kiosk.page.getByTestId('lock').click();
  await kiosk.shows('inert');
}

/** IT suspends the laptop, and lets it work again. */
export async function suspend({ report, world, kiosk, fleet, laptop }: Corners): Promise<void> {
  await order(fleet.page, world.people.officer, 'suspend', laptop);
  await kiosk.shows('suspended');
  await report.tell(laptop, 'is suspended by IT', kiosk.page);
  await order(fleet.page, world.people.officer, 'resume', laptop);
  await kiosk.shows('inert');
}

/** A laptop whose key store does not answer refuses to start. */
export async function refuse({ report, laptop }: Corners): Promise<void> {
  const broken = await Kiosk.start({ keyring: false });
  try {
    await broken.shows('refused');
    await report.tell(`Another laptop than ${laptop}`, 'has no key store, refuses to start and says why', broken.page);
  } finally {
    await broken.close();
  }
}
