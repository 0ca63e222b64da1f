import { describe, expect, test } from 'vitest';
import { standingOfInvitation } from './invitation-standing.ts';
import {
  addable,
  draftPeople,
  errorsOfPeople,
  isChanged,
  newPasskeyFor,
  peopleOf,
  registeredOf,
  shownOf,
  withName,
  withoutPerson,
  withPasskey,
  withPerson,
  withPersonAsBefore,
} from './people-draft.ts';
import { changesOfRoster, checkRoster } from './roster-draft.ts';
import { day, id, invited, nia, noon, owen, passkey, person, roster } from './testing.ts';

const draft = draftPeople([nia, owen]);
const gwen = person('Gwen Nurse', '08');

describe('a list of people that is being changed', () => {
  test('is the list in force until somebody changes it', () => {
    expect(peopleOf(draft)).toEqual([nia, owen]);
    expect(draft.some(isChanged)).toBe(false);
  });

  test('gets new people once, and loses leavers', () => {
    const added = withPerson(withPerson(draft, gwen), gwen);
    expect(peopleOf(withoutPerson(added, owen.id))).toEqual([nia, gwen]);
  });

  test('marks a leaver of the list in force, and forgets somebody who was only just added', () => {
    const left = withoutPerson(withoutPerson(withPerson(draft, gwen), gwen.id), nia.id);
    expect(left.map(({ name, removed }) => [name, removed])).toEqual([
      ['Nia Nurse', true],
      ['Owen Nurse', false],
    ]);
    expect(withPersonAsBefore(left, nia.id)).toEqual(draft);
  });

  test('replaces a lost passkey, or names another one beside it', () => {
    const made = passkey('new');
    expect(peopleOf(withPasskey(draft, nia.id, made, 'instead'))[0]?.credentials).toEqual([made]);
    expect(peopleOf(withPasskey(draft, nia.id, made, 'as-well'))[0]?.credentials).toEqual([...nia.credentials, made]);
  });

  test('says whose name is missing or is none', () => {
    const named = withName(withName(draft, nia.id, ' '), owen.id, 'Owen\u202eNurse');
    expect(errorsOfPeople('roster', named)).toEqual([
      { field: `roster-name-${nia.id}`, words: 'people.needName' },
      { field: `roster-name-${owen.id}`, words: 'people.badName' },
    ]);
    expect(errorsOfPeople('roster', withoutPerson(withName(draft, nia.id, ''), nia.id))).toEqual([]);
  });

  test('S6 does not take one passkey for two people', () => {
    const twice = withPerson(draft, { ...gwen, credentials: nia.credentials });
    expect(errorsOfPeople('roster', twice)).toEqual([{ field: 'roster-people', words: 'people.twice' }]);
  });

  test('shows of two thousand people those who are changed and the first who match', () => {
    const many = draftPeople(
      Array.from({ length: 99 }, (_, index) => ({ ...nia, id: `${index}`, name: `N ${index}` })),
    );
    const renamed = withName(many, '98', 'Somebody else');
    expect(shownOf(renamed, '')).toHaveLength(31);
    expect(shownOf(renamed, ' n 5').map(({ name }) => name)).toContain('N 57');
    expect(shownOf(renamed, 'n 5').at(-1)?.name).toBe('Somebody else');
  });
});

describe('the invited', () => {
  const made = passkey('made');

  test('can be named once they have made a passkey, and only then', () => {
    const registered = registeredOf([invited(gwen, made), invited(owen, null)]);
    expect(registered.map(({ person: { name, credentials } }) => [name, credentials])).toEqual([
      ['Gwen Nurse', [made]],
    ]);
  });

  test('are offered for the list unless they are on it, where their new passkey is', () => {
    const registered = registeredOf([invited(gwen, made), invited(nia, made)]);
    expect(addable(registered, draft).map(({ person: { name } }) => name)).toEqual(['Gwen Nurse']);
    const [first] = draft;
    expect(first && newPasskeyFor(registered, first)).toEqual(made);
    const [taken] = withPasskey(draft, nia.id, made, 'instead');
    expect(taken && newPasskeyFor(registered, taken)).toBeUndefined();
  });

  test('stand where their link, their passkey and the list in force say', () => {
    const at = (name: 'made' | 'waits', now: number, inForce = [passkey('other')]) =>
      standingOfInvitation(invited(gwen, name === 'made' ? made : null), inForce, now);
    expect([at('waits', noon), at('waits', noon + day), at('made', noon), at('made', noon, [made])]).toEqual([
      'waiting',
      'expired',
      'registered',
      'inForce',
    ]);
  });
});

describe('a site’s next list', () => {
  const next = { people: withoutPerson(draft, owen.id), endDay: '2026-12-31' };

  test('is what control is asked for, valid until the end of its last day in London', () => {
    const checked = checkRoster(next, noon);
    expect(checked).toEqual({ ok: true, value: { people: [nia], notAfter: Date.UTC(2027, 0, 1) - 1 } });
    expect(checked.ok ? changesOfRoster(roster, checked.value).map(({ change }) => change) : []).toEqual([
      'person-removed',
      'end',
    ]);
  });

  test('may be empty, lasts a day at least and ends within a year', () => {
    const problem = (endDay: string) => {
      const checked = checkRoster({ people: [], endDay }, noon);
      return checked.ok ? undefined : checked.errors.map(({ words }) => words);
    };
    expect(['2026-01-06', '2027-01-05'].map(problem)).toEqual([undefined, undefined]);
    expect(['', '2026-01-05', '2027-01-06'].map(problem)).toEqual([
      ['end.needDay'],
      ['end.past'],
      ['end.tooLate.roster'],
    ]);
  });

  test('is all new where there was none', () => {
    expect(changesOfRoster(undefined, { people: [nia], notAfter: noon })).toEqual([
      { change: 'person-added', of: { list: 'roster' }, person: nia },
    ]);
  });

  test('keeps people by their number when they are renamed', () => {
    const checked = checkRoster({ ...next, people: withName(draft, nia.id, ' Nia Jones ') }, noon);
    const changes = checked.ok ? changesOfRoster(roster, checked.value) : [];
    expect(changes).toContainEqual({
      ...{ change: 'person-renamed', of: { list: 'roster' }, person: id('06') },
      ...{ from: 'Nia Nurse', to: 'Nia Jones' },
    });
  });
});
