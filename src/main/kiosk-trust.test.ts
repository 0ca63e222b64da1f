import type { ApprovedStatement, Manifest, Roster } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { laptopWith, openLaptop, orderOf, sampleLaptop, settled, until } from './laptop-testing.ts';
import type { RunningLaptop } from './laptop-testing.ts';
import { following } from '../../test/harness/sample-trust.ts';
import { manualClock } from './platform/testing/manual-clock.ts';

const now = Date.UTC(2026, 10, 22, 9);
const laptop = await sampleLaptop(now);
const { fleet } = laptop;
const { people } = fleet;
const manifest1 = fleet.approved(fleet.manifest, people.trustee);
const roster1 = fleet.approved(fleet.roster, people.prisonManager);
const hospital1 = fleet.approved(fleet.hospitalRoster, people.hospitalManager);

/** What control has published: versions above 1, and rosters by site. */
interface Published {
  manifests: ApprovedStatement[];
  rosters: Map<string, { version: number; approved: ApprovedStatement }>;
}

function publish(running: RunningLaptop): Published {
  const published: Published = {
    manifests: [],
    rosters: new Map([[fleet.hospital, { version: 1, approved: hospital1 }]]),
  };
  running.answers['trust.fetch'] = (params) => ({
    manifests: published.manifests.slice((params as { afterManifest: number }).afterManifest - 1),
    more: false,
    rosters: [...published.rosters].map(([site, { version }]) => ({ site, version })),
  });
  running.answers['trust.roster'] = (params) => ({
    roster: published.rosters.get((params as { site: string }).site)?.approved,
  });
  return published;
}

/** A laptop that a nurse has opened. */
async function opened() {
  const running = laptopWith(laptop, {}, manualClock(now));
  const published = publish(running);
  running.kiosk.start();
  const socket = running.connect();
  const { answer } = await openLaptop(laptop, running, socket);
  expect(answer).toMatchObject({ ok: true });
  const told = (): void => socket.says({ kind: 'notification', method: 'trust.published', params: {} });
  return { ...running, socket, published, told };
}

const nextRoster = async (before: ApprovedStatement, contents: Roster, changes: Partial<Roster>) =>
  fleet.approved(
    await following(before, contents, changes),
    contents.site === fleet.prison ? people.prisonManager : people.hospitalManager,
  );

describe('S4 S5 opening', () => {
  test('by a nurse’s grant, with the hospital’s roster that was fetched before', async () => {
    const { kiosk, record } = await opened();
    expect(kiosk.snapshot.screen).toMatchObject({ screen: 'open', appointment: { consultant: { name: 'Dr Rao' } } });
    expect(record.value.enrolment?.trust.rosters).toHaveLength(2);
  });

  test('T7 without the hospital’s roster nothing opens, and the refusal is on the record', async () => {
    const running = laptopWith(laptop, {}, manualClock(now));
    const published = publish(running);
    published.rosters.clear();
    running.answers['trust.roster'] = () => ({ roster: roster1 });
    running.kiosk.start();
    const { answer } = await openLaptop(laptop, running, running.connect());
    expect(answer).toMatchObject({ ok: false, refusal: { reason: 'outdated' } });
    expect(running.kiosk.snapshot.screen.screen).toBe('inert');
    await until('both are reported', () => running.reported().includes('statement-refused grant: outdated'));
    expect(running.reported()).toContain('statement-refused trust: wrong-site');
  });

  test('S4 a grant for another laptop’s key opens nothing', async () => {
    const running = laptopWith(laptop, {}, manualClock(now));
    publish(running);
    running.kiosk.start();
    const device = { ...fleet.device, key: fleet.manifest.policy.approverBuild };
    const { answer } = await openLaptop(laptop, running, running.connect(), { device });
    expect(answer).toMatchObject({ ok: false, refusal: { reason: 'wrong-device' } });
  });

  test('S6 the latest clock judges: a grant is out of time by control’s clock though the laptop’s was set back', async () => {
    const running = laptopWith(laptop, {}, manualClock(now));
    publish(running);
    running.kiosk.start();
    const socket = running.connect();
    running.clock.setWallClock(now - 60 * 60_000);
    const times = { issuedAt: now - 60 * 60_000, notAfter: now - 55 * 60_000, openUntil: now };
    const { answer } = await openLaptop(laptop, running, socket, times);
    expect(answer).toMatchObject({ ok: false, refusal: { reason: 'expired' } });
  });
});

describe('T9 S6 a laptop that is open shuts at once', () => {
  test.each<[string, () => Promise<(published: Published) => void>]>([
    [
      'its nurse leaves the roster',
      async () => {
        const approved = await nextRoster(roster1, fleet.roster, { people: [people.officer.named] });
        return ({ rosters }) => void rosters.set(fleet.prison, { version: 2, approved });
      },
    ],
    [
      'the nurse’s passkey is taken from the roster',
      async () => {
        const { credentials } = people.otherOfficer.named;
        const approved = await nextRoster(roster1, fleet.roster, { people: [{ ...people.nurse.named, credentials }] });
        return ({ rosters }) => void rosters.set(fleet.prison, { version: 2, approved });
      },
    ],
    [
      'the manager who approved the roster is replaced',
      async () => {
        const sites = fleet.manifest.sites.map((site) =>
          site.id === fleet.prison ? { ...site, managers: [people.officer.named] } : site,
        );
        const next: Manifest = await following(manifest1, fleet.manifest, { sites });
        return ({ manifests }) => void manifests.push(fleet.approved(next, people.trustee));
      },
    ],
    [
      'its consultant leaves the hospital’s roster',
      async () => {
        const approved = await nextRoster(hospital1, fleet.hospitalRoster, { people: [people.nurse.named] });
        return ({ rosters }) => void rosters.set(fleet.hospital, { version: 2, approved });
      },
    ],
  ])('when %s', async (_what, change) => {
    const { kiosk, published, told, socket, reported } = await opened();
    (await change())(published);
    told();
    await until('it is inert', () => kiosk.snapshot.screen.screen === 'inert');
    expect(kiosk.snapshot.screen).toMatchObject({ screen: 'inert', notice: 'revoked' });
    const ended = () => socket.sent.find(({ method }) => method === 'activation.ended');
    await until('control is told', () => ended() !== undefined);
    expect(ended()).toMatchObject({ params: { grant: 1, reason: 'revoked' } });
    await until('it is reported', () => reported().includes('inert revoked'));
    expect(reported().some((event) => event.startsWith('trust-updated'))).toBe(true);
  });

  test('but not when trust changes and still names them', async () => {
    const { kiosk, published, told, reported } = await opened();
    const more = [people.nurse.named, people.officer.named];
    const approved = await nextRoster(roster1, fleet.roster, { people: more });
    published.rosters.set(fleet.prison, { version: 2, approved });
    const next = await following(manifest1, fleet.manifest);
    published.manifests.push(fleet.approved(next, people.trustee));
    told();
    await until('both are reported', () => reported().includes('trust-updated roster 2: HMP Exemplar'));
    expect(reported()).toContain('trust-updated manifest 2');
    expect(kiosk.snapshot.screen.screen).toBe('open');
  });
});

test('S6 what control offers and people did not approve is refused, and on the record', async () => {
  const { published, told, reported } = await opened();
  const next = await following(manifest1, fleet.manifest);
  published.manifests.push(fleet.approved(next, people.officer));
  told();
  await until('it is reported', () => reported().includes('statement-refused trust: unknown-credential'));
});

test('S7 an order approved under a manifest the laptop does not know is obeyed once it has fetched it', async () => {
  const running = laptopWith(laptop, {}, manualClock(now));
  const published = publish(running);
  running.kiosk.start();
  const socket = running.connect();
  await settled();
  const next = await following(manifest1, fleet.manifest, { fleetOfficers: [people.nurse.named] });
  published.manifests.push(fleet.approved(next, people.trustee));
  const old = orderOf(laptop, now, 'suspend', 1);
  const suspend = fleet.order(now, { order: 'suspend', manifestVersion: 2 });
  const order = fleet.approved(suspend, people.nurse);
  expect(await running.asks(socket, 1, 'order.execute', { order })).toMatchObject({ ok: true });
  expect(running.kiosk.snapshot.screen).toMatchObject({ screen: 'suspended', by: 'order' });
  expect(await running.asks(socket, 2, 'order.execute', { order: old })).toMatchObject({ ok: true });
  expect(running.record.value.enrolment?.trust.orderSequence).toBe(1);
});
