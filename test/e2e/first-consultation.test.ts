import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser } from '../harness/browser.ts';
import { runControl } from '../harness/control-process.ts';
import {
  admit,
  beginDebrief,
  book,
  checkName,
  createTicket,
  enterRoom,
  join,
  openLaptop,
  order,
  prepare,
  recordNextSteps,
} from '../harness/day.ts';
import { filesThatHold } from '../harness/disk.ts';
import { Kiosk } from '../harness/kiosk.ts';
import { waitForMedia, watchMedia } from '../harness/media.ts';
import { outgoingConnections, processTree } from '../harness/processes.ts';
import { cast, createWorld, type World } from '../harness/world.ts';

const laptop = 'HB-07';
const patient = 'CANARY7731';

/** The brief's day, steps 1 to 8, once, on real parts. Each test is one step and stands on those before it. */
describe('the first consultation', () => {
  let world: World;
  let kiosk: Kiosk;
  let fleet: Browser;
  let key: Browser;
  let clinic: Browser;

  beforeAll(async () => {
    world = await createWorld();
    [fleet, key, clinic] = await Promise.all([
      world.signIn('officer', 'fleet'),
      world.signIn('nurse', 'key'),
      world.signIn('consultant', 'clinic'),
    ]);
    await watchMedia(clinic.context);
    await clinic.page.reload();
    kiosk = await Kiosk.start();
  });

  afterAll(async () => {
    await kiosk.close();
    await world.close();
  });

  test('1. S14 IT enrols a laptop once, with a ticket; it is inert from then on, and at every start', async () => {
    await kiosk.enrol(await createTicket(fleet.page, laptop));
    await kiosk.powerOff();
    await kiosk.powerOn();
    await kiosk.shows('inert');
    await fleet.page.goto(new URL('#/', fleet.page.url()).toString());
    await fleet.page.locator(`[data-testid="device"][data-device="${laptop}"] [data-state="inert"]`).waitFor();
  });

  test('S2 the inert laptop has exactly one connection, to control’s link', async () => {
    await kiosk.page.getByTestId('pairing-code').waitFor();
    const connections = outgoingConnections(kiosk.pid);
    expect(connections.map(({ peer }) => peer)).toEqual([world.addresses.link]);
  });

  test('S1 the inert laptop has no camera, no microphone and no room', async () => {
    const answer = await kiosk.page.evaluate(async () => {
      const refused = (error: unknown): string => (error instanceof Error ? error.name : String(error));
      return {
        camera: await navigator.mediaDevices.getUserMedia({ video: true }).then(() => 'given', refused),
        microphone: await navigator.mediaDevices.getUserMedia({ audio: true }).then(() => 'given', refused),
        join: await window.sallyport.invoke('join', {}),
      };
    });
    expect(answer).toEqual({
      camera: 'NotAllowedError',
      microphone: 'NotAllowedError',
      join: { ok: false, refusal: { reason: 'wrong-state' } },
    });
  });

  test('2. 3. S1 staff book, and open this laptop with its pairing code and a passkey', async () => {
    await book(key.page, { patient, laptop, consultant: cast.consultant, startsAt: Date.now() + 2 * 60_000 });
    await openLaptop(key.page, world.people.nurse, kiosk, patient, {
      approver: async (page) => {
        const words = await page.locator('main').innerText();
        expect(words).toContain(laptop);
        expect(words).toContain(cast.consultant);
        expect(words.replaceAll(/\s/g, '')).toContain(await kiosk.pairingCode());
      },
    });
    await kiosk.page.getByText(patient).first().waitFor();
    await key.page.getByTestId('opened').waitFor();
  });

  test('4. camera, microphone and network are checked, and staff join the one room', async () => {
    for (const [check, verdict] of [
      ['camera', 'working'],
      ['microphone', 'heard'],
    ] as const) {
      await kiosk.page.locator(`[data-testid="check-${check}"][data-verdict="${verdict}"]`).waitFor();
    }
    await enterRoom(clinic.page, world.people.consultant);
    await join(kiosk);
    await prepare(kiosk);
  });

  test('S3 a second join is refused on the laptop, and disturbs nothing', async () => {
    const answer = await kiosk.page.evaluate(() => window.sallyport.invoke('join', {}));
    expect(answer.ok).toBe(false);
    await kiosk.shows('waiting');
  });

  test('5. the consultant admits; both see moving pictures that are not black, and hear sound', async () => {
    await admit(clinic.page, kiosk);
    const [atPatient, atConsultant] = await Promise.all([waitForMedia(kiosk.page), waitForMedia(clinic.page)]);
    expect(atPatient.suite).toMatch(/AES/);
    expect(atConsultant.suite).toMatch(/AES/);
  });

  test('S2 in the room there is that connection and media to the media server’s one port', async () => {
    const peers = new Set(outgoingConnections(kiosk.pid).map(({ peer }) => peer));
    peers.delete(`127.0.0.1:${world.addresses.mediaPort}`);
    expect([...peers]).toEqual([world.addresses.link]);
    const { remotePort } = await waitForMedia(kiosk.page);
    expect(remotePort).toBe(world.addresses.mediaPort);
  });

  test('S8 S11 nothing of the consultation is readable on the laptop’s disk while it runs', async () => {
    expect(filesThatHold(kiosk.desktop.userHome, [patient, cast.consultant])).toEqual([]);
  });

  test('5. the consultant shows the patient a window', async () => {
    await checkName(clinic.page, kiosk);
    await clinic.page.getByTestId('share-screen').click();
    await kiosk.page.getByTestId('shared-screen').waitFor();
    await clinic.page.getByTestId('stop-sharing').click();
    await kiosk.page.getByTestId('shared-screen').waitFor({ state: 'detached' });
  });

  test('6. debrief; next steps are recorded once and reach the healthcare team', async () => {
    await beginDebrief(clinic.page, key.page, kiosk, patient);
    await recordNextSteps(clinic.page);
    await key.page.goto(new URL('#/', key.page.url()).toString());
    const appointment = key.page.locator('[data-testid="appointment"]', { hasText: patient });
    await appointment.getByTestId('next-steps-link').click();
    await key.page.getByText('amlodipine').waitFor();
    await key.page.getByTestId('acknowledge').click();
    await key.page.getByTestId('acknowledged').waitFor();
  });

  test('7. S8 they leave; the laptop is inert and holds nothing readable', async () => {
    await clinic.page.getByTestId('end-room').click();
    await clinic.page.getByTestId('end-room-confirm').click();
    await kiosk.shows('open');
    await kiosk.page.getByTestId('lock').click();
    await kiosk.shows('inert');
    expect(await kiosk.page.content()).not.toContain(patient);
    expect(filesThatHold(kiosk.desktop.userHome, [patient, cast.consultant])).toEqual([]);
  });

  test('8. S7 S9 S36 IT bricks it: the share is destroyed, the order executed on a signed receipt, the laptop dead, in a new process', async () => {
    const { pid } = kiosk;
    await order(fleet.page, world.people.officer, 'brick', laptop);
    await kiosk.shows('dead');
    await fleet.page.locator('[data-testid="order"][data-state="executed"]').waitFor();
    await fleet.page.getByTestId('share-destroyed').waitFor();
    const ours = ['record', 'journal'].map((folder) => `${kiosk.dataFolder}/${folder}`);
    expect(ours.filter((folder) => existsSync(folder))).toEqual([]);
    expect(kiosk.pid).not.toBe(pid);
    expect(processTree(pid)).toEqual([]);
  });

  test('8. S9 dead across restarts', async () => {
    await kiosk.powerOff();
    await kiosk.powerOn();
    await kiosk.shows('dead');
    expect(outgoingConnections(kiosk.pid)).toEqual([]);
    expect(processTree(kiosk.pid).length).toBeGreaterThan(1);
  });

  test('S10 every act is on the record, and the chain proves it', async () => {
    const { output, code } = await runControl(world.configuration, 'audit', 'verify');
    expect({ output, code }).toMatchObject({ code: 0 });
    await fleet.page.goto(new URL('#/audit', fleet.page.url()).toString());
    await fleet.page.getByTestId('audit-entry').first().waitFor();
    const actions = await fleet.page
      .getByTestId('audit-entry')
      .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-action')));
    expect(actions.length).toBeGreaterThan(10);
    expect(output).not.toContain(patient);
  });
});
