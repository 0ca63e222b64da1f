import type { ApprovedStatement, DeviceRequestResult, Manifest } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { sampleFleet, samplePerson } from '../../../test/harness/sample-fleet.ts';
import type { SamplePerson } from '../../../test/harness/sample-fleet.ts';
import { exactBytes, following, sampleTrust } from '../../../test/harness/sample-trust.ts';
import type { Answer } from '../ports.ts';
import { TrustRefresh } from './trust-refresh.ts';
import type { TrustRefreshOptions } from './trust-refresh.ts';

const now = Date.UTC(2026, 10, 22, 9);
const day = 86_400_000;
const fleet = sampleFleet(now);
const { people } = fleet;
const manifest1 = fleet.approved(fleet.manifest, people.trustee);
const roster1 = fleet.approved(fleet.roster, people.prisonManager);
const hospital2 = await following(roster1, fleet.hospitalRoster);

/** Control as it ought to be, with a chain of manifests and the newest rosters; a test makes it worse. */
class Control {
  /** From version 2 on. */
  chain: ApprovedStatement[] = [];
  rosters: { site: string; version: number; approved: ApprovedStatement }[] = [];
  /** How many manifests one answer carries. */
  perAnswer = 100;
  isReached = true;
  readonly asked: string[] = [];
  /** Called before each answer. */
  meanwhile: () => void = () => undefined;

  readonly request: TrustRefreshOptions['request'] = async (method, params) => {
    const facts = params as { afterManifest?: number; site?: string };
    if (this.asked.length > 20) throw new Error('asked for ever');
    this.asked.push(`${method} ${facts.afterManifest ?? facts.site ?? ''}`);
    const answer = method === 'trust.fetch' ? this.#fetch(facts.afterManifest ?? 0) : this.#roster(facts.site);
    this.meanwhile();
    return answer as Answer<DeviceRequestResult<typeof method>>;
  };

  #fetch(after: number): Answer<DeviceRequestResult<'trust.fetch'>> {
    if (!this.isReached) return { ok: false, refusal: { reason: 'not-connected' } };
    const newer = this.chain.slice(Math.max(0, after - 1));
    const rosters = this.rosters.map(({ site, version }) => ({ site, version }));
    const value = { manifests: newer.slice(0, this.perAnswer), more: newer.length > this.perAnswer, rosters };
    return { ok: true, value };
  }

  #roster(site: string | undefined): Answer<DeviceRequestResult<'trust.roster'>> {
    const roster = this.rosters.find((known) => known.site === site);
    if (roster === undefined) return { ok: false, refusal: { reason: 'not-found' } };
    return { ok: true, value: { roster: roster.approved } };
  }
}

async function setUp(changes: Parameters<typeof sampleTrust>[2] = {}) {
  const sample = await sampleTrust(fleet, now, changes);
  const control = new Control();
  const refused: string[] = [];
  const onRefused = (reason: string): void => void refused.push(reason);
  const refresh = new TrustRefresh({ trust: sample.trust, request: control.request, onRefused });
  return { ...sample, control, refused, refresh };
}

/** A chain of manifests from version 2 on. */
async function chainOf(versions: readonly Partial<Manifest>[], approvers: SamplePerson[][] = []) {
  const chain: ApprovedStatement[] = [];
  let [before, contents] = [manifest1, fleet.manifest];
  for (const [index, changes] of versions.entries()) {
    contents = await following(before, contents, changes);
    before = fleet.approved(contents, ...(approvers[index] ?? [people.trustee]));
    chain.push(before);
  }
  return chain;
}

describe('S6 a laptop that was away', () => {
  test('walks five versions, in several answers, though those in the middle are over, and then takes the rosters', async () => {
    const { trust, kept, control, refresh, refused, inForce } = await setUp();
    const heir = samplePerson('New Trustee');
    const over = { issuedAt: now - 30 * day, notAfter: now - day };
    control.chain = await chainOf(
      [
        over,
        { ...over, trustees: { threshold: 1, people: [heir.named] } },
        over,
        over,
        { issuedAt: now, notAfter: now + day },
      ],
      [[people.trustee], [people.trustee, heir], [heir], [heir], [heir]],
    );
    control.perAnswer = 2;
    const second = fleet.approved(await following(roster1, fleet.roster), people.prisonManager);
    control.rosters = [
      { site: fleet.prison, version: 2, approved: second },
      { site: fleet.hospital, version: 1, approved: roster1 },
    ];
    await refresh.refresh();
    expect([trust.manifest.version, trust.rosterVersion, refused]).toEqual([6, 2, []]);
    expect(exactBytes(kept.value.manifest)).toEqual(exactBytes(control.chain[4] ?? manifest1));
    expect(control.asked).toEqual(['trust.fetch 1', 'trust.fetch 3', 'trust.fetch 5', `trust.roster ${fleet.prison}`]);
    expect(inForce).toEqual([...[2, 3, 4, 5, 6].map((version) => `manifest ${version}`), 'roster 2: HMP Exemplar']);
  });

  test.each<[string, (chain: ApprovedStatement[]) => ApprovedStatement[], string, number]>([
    ['leaves one out', ([two, , four]) => [two, four].filter((each) => each !== undefined), 'unknown-manifest', 2],
    ['repeats one', ([two]) => [two, two].filter((each) => each !== undefined), 'replayed', 2],
    ['sends the old one', () => [manifest1], 'replayed', 1],
    ['sends a roster instead', () => [roster1], 'wrong-type', 1],
    ['takes an approval away', ([two]) => (two === undefined ? [] : [{ ...two, approvals: [] }]), 'too-few-people', 1],
  ])(
    'from a control that %s takes what people approved and no more, and says so',
    async (_what, bad, reason, version) => {
      const { trust, control, refresh, refused } = await setUp();
      control.chain = bad(await chainOf([{}, {}, {}]));
      await refresh.refresh();
      expect([trust.manifest.version, refused]).toEqual([version, [reason]]);
    },
  );

  test('is not kept asking by a control that always has more and never brings it', async () => {
    const { control, refresh } = await setUp();
    control.chain = await chainOf([{}]);
    control.perAnswer = 0;
    await refresh.refresh();
    expect(control.asked).toEqual(['trust.fetch 1']);
  });

  test('asks nothing further of a control it does not reach', async () => {
    const { control, refresh, refused } = await setUp();
    control.isReached = false;
    await refresh.refresh();
    expect([control.asked, refused]).toEqual([['trust.fetch 1'], []]);
  });
});

describe('S6 rosters over the link', () => {
  test('one that is not newer is not asked for', async () => {
    const { control, refresh } = await setUp();
    control.rosters = [{ site: fleet.prison, version: 1, approved: roster1 }];
    await refresh.refresh();
    expect(control.asked).toEqual(['trust.fetch 1']);
  });

  test.each([
    ['an older one under a newer number', fleet.prison, roster1, 'replayed'],
    ['another site’s', fleet.prison, fleet.approved(hospital2, people.hospitalManager), 'wrong-site'],
    ['that of a site that is no hospital', fleet.device.id, roster1, 'wrong-site'],
  ])('%s is refused, and said', async (_what, site, approved, reason) => {
    const { trust, control, refresh, refused } = await setUp();
    control.rosters = [{ site, version: 9, approved }];
    await refresh.refresh();
    expect([trust.rosterVersion, refused]).toEqual([1, [reason]]);
  });

  test('are taken after a forged manifest as well: each is verified on its own', async () => {
    const { trust, control, refresh, refused } = await setUp();
    control.chain = await chainOf([{}], [[people.officer]]);
    const second = fleet.approved(await following(roster1, fleet.roster, { people: [] }), people.prisonManager);
    control.rosters = [{ site: fleet.prison, version: 2, approved: second }];
    await refresh.refresh();
    expect([trust.manifest.version, trust.rosterVersion, refused]).toEqual([1, 2, ['unknown-credential']]);
  });

  test('a hospital’s comes when it is needed, once', async () => {
    const { trust, control, refresh } = await setUp({ rosters: [roster1] });
    const approved = fleet.approved(fleet.hospitalRoster, people.hospitalManager);
    control.rosters = [{ site: fleet.hospital, version: 1, approved }];
    expect(trust.rosterOf(fleet.hospital)).toBeUndefined();
    await Promise.all([refresh.obtainRoster(fleet.hospital), refresh.obtainRoster(fleet.hospital)]);
    expect(trust.rosterOf(fleet.hospital)?.people).toEqual([people.consultant.named]);
    expect(control.asked).toEqual([`trust.roster ${fleet.hospital}`]);
  });
});

test('what is published while a walk is under way is fetched by another, one for all who asked', async () => {
  const { trust, control, refresh } = await setUp();
  const chain = await chainOf([{}]);
  const waiting: Promise<void>[] = [];
  control.meanwhile = () => {
    control.meanwhile = () => undefined;
    control.chain = chain;
    waiting.push(refresh.refresh(), refresh.refresh());
  };
  await refresh.refresh();
  await Promise.all(waiting);
  expect([trust.manifest.version, control.asked]).toEqual([2, ['trust.fetch 1', 'trust.fetch 1']]);
});

test('a disk that fails leaves the trust as it was, and the next walk is made', async () => {
  const { trust, kept, control, refresh } = await setUp();
  control.chain = await chainOf([{}]);
  kept.fault = new Error('disk');
  await expect(refresh.refresh()).rejects.toThrow('disk');
  kept.fault = undefined;
  await refresh.refresh();
  expect(trust.manifest.version).toBe(2);
});
