import type { Person, Role } from '@sallyport/protocol';
import type { Kysely } from 'kysely';
import type { Database } from '../db/schema.ts';

/** A person of the founding plan with the passkeys registered so far. */
export interface RegisteredPerson extends Person {
  role: Role;
  site: { id: string; name: string } | undefined;
}

const roleOrder: readonly Role[] = ['trustee', 'fleetOfficer', 'manager', 'healthcare', 'consultant'];

/** Reads everybody, ordered by role, site and name. */
export async function readPeople(db: Kysely<Database>): Promise<RegisteredPerson[]> {
  const rows = await db
    .selectFrom('people')
    .leftJoin('sites', 'sites.id', 'people.site')
    .select(['people.id', 'people.name', 'people.role', 'sites.id as siteId', 'sites.name as siteName'])
    .orderBy('sites.name')
    .orderBy('people.name')
    .orderBy('people.id')
    .execute();
  const credentials = await db.selectFrom('credentials').select(['id', 'person', 'public_key']).orderBy('id').execute();
  const people = rows.map(({ id, name, role, siteId, siteName }) => ({
    id,
    name,
    role,
    site: siteId === null || siteName === null ? undefined : { id: siteId, name: siteName },
    credentials: credentials
      .filter((credential) => credential.person === id)
      .map((credential) => ({ id: credential.id, publicKey: credential.public_key.toString('base64url') })),
  }));
  return people.toSorted((a, b) => roleOrder.indexOf(a.role) - roleOrder.indexOf(b.role));
}

/** A person as statements name them. */
export function asPerson({ id, name, credentials }: RegisteredPerson): Person {
  return { id, name, credentials };
}
