import { sql, type Kysely } from 'kysely';

/** Trust that changes: proposals, invitations, people and sites that go, laptops that were put back to a copy. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  // An older fleet has none; its manifest does not name one either.
  `alter table fleet add column audit_key text not null default ''`,
  `alter table fleet alter column audit_key drop default`,
  // The manifest keeps names apart; here one may be taken over, or exchanged, in one step.
  `alter table sites drop constraint sites_name_key, add column removed_at timestamptz`,
  `alter table people add column removed_at timestamptz`,
  `alter table devices
    add column rolled_back_at timestamptz,
    add column highest_grant integer not null default 0,
    add column highest_order integer not null default 0`,
  `alter table approval_tasks add column site uuid references sites`,
  // One proposal at a time for each document, so that no two claim the same version. Founding documents have no proposer.
  `create unique index approval_tasks_proposal on approval_tasks (type, site) nulls not distinct
    where type in ('manifest', 'roster') and requested_by is not null`,
  `create table invitations (
    id uuid primary key,
    token bytea unique,
    person uuid not null,
    name text not null,
    role text not null check (role in ('trustee', 'fleetOfficer', 'manager', 'healthcare', 'consultant')),
    site uuid references sites,
    invited_by uuid not null references people,
    expires_at timestamptz not null,
    credential text unique,
    public_key bytea,
    counter bigint not null default 0,
    transports jsonb not null default '[]',
    -- A manager may be invited before the site is in a manifest.
    check (role = 'manager' or (role in ('trustee', 'fleetOfficer')) = (site is null)),
    check ((token is null) = (credential is not null)),
    check ((public_key is null) = (credential is null))
  )`,
];
