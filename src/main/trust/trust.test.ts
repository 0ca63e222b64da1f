import type { ApprovedStatement, Manifest, Roster } from '@sallyport/protocol';
import { maxRosters } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { sampleFleet, samplePerson } from '../../../test/harness/sample-fleet.ts';
import type { SamplePerson } from '../../../test/harness/sample-fleet.ts';
import { exactBytes, following, sampleTrust } from '../../../test/harness/sample-trust.ts';
import { firstTrust, TrustFault } from './kept-trust.ts';
import { verifyRoster } from './rosters.ts';

const now = Date.UTC(2026, 10, 22, 9);
const day = 86_400_000;
const fleet = sampleFleet(now);
const { people } = fleet;
const manifest1 = fleet.approved(fleet.manifest, people.trustee);
const roster1 = fleet.approved(fleet.roster, people.prisonManager);

const manifest2 = (changes: Partial<Manifest> = {}): Promise<Manifest> => following(manifest1, fleet.manifest, changes);
const roster2 = (changes: Partial<Roster> = {}): Promise<Roster> => following(roster1, fleet.roster, changes);
/** The trust that has `manifest1` itself: an approval given anew has other bytes, the statement has not. */
const laptop = () => sampleTrust(fleet, now);

describe('S6 manifests follow one another', () => {
  test('the next comes into force, durably', async () => {
    const { trust, kept, inForce } = await laptop();
    const next = fleet.approved(await manifest2(), people.trustee);
    expect(await trust.takeManifest(next)).toBeUndefined();
    expect([trust.manifest.version, inForce, kept.value.manifest]).toEqual([2, ['manifest 2'], next]);
  });

  test.each<[string, (next: Manifest) => Partial<Manifest>, SamplePerson[], string]>([
    ['a skipped version', () => ({ version: 3 }), [people.trustee], 'unknown-manifest'],
    ['a roll-back to the same version', () => ({ version: 1 }), [people.trustee], 'replayed'],
    ['another history', () => ({ previous: fleet.device.key }), [people.trustee], 'wrong-previous'],
    ['no history', () => ({ previous: null }), [people.trustee], 'wrong-previous'],
    ['no trustee', () => ({}), [people.officer], 'unknown-credential'],
    ['nobody', () => ({}), [], 'too-few-people'],
    ['another fleet', () => ({ fleet: fleet.prison }), [people.trustee], 'wrong-fleet'],
    ['a date to come', () => ({ issuedAt: now + day, notAfter: now + 2 * day }), [people.trustee], 'not-yet-valid'],
    ['a life of ten years', () => ({ notAfter: now + 3650 * day }), [people.trustee], 'lives-too-long'],
    [
      'a threshold that cannot be met',
      ({ trustees }) => ({ trustees: { ...trustees, threshold: 2 } }),
      [people.trustee],
      'malformed',
    ],
  ])('one with %s is refused, and nothing changes', async (_what, changes, approvers, reason) => {
    const { trust, kept, inForce } = await laptop();
    const before = kept.value;
    const next = await manifest2();
    expect(await trust.takeManifest(fleet.approved({ ...next, ...changes(next) }, ...approvers))).toBe(reason);
    expect([trust.manifest.version, inForce]).toEqual([1, []]);
    expect(kept.value).toBe(before);
  });

  test('a fast-forward leaves the true next version takable', async () => {
    const { trust } = await laptop();
    const far = fleet.approved(await manifest2({ version: 2 ** 31 - 1 }), people.trustee);
    expect(await trust.takeManifest(far)).toBe('unknown-manifest');
    expect(await trust.takeManifest(fleet.approved(await manifest2(), people.trustee))).toBeUndefined();
  });

  test('trustees hand over only with the approval of those before and of those after', async () => {
    const heirs = [samplePerson('First Heir'), samplePerson('Second Heir'), samplePerson('Third Heir')];
    const [first, second] = heirs;
    if (first === undefined || second === undefined) throw new Error('no heirs');
    const next = await manifest2({ trustees: { threshold: 2, people: heirs.map(({ named }) => named) } });
    const { trust } = await laptop();
    expect(await trust.takeManifest(fleet.approved(next, first, second))).toBe('unknown-credential');
    expect(await trust.takeManifest(fleet.approved(next, people.trustee, first))).toBe('unknown-credential');
    expect(await trust.takeManifest(fleet.approved(next, people.trustee, first, second))).toBeUndefined();
    const third = await following(fleet.approved(next), next);
    expect(await trust.takeManifest(fleet.approved(third, people.trustee, first))).toBe('unknown-credential');
    expect(await trust.takeManifest(fleet.approved(third, second, first))).toBeUndefined();
  });

  test('two passkeys of one trustee are one approval', async () => {
    const [one, other, second] = [samplePerson('Ada Trustee'), samplePerson('Ada Trustee'), samplePerson('Eve')];
    const ada = { ...one.named, credentials: [...one.named.credentials, ...other.named.credentials] };
    const held = await manifest2({ trustees: { threshold: 2, people: [ada, second.named] } });
    const { trust } = await laptop();
    await trust.takeManifest(fleet.approved(held, people.trustee, one, second));
    const next = await following(fleet.approved(held), held);
    expect(await trust.takeManifest(fleet.approved(next, one, other))).toBe('too-few-people');
    expect(await trust.takeManifest(fleet.approved(next, other, second))).toBeUndefined();
  });

  test('what could not be kept is not in force', async () => {
    const { trust, kept } = await laptop();
    kept.fault = new Error('disk');
    await expect(trust.takeManifest(fleet.approved(await manifest2(), people.trustee))).rejects.toThrow('disk');
    expect(trust.manifest.version).toBe(1);
  });

  test('a kept manifest or roster that is none is a fault', async () => {
    await expect(sampleTrust(fleet, now, { manifest: roster1 })).rejects.toThrow(TrustFault);
    await expect(sampleTrust(fleet, now, { rosters: [manifest1] })).rejects.toThrow(TrustFault);
    await expect(firstTrust(roster1, roster1)).rejects.toThrow(TrustFault);
  });
});

describe('S6 rosters are a delegation', () => {
  test('the site’s next roster comes into force, durably, its own site’s first', async () => {
    const { trust, kept, inForce } = await laptop();
    const next = fleet.approved(await roster2(), people.prisonManager);
    expect(trust.isNewer(fleet.prison, 2)).toBe(true);
    expect(await trust.takeRoster(fleet.prison, next)).toBeUndefined();
    expect([trust.rosterVersion, trust.isNewer(fleet.prison, 2)]).toEqual([2, false]);
    expect([inForce, kept.value.rosters[0]]).toEqual([['roster 2: HMP Exemplar'], next]);
    expect(trust.rosterOf(fleet.hospital)?.people).toEqual([people.consultant.named]);
  });

  test.each<[string, Partial<Roster>, SamplePerson, string]>([
    ['a roll-back', { version: 1 }, people.prisonManager, 'replayed'],
    ['a fast-forward', { version: 1002 }, people.prisonManager, 'too-far-ahead'],
    ['another history', { previous: fleet.device.key }, people.prisonManager, 'wrong-previous'],
    ['the approval of another site’s manager', {}, people.hospitalManager, 'unknown-credential'],
    ['the approval of a trustee', {}, people.trustee, 'unknown-credential'],
    ['the approval of its own people', {}, people.nurse, 'unknown-credential'],
    ['a time that is over', { issuedAt: now - day, notAfter: now }, people.prisonManager, 'expired'],
    ['a life of two years', { notAfter: now + 730 * day }, people.prisonManager, 'lives-too-long'],
    ['another name', { siteName: 'HMP Elsewhere' }, people.prisonManager, 'wrong-site'],
    [
      'one passkey twice',
      { people: [people.nurse.named, { ...people.nurse.named, id: fleet.prison }] },
      people.prisonManager,
      'malformed',
    ],
    ['another site', { site: fleet.hospital, siteName: 'Example Infirmary' }, people.hospitalManager, 'wrong-site'],
  ])('one with %s is refused, and nothing changes', async (_what, changes, approver, reason) => {
    const { trust, kept } = await laptop();
    const before = kept.value;
    const next = fleet.approved(await roster2(changes), approver);
    expect(await trust.takeRoster(fleet.prison, next)).toBe(reason);
    expect(kept.value).toBe(before);
  });

  test('of another prison is never held', async () => {
    const other = { ...fleet.manifest.sites[0], id: fleet.device.id, name: 'HMP Other' } as Manifest['sites'][number];
    const sites = [...fleet.manifest.sites, other];
    const { trust } = await laptop();
    await trust.takeManifest(fleet.approved(await manifest2({ sites }), people.trustee));
    const roster = { ...fleet.roster, site: other.id, siteName: other.name };
    expect(await trust.takeRoster(other.id, fleet.approved(roster, people.prisonManager))).toBe('wrong-site');
    expect(await trust.takeRoster(fleet.people.nurse.named.id, roster1)).toBe('wrong-site');
  });

  test('a prison’s roster falls when the manifest makes it no site any more', async () => {
    const sites = fleet.manifest.sites.filter(({ id }) => id !== fleet.hospital);
    const { trust } = await laptop();
    await trust.takeManifest(fleet.approved(await manifest2({ sites }), people.trustee));
    expect([trust.rosterOf(fleet.hospital), trust.rosterVersion]).toEqual([undefined, 1]);
  });

  test('T9 a roster falls with the manager who approved it, and nothing older comes in its place', async () => {
    const successor = samplePerson('Next Manager');
    const sites = fleet.manifest.sites.map((site) =>
      site.id === fleet.prison ? { ...site, managers: [successor.named] } : site,
    );
    const { trust, kept } = await laptop();
    const second = await roster2();
    const approved2 = fleet.approved(second, people.prisonManager);
    await trust.takeRoster(fleet.prison, approved2);
    await trust.takeManifest(fleet.approved(await manifest2({ sites }), people.trustee));
    expect([trust.rosterVersion, kept.value.rosters.length]).toEqual([0, 1]);
    const older = fleet.approved(fleet.roster, successor);
    expect(await trust.takeRoster(fleet.prison, older)).toBe('replayed');
    const changed = fleet.approved({ ...second, people: [] }, successor);
    expect(await trust.takeRoster(fleet.prison, changed)).toBe('wrong-previous');
    expect(await trust.takeRoster(fleet.prison, fleet.approved(second, successor))).toBeUndefined();
    const third = fleet.approved(await following(approved2, second), successor);
    expect(await trust.takeRoster(fleet.prison, third)).toBeUndefined();
    expect(trust.rosterVersion).toBe(3);
  });

  test('a roster stands through manifests and times that are over: what is over opens nothing anyway', async () => {
    const { trust } = await laptop();
    const over = { issuedAt: now - 3 * day, notAfter: now - 2 * day };
    expect(await trust.takeManifest(fleet.approved(await manifest2(over), people.trustee))).toBeUndefined();
    expect([trust.rosterVersion, trust.rosterOf(fleet.hospital)?.version]).toEqual([1, 1]);
  });

  test('at enrolment a roster is verified for the site', async () => {
    const bounds = { site: fleet.prison, afterVersion: 0, current: undefined, now };
    expect((await verifyRoster(roster1, fleet.manifest, bounds)).accepted).toBe(true);
    expect(await verifyRoster(roster1, fleet.manifest, { ...bounds, site: fleet.hospital })).toMatchObject({
      reason: 'wrong-site',
    });
  });
});

describe('a laptop holds its own roster and those of the hospitals it calls', () => {
  const hospitals = Array.from({ length: maxRosters + 2 }, (_, index) => ({
    ...fleet.manifest.sites[1],
    id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    name: `Hospital ${index}`,
  })) as Manifest['sites'];
  const rosterFor = (
    { id, name }: Manifest['sites'][number],
    peopleOf = fleet.hospitalRoster.people,
  ): ApprovedStatement =>
    fleet.approved({ ...fleet.hospitalRoster, site: id, siteName: name, people: peopleOf }, people.hospitalManager);
  const withHospitals = async () => {
    const sample = await laptop();
    const sites = [...fleet.manifest.sites, ...hospitals];
    await sample.trust.takeManifest(fleet.approved(await manifest2({ sites }), people.trustee));
    return sample;
  };

  test('as many as the contract allows; the newest make room among those nobody wants', async () => {
    const { trust, kept } = await withHospitals();
    const wanted = new Set([fleet.hospital]);
    for (const hospital of hospitals) await trust.takeRoster(hospital.id, rosterFor(hospital), wanted);
    expect(kept.value.rosters).toHaveLength(maxRosters);
    expect([trust.rosterVersion, trust.rosterOf(fleet.hospital)?.version]).toEqual([1, 1]);
    expect(hospitals.map(({ id }) => trust.rosterOf(id) !== undefined).filter(Boolean)).toHaveLength(maxRosters - 2);
    expect(trust.rosterOf(hospitals.at(-1)?.id ?? '')).toBeDefined();
  });

  test('one that had to make room is not followed by an older one', async () => {
    const { trust } = await withHospitals();
    const [first] = hospitals;
    if (first === undefined) throw new Error('no hospital');
    const one = rosterFor(first);
    const contents = { ...fleet.hospitalRoster, site: first.id, siteName: first.name };
    await trust.takeRoster(first.id, one);
    await trust.takeRoster(first.id, fleet.approved(await following(one, contents), people.hospitalManager));
    for (const hospital of hospitals.slice(1)) await trust.takeRoster(hospital.id, rosterFor(hospital));
    expect(trust.rosterOf(first.id)).toBeUndefined();
    expect(await trust.takeRoster(first.id, one)).toBe('replayed');
  });

  test('large ones make room earlier, so that the record holds them all', async () => {
    const { trust, kept } = await withHospitals();
    const crowd = Array.from({ length: 2000 }, (_, index) => ({
      id: `00000000-0000-4000-9000-${String(index).padStart(12, '0')}`,
      name: `Consultant ${index}`,
      credentials: [{ id: `c${index}`.padEnd(60, 'x'), publicKey: `k${index}`.padEnd(103, 'x') }],
    }));
    for (const hospital of hospitals.slice(0, 4)) await trust.takeRoster(hospital.id, rosterFor(hospital, crowd));
    const characters = kept.value.rosters.reduce((sum, { statement }) => sum + statement.length, 0);
    expect(characters).toBeLessThan(1.5 * 1024 * 1024);
    expect([trust.rosterVersion, kept.value.rosters.length]).toEqual([1, 3]);
    expect(trust.rosterOf(hospitals[3]?.id ?? '')).toBeDefined();
  });
});

test('S5 S6 signature counters and sequences outlive a change of trust', async () => {
  const counters = [{ credential: people.nurse.authenticator.credential.id, counter: 7 }];
  const { trust, kept } = await sampleTrust(fleet, now, { counters, grantSequence: 4, orderSequence: 3 });
  await trust.takeManifest(fleet.approved(await manifest2(), people.trustee));
  await trust.takeRoster(fleet.prison, fleet.approved(await roster2(), people.prisonManager));
  expect(kept.value).toMatchObject({ counters, grantSequence: 4, orderSequence: 3 });
  expect(exactBytes(kept.value.manifest)).not.toEqual(exactBytes(manifest1));
});
