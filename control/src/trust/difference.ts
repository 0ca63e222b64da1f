import { isDeepStrictEqual } from 'node:util';
import type { Manifest, Roster } from '@sallyport/protocol';
import { placesIn } from './known-people.ts';

/** Whether two documents decide the same. Number, link and the time of issue do not count. */
export function isSameDecision(one: Manifest | Roster, other: Manifest | Roster): boolean {
  const placeless = { version: 1, previous: null, issuedAt: 0 };
  return isDeepStrictEqual({ ...one, ...placeless }, { ...other, ...placeless });
}

type Detail = Record<string, string | number | boolean>;

/**
 * What a document changes, for the record: numbers and names of sites, no keys.
 * @param before the document it follows, if that can be read
 */
export function differenceOf(
  statement: Manifest | Roster,
  before: Manifest | Roster | undefined,
  inForce: Manifest,
): Detail {
  const { version, notAfter } = statement;
  const detail = { version, notAfter, ...peopleDifference(statement, before, inForce) };
  if (statement.type === 'roster') return { ...detail, site: statement.siteName, people: statement.people.length };
  const { trustees, fleetOfficers, sites, policy } = statement;
  return {
    ...detail,
    ...{ trustees: trustees.people.length, trusteesNeeded: trustees.threshold, officers: fleetOfficers.length },
    ...{ sites: sites.length, managers: sites.reduce((sum, { managers }) => sum + managers.length, 0) },
    policyChanged: before?.type === 'manifest' && JSON.stringify(before.policy) !== JSON.stringify(policy),
  };
}

function peopleDifference(
  statement: Manifest | Roster,
  before: Manifest | Roster | undefined,
  inForce: Manifest,
): { added: number; removed: number; changed: number } {
  const now = new Map(placesIn(statement, inForce).map((place) => [place.id, JSON.stringify(place)]));
  const then = new Map(
    (before === undefined ? [] : placesIn(before, inForce)).map((place) => [place.id, JSON.stringify(place)]),
  );
  const added = [...now.keys()].filter((id) => !then.has(id)).length;
  const removed = [...then.keys()].filter((id) => !now.has(id)).length;
  const changed = [...now].filter(([id, place]) => then.has(id) && then.get(id) !== place).length;
  return { added, removed, changed };
}
