import type { Credential, Person, SiteKind } from './people.ts';
import { fleetPolicy } from './statements.ts';
import type { FleetPolicy, Manifest, NamedSite, Roster, Site } from './statements.ts';

/** Which list of a manifest or roster somebody is on. */
export type PeopleList =
  { list: 'trustees' } | { list: 'fleetOfficers' } | { list: 'managers'; site: NamedSite } | { list: 'roster' };

/** Whose agreement a threshold counts. */
export type ThresholdOf = Extract<PeopleList, { list: 'trustees' | 'managers' }>;

/** A rule of the fleet's policy that is another one from now on. */
export type RuleChange<R extends keyof FleetPolicy = keyof FleetPolicy> = {
  [K in R]: { change: 'rule'; rule: K; from: FleetPolicy[K]; to: FleetPolicy[K] };
}[R];

/** One thing that a manifest or roster changes. Closed: together they are the whole difference. */
export type TrustChange =
  | { change: 'person-added' | 'person-removed'; of: PeopleList; person: Person }
  | { change: 'person-renamed'; of: PeopleList; person: string; from: string; to: string }
  | {
      change: 'passkeys-added' | 'passkeys-removed';
      of: PeopleList;
      /** As the newer version names them. */
      person: { id: string; name: string };
      credentials: Credential[];
    }
  | { change: 'threshold'; of: ThresholdOf; from: number; to: number }
  | { change: 'site-added' | 'site-removed'; site: Site }
  | { change: 'site-renamed'; site: string; from: string; to: string }
  | { change: 'site-kind'; site: NamedSite; from: SiteKind; to: SiteKind }
  | RuleChange
  /** Until when it is valid, ms since 1970. */
  | { change: 'end'; from: number; to: number };

/** What is another in every version, and says nothing about whom the fleet trusts. */
type Bookkeeping = 'sallyport' | 'fleet' | 'type' | 'version' | 'previous' | 'issuedAt';

/** How each member of a value is compared: a member that is missing here does not compile. */
type Members<T> = { [M in keyof T]: (previous: T[M], next: T[M]) => TrustChange[] };

/**
 * What a manifest changes of the one before: nothing exactly when both mean the same. The order of people, passkeys, sites
 * and authenticator models has no meaning. Pure.
 * @param previous the manifest before, of the same fleet; both name nobody twice in a list (`isCoherent`)
 */
export function differenceOfManifests(previous: Manifest, next: Manifest): TrustChange[] {
  return differenceOf(membersOfManifest, previous, next);
}

/**
 * What a roster changes of the one before, in the same way.
 * @param previous the roster before, of the same site; both name nobody twice
 */
export function differenceOfRosters(previous: Roster, next: Roster): TrustChange[] {
  return differenceOf(membersOfRoster(next.site), previous, next);
}

/** Whether a change decides who decides: whoever approves is warned before all else. */
export function isGraveChange(change: TrustChange): boolean {
  if (change.change === 'rule') return graveRules[change.rule];
  if (change.change === 'threshold') return true;
  return 'of' in change && change.of.list === 'trustees';
}

/** Where approvals are given, for whom, by which page, and who signs the record. */
const graveRules: Readonly<Record<keyof FleetPolicy, boolean>> = {
  rpId: true,
  approverOrigin: true,
  approverBuild: true,
  auditKey: true,
  authenticators: false,
  activationMinutes: false,
  grantMinutes: false,
  idleMinutes: false,
  suspendAfterHours: false,
  eraseAfterHours: false,
  platformErasers: false,
};

const membersOfManifest: Members<Omit<Manifest, Bookkeeping>> = {
  trustees: (previous, next) => differenceOf(membersOfTrustees, previous, next),
  fleetOfficers: (previous, next) => differenceOfPeople({ list: 'fleetOfficers' }, previous, next),
  sites: differenceOfSites,
  policy: differenceOfPolicies,
  notAfter: differenceOfEnds,
};

const membersOfTrustees: Members<Manifest['trustees']> = {
  threshold: (from, to) => differenceOfThresholds({ list: 'trustees' }, from, to),
  people: (previous, next) => differenceOfPeople({ list: 'trustees' }, previous, next),
};

const membersOfRoster = (site: string): Members<Omit<Roster, Bookkeeping | 'site'>> => ({
  siteName: (from, to) => differenceOfNames(site, from, to),
  people: (previous, next) => differenceOfPeople({ list: 'roster' }, previous, next),
  notAfter: differenceOfEnds,
});

const membersOfSite = (site: NamedSite): Members<Omit<Site, 'id'>> => ({
  name: (from, to) => differenceOfNames(site.id, from, to),
  kind: (from, to) => (from === to ? [] : [{ change: 'site-kind', site, from, to }]),
  threshold: (from, to) => differenceOfThresholds({ list: 'managers', site }, from, to),
  managers: (previous, next) => differenceOfPeople({ list: 'managers', site }, previous, next),
});

const membersOfPerson = (of: PeopleList, { id, name }: Person): Members<Omit<Person, 'id'>> => ({
  name: (from, to) => (from === to ? [] : [{ change: 'person-renamed', of, person: id, from, to }]),
  credentials: (previous, next) => differenceOfPasskeys(of, { id, name }, previous, next),
});

function differenceOf<T extends object>(members: Members<T>, previous: T, next: T): TrustChange[] {
  const names = Object.keys(members) as (keyof T)[];
  return names.flatMap((name) => members[name](previous[name], next[name]));
}

function differenceOfPeople(of: PeopleList, previous: readonly Person[], next: readonly Person[]): TrustChange[] {
  return differenceOfLists(previous, next, {
    added: (person) => ({ change: 'person-added', of, person }),
    removed: (person) => ({ change: 'person-removed', of, person }),
    kept: (before, after) => differenceOf(membersOfPerson(of, after), before, after),
  });
}

function differenceOfSites(previous: readonly Site[], next: readonly Site[]): TrustChange[] {
  return differenceOfLists(previous, next, {
    added: (site) => ({ change: 'site-added', site }),
    removed: (site) => ({ change: 'site-removed', site }),
    kept: (before, after) => differenceOf(membersOfSite({ id: after.id, name: after.name }), before, after),
  });
}

/** What is in the next list in its order, then what is gone. */
function differenceOfLists<T extends { id: string }>(
  previous: readonly T[],
  next: readonly T[],
  say: {
    added: (value: T) => TrustChange;
    removed: (value: T) => TrustChange;
    kept: (before: T, after: T) => TrustChange[];
  },
): TrustChange[] {
  const before = new Map(previous.map((value) => [value.id, value]));
  const after = new Set(next.map(({ id }) => id));
  const present = next.flatMap((value) => {
    const known = before.get(value.id);
    return known === undefined ? [say.added(value)] : say.kept(known, value);
  });
  return [...present, ...previous.filter(({ id }) => !after.has(id)).map(say.removed)];
}

/** A passkey is its number and its key: another key under the same number is another passkey. */
function differenceOfPasskeys(
  of: PeopleList,
  person: { id: string; name: string },
  previous: readonly Credential[],
  next: readonly Credential[],
): TrustChange[] {
  const added = next.filter((credential) => !includes(previous, credential));
  const removed = previous.filter((credential) => !includes(next, credential));
  return [
    ...(added.length === 0 ? [] : [{ change: 'passkeys-added', of, person, credentials: added } as const]),
    ...(removed.length === 0 ? [] : [{ change: 'passkeys-removed', of, person, credentials: removed } as const]),
  ];
}

function includes(credentials: readonly Credential[], { id, publicKey }: Credential): boolean {
  return credentials.some((each) => each.id === id && each.publicKey === publicKey);
}

function differenceOfThresholds(of: ThresholdOf, from: number, to: number): TrustChange[] {
  return from === to ? [] : [{ change: 'threshold', of, from, to }];
}

function differenceOfNames(site: string, from: string, to: string): TrustChange[] {
  return from === to ? [] : [{ change: 'site-renamed', site, from, to }];
}

function differenceOfEnds(from: number, to: number): TrustChange[] {
  return from === to ? [] : [{ change: 'end', from, to }];
}

function differenceOfPolicies(previous: FleetPolicy, next: FleetPolicy): TrustChange[] {
  const rules = fleetPolicy.keyof().options;
  return rules
    .filter((rule) => meaningOf(previous[rule]) !== meaningOf(next[rule]))
    .map((rule) => changeOfRule(rule, previous[rule], next[rule]));
}

function changeOfRule<R extends keyof FleetPolicy>(rule: R, from: FleetPolicy[R], to: FleetPolicy[R]): RuleChange<R> {
  return { change: 'rule', rule, from, to };
}

function meaningOf(rule: FleetPolicy[keyof FleetPolicy]): string {
  return typeof rule === 'object' ? [...new Set(rule)].sort().join() : String(rule);
}
