import type { Credential, Manifest, Person, Role, Roster } from '@sallyport/protocol';
import type { Kysely } from 'kysely';
import type { Database } from '../db/schema.ts';

/** A person where a manifest or roster would name them. */
export interface PlacedPerson extends Person {
  role: Role;
  site: string | null;
}

/** Everybody whom a document names, with role and site. */
export function placesIn(statement: Manifest | Roster, inForce: Manifest): PlacedPerson[] {
  const placed = (people: readonly Person[], role: Role, site: string | null): PlacedPerson[] =>
    people.map((person) => ({ ...person, role, site }));
  if (statement.type === 'roster') {
    const isPrison = inForce.sites.find(({ id }) => id === statement.site)?.kind === 'prison';
    return placed(statement.people, isPrison ? 'healthcare' : 'consultant', statement.site);
  }
  return [
    ...placed(statement.trustees.people, 'trustee', null),
    ...placed(statement.fleetOfficers, 'fleetOfficer', null),
    ...statement.sites.flatMap(({ id, managers }) => placed(managers, 'manager', id)),
  ];
}

/**
 * What speaks against naming these people.
 * @returns `clash`: somebody would have two places; `unknown-credential`: a passkey that this person has not registered
 */
export async function refusalOfPeople(
  db: Kysely<Database>,
  statement: Manifest | Roster,
  inForce: Manifest,
): Promise<'clash' | 'unknown-credential' | undefined> {
  const places = placesIn(statement, inForce);
  const ids = places.map(({ id }) => id);
  if (new Set(ids).size !== ids.length) return 'clash';
  if (ids.length === 0) return undefined;
  if (await arePlacedElsewhere(db, statement, places)) return 'clash';
  const known = await knownPasskeys(db, ids);
  // SECURITY: a passkey that nobody made here is nobody's: it cannot be slipped in under a familiar name (S26).
  const isKnown = places.every((place) => place.credentials.every((passkey) => known(place, passkey)));
  return isKnown ? undefined : 'unknown-credential';
}

/** One person, one place: the people whom this kind of document does not name stay where they are. */
async function arePlacedElsewhere(
  db: Kysely<Database>,
  statement: Manifest | Roster,
  places: readonly PlacedPerson[],
): Promise<boolean> {
  const rows = await db
    .selectFrom('people')
    .select(['id', 'role', 'site'])
    .where('removed_at', 'is', null)
    .where(
      'id',
      'in',
      places.map(({ id }) => id),
    )
    .execute();
  const ofManifest = ['trustee', 'fleetOfficer', 'manager'];
  return rows.some(({ role, site }) =>
    statement.type === 'manifest' ? !ofManifest.includes(role) : ofManifest.includes(role) || site !== statement.site,
  );
}

/**
 * @returns whether a passkey is the person's in force, or was made by invitation for the very place (a manager's perhaps
 *   before the site was in any manifest)
 */
async function knownPasskeys(
  db: Kysely<Database>,
  people: string[],
): Promise<(place: PlacedPerson, passkey: Credential) => boolean> {
  const named = await db
    .selectFrom('credentials')
    .select(['id', 'person', 'public_key'])
    .where('person', 'in', people)
    .execute();
  const invited = await db
    .selectFrom('invitations')
    .select(['credential', 'person', 'public_key', 'role', 'site'])
    .where('person', 'in', people)
    .where('credential', 'is not', null)
    .execute();
  const known = new Set([
    ...named.map(({ id, person, public_key: key }) => [person, id, key.toString('base64url')].join(' ')),
    ...invited.map(({ credential, person, public_key: key, role, site }) =>
      [person, credential, key?.toString('base64url'), role, site].join(' '),
    ),
  ]);
  return ({ id: person, role, site }, { id, publicKey }) => {
    const passkey = [person, id, publicKey].join(' ');
    const invitedFor = role === 'manager' ? [site, null] : [site];
    return known.has(passkey) || invitedFor.some((place) => known.has([passkey, role, place].join(' ')));
  };
}
