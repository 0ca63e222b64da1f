import { isGraveChange } from '@sallyport/protocol';
import type { PeopleList, RuleChange, TrustChange } from '@sallyport/protocol';
import type { Item, Section } from './description.ts';
import { formatMoment } from './moments.ts';
import { codesOf, itemsOf, namesOf } from './people.ts';
import { sentenceOf } from './rules.ts';
import type { Words } from './words.ts';

/** What one change says, and under which heading. */
interface Said {
  heading: string;
  note?: string;
  items: Item[];
}

type PersonChange = Extract<TrustChange, { change: `person-${string}` | `passkeys-${string}` }>;
type SiteChange = Extract<TrustChange, { change: `site-${string}` }>;

/**
 * Says a difference in words, grave changes first.
 * @param version of what was there before
 */
export async function describeChanges(
  changes: readonly TrustChange[],
  version: number,
  words: Words,
): Promise<Section> {
  const heading = words.changes.heading(version);
  if (changes.length === 0) return { heading, items: [{ text: words.changes.nothing }] };
  const parts = [...(await partsOf(changes, true, words)), ...(await partsOf(changes, false, words))];
  return { heading, items: [], parts, ...(changes.some(bringsPasskeys) ? { note: words.changes.compareKeys } : {}) };
}

function bringsPasskeys({ change }: TrustChange): boolean {
  return change === 'person-added' || change === 'passkeys-added' || change === 'site-added';
}

/** The changes of one kind of weight, those under the same heading together. */
async function partsOf(changes: readonly TrustChange[], grave: boolean, words: Words): Promise<Section[]> {
  const weighed = changes.filter((change) => isGraveChange(change) === grave);
  const parts = new Map<string, Said>();
  for (const { heading, ...said } of await Promise.all(weighed.map((change) => sayChange(change, words)))) {
    const known = parts.get(heading)?.items ?? [];
    parts.set(heading, { ...said, heading, items: [...known, ...said.items] });
  }
  return [...parts.values()].map((part) => (grave ? { ...part, heading: words.careful(part.heading), grave } : part));
}

async function sayChange(change: TrustChange, words: Words): Promise<Said> {
  if ('of' in change) {
    const items = change.change === 'threshold' ? [sayThreshold(change, words)] : await sayPerson(change, words);
    return { heading: headingOf(change.of, words), items };
  }
  if (change.change === 'rule') return { heading: words.manifest.rules, items: [sayRule(change, words)] };
  if (change.change === 'end') return { heading: words.validUntil, items: [sayEnd(change, words)] };
  return saySite(change, words);
}

function headingOf(of: PeopleList, words: Words): string {
  switch (of.list) {
    case 'trustees':
      return words.manifest.trustees;
    case 'fleetOfficers':
      return words.manifest.officers;
    case 'managers':
      return words.changes.managers(of.site.name);
    case 'roster':
      return words.roster.people;
    default:
      return of satisfies never;
  }
}

async function sayPerson(change: PersonChange, words: Words): Promise<Item[]> {
  const { added, removed, renamed, passkeysAdded, passkeysRemoved, untilNow } = words.changes;
  switch (change.change) {
    case 'person-added':
      return (await itemsOf([change.person], 'new', words)).map((item) => ({ ...item, text: added(item.text) }));
    case 'person-removed':
      return (await itemsOf([change.person], 'known', words)).map((item) => ({ ...item, text: removed(item.text) }));
    case 'person-renamed':
      return [{ text: renamed(change.to), detail: untilNow(change.from) }];
    case 'passkeys-added':
      return [{ text: passkeysAdded(change.person.name), codes: await codesOf(change.credentials, 'new', words) }];
    case 'passkeys-removed':
      return [{ text: passkeysRemoved(change.person.name), codes: await codesOf(change.credentials, 'known', words) }];
    default:
      return change satisfies never;
  }
}

function sayThreshold({ from, to }: { from: number; to: number }, { changes }: Words): Item {
  return { text: changes.agreeing(to), detail: changes.untilNow(String(from)) };
}

async function saySite(change: SiteChange, words: Words): Promise<Said> {
  const { sites, siteAdded, siteRemoved, renamed, untilNow } = words.changes;
  switch (change.change) {
    case 'site-added': {
      const { kind, name, threshold, managers } = change.site;
      const note = words.manifest.managersNote(threshold);
      return { heading: siteAdded[kind](name), note, items: await itemsOf(managers, 'new', words) };
    }
    case 'site-removed': {
      const { kind, name, managers } = change.site;
      return { heading: sites, items: [{ text: siteRemoved[kind](name), detail: untilNow(namesOf(managers)) }] };
    }
    case 'site-renamed':
      return { heading: sites, items: [{ text: renamed(change.to), detail: untilNow(change.from) }] };
    case 'site-kind': {
      const { site } = words.manifest;
      const [text, before] = [site[change.to](change.site.name), site[change.from](change.site.name)];
      return { heading: sites, items: [{ text, detail: untilNow(before) }] };
    }
    default:
      return change satisfies never;
  }
}

function sayRule({ rule, from, to }: RuleChange, words: Words): Item {
  return { text: sentenceOf(rule, to, words), detail: words.changes.untilNow(sentenceOf(rule, from, words)) };
}

function sayEnd({ from, to }: { from: number; to: number }, words: Words): Item {
  return { text: formatMoment(to, words), detail: words.changes.untilNow(formatMoment(from, words)) };
}
