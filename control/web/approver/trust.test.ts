import { keyCodeOf, platformEraser, toBase64url } from '@sallyport/protocol';
import type { Credential, FleetPolicy, Manifest, Roster, Site } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import type { Section } from './description.ts';
import { wordsOf } from './languages.ts';
import { following, id, linesOf, linesOfSections, manifest, noon, person, place, roster, shownIn } from './testing.ts';

const day = 86_400_000;
const newcomer = person('Nadia Newcomer', '30');
const newSite: Site = {
  id: id('31'),
  kind: 'hospital',
  name: 'Other Infirmary',
  managers: [person('Huw Manager', '32')],
  threshold: 1,
};

async function newKeyLine(credential: Credential, language: 'en' | 'cy'): Promise<string> {
  return `${wordsOf(language).newKeyCode} ${await keyCodeOf(credential)}`;
}

function only<T>(values: readonly T[]): T {
  const [value] = values;
  if (value === undefined) throw new Error('there is none');
  return value;
}

describe.each(['en', 'cy'] as const)('S20 the approver shows in %s what a new version changes', (language) => {
  const words = wordsOf(language);
  const { changes, manifest: said } = words;

  /** The sections above the contents, of a manifest that follows the sample. */
  const changedManifest = async (changed: Partial<Manifest>): Promise<readonly Section[]> => {
    const { next, previous } = await following(manifest, changed);
    return (await shownIn(language, next, previous)).sections;
  };
  const withRule = (policy: Partial<FleetPolicy>) => changedManifest({ policy: { ...manifest.policy, ...policy } });

  test('first, from the version whose bytes it follows', async () => {
    const [first] = await changedManifest({ fleetOfficers: [...manifest.fleetOfficers, newcomer] });
    expect(first?.heading).toBe(changes.heading(1));
    expect(first?.note).toBe(changes.compareKeys);
    expect(linesOfSections(first?.parts ?? [])).toEqual([
      said.officers,
      changes.added('Nadia Newcomer'),
      await newKeyLine(only(newcomer.credentials), language),
    ]);
  });

  test('and then all of it, with nothing marked as new that is not', async () => {
    const { next, previous } = await following(manifest, { fleetOfficers: [...manifest.fleetOfficers, newcomer] });
    const { contents } = await shownIn(language, next, previous);
    const lines = linesOfSections(contents.sections);
    for (const name of ['Ada Trustee', 'Alan Trustee', 'Ifor Officer', 'Nadia Newcomer']) expect(lines).toContain(name);
    expect(lines.join('\n')).not.toContain(words.newKeyCode);
    expect(contents.open).toBe(false);
  });

  test('in a roster: who came, who left, and whose passkeys are others', async () => {
    const [nia, noel] = [person('Nia Nurse', '24', 2), person('Noel Nurse', '25')];
    const { next, previous } = await following(roster, { people: [nia, newcomer] });
    const shown = await shownIn(language, next, previous);
    const lines = linesOfSections(shown.sections[0]?.parts ?? []);
    expect(lines).toEqual([
      words.roster.people,
      changes.passkeysAdded('Nia Nurse'),
      await newKeyLine(nia.credentials[1] ?? { id: '', publicKey: '' }, language),
      changes.added('Nadia Newcomer'),
      await newKeyLine(only(newcomer.credentials), language),
      changes.removed('Noel Nurse'),
      `${words.keyCode} ${await keyCodeOf(only(noel.credentials))}`,
    ]);
    expect(shown.grave).toBe(false);
  });

  test('S34 what a laptop erases below its files, in words, and none as none', async () => {
    const [first] = await withRule({ platformErasers: ['luks2', 'power-off'] });
    const lines = linesOfSections(first?.parts ?? []);
    expect(lines).toEqual([
      said.rules,
      said.rule.platformErasers(['luks2', 'power-off']),
      changes.untilNow(said.rule.platformErasers([])),
    ]);
    expect(lines[1]).toContain('LUKS2');
    const sentences = platformEraser.options.map((eraser) => said.rule.platformErasers([eraser]));
    expect(new Set([...sentences, said.rule.platformErasers([])]).size).toBe(5);
  });

  test('each rule before and after', async () => {
    const [first] = await withRule({ idleMinutes: 20 });
    expect(linesOfSections(first?.parts ?? [])).toEqual([
      said.rules,
      said.rule.idleMinutes(20),
      changes.untilNow(said.rule.idleMinutes(10)),
    ]);
  });

  test('sites that are new, gone, renamed or of another kind, and the new end', async () => {
    const [prison] = [only(manifest.sites)];
    const added = linesOfSections(await changedManifest({ sites: [prison, newSite] }));
    expect(added).toEqual(
      expect.arrayContaining([
        changes.siteAdded.hospital('Other Infirmary'),
        said.managersNote(1),
        await newKeyLine(only(only(newSite.managers).credentials), language),
      ]),
    );
    const other = linesOfSections(
      await changedManifest({ sites: [{ ...prison, name: 'HMP Renamed', kind: 'hospital' }], notAfter: noon + day }),
    );
    expect(other).toEqual(expect.arrayContaining([changes.renamed('HMP Renamed'), said.site.hospital('HMP Renamed')]));
    expect(other).toContain(changes.untilNow('HMP Exemplar'));
    const gone = linesOfSections(await changedManifest({ sites: [newSite] }));
    expect(gone).toEqual(
      expect.arrayContaining([changes.siteRemoved.prison('HMP Exemplar'), changes.untilNow('Megan Manager')]),
    );
  });

  test.each([
    ['a trustee more', { trustees: { threshold: 2, people: [...manifest.trustees.people, newcomer] } }, said.trustees],
    ['a trustee less', { trustees: { threshold: 1, people: manifest.trustees.people.slice(0, 1) } }, said.trustees],
    ['another threshold', { trustees: { ...manifest.trustees, threshold: 1 } }, said.trustees],
    ['another approver', { policy: { ...manifest.policy, approverOrigin: 'https://b.example' } }, said.rules],
    ['another build of the approver', { policy: { ...manifest.policy, approverBuild: 'a'.repeat(43) } }, said.rules],
    ['another audit key', { policy: { ...manifest.policy, auditKey: toBase64url(new Uint8Array(91)) } }, said.rules],
  ])('with %s before all else, to be looked at with care', async (_, changed, heading) => {
    const { next, previous } = await following(manifest, { ...changed, notAfter: noon + day });
    const { sections, grave } = await shownIn(language, next, previous);
    const [first, second] = sections[0]?.parts ?? [];
    expect(first).toMatchObject({ heading: words.careful(heading), grave: true });
    expect(second).toMatchObject({ heading: words.validUntil });
    expect(second?.grave).toBeUndefined();
    expect(grave).toBe(true);
  });

  test('that nothing changes, when nothing does', async () => {
    expect((await changedManifest({ issuedAt: noon + 1 }))[0]?.items).toEqual([{ text: changes.nothing }]);
  });

  test('who must approve: trustees of the version before and of this one', async () => {
    const [ada] = manifest.trustees.people;
    const people = ada === undefined ? [] : [ada, newcomer];
    const sections = await changedManifest({ trustees: { threshold: 1, people } });
    expect(linesOfSections(sections)).toEqual(
      expect.arrayContaining([
        words.others.trusteesBefore(1, 2, 'Ada Trustee, Alan Trustee'),
        words.others.trusteesOfThis(1, 'Ada Trustee, Nadia Newcomer'),
      ]),
    );
  });

  test('that the first version follows none', async () => {
    for (const statement of [manifest, roster]) {
      const { sections, contents, grave } = await shownIn(language, statement);
      expect(sections[0]).toMatchObject({
        heading: changes.whatIsNew,
        note: changes.first,
        items: [{ text: changes.compareKeys }],
      });
      expect([contents.open, grave]).toEqual([true, false]);
    }
  });

  test('or, plainly, that it cannot be shown: then everything is new', async () => {
    const { next, previous } = await following(roster, { people: [newcomer] });
    const forged = await following({ ...roster, people: [newcomer] }, {});
    const strange = [undefined, forged.previous, previous.slice(1), new Uint8Array()];
    for (const bytes of strange) {
      const { sections, contents, grave } = await shownIn(language, next, bytes);
      expect(sections[0]).toMatchObject({
        heading: words.careful(changes.cannotBeShown),
        note: changes.unknownPredecessor,
        items: [{ text: changes.compareKeys }],
        grave: true,
      });
      expect(linesOfSections(contents.sections)).toContain(await newKeyLine(only(newcomer.credentials), language));
      expect([contents.open, grave]).toEqual([true, true]);
    }
  });
});

describe('S20 the version before', () => {
  const cannot = wordsOf('en').careful(wordsOf('en').changes.cannotBeShown);
  const headingFor = async (next: Manifest | Roster, previous: Uint8Array<ArrayBuffer>) =>
    (await shownIn('en', next, previous)).sections[0]?.heading;

  test.each([
    ['is of another fleet', { ...roster, fleet: id('98') }],
    ['is of another site', { ...roster, site: id('97') }],
    ['is no older', { ...roster, version: 2 }],
    ['names somebody twice', { ...roster, people: [person('Nia', '24'), person('Nia', '24')] }],
  ] satisfies [string, Roster][])('is not taken when it %s, though its digest is right', async (_, before) => {
    const { next, previous } = await following(before, {});
    const { fleet, site, people } = roster;
    expect(await headingFor({ ...next, fleet, site, people, version: 2 }, previous)).toBe(cannot);
  });

  test('of a roster is not taken for that of a manifest, nor a manifest further back', async () => {
    const { next } = await following(manifest, {});
    const asRoster = await following(roster, {});
    expect(await headingFor({ ...next, previous: asRoster.next.previous }, asRoster.previous)).toBe(cannot);
    const skipping = await following(manifest, { version: 3 });
    expect(await headingFor(skipping.next, skipping.previous)).toBe(cannot);
  });

  test('of a roster that is not directly before is said to be further back', async () => {
    const { next, previous } = await following(roster, { version: 4 });
    const { sections } = await shownIn('en', next, previous);
    expect(linesOfSections(sections)).toContain(wordsOf('en').changes.notDirectlyBefore(1, 4));
  });

  test('of a later roster that claims to follow none is missed', async () => {
    const { sections, grave } = await shownIn('en', { ...roster, version: 4 });
    expect(sections[0]).toMatchObject({ heading: cannot, note: wordsOf('en').changes.saysFirst });
    expect(grave).toBe(true);
  });

  test('does not hide what the new one says of where approvals are given', async () => {
    const policy = { ...manifest.policy, approverOrigin: 'https://b.example' };
    const { next, previous } = await following({ ...manifest, policy }, {});
    const lines = linesOf(await shownIn('en', next, previous));
    expect(lines).toContain(wordsOf('en').manifest.otherApprover('https://b.example'));
    expect(place.origin).not.toBe('https://b.example');
  });
});
