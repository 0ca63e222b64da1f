import { consoleApi } from '@sallyport/protocol';
import type { ConsoleInput, Manifest, Person, Role, Roster, SignedInPerson } from '@sallyport/protocol';
import type { DraftError } from './people-draft.ts';

/** Somebody a list in force names, in the role they would get a new passkey for. */
export interface NamedInRole {
  /** Different for every person and role. */
  key: string;
  person: Person;
  role: Role;
  /** The site whose manager they are; null for the caller's own and for the fleet's roles. */
  site: { id: string; name: string } | null;
}

/** The invitation form as it is filled in. */
export interface InviteDraft {
  /** The key of somebody named already; empty for a new person. */
  named: string;
  name: string;
  role: Role | '';
  /** The site a manager is for; empty for one that is not there yet. */
  site: string;
}

/** The roles that a person may invite to. */
export function invitableRoles({ role, site }: SignedInPerson): readonly Role[] {
  if (role === 'trustee') return ['trustee', 'fleetOfficer', 'manager'];
  if (role !== 'manager') return [];
  return [site?.kind === 'hospital' ? 'consultant' : 'healthcare'];
}

/** Everybody a trustee may give a new passkey to. */
export function namedInManifest({ trustees, fleetOfficers, sites }: Manifest): readonly NamedInRole[] {
  const inRole = (role: Role, people: readonly Person[], site: NamedInRole['site'] = null): NamedInRole[] =>
    people.map((person) => ({ key: `${role} ${site?.id ?? ''} ${person.id}`, person, role, site }));
  return [
    ...inRole('trustee', trustees.people),
    ...inRole('fleetOfficer', fleetOfficers),
    ...sites.flatMap(({ id, name, managers }) => inRole('manager', managers, { id, name })),
  ];
}

/** Everybody a manager may give a new passkey to. */
export function namedInRoster(roster: Roster | undefined, role: Role): readonly NamedInRole[] {
  return (roster?.people ?? []).map((person) => ({ key: person.id, person, role, site: null }));
}

/**
 * Checks an invitation before it is made.
 * @param named who can be chosen as somebody named already
 */
export function checkInvite(
  draft: InviteDraft,
  named: readonly NamedInRole[],
): { ok: true; value: ConsoleInput<'invite'>['body'] } | { ok: false; errors: readonly DraftError[] } {
  const chosen = named.find(({ key }) => key === draft.named);
  if (chosen !== undefined) {
    const { person, role, site } = chosen;
    return { ok: true, value: { name: person.name, role, site: site?.id ?? null, person: person.id } };
  }
  const name = draft.name.trim();
  const { role } = draft;
  const errors = [
    ...errorsOfName(name),
    ...(role === '' ? [{ field: 'invite-role', words: 'invite.needRole' } as const] : []),
  ];
  if (role === '' || errors.length > 0) return { ok: false, errors };
  return {
    ok: true,
    value: { name, role, site: role === 'manager' && draft.site !== '' ? draft.site : null, person: null },
  };
}

function errorsOfName(name: string): DraftError[] {
  if (name === '') return [{ field: 'invite-name', words: 'people.needName' }];
  const isName = consoleApi.invite.body.shape.name.safeParse(name).success;
  return isName ? [] : [{ field: 'invite-name', words: 'people.badName' }];
}
