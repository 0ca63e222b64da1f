import { differenceOfManifests, isCoherent, manifestContents, site as siteSchema } from '@sallyport/protocol';
import type { Manifest, ManifestContents, Person, Site, SiteKind, TrustChange } from '@sallyport/protocol';
import { readEndDay } from './end-day.ts';
import { draftPeople, errorsOfPeople, listField, nameField, peopleOf } from './people-draft.ts';
import type { DraftError, DraftPerson } from './people-draft.ts';
import { draftPolicy, errorsOfPolicy, policyOf, readNumber } from './policy-draft.ts';
import type { PolicyDraft, RuleError } from './policy-draft.ts';

/** A site as it is being changed. */
export interface DraftSite {
  id: string;
  kind: SiteKind;
  name: string;
  managers: readonly DraftPerson[];
  /** How many managers must agree, as typed. */
  threshold: string;
  /** Whether the list in force does not have it. */
  added: boolean;
  removed: boolean;
}

/** The next list of roles and rules, as far as it is written. */
export interface ManifestDraft {
  trustees: readonly DraftPerson[];
  /** How many trustees must agree, as typed. */
  threshold: string;
  fleetOfficers: readonly DraftPerson[];
  sites: readonly DraftSite[];
  policy: PolicyDraft;
  /** The last day it is valid, `YYYY-MM-DD`. */
  endDay: string;
}

/** The name of a site's list of managers among the page's fields. */
export function managersList(site: string): string {
  return `site-${site}`;
}

/** The next list to change, from the one in force. */
export function draftManifest(manifest: Manifest, endDay: string): ManifestDraft {
  return {
    trustees: draftPeople(manifest.trustees.people),
    threshold: String(manifest.trustees.threshold),
    fleetOfficers: draftPeople(manifest.fleetOfficers),
    sites: manifest.sites.map(draftSite),
    policy: draftPolicy(manifest.policy),
    endDay,
  };
}

function draftSite({ id, kind, name, managers, threshold }: Site): DraftSite {
  const people = draftPeople(managers);
  return { id, kind, name, managers: people, threshold: String(threshold), added: false, removed: false };
}

/** The draft with a new site, which has no managers yet. */
export function withSite(draft: ManifestDraft, { id, kind, name }: Pick<Site, 'id' | 'kind' | 'name'>): ManifestDraft {
  const added: DraftSite = { id, kind, name, managers: [], threshold: '1', added: true, removed: false };
  return { ...draft, sites: [...draft.sites, added] };
}

/** The draft with something of a site changed; a new site that is removed is forgotten. */
export function withSiteChange(draft: ManifestDraft, id: string, change: Partial<DraftSite>): ManifestDraft {
  const sites = draft.sites
    .map((each) => (each.id === id ? { ...each, ...change } : each))
    .filter((each) => !(each.added && each.removed));
  return { ...draft, sites };
}

/** Everybody a list in force names, once each: people take another place with the passkeys they have. */
export function everybodyOf({ trustees, fleetOfficers, sites }: Manifest): readonly Person[] {
  const named = [...trustees.people, ...fleetOfficers, ...sites.flatMap(({ managers }) => managers)];
  const byId = new Map(named.map((each) => [each.id, each]));
  return [...byId.values()].toSorted((one, other) => one.name.localeCompare(other.name));
}

/**
 * Checks the next list of roles and rules before it is proposed.
 * @param before the list in force, on which the draft was begun
 * @param now control's time, milliseconds since the epoch
 * @returns what is proposed, or what is wrong in the order of the page
 */
export function checkManifest(
  draft: ManifestDraft,
  before: Manifest,
  now: number,
): { ok: true; value: ManifestContents } | { ok: false; errors: readonly RuleError[] } {
  const end = readEndDay(draft.endDay, 'manifest', now);
  const contents = contentsOf(draft, before, end.ok ? end.notAfter : now);
  const errors = [
    ...errorsOfList('trustees', draft.trustees),
    ...errorOfThreshold('trustees-threshold', draft.threshold, contents.trustees.people.length, 10),
    ...errorsOfList('officers', draft.fleetOfficers),
    ...draft.sites.filter(({ removed }) => !removed).flatMap((each) => errorsOfSite(each, draft.sites)),
    ...errorsOfPlaces(draft),
    ...errorsOfPolicy(draft.policy),
    ...(end.ok ? [] : [{ field: 'end-day', words: end.words }]),
  ];
  if (errors.length > 0) return { ok: false, errors };
  const parsed = manifestContents.safeParse(contents);
  // What is left has no field of its own: an approver outside the passkeys' domain, too many people or sites.
  if (!parsed.success || !isCoherent(parsed.data)) {
    return { ok: false, errors: [{ field: 'rule-approverOrigin', words: 'change.incoherent' }] };
  }
  return { ok: true, value: parsed.data };
}

function contentsOf(draft: ManifestDraft, before: Manifest, notAfter: number): ManifestContents {
  return {
    trustees: { threshold: readNumber(draft.threshold), people: peopleOf(draft.trustees) },
    fleetOfficers: peopleOf(draft.fleetOfficers),
    sites: draft.sites
      .filter(({ removed }) => !removed)
      .map(({ id, kind, name, managers, threshold }) => ({
        id,
        kind,
        name: name.trim(),
        managers: peopleOf(managers),
        threshold: readNumber(threshold),
      })),
    policy: policyOf(draft.policy, before.policy),
    notAfter,
  };
}

/** Unlike a site's list of people, none of these may be empty. */
function errorsOfList(list: string, people: readonly DraftPerson[]): readonly DraftError[] {
  const errors = errorsOfPeople(list, people);
  return people.some(({ removed }) => !removed)
    ? errors
    : [...errors, { field: listField(list), words: 'people.nobody' }];
}

/** One person, one place: whoever takes on another role leaves the one they have. */
function errorsOfPlaces({ trustees, fleetOfficers, sites }: ManifestDraft): DraftError[] {
  const seen = new Set<string>();
  const lists: [string, readonly DraftPerson[]][] = [
    ['trustees', trustees],
    ['officers', fleetOfficers],
    ...sites
      .filter(({ removed }) => !removed)
      .map(({ id, managers }) => [managersList(id), managers] as const satisfies [string, readonly DraftPerson[]]),
  ];
  return lists.flatMap(([list, people]) => {
    const ids = peopleOf(people).map(({ id }) => id);
    const again = ids.filter((id) => seen.has(id));
    for (const id of ids) seen.add(id);
    return again.map((id) => ({ field: nameField(list, id), words: 'people.twoPlaces' as const }));
  });
}

function errorOfThreshold(field: string, typed: string, people: number, most: number): DraftError[] {
  const threshold = readNumber(typed);
  if (!(threshold >= 1 && threshold <= most)) return [{ field, words: 'change.badThreshold' }];
  // Where nobody is left, that is what is wrong.
  return people > 0 && threshold > people ? [{ field, words: 'change.thresholdTooHigh' }] : [];
}

function errorsOfSite(draft: DraftSite, all: readonly DraftSite[]): DraftError[] {
  const list = managersList(draft.id);
  const name = draft.name.trim();
  const isTaken = all.some((each) => each.id !== draft.id && !each.removed && each.name.trim() === name);
  return [
    ...(name === '' ? [{ field: `${list}-site`, words: 'change.needSiteName' } as const] : []),
    ...(name !== '' && !siteSchema.shape.name.safeParse(name).success
      ? [{ field: `${list}-site`, words: 'change.badSiteName' } as const]
      : []),
    ...(name !== '' && isTaken ? [{ field: `${list}-site`, words: 'change.siteNameTaken' } as const] : []),
    ...errorsOfList(list, draft.managers),
    ...errorOfThreshold(`${list}-threshold`, draft.threshold, peopleOf(draft.managers).length, 5),
  ];
}

/** What a proposed list of roles and rules changes of the one in force. */
export function changesOfManifest(before: Manifest, contents: ManifestContents): readonly TrustChange[] {
  return differenceOfManifests(before, { ...before, ...contents });
}
