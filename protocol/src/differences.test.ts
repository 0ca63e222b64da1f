import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { effort, seed, tried } from '../../test/harness/effort.ts';
import { differenceOfManifests, differenceOfRosters, isGraveChange } from './differences.ts';
import type { PeopleList, ThresholdOf, TrustChange } from './differences.ts';
import type { Credential, Person } from './people.ts';
import { manifestStatement, platformEraser, rosterStatement } from './statements.ts';
import type { Manifest, Roster, Site } from './statements.ts';

const id = (last: number) => `7f0c1f5e-9a8e-4c53-8d52-0b8c7d2e6a${String(last).padStart(2, '0')}`;
const noon = Date.UTC(2026, 6, 15, 11);
const digests = ['a', 'b'].map((letter) => letter.repeat(43));
const models = ['00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000002'];

// Small pools, so that two documents share most of what they say, in another order.
const person = (first: number): fc.Arbitrary<Person> =>
  fc.record({
    id: fc.integer({ min: first, max: first + 3 }).map(id),
    name: fc.constantFrom('Ada', 'Ben', 'Cai'),
    credentials: fc.uniqueArray(
      fc.record({ id: fc.constantFrom('AAAA', 'BBBB', 'CCCC'), publicKey: fc.constantFrom('DDDD', 'EEEE') }),
      { minLength: 1, maxLength: 3, selector: ({ id }) => id },
    ),
  });
const people = (first: number, minLength = 1) =>
  fc.uniqueArray(person(first), { minLength, maxLength: 4, selector: ({ id }) => id });
const threshold = fc.integer({ min: 1, max: 3 });
const site: fc.Arbitrary<Site> = fc.record({
  id: fc.integer({ min: 50, max: 53 }).map(id),
  kind: fc.constantFrom('prison', 'hospital'),
  name: fc.constantFrom('HMP Exemplar', 'Example Infirmary'),
  managers: people(20),
  threshold,
});
const common = {
  sallyport: fc.constant(1 as const),
  fleet: fc.constant(id(99)),
  issuedAt: fc.integer({ min: noon, max: noon + 9 }),
  version: fc.integer({ min: 1, max: 9 }),
  previous: fc.constantFrom(null, ...digests),
  notAfter: fc.constantFrom(noon + 10, noon + 20),
};
const manifest: fc.Arbitrary<Manifest> = fc.record({
  ...common,
  type: fc.constant('manifest' as const),
  trustees: fc.record({ threshold, people: people(1) }),
  fleetOfficers: people(10),
  sites: fc.uniqueArray(site, { minLength: 1, maxLength: 4, selector: ({ id }) => id }),
  policy: fc.record({
    rpId: fc.constantFrom('example', 'example.test'),
    approverOrigin: fc.constantFrom('https://approve.example', 'https://other.example'),
    approverBuild: fc.constantFrom(...digests),
    auditKey: fc.constantFrom('FFFF', 'GGGG'),
    authenticators: fc.array(fc.constantFrom(...models), { maxLength: 3 }),
    platformErasers: fc.uniqueArray(fc.constantFrom(...platformEraser.options), { maxLength: 2 }),
    activationMinutes: fc.integer({ min: 60, max: 61 }),
    grantMinutes: fc.integer({ min: 5, max: 6 }),
    idleMinutes: fc.integer({ min: 9, max: 10 }),
    suspendAfterHours: fc.integer({ min: 100, max: 101 }),
    eraseAfterHours: fc.integer({ min: 200, max: 201 }),
  }),
});
const roster: fc.Arbitrary<Roster> = fc.record({
  ...common,
  type: fc.constant('roster' as const),
  site: fc.constant(id(50)),
  siteName: fc.constantFrom('HMP Exemplar', 'HMP Other'),
  people: people(30, 0),
});

/** What a document says without its bookkeeping, in one order: written apart from the code under test. */
const inOrder = <T extends object>(values: readonly T[]): T[] =>
  values.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
const inOrderOfPeople = (list: readonly Person[]) =>
  inOrder(list.map(({ id, name, credentials }) => ({ id, name, credentials: inOrder(credentials) })));
const meaningOfRoster = ({ siteName, people, notAfter }: Roster) => ({
  siteName,
  people: inOrderOfPeople(people),
  notAfter,
});
const meaningOfManifest = ({ trustees, fleetOfficers, sites, policy, notAfter }: Manifest) => ({
  trustees: { threshold: trustees.threshold, people: inOrderOfPeople(trustees.people) },
  fleetOfficers: inOrderOfPeople(fleetOfficers),
  sites: inOrder(
    sites.map(({ id, kind, name, threshold, managers }) => ({
      ...{ id, kind, name, threshold, managers: inOrderOfPeople(managers) },
    })),
  ),
  policy: {
    ...policy,
    authenticators: [...new Set(policy.authenticators)].sort(),
    platformErasers: [...new Set(policy.platformErasers)].sort(),
  },
  notAfter,
});

function peopleOf(document: Manifest | Roster, of: PeopleList): Person[] {
  if (document.type === 'roster') return of.list === 'roster' ? document.people : [];
  if (of.list === 'trustees') return document.trustees.people;
  if (of.list === 'fleetOfficers') return document.fleetOfficers;
  return of.list === 'managers' ? siteOf(document, of.site.id).managers : [];
}

function siteOf(document: Manifest, site: string): Site {
  const found = document.sites.find(({ id }) => id === site);
  if (found === undefined) throw new Error('a change of a site that is not there');
  return found;
}

/** Does to a copy what a difference says, and nothing else. */
function applied<T extends Manifest | Roster>(before: T, changes: readonly TrustChange[]): T {
  const document = structuredClone(before);
  for (const change of changes) {
    if ('of' in change && change.change !== 'threshold') applyToPeople(peopleOf(document, change.of), change);
    else applyToDocument(document, change);
  }
  return document;
}

function applyToPeople(list: Person[], change: TrustChange): void {
  const index = (person: string) => list.findIndex(({ id }) => id === person);
  if (change.change === 'person-added') list.push(structuredClone(change.person));
  if (change.change === 'person-removed') list.splice(index(change.person.id), 1);
  if (change.change === 'person-renamed') Object.assign(list[index(change.person)] ?? {}, { name: change.to });
  if (change.change === 'passkeys-added') list[index(change.person.id)]?.credentials.push(...change.credentials);
  if (change.change === 'passkeys-removed') removePasskeys(list[index(change.person.id)], change.credentials);
}

function removePasskeys(person: Person | undefined, gone: readonly Credential[]): void {
  if (person === undefined) throw new Error('a change of a person who is not there');
  person.credentials = person.credentials.filter(
    ({ id, publicKey }) => !gone.some((each) => each.id === id && each.publicKey === publicKey),
  );
}

function applyToDocument(document: Manifest | Roster, change: TrustChange): void {
  if (change.change === 'end') document.notAfter = change.to;
  else if (document.type === 'manifest') applyToManifest(document, change);
  else if (change.change === 'site-renamed') document.siteName = change.to;
}

function applyToManifest(document: Manifest, change: TrustChange): void {
  if (change.change === 'rule') Object.assign(document.policy, { [change.rule]: change.to });
  if (change.change === 'site-added') document.sites.push(structuredClone(change.site));
  if (change.change === 'site-removed') document.sites = document.sites.filter(({ id }) => id !== change.site.id);
  if (change.change === 'site-renamed') siteOf(document, change.site).name = change.to;
  if (change.change === 'site-kind') siteOf(document, change.site.id).kind = change.to;
  if (change.change === 'threshold') countedBy(document, change.of).threshold = change.to;
}

function countedBy(document: Manifest, of: ThresholdOf): { threshold: number } {
  return of.list === 'trustees' ? document.trustees : siteOf(document, of.site.id);
}

const runs = { numRuns: effort(1_000, 20_000), ...seed() };
const [some] = fc.sample(manifest, { numRuns: 1, seed: 7 });
if (some === undefined) throw new Error('no sample');

describe('S20 the difference of two documents', () => {
  test('is the whole difference: what it says, done to one manifest, makes the other', () => {
    fc.assert(
      fc.property(manifest, manifest, (one, other) => {
        expect(meaningOfManifest(applied(one, differenceOfManifests(one, other)))).toEqual(meaningOfManifest(other));
      }),
      runs,
    );
    tried('manifests compared', runs.numRuns);
  });

  test('is the whole difference of rosters as well', () => {
    fc.assert(
      fc.property(roster, roster, (one, other) => {
        expect(meaningOfRoster(applied(one, differenceOfRosters(one, other)))).toEqual(meaningOfRoster(other));
      }),
      runs,
    );
    tried('rosters compared', runs.numRuns);
  });

  test('is nothing exactly when both mean the same', () => {
    const said = (value: object) => JSON.stringify(value);
    fc.assert(
      fc.property(roster, roster, (one, other) => {
        const isSame = said(meaningOfRoster(one)) === said(meaningOfRoster(other));
        expect(differenceOfRosters(one, other).length === 0).toBe(isSame);
      }),
      runs,
    );
  });

  test('says nothing of another order, version, predecessor or time of issue', () => {
    fc.assert(
      fc.property(manifest, ({ trustees, fleetOfficers, sites, policy, ...rest }) => {
        const one: Manifest = { trustees, fleetOfficers, sites, policy, ...rest };
        const other: Manifest = {
          ...rest,
          ...{ version: rest.version + 1, previous: 'c'.repeat(43), issuedAt: rest.issuedAt + 1 },
          trustees: { ...trustees, people: trustees.people.toReversed() },
          fleetOfficers: fleetOfficers.map((each) => ({ ...each, credentials: each.credentials.toReversed() })),
          sites: sites.toReversed(),
          policy: { ...policy, authenticators: policy.authenticators.toReversed() },
        };
        expect(differenceOfManifests(one, other)).toEqual([]);
      }),
      runs,
    );
  });

  test('counts another key under a known number as another passkey', () => {
    const before = rosterWith([{ id: 'AAAA', publicKey: 'DDDD' }]);
    const after = rosterWith([{ id: 'AAAA', publicKey: 'EEEE' }]);
    expect(differenceOfRosters(before, after)).toEqual([
      expect.objectContaining({ change: 'passkeys-added', credentials: [{ id: 'AAAA', publicKey: 'EEEE' }] }),
      expect.objectContaining({ change: 'passkeys-removed', credentials: [{ id: 'AAAA', publicKey: 'DDDD' }] }),
    ]);
  });

  test.each([
    ['a trustee more', { trustees: { ...some.trustees, people: [...some.trustees.people, stranger()] } }, true],
    ['another threshold', { trustees: { ...some.trustees, threshold: some.trustees.threshold + 1 } }, true],
    ['another approver', { policy: { ...some.policy, approverOrigin: 'https://evil.example' } }, true],
    ['another build of the approver', { policy: { ...some.policy, approverBuild: 'z'.repeat(43) } }, true],
    ['another relying party', { policy: { ...some.policy, rpId: 'evil.example' } }, true],
    ['another audit key', { policy: { ...some.policy, auditKey: 'HHHH' } }, true],
    ['an officer more', { fleetOfficers: [...some.fleetOfficers, stranger()] }, false],
    ['a longer idle time', { policy: { ...some.policy, idleMinutes: 60 } }, false],
    ['a later end', { notAfter: some.notAfter + 1 }, false],
  ] satisfies [string, Partial<Manifest>, boolean][])('%s is grave or not', (_, changed, isGrave) => {
    const changes = differenceOfManifests(some, { ...some, ...changed });
    expect(changes.map(isGraveChange)).toEqual([isGrave]);
  });

  test('is tried on documents that the contract knows', () => {
    fc.assert(fc.property(manifest, (value) => manifestStatement.safeParse(value).success));
    fc.assert(fc.property(roster, (value) => rosterStatement.safeParse(value).success));
  });
});

function stranger(): Person {
  return { id: id(77), name: 'Mallory', credentials: [{ id: 'ZZZZ', publicKey: 'ZZZZ' }] };
}

function rosterWith(credentials: Person['credentials']): Roster {
  const [sampled] = fc.sample(roster, { numRuns: 1, seed: 7 });
  if (sampled === undefined) throw new Error('no sample');
  return { ...sampled, people: [{ id: id(30), name: 'Ada', credentials }] };
}
