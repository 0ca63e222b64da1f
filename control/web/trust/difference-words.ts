import { platformEraser } from '@sallyport/protocol';
import type { Credential, FleetPolicy, PeopleList, TrustChange } from '@sallyport/protocol';
import { formatMoment } from '../ui/london-time.ts';
import type { Language, PlainKey, Translate } from '../ui/messages/catalogue.ts';
import { numberRules } from './policy-draft.ts';
import type { NumberRule } from './policy-draft.ts';

type PersonChange = Extract<TrustChange, { change: `person-${string}` | `passkeys-${string}` }>;
type SiteChange = Extract<TrustChange, { change: `site-${string}` }>;

/**
 * Says in words what a manifest or roster changes, one thing at a time.
 * @returns one sentence; the codes of the passkeys it is about stand beside it
 */
export function wordsForChange(change: TrustChange, t: Translate, language: Language): string {
  if (change.change === 'threshold') {
    return t('difference.threshold', { list: wordsForList(change.of, t), from: change.from, to: change.to });
  }
  if ('of' in change) return wordsForPersonChange(change, t);
  if (change.change === 'rule') return wordsForRuleChange(change, t);
  if (change.change !== 'end') return wordsForSiteChange(change, t);
  return t('difference.end', { from: formatMoment(change.from, language), to: formatMoment(change.to, language) });
}

/** A passkey and whose it is. */
export interface NamedPasskey {
  name: string;
  passkey: Credential;
}

/** The passkeys a change brings in or takes away, whose codes people compare. */
export function passkeysOf(change: TrustChange): readonly NamedPasskey[] {
  if (change.change === 'person-added') return named(change.person.name, change.person.credentials);
  if ('credentials' in change) return named(change.person.name, change.credentials);
  if (change.change !== 'site-added') return [];
  return change.site.managers.flatMap(({ name, credentials }) => named(name, credentials));
}

/**
 * The sites whose list of people may no longer be borne out: approved by managers who leave or lose a passkey, by fewer than
 * must now agree, or under another name. Their names as the newer version has them.
 */
export function sitesToApproveAnew(changes: readonly TrustChange[]): readonly string[] {
  const names = changes.flatMap((change) => {
    if (change.change === 'site-renamed') return [change.to];
    const isLoss =
      change.change === 'person-removed' ||
      change.change === 'passkeys-removed' ||
      (change.change === 'threshold' && change.to > change.from);
    return isLoss && change.of.list === 'managers' ? [change.of.site.name] : [];
  });
  return [...new Set(names)];
}

function named(name: string, passkeys: readonly Credential[]): NamedPasskey[] {
  return passkeys.map((passkey) => ({ name, passkey }));
}

function wordsForPersonChange(change: PersonChange, t: Translate): string {
  const list = wordsForList(change.of, t);
  switch (change.change) {
    case 'person-added':
      return t('difference.personAdded', { name: change.person.name, list });
    case 'person-removed':
      return t('difference.personRemoved', { name: change.person.name, list });
    case 'person-renamed':
      return t('difference.personRenamed', { from: change.from, to: change.to, list });
    case 'passkeys-added':
      return t('difference.passkeysAdded', { name: change.person.name, list });
    case 'passkeys-removed':
      return t('difference.passkeysRemoved', { name: change.person.name, list });
    default:
      return change satisfies never;
  }
}

function wordsForSiteChange(change: SiteChange, t: Translate): string {
  switch (change.change) {
    case 'site-added': {
      const { name: site, kind, managers, threshold } = change.site;
      const names = managers.map(({ name }) => name).join(', ');
      return t('difference.siteAdded', { site, kind: t(`site.${kind}`), managers: names, threshold });
    }
    case 'site-removed':
      return t('difference.siteRemoved', { site: change.site.name, kind: t(`site.${change.site.kind}`) });
    case 'site-renamed':
      return t('difference.siteRenamed', { from: change.from, to: change.to });
    case 'site-kind': {
      const [from, to] = [t(`site.${change.from}`), t(`site.${change.to}`)];
      return t('difference.siteKind', { site: change.site.name, from, to });
    }
    default:
      return change satisfies never;
  }
}

/** Which list, in the middle of a sentence. */
export function wordsForList(of: PeopleList, t: Translate): string {
  switch (of.list) {
    case 'trustees':
    case 'fleetOfficers':
    case 'roster':
      return t(`list.${of.list}`);
    case 'managers':
      return t('list.managers', { site: of.site.name });
    default:
      return of satisfies never;
  }
}

function wordsForRuleChange(change: Extract<TrustChange, { change: 'rule' }>, t: Translate): string {
  const { rule } = change;
  return t('difference.rule', {
    rule: t(`rule.${rule}` as const satisfies PlainKey),
    from: wordsForRule(rule, change.from, t),
    to: wordsForRule(rule, change.to, t),
  });
}

/** What a rule says, with its unit. */
export function wordsForRule(rule: keyof FleetPolicy, value: FleetPolicy[keyof FleetPolicy], t: Translate): string {
  if (typeof value === 'object') return wordsForValues(rule, value, t);
  return isNumberRule(rule) ? wordsForNumber(rule, value, t) : String(value);
}

function wordsForValues(rule: keyof FleetPolicy, values: readonly string[], t: Translate): string {
  const isErasers = rule === 'platformErasers';
  if (values.length === 0) return t(isErasers ? 'rule.noErasers' : 'rule.anyAuthenticator');
  const named = platformEraser.options.filter((eraser) => isErasers && values.includes(eraser));
  return (isErasers ? named.map((eraser) => t(`eraser.${eraser}`)) : values).join(', ');
}

function wordsForNumber(rule: NumberRule, value: string | number, t: Translate): string {
  const count = Number(value);
  if (numberRules[rule] === 'minutes') return count === 1 ? t('unit.minute') : t('unit.minutes', { count });
  if (count > 24 && count % 24 === 0) return t('unit.hoursInDays', { count, days: count / 24 });
  return count === 1 ? t('unit.hour') : t('unit.hours', { count });
}

function isNumberRule(rule: keyof FleetPolicy): rule is NumberRule {
  return Object.hasOwn(numberRules, rule);
}
