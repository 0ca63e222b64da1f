import { differenceOfManifests, differenceOfRosters, hasRepeats, isCoherent, isGraveChange } from '@sallyport/protocol';
import type { Manifest, Roster, Site, TrustChange } from '@sallyport/protocol';
import { describeChanges } from './describe-changes.ts';
import type { Description, Item, OwnPlace, Section } from './description.ts';
import { numberedItemsOf, namesOf } from './people.ts';
import type { Standing } from './people.ts';
import { manifestBefore, rosterBefore } from './predecessor.ts';
import { numbered, recordOf } from './record.ts';
import { readable, rulesOf } from './rules.ts';
import type { Words } from './words.ts';

/** What a version changes: the difference from a known one, or why everything in it counts as new. */
interface Novelty {
  section: Section;
  standing: Standing;
  grave: boolean;
}

/**
 * Describes a manifest: first what it changes, then who must approve it, then all of it.
 * @returns undefined when it cannot be lived with, or does not say what it follows
 */
export async function describeManifest(
  manifest: Manifest,
  previous: Uint8Array<ArrayBuffer> | undefined,
  words: Words,
  place: OwnPlace,
): Promise<Description | undefined> {
  const shown = await readable(manifest);
  if (shown === undefined || !isCoherent(manifest)) return undefined;
  if ((manifest.version === 1) !== (manifest.previous === null)) return undefined;
  const found = await manifestBefore(manifest, previous);
  const before = found && (await readable(found));
  const { section, standing, grave } = await noveltyOf(shown, before, differenceOfManifests, words);
  return {
    title: words.manifest.title(manifest.version),
    lead: words.manifest.lead,
    sections: [section, { heading: words.others.heading, items: trusteesAsked(manifest, before, words) }],
    contents: {
      summary: words.everything(manifest.version),
      open: standing === 'new',
      sections: await contentsOfManifest(shown, standing, words),
    },
    warnings: warningsOfPlace(manifest, words, place),
    grave,
  };
}

/**
 * Describes a roster in the same way.
 * @returns undefined when it names somebody twice, or is a first version that follows one
 */
export async function describeRoster(
  roster: Roster,
  previous: Uint8Array<ArrayBuffer> | undefined,
  words: Words,
): Promise<Description | undefined> {
  if (hasRepeats(roster.people) || (roster.version === 1 && roster.previous !== null)) return undefined;
  const before = await rosterBefore(roster, previous);
  const { section, standing, grave } = await noveltyOf(roster, before, differenceOfRosters, words);
  return {
    title: words.roster.title(roster.siteName, roster.version),
    lead: words.roster.lead,
    sections: [section, { heading: words.others.heading, items: [{ text: words.others.managers }] }],
    contents: {
      summary: words.everything(roster.version),
      open: standing === 'new',
      sections: await contentsOfRoster(roster, standing, words),
    },
    warnings: [words.roster.note],
    grave,
  };
}

async function noveltyOf<T extends Manifest | Roster>(
  next: T,
  before: T | undefined,
  differenceOf: (before: T, next: T) => TrustChange[],
  words: Words,
): Promise<Novelty> {
  if (before === undefined) return everythingNew(next, words);
  const changes = differenceOf(before, next);
  const section = await describeChanges(changes, before.version, words);
  const gap = before.version + 1 === next.version ? [] : [gapOf(before.version, next.version, words)];
  return {
    section: { ...section, parts: [...gap, ...(section.parts ?? [])] },
    standing: 'known',
    grave: next.type === 'manifest' && changes.some(isGraveChange),
  };
}

function everythingNew({ version, previous }: Manifest | Roster, words: Words): Novelty {
  const { first, whatIsNew, saysFirst, cannotBeShown, unknownPredecessor, compareKeys } = words.changes;
  if (version === 1) {
    return {
      section: { heading: whatIsNew, note: first, items: [{ text: compareKeys }] },
      standing: 'new',
      grave: false,
    };
  }
  // SECURITY: whoever withholds the version before must not make a change look like none (S20).
  const heading = words.careful(cannotBeShown);
  const note = previous === null ? saysFirst : unknownPredecessor;
  const section = { heading, note, items: [{ text: compareKeys }], grave: true };
  return { section, standing: 'new', grave: true };
}

function gapOf(before: number, version: number, words: Words): Section {
  const { skipped, notDirectlyBefore } = words.changes;
  return { heading: words.careful(skipped), items: [{ text: notDirectlyBefore(before, version) }], grave: true };
}

function trusteesAsked({ version, trustees }: Manifest, before: Manifest | undefined, { others }: Words): Item[] {
  const names = namesOf(trustees.people);
  if (version === 1) return [{ text: others.founding(trustees.threshold, names) }];
  const known =
    before && others.trusteesBefore(before.version, before.trustees.threshold, namesOf(before.trustees.people));
  return [{ text: known ?? others.trusteesUnknown }, { text: others.trusteesOfThis(trustees.threshold, names) }];
}

/** SECURITY: a manifest that moves approvals elsewhere hands the fleet to whoever serves that place (S20). */
function warningsOfPlace({ policy }: Manifest, { manifest }: Words, place: OwnPlace): string[] {
  return [
    ...(policy.approverOrigin === place.origin ? [] : [manifest.otherApprover(policy.approverOrigin)]),
    ...(policy.rpId === place.rpId ? [] : [manifest.otherRelyingParty(policy.rpId)]),
  ];
}

async function contentsOfManifest(shown: Manifest, standing: Standing, words: Words): Promise<Section[]> {
  const { trustees, fleetOfficers, sites, policy } = shown;
  const { manifest } = words;
  return [
    {
      heading: manifest.trustees,
      note: manifest.trusteesNote(trustees.threshold),
      items: await numberedItemsOf(trustees.people, standing, words),
    },
    {
      heading: manifest.officers,
      note: manifest.officersNote,
      items: await numberedItemsOf(fleetOfficers, standing, words),
    },
    ...(await Promise.all(sites.map((site) => contentsOfSite(site, standing, words)))),
    { heading: manifest.rules, items: rulesOf(policy, words).map((text) => ({ text })) },
    recordOf(shown, followsOf(shown, words), words),
  ];
}

async function contentsOfSite({ id, kind, name, threshold, managers }: Site, standing: Standing, words: Words) {
  const note = `${words.manifest.managersNote(threshold)} ${words.record.site}: ${id}`;
  return { heading: words.manifest.site[kind](name), note, items: await numberedItemsOf(managers, standing, words) };
}

async function contentsOfRoster(roster: Roster, standing: Standing, words: Words): Promise<Section[]> {
  const people = await numberedItemsOf(roster.people, standing, words);
  return [
    { heading: words.roster.people, items: people.length === 0 ? [{ text: words.roster.nobody }] : people },
    recordOf(roster, [numbered('site', roster.site, words), ...followsOf(roster, words)], words),
  ];
}

function followsOf({ previous }: Manifest | Roster, words: Words): Item[] {
  return previous === null ? [] : [numbered('follows', previous, words)];
}
