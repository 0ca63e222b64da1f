import type { SignedInPerson } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { checkInvite, invitableRoles, namedInManifest, namedInRoster } from './invite-draft.ts';
import { id, manifest, megan, nia, prison, roster } from './testing.ts';

const draft = { named: '', name: ' Gwen Nurse ', role: 'healthcare', site: '' } as const;
const at = (role: SignedInPerson['role'], kind: 'prison' | 'hospital' | null): SignedInPerson => ({
  ...{ id: id('05'), name: 'Somebody', role },
  site: kind === null ? null : { ...prison, kind },
});

describe('an invitation', () => {
  test('is for the roles that whoever invites may put on a list', () => {
    expect(
      [at('trustee', null), at('manager', 'prison'), at('manager', 'hospital'), at('healthcare', 'prison')].map(
        invitableRoles,
      ),
    ).toEqual([['trustee', 'fleetOfficer', 'manager'], ['healthcare'], ['consultant'], []]);
  });

  test('of a new person needs a name and a role', () => {
    expect(checkInvite(draft, [])).toEqual({
      ok: true,
      value: { name: 'Gwen Nurse', role: 'healthcare', site: null, person: null },
    });
    const empty = checkInvite({ ...draft, name: '', role: '' }, []);
    expect(empty.ok ? [] : empty.errors.map(({ field }) => field)).toEqual(['invite-name', 'invite-role']);
    const long = checkInvite({ ...draft, name: 'x'.repeat(81) }, []);
    expect(long.ok ? [] : long.errors.map(({ words }) => words)).toEqual(['people.badName']);
  });

  test('of a manager is for a site, or for one that is not there yet', () => {
    const site = (role: 'manager' | 'trustee', chosen: string) => {
      const checked = checkInvite({ ...draft, role, site: chosen }, []);
      return checked.ok ? checked.value.site : undefined;
    };
    expect([site('manager', prison.id), site('manager', ''), site('trustee', prison.id)]).toEqual([
      prison.id,
      null,
      null,
    ]);
  });

  test('for a new passkey keeps the person’s number, name, role and site', () => {
    const named = namedInManifest(manifest);
    const manager = named.find(({ role }) => role === 'manager');
    expect(checkInvite({ ...draft, named: manager?.key ?? '' }, named)).toEqual({
      ok: true,
      value: { name: megan.name, role: 'manager', site: prison.id, person: megan.id },
    });
    const staff = namedInRoster(roster, 'healthcare');
    expect(checkInvite({ ...draft, named: nia.id }, staff)).toEqual({
      ok: true,
      value: { name: nia.name, role: 'healthcare', site: null, person: nia.id },
    });
  });

  test('tells people with two roles apart', () => {
    const [ada] = manifest.trustees.people;
    const both = namedInManifest({ ...manifest, fleetOfficers: ada === undefined ? [] : [ada] });
    expect(new Set(both.map(({ key }) => key)).size).toBe(both.length);
  });
});
