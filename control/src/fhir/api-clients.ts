import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { identifier } from '@sallyport/protocol';
import type { Kysely } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { Audit, Clock } from '../ports.ts';

/** A system of a prison's healthcare team that may read that prison's consultations. */
export interface ApiClient {
  id: string;
  name: string;
  /** The prison's id. */
  site: string;
}

/** The same, as whoever runs control lists it. */
export interface ListedClient extends ApiClient {
  siteName: string;
  createdAt: number;
  revokedAt: number | null;
}

export interface ApiClientDeps {
  db: Kysely<Database>;
  audit: Audit;
  clock: Clock;
}

const tokenBytes = 32;
const tokenForm = /^[A-Za-z0-9_-]{43}$/;
const byControl = { kind: 'control', id: null, name: 'control' } as const;

/**
 * Makes a client of a prison.
 * @param site the prison's name or id
 * @returns the client and its token, which is answered once and kept nowhere; `not-found` when there is no such prison
 */
export async function createApiClient(
  { db, audit, clock }: ApiClientDeps,
  { name, site }: { name: string; site: string },
): Promise<{ client: ListedClient; token: string } | 'not-found'> {
  const prison = await findPrison(db, site);
  if (prison === undefined) return 'not-found';
  // SECURITY: 256 random bits, kept only as a digest: neither the database nor its backups can read as a client (S43).
  const token = randomBytes(tokenBytes).toString('base64url');
  const [id, createdAt] = [randomUUID(), clock.now()];
  await db.transaction().execute(async (trx) => {
    const row = {
      id,
      name,
      site: prison.id,
      token: digestOf(token),
      created_at: new Date(createdAt),
      revoked_at: null,
    };
    await trx.insertInto('api_clients').values(row).execute();
    const detail = { name, site: prison.name };
    await audit.append(trx, { actor: byControl, action: 'api-client.created', subject: id, detail });
  });
  const client = { id, name, site: prison.id, siteName: prison.name, createdAt, revokedAt: null };
  return { client, token };
}

/** Every client there is or was, by prison and name. */
export async function listApiClients(db: Kysely<Database>): Promise<ListedClient[]> {
  const rows = await db
    .selectFrom('api_clients')
    .innerJoin('sites', 'sites.id', 'api_clients.site')
    .select(['api_clients.id', 'api_clients.name', 'site', 'sites.name as site_name', 'created_at', 'revoked_at'])
    .orderBy('sites.name')
    .orderBy('api_clients.name')
    .orderBy('created_at')
    .execute();
  return rows.map(({ id, name, site, ...row }) => ({
    ...{ id, name, site, siteName: row.site_name },
    createdAt: row.created_at.getTime(),
    revokedAt: row.revoked_at?.getTime() ?? null,
  }));
}

/** Takes a client's token back: it reads nothing from now on. @returns false when there is no such client, or it was revoked */
export async function revokeApiClient({ db, audit, clock }: ApiClientDeps, id: string): Promise<boolean> {
  if (!identifier.safeParse(id).success) return false;
  return db.transaction().execute(async (trx) => {
    const revoked = await trx
      .updateTable('api_clients')
      .set({ revoked_at: new Date(clock.now()) })
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .returning('name')
      .executeTakeFirst();
    if (revoked === undefined) return false;
    const detail = { name: revoked.name };
    await audit.append(trx, { actor: byControl, action: 'api-client.revoked', subject: id, detail });
    return true;
  });
}

/**
 * The client that a bearer token belongs to.
 * @returns undefined for what is no token, one that was taken back, and one of a prison that has left the fleet
 */
export async function clientOf(db: Kysely<Database>, token: string): Promise<ApiClient | undefined> {
  if (!tokenForm.test(token)) return undefined;
  return db
    .selectFrom('api_clients')
    .innerJoin('sites', 'sites.id', 'api_clients.site')
    .select(['api_clients.id', 'api_clients.name', 'api_clients.site'])
    .where('token', '=', digestOf(token))
    .where('revoked_at', 'is', null)
    .where('sites.kind', '=', 'prison')
    .where('sites.removed_at', 'is', null)
    .executeTakeFirst();
}

async function findPrison(db: Kysely<Database>, site: string): Promise<{ id: string; name: string } | undefined> {
  const prisons = db
    .selectFrom('sites')
    .select(['id', 'name'])
    .where('kind', '=', 'prison')
    .where('removed_at', 'is', null);
  const isId = identifier.safeParse(site).success;
  return prisons.where(isId ? 'id' : 'name', '=', site).executeTakeFirst();
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
