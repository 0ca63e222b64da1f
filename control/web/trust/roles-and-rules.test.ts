import { manifestContents } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { translator } from '../ui/messages/catalogue.ts';
import { wordsForChangeError } from './change-error.ts';
import {
  changesOfManifest,
  checkManifest,
  draftManifest,
  everybodyOf,
  withSite,
  withSiteChange,
} from './manifest-draft.ts';
import type { ManifestDraft } from './manifest-draft.ts';
import { draftPeople, withoutPerson, withPerson } from './people-draft.ts';
import { wordsForRule } from './difference-words.ts';
import { boundsOf } from './policy-draft.ts';
import { wordsForPolicy } from './policy-words.ts';
import { ada, alan, id, ifor, manifest, noon, olwen, person, prison } from './testing.ts';

const huw = person('Huw Manager', '13');
const draft = draftManifest(manifest, '2027-01-05');
const t = translator('en');

const problems = (change: Partial<ManifestDraft>) => {
  const checked = checkManifest({ ...draft, ...change }, manifest, noon);
  return checked.ok ? [] : checked.errors.map(({ field, words }) => `${field}: ${words}`);
};
const changes = (change: Partial<ManifestDraft>) => {
  const checked = checkManifest({ ...draft, ...change }, manifest, noon);
  return checked.ok
    ? changesOfManifest(manifest, checked.value).filter(({ change: kind }) => kind !== 'end')
    : undefined;
};

describe('the next list of roles and rules', () => {
  test('is what is in force until somebody changes it, and fits the contract', () => {
    const checked = checkManifest(draft, manifest, noon);
    expect(checked.ok && manifestContents.safeParse(checked.value).success).toBe(true);
    expect(changes({})).toEqual([]);
  });

  test('removes an officer and changes a rule, and nothing else', () => {
    expect(
      changes({
        fleetOfficers: withoutPerson(draft.fleetOfficers, olwen.id),
        policy: { ...draft.policy, idleMinutes: ' 15 ' },
      }),
    ).toEqual([
      { change: 'person-removed', of: { list: 'fleetOfficers' }, person: olwen },
      { change: 'rule', rule: 'idleMinutes', from: 10, to: 15 },
    ]);
  });

  test('gets a site with managers, another name, or loses one', () => {
    const hospital = { id: id('12'), kind: 'hospital', name: 'Example Infirmary' } as const;
    const added = withSite(draft, hospital);
    const managed = withSiteChange(added, hospital.id, { managers: withPerson([], huw) });
    expect(changes({ sites: managed.sites })).toEqual([
      { change: 'site-added', site: { ...hospital, managers: [huw], threshold: 1 } },
    ]);
    expect(withSiteChange(added, hospital.id, { removed: true }).sites).toEqual(draft.sites);
    const renamed = withSiteChange(draft, prison.id, { name: 'HMP Example ' });
    expect(changes({ sites: renamed.sites })).toEqual([
      { change: 'site-renamed', site: prison.id, from: 'HMP Exemplar', to: 'HMP Example' },
    ]);
    const swapped = withSiteChange(managed, prison.id, { removed: true });
    expect(changes({ sites: swapped.sites })?.map(({ change }) => change)).toEqual(['site-added', 'site-removed']);
  });

  test('S6 says everything that could not be lived with, in the order of the page', () => {
    const nameless = withSiteChange(
      withSite(draft, { id: id('12'), kind: 'prison', name: ' HMP Exemplar' }),
      prison.id,
      {
        threshold: '2',
      },
    );
    expect(
      problems({
        trustees: withoutPerson(draft.trustees, alan.id),
        fleetOfficers: withoutPerson(draftPeople([ifor]), ifor.id),
        sites: nameless.sites,
        endDay: '2029-02-01',
      }),
    ).toEqual([
      'trustees-threshold: change.thresholdTooHigh',
      'officers-people: people.nobody',
      `site-${prison.id}-site: change.siteNameTaken`,
      `site-${prison.id}-threshold: change.thresholdTooHigh`,
      `site-${id('12')}-site: change.siteNameTaken`,
      `site-${id('12')}-people: people.nobody`,
      'end-day: end.tooLate.manifest',
    ]);
  });

  test('takes thresholds that are numbers and can be met', () => {
    expect(['0', '11', 'two', '', '1.5'].map((threshold) => problems({ threshold }))).toEqual(
      Array.from({ length: 5 }, () => ['trustees-threshold: change.badThreshold']),
    );
    expect(problems({ threshold: '1' })).toEqual([]);
  });

  test('keeps the approver under the domain of the passkeys', () => {
    expect(problems({ policy: { ...draft.policy, approverOrigin: 'https://approve.elsewhere.org' } })).toEqual([
      'rule-approverOrigin: change.incoherent',
    ]);
  });

  test('names everybody once, whatever roles they hold', () => {
    const both = { ...manifest, fleetOfficers: [ifor, ada] };
    expect(everybodyOf(both).map(({ name }) => name)).toEqual([
      'Ada Trustee',
      'Alan Trustee',
      'Ifor Officer',
      'Megan Manager',
    ]);
  });

  test('gives one person one place, and moves them only when they leave the other', () => {
    const hospital = { id: id('12'), kind: 'hospital', name: 'Example Infirmary' } as const;
    const both = withSiteChange(withSite(draft, hospital), hospital.id, { managers: withPerson([], ifor) });
    expect(problems(both)).toEqual([`site-${hospital.id}-name-${ifor.id}: people.twoPlaces`]);
    expect(problems({ ...both, fleetOfficers: withoutPerson(draft.fleetOfficers, ifor.id) })).toEqual([]);
  });

  test('does not take a person whose passkey another on the list has', () => {
    const twin = { ...person('Twin', '09'), credentials: ifor.credentials };
    expect(problems({ fleetOfficers: withPerson(draft.fleetOfficers, twin) })).toEqual([
      'officers-people: people.twice',
    ]);
  });
});

describe('the rules', () => {
  test('have the bounds of the contract, and say them', () => {
    expect(boundsOf('activationMinutes')).toEqual({ least: 5, most: 240 });
    const checked = checkManifest({ ...draft, policy: { ...draft.policy, activationMinutes: '241' } }, manifest, noon);
    expect(checked.ok ? [] : checked.errors.map((error) => wordsForChangeError(error, draft, t))).toEqual([
      'An opened laptop locks itself after: Enter a whole number from 5 to 240 minutes',
    ]);
  });

  test('suspend before they erase, from one hour up', () => {
    const rules = (suspendAfterHours: string, eraseAfterHours: string) =>
      problems({ policy: { ...draft.policy, suspendAfterHours, eraseAfterHours } });
    expect(rules('1', '1')).toEqual([]);
    expect(rules('48', '24')).toEqual(['rule-eraseAfterHours: rule.eraseBeforeSuspend']);
    expect(rules('0', '24')).toEqual(['rule-suspendAfterHours: rule.bad.hours']);
  });

  test('S34 what is erased below the files is ticked, in one order whatever was ticked first', () => {
    const policy = { ...draft.policy, platformErasers: ['power-off', 'luks2'] as const };
    const to = ['luks2', 'power-off'];
    expect(changes({ policy })).toEqual([{ change: 'rule', rule: 'platformErasers', from: [], to }]);
    const words = wordsForRule('platformErasers', [...policy.platformErasers], t);
    expect(words).toBe('Keys of the encrypted disk on Linux (LUKS2), Switch off at the end');
    expect(wordsForRule('platformErasers', [], t)).toBe('keys and files only');
    expect(wordsForPolicy({ ...manifest.policy, platformErasers: ['luks2'] }, t)).toContainEqual(
      expect.stringContaining('Keys of the encrypted disk on Linux (LUKS2).'),
    );
  });

  test('take authenticator models one a line, each once', () => {
    const model = '2fc0579f-8113-47ea-b116-bb5a8db9202a';
    const policy = { ...draft.policy, authenticators: ` ${model.toUpperCase()}\n\n${model}` };
    expect(changes({ policy })).toEqual([{ change: 'rule', rule: 'authenticators', from: [], to: [model] }]);
    expect(problems({ policy: { ...policy, authenticators: 'YubiKey' } })).toEqual([
      'rule-authenticators: rule.badAuthenticators',
    ]);
  });

  test('want an approver’s address and digest that could be ones', () => {
    const policy = { ...draft.policy, approverOrigin: 'approve.example.org', approverBuild: 'short' };
    expect(problems({ policy })).toEqual(['rule-approverOrigin: rule.badOrigin', 'rule-approverBuild: rule.badBuild']);
  });
});
