import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser } from '../harness/browser.ts';
import { openControlDatabase } from '../harness/control-database.ts';
import { book, createTicket, openLaptop, typePairingCode } from '../harness/day.ts';
import { until } from '../harness/errands.ts';
import { Kiosk } from '../harness/kiosk.ts';
import { Person } from '../harness/person.ts';
import { approve, cast, createWorld, type World } from '../harness/world.ts';

const laptop = 'HB-07';
const patient = 'CANARY5150';

/** People come and go: by invitation, proposal and approval in the consoles, and laptops follow at once. */
describe('trust changes', () => {
  let world: World;
  let kiosk: Kiosk;
  let manager: Browser;
  let trustee: Browser;
  let key: Browser;
  const newcomer = new Person('Nerys Nurse');

  const goTo = (page: Page, where: string): Promise<unknown> => page.goto(new URL(where, page.url()).toString());
  const draftPerson = (page: Page, name: string) => page.locator(`[data-testid="draft-person"][data-person="${name}"]`);
  /** Looks at the difference and proposes it, with a fresh gesture if the console asks for one. */
  const propose = async (page: Page, person: Person): Promise<string[]> => {
    await page.getByTestId('review-changes').click();
    await page.getByTestId('change').first().waitFor();
    const changes = await page.getByTestId('change').allInnerTexts();
    await person.withPasskey(page, async () => {
      await page.getByTestId('propose-now').click();
      await page.getByTestId('proposal').waitFor();
    });
    return changes;
  };
  const approveProposal = async (page: Page, person: Person, look?: (approver: Page) => Promise<unknown>) => {
    await goTo(page, '#/waiting');
    await approve(page, person, () => page.getByTestId('approve-proposal').click(), look);
    await page.getByTestId('done').waitFor();
  };

  beforeAll(async () => {
    world = await createWorld();
    [manager, trustee, key] = await Promise.all([
      world.signIn('prisonManager', 'trust'),
      world.signIn('trustee', 'trust'),
      world.signIn('nurse', 'key'),
    ]);
    const fleet = await world.signIn('officer', 'fleet');
    kiosk = await Kiosk.start();
    await kiosk.enrol(await createTicket(fleet.page, laptop));
    await fleet.close();
    await book(key.page, { patient, laptop, consultant: cast.consultant, startsAt: Date.now() + 2 * 60_000 });
  });

  afterAll(async () => {
    await kiosk.close();
    await world.close();
  });

  test('S26 a manager invites a nurse, who makes a passkey by the link; it opens no console yet', async () => {
    const { page } = manager;
    await goTo(page, '#/people');
    await page.getByTestId('invite').click();
    await page.locator('#invite-name').fill(newcomer.name);
    await world.people.prisonManager.withPasskey(page, () => page.getByTestId('invite-submit').click());
    const link = (await page.getByTestId('invite-link').innerText()).trim();
    await page.getByTestId('invite-link-done').click();

    const theirs = await world.openBrowser();
    await theirs.page.goto(link);
    await newcomer.withPasskey(theirs.page, async () => {
      await theirs.page.getByTestId('register-invited').click();
      await theirs.page.getByTestId('invitation-registered').waitFor();
    });
    const read = await theirs.page.getByTestId('key-code').innerText();
    const row = page.locator(`[data-testid="invitation"][data-person="${newcomer.name}"][data-standing="registered"]`);
    expect(await row.getByTestId('key-code').innerText()).toBe(read);
    // The link is used up: whoever finds it later gets nothing.
    await theirs.page.goto('about:blank');
    await theirs.page.goto(link);
    await theirs.page.getByTestId('invitation-over').waitFor();
    await theirs.page.goto(`${world.addresses.console}/key/`);
    await newcomer.withPasskey(theirs.page, async () => {
      await theirs.page.getByTestId('sign-in').click();
      await theirs.page.getByRole('alert').first().waitFor();
    });
    expect(await theirs.page.getByTestId('signed-in-person').count()).toBe(0);
    await theirs.close();
  });

  test('S1 S26 the list that lets the old nurse go shuts the laptop she opened, at once, and says why', async () => {
    await openLaptop(key.page, world.people.nurse, kiosk, patient);
    const { page } = manager;
    await goTo(page, '#/next-list');
    await page
      .locator(`[data-testid="invited-offer"][data-person="${newcomer.name}"]`)
      .getByTestId('add-invited')
      .click();
    await draftPerson(page, cast.nurse).getByTestId('remove-person').click();
    const changes = await propose(page, world.people.prisonManager);
    expect(changes.join('\n')).toContain(newcomer.name);
    expect(changes.join('\n')).toContain(cast.nurse);
    await approveProposal(page, world.people.prisonManager, async (approver) => {
      const words = await approver.locator('main').innerText();
      expect(words).toContain(newcomer.name);
      expect(words).toContain(cast.nurse);
    });
    await kiosk.shows('inert');
    expect(await kiosk.page.getByTestId('notice').innerText()).toMatch(/no longer/i);
  });

  test('S15 S28 the leaver’s session is over', async () => {
    await key.page.reload();
    await key.page.getByTestId('sign-in').waitFor();
    await key.close();
  });

  test('S26 the newcomer signs in and opens the laptop with the same appointment', async () => {
    const theirs = await world.signIn(newcomer, 'key');
    await openLaptop(theirs.page, newcomer, kiosk, patient);
    await kiosk.page.getByTestId('lock').click();
    await kiosk.shows('inert');
    await theirs.close();
  });

  test('S26 S6 trustees change a rule and let an officer go; the connected laptop and the consoles follow', async () => {
    const { page } = trustee;
    const leaver = await world.signIn('otherOfficer', 'fleet');
    await goTo(page, '#/change');
    await page
      .getByTestId('people-officers')
      .locator(`[data-person="${cast.otherOfficer}"]`)
      .getByTestId('remove-person')
      .click();
    await page.locator('#rule-idleMinutes').fill('7');
    const changes = await propose(page, world.people.trustee);
    expect(changes.join('\n')).toMatch(/7/);
    await approveProposal(page, world.people.trustee);
    const database = await openControlDatabase(world);
    await until('the connected laptop reports it', async () => {
      const reported = `select detail from audit where action = 'device.reported-trust-updated'`;
      return (await database.run(reported)).some((row) => JSON.stringify(row).includes('manifest 2'));
    });
    await database.close();
    await leaver.page.reload();
    await leaver.page.getByTestId('sign-in').waitFor();
    await leaver.close();
  });

  test('S17 a wrong code on that laptop is still a wrong code', async () => {
    const again = await world.signIn(newcomer, 'key');
    await typePairingCode(again.page, patient, '000000');
    await again.page.getByTestId('code-refused').or(again.page.getByRole('alert')).first().waitFor();
    await kiosk.shows('inert');
  });
});

/** Several laptops take two officers, each at their own console. */
describe('an order for several laptops', () => {
  let world: World;
  let kiosk: Kiosk;

  beforeAll(async () => {
    world = await createWorld();
    kiosk = await Kiosk.start();
  });

  afterAll(async () => {
    await kiosk.close();
    await world.close();
  });

  test('S7 is obeyed when the second officer has approved it, and not before', async () => {
    const first = await world.signIn('officer', 'fleet');
    await kiosk.enrol(await createTicket(first.page, laptop));
    const other = await Kiosk.start();
    try {
      await other.enrol(await createTicket(first.page, 'HB-08'));
      await goTo(first.page, '#/several');
      for (const name of [laptop, 'HB-08']) {
        await first.page.locator(`[data-testid="choose-laptop"][data-device="${name}"]`).check();
      }
      await first.page.getByTestId('several-continue').click();
      await first.page.getByTestId('order-brick').check();
      await first.page.locator('#order-reason').fill('Stolen from the store room');
      await first.page.locator('#order-count').fill('2');
      await first.page.getByTestId('order-continue').click();
      await approve(first.page, world.people.officer, () => first.page.getByTestId('approve-order').click());
      await first.page.getByTestId('second-person').waitFor();
      await kiosk.shows('inert');
      await other.shows('inert');

      const second = await world.signIn('otherOfficer', 'fleet');
      await goTo(second.page, '#/orders');
      await second.page.getByTestId('pending-order').waitFor();
      await approve(second.page, world.people.otherOfficer, () => second.page.getByTestId('approve-pending').click());
      await kiosk.shows('dead');
      await other.shows('dead');
      await second.page.locator('[data-testid="order"][data-state="executed"]').nth(1).waitFor();
    } finally {
      await other.close();
    }
  });

  const goTo = (page: Page, where: string): Promise<unknown> => page.goto(new URL(where, page.url()).toString());
});
