import type { Credential, Manifest, Person, Role, SignedInPerson, SiteKind } from '@sallyport/protocol';
import type { Kysely } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { ManifestInForce, TrustDocuments } from '../ports.ts';
import { foundingState } from './founding.ts';

/** Where a person stands in the trust documents. */
export interface Standing {
  /** As the documents name them, whatever the tables say. */
  person: SignedInPerson;
  /** The passkeys that speak for them. */
  credentials: readonly Credential[];
  /** Whether the documents that name them are still in time. The manifest's own people can always renew it. */
  inForce: boolean;
}

/** Knows where people stand. */
export interface Standings {
  /** @returns undefined when the newest documents do not name a person of that id in their role. @throws TrustDocumentError */
  of(person: string): Promise<Standing | undefined>;
}

/** Where the tables say that a person is to be looked for. */
interface Place {
  role: Role;
  site: string | null;
}

/**
 * Creates the reader of standings, which asks for the newest documents every time: they are verified once a version.
 *
 * SECURITY: the tables only say where to look; that a person is named, as what and with which passkeys is the word of
 * verified documents, so a row slipped into the database is nobody (S28).
 */
export function createStandings(deps: { db: Kysely<Database>; trust: TrustDocuments }): Standings {
  return {
    of: async (id) => {
      // SECURITY: nobody is anybody before the fleet's people were approved (S15).
      const place = await readPlace(deps.db, id);
      if (place === undefined || (await foundingState(deps.db)) !== 'founded') return undefined;
      const newest = await deps.trust.manifest();
      const site = siteOf(place, newest.manifest);
      const found = await namedAt(deps.trust, place.role, site, newest);
      const named = found?.people.find((person) => person.id === id);
      if (found === undefined || named === undefined) return undefined;
      return {
        person: { id, name: named.name, role: place.role, site },
        credentials: named.credentials,
        inForce: found.inForce,
      };
    },
  };
}

async function readPlace(db: Kysely<Database>, id: string): Promise<Place | undefined> {
  return db.selectFrom('people').where('id', '=', id).select(['role', 'site']).executeTakeFirst();
}

/** The site of somebody who has a role at one, as the manifest has it. */
function siteOf({ role, site: id }: Place, manifest: Manifest): SignedInPerson['site'] {
  if (role === 'trustee' || role === 'fleetOfficer') return null;
  const site = manifest.sites.find((candidate) => candidate.id === id);
  return site === undefined ? null : { id: site.id, name: site.name, kind: site.kind };
}

/** The people of a role at a site, and whether the document that names them is still in time. */
interface Named {
  people: readonly Person[];
  inForce: boolean;
}

async function namedAt(
  trust: TrustDocuments,
  role: Role,
  site: SignedInPerson['site'],
  newest: ManifestInForce,
): Promise<Named | undefined> {
  const { manifest } = newest;
  switch (role) {
    case 'trustee':
      return { people: manifest.trustees.people, inForce: true };
    case 'fleetOfficer':
      return { people: manifest.fleetOfficers, inForce: true };
    case 'manager':
      return { people: managersOf(manifest, site), inForce: true };
    case 'healthcare':
      return onRoster(trust, newest, site, 'prison');
    case 'consultant':
      return onRoster(trust, newest, site, 'hospital');
    default:
      return role satisfies never;
  }
}

function managersOf({ sites }: Manifest, site: SignedInPerson['site']): readonly Person[] {
  return sites.find(({ id }) => id === site?.id)?.managers ?? [];
}

async function onRoster(
  trust: TrustDocuments,
  { standing }: ManifestInForce,
  site: SignedInPerson['site'],
  kind: SiteKind,
): Promise<Named | undefined> {
  const found = site?.kind === kind ? await trust.roster(site.id) : undefined;
  if (found === undefined) return undefined;
  return { people: found.roster.people, inForce: found.standing !== 'expired' && standing !== 'expired' };
}
