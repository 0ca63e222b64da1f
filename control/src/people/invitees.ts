import { randomUUID } from 'node:crypto';
import type { ConsoleParsed, NamedSite, Role } from '@sallyport/protocol';
import type { ExpressionBuilder, ExpressionWrapper, Kysely, SqlBool } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { Caller } from '../http/handlers.ts';

export type WantedInvitation = ConsoleParsed<'invite'>['body'];

/** Whose invitations somebody has to do with: trustees those for the manifest, managers those for their site's roster. */
export type InvitationScope = { list: 'manifest' } | { list: 'roster'; site: NamedSite; role: Role };

/** The person to invite, as a manifest or roster would name them. */
export interface Invitee {
  person: { id: string; name: string };
  role: Role;
  /** Null for the fleet's roles, and for a manager of a site that no manifest has yet. */
  site: NamedSite | null;
}

const manifestRoles: readonly Role[] = ['trustee', 'fleetOfficer', 'manager'];

/** SECURITY: nobody invites to somebody else's list; what they invite to they may only propose (S26). */
export function scopeOf({ person: { role, site } }: Caller): InvitationScope | undefined {
  if (role === 'trustee') return { list: 'manifest' };
  if (role !== 'manager' || site === null) return undefined;
  const { id, name, kind } = site;
  return { list: 'roster', site: { id, name }, role: kind === 'prison' ? 'healthcare' : 'consultant' };
}

/** The condition on the table of invitations for those of a scope. */
export function isInScope(scope: InvitationScope) {
  return (eb: ExpressionBuilder<Database, 'invitations'>): ExpressionWrapper<Database, 'invitations', SqlBool> =>
    scope.list === 'manifest'
      ? eb('invitations.role', 'in', manifestRoles)
      : eb.and([eb('invitations.site', '=', scope.site.id), eb('invitations.role', '=', scope.role)]);
}

/**
 * Who it is that somebody wants to invite.
 * @returns or `not-allowed` when it is not theirs to do, `not-found` for a site or person that is not there
 */
export async function inviteeOf(
  db: Kysely<Database>,
  wanted: WantedInvitation,
  scope: InvitationScope,
): Promise<Invitee | 'not-allowed' | 'not-found'> {
  const place = await placeOf(db, wanted, scope);
  if (typeof place === 'string' || wanted.person === null) {
    return typeof place === 'string' ? place : { person: { id: randomUUID(), name: wanted.name }, ...place };
  }
  const person = await db
    .selectFrom('people')
    .select(['id', 'name'])
    .where('id', '=', wanted.person)
    .where('role', '=', place.role)
    .where('site', 'is not distinct from', place.site?.id ?? null)
    .where('removed_at', 'is', null)
    .executeTakeFirst();
  return person === undefined ? 'not-found' : { person, ...place };
}

async function placeOf(
  db: Kysely<Database>,
  { role, site }: WantedInvitation,
  scope: InvitationScope,
): Promise<Omit<Invitee, 'person'> | 'not-allowed' | 'not-found'> {
  if (scope.list === 'roster') {
    const isOwn = role === scope.role && (site === null || site === scope.site.id);
    return isOwn ? { role, site: scope.site } : 'not-allowed';
  }
  if (!manifestRoles.includes(role) || (role !== 'manager' && site !== null)) return 'not-allowed';
  if (site === null) return { role, site };
  const found = await db
    .selectFrom('sites')
    .select(['id', 'name'])
    .where('id', '=', site)
    .where('removed_at', 'is', null)
    .executeTakeFirst();
  return found === undefined ? 'not-found' : { role, site: found };
}
