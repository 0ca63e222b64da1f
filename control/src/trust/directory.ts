import type { Manifest, Roster } from '@sallyport/protocol';
import type { Transaction } from 'kysely';
import type { Database } from '../db/schema.ts';
import { placesIn, type PlacedPerson } from './known-people.ts';

/** Rows written with one statement. */
const batch = 500;

/** People of a document, and whether it is in force: those of a roster that the manifest no longer bears out are nobody. */
export interface DirectoryPart {
  document: Manifest | Roster;
  inForce: boolean;
}

/** Somebody who is no longer named. */
export interface Leaver {
  id: string;
  name: string;
}

/**
 * Makes control's directory (people, passkeys, sessions) follow the documents.
 * SECURITY: whoever is not named any more is out at once, on every node, and so is every session begun with a passkey
 * that was taken out (S26).
 * @param parts the documents; everybody whom none of them names leaves
 * @param site only this site's roster has changed; undefined: the whole directory is made anew
 * @returns who left
 */
export async function followDocuments(
  trx: Transaction<Database>,
  parts: readonly DirectoryPart[],
  { manifest, site, at }: { manifest: Manifest; site: string | undefined; at: Date },
): Promise<Leaver[]> {
  const places = placesOf(parts, manifest);
  const before = await peopleIn(trx, site);
  const leavers = before.filter(({ id, removed_at: removedAt }) => {
    return removedAt === null && !places.some((place) => place.id === id && place.inForce);
  });
  await writePeople(trx, places, at);
  await removePeople(trx, leavers, at);
  await followPasskeys(trx, places, before);
  return leavers;
}

type Place = PlacedPerson & { inForce: boolean };

/** Everybody once: a place in force comes before one in a roster that is not. */
function placesOf(parts: readonly DirectoryPart[], manifest: Manifest): Place[] {
  const all = parts.flatMap(({ document, inForce }) =>
    placesIn(document, manifest).map((place) => ({ ...place, inForce })),
  );
  const places = new Map<string, Place>();
  for (const place of all) if (place.inForce || !places.has(place.id)) places.set(place.id, place);
  return [...places.values()];
}

/** Those whom the documents in question named until now, and those who still have passkeys from then. */
function peopleIn(
  trx: Transaction<Database>,
  site: string | undefined,
): Promise<(Leaver & { removed_at: Date | null })[]> {
  const known = trx
    .selectFrom('people')
    .select(['id', 'name', 'removed_at'])
    .where((eb) =>
      eb.or([
        eb('removed_at', 'is', null),
        eb.exists(eb.selectFrom('credentials').select('credentials.id').whereRef('person', '=', 'people.id')),
      ]),
    );
  const inScope =
    site === undefined ? known : known.where('site', '=', site).where('role', 'in', ['healthcare', 'consultant']);
  return inScope.orderBy('name').execute();
}

async function writePeople(trx: Transaction<Database>, places: readonly Place[], at: Date): Promise<void> {
  const rows = places.map(({ id, name, role, site, inForce }) => {
    return { id, name, role, site, removed_at: inForce ? null : at };
  });
  for (const some of batches(rows)) {
    await trx
      .insertInto('people')
      .values(some)
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet((eb) => ({
          name: eb.ref('excluded.name'),
          role: eb.ref('excluded.role'),
          site: eb.ref('excluded.site'),
          removed_at: eb.ref('excluded.removed_at'),
        })),
      )
      .execute();
  }
}

async function removePeople(trx: Transaction<Database>, leavers: readonly Leaver[], at: Date): Promise<void> {
  for (const some of batches(leavers.map(({ id }) => id))) {
    await trx.updateTable('people').set({ removed_at: at }).where('id', 'in', some).execute();
    await trx.deleteFrom('sessions').where('person', 'in', some).execute();
  }
}

/** Passkeys that are named come from invitations; those that are not named any more go, with the sessions of their people. */
async function followPasskeys(
  trx: Transaction<Database>,
  places: readonly PlacedPerson[],
  before: readonly Leaver[],
): Promise<void> {
  const people = [...new Set([...places, ...before].map(({ id }) => id))];
  const named = new Set(places.flatMap(({ credentials }) => credentials.map(({ id }) => id)));
  const kept = new Set<string>();
  for (const some of batches(people)) {
    const rows = await trx.selectFrom('credentials').select(['id', 'person']).where('person', 'in', some).execute();
    for (const { id } of rows) kept.add(id);
    const gone = rows.filter(({ id }) => !named.has(id));
    if (gone.length > 0) await removePasskeys(trx, gone);
  }
  const missing = places.flatMap(({ id: person, credentials }) =>
    credentials.filter(({ id }) => !kept.has(id)).map((passkey) => ({ ...passkey, person })),
  );
  for (const some of batches(missing)) await takePasskeys(trx, some);
}

async function removePasskeys(trx: Transaction<Database>, gone: { id: string; person: string }[]): Promise<void> {
  const ids = gone.map(({ id }) => id);
  const people = gone.map(({ person }) => person);
  await trx.deleteFrom('credentials').where('id', 'in', ids).execute();
  await trx.deleteFrom('sessions').where('person', 'in', people).execute();
}

async function takePasskeys(
  trx: Transaction<Database>,
  passkeys: { id: string; publicKey: string; person: string }[],
): Promise<void> {
  const ids = passkeys.map(({ id }) => id);
  const invited = await trx.deleteFrom('invitations').where('credential', 'in', ids).returningAll().execute();
  const rows = passkeys.map(({ id, publicKey, person }) => {
    const made = invited.find(({ credential }) => credential === id);
    const transports = JSON.stringify(made?.transports ?? []);
    return { id, person, public_key: Buffer.from(publicKey, 'base64url'), counter: made?.counter ?? 0, transports };
  });
  await trx
    .insertInto('credentials')
    .values(rows)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}

function batches<T>(rows: readonly T[]): T[][] {
  const count = Math.ceil(rows.length / batch);
  return Array.from({ length: count }, (_, index) => rows.slice(index * batch, (index + 1) * batch));
}
