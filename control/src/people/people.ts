import type { SignedInPerson } from '@sallyport/protocol';
import type { Kysely } from 'kysely';
import type { Database } from '../db/schema.ts';

/** Reads a person with their site, as consoles show them. */
export async function findPerson(db: Kysely<Database>, id: string): Promise<SignedInPerson | undefined> {
  const row = await db
    .selectFrom('people')
    .leftJoin('sites', 'sites.id', 'people.site')
    .where('people.id', '=', id)
    .select(['people.id', 'people.name', 'people.role', 'sites.id as siteId', 'sites.name as siteName', 'sites.kind'])
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { siteId, siteName, kind } = row;
  const site = siteId === null || siteName === null || kind === null ? null : { id: siteId, name: siteName, kind };
  return { id: row.id, name: row.name, role: row.role, site };
}
