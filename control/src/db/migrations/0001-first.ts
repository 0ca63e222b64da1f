import { sql, type Kysely } from 'kysely';

/** The first schema. Forward only: a later migration adds, and never changes what an older node still reads. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  // Equality of uuids in exclusion constraints. A trusted extension: the database's owner may create it.
  `create extension if not exists btree_gist`,
  `create table fleet (
    single boolean primary key default true check (single),
    id uuid not null,
    rp_id text not null,
    approver_origin text not null,
    plan jsonb not null,
    setup_token bytea,
    founded_at timestamptz,
    ca_certificate text not null,
    ca_key text not null
  )`,
  `create table sites (
    id uuid primary key,
    kind text not null check (kind in ('prison', 'hospital')),
    name text not null unique
  )`,
  `create table people (
    id uuid primary key,
    name text not null,
    role text not null check (role in ('trustee', 'fleetOfficer', 'manager', 'healthcare', 'consultant')),
    site uuid references sites,
    check ((role in ('trustee', 'fleetOfficer')) = (site is null))
  )`,
  `create table credentials (
    id text primary key,
    person uuid not null references people,
    public_key bytea not null,
    counter bigint not null,
    transports jsonb not null,
    created_at timestamptz not null default now()
  )`,
  `create table challenges (
    id uuid primary key,
    challenge text not null unique,
    purpose text not null check (purpose in ('sign-in', 'register')),
    person uuid references people,
    expires_at timestamptz not null
  )`,
  `create table sessions (
    token bytea primary key,
    csrf text not null,
    person uuid not null references people,
    created_at timestamptz not null default now(),
    last_used_at timestamptz not null default now(),
    expires_at timestamptz not null
  )`,
  `create table trust_documents (
    id uuid primary key,
    kind text not null check (kind in ('manifest', 'roster')),
    site uuid references sites,
    version integer not null check (version >= 1),
    statement bytea not null,
    approvals jsonb not null,
    created_at timestamptz not null default now(),
    check ((kind = 'roster') = (site is not null)),
    unique nulls not distinct (kind, site, version)
  )`,
  `create table approval_tasks (
    id uuid primary key,
    type text not null check (type in ('manifest', 'roster', 'grant', 'order')),
    statement bytea not null,
    approvals jsonb not null default '[]',
    requested_by uuid references people,
    created_at timestamptz not null default now(),
    expires_at timestamptz
  )`,
  `create table tickets (
    id uuid primary key,
    secret bytea not null unique,
    device_name text not null,
    site uuid not null references sites,
    created_by uuid not null references people,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at timestamptz
  )`,
  `create table devices (
    id uuid primary key,
    name text not null,
    site uuid not null references sites,
    public_key bytea not null,
    sealing_key bytea not null,
    server_share bytea check (octet_length(server_share) = 32),
    share_destroyed_at timestamptz,
    enrolled_at timestamptz not null default now(),
    state text check (state in ('blank', 'inert', 'open', 'inRoom', 'suspended', 'wiping', 'dead')),
    room uuid,
    last_seen_at timestamptz,
    connection uuid,
    next_grant_sequence integer not null default 1,
    next_order_sequence integer not null default 1,
    check ((server_share is null) = (share_destroyed_at is not null))
  )`,
  `create unique index devices_name on devices (name) where share_destroyed_at is null`,
  `create table certificates (
    fingerprint bytea primary key,
    device uuid not null references devices,
    not_after timestamptz not null,
    issued_at timestamptz not null default now()
  )`,
  `create table pairing_attempts (
    id bigint generated always as identity primary key,
    device uuid not null references devices,
    person uuid not null references people,
    at timestamptz not null default now()
  )`,
  `create index pairing_attempts_device on pairing_attempts (device, at)`,
  `create table appointments (
    id uuid primary key,
    prison uuid not null references sites,
    device uuid not null references devices,
    consultant uuid not null references people,
    patient_reference text not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null check (ends_at > starts_at),
    opens_at timestamptz not null check (opens_at <= starts_at),
    closes_at timestamptz not null check (closes_at >= ends_at),
    booked_by uuid not null references people,
    booked_at timestamptz not null default now(),
    cancelled_at timestamptz,
    constraint appointments_device_clash
      exclude using gist (device with =, tstzrange(starts_at, ends_at) with &&) where (cancelled_at is null),
    constraint appointments_consultant_clash
      exclude using gist (consultant with =, tstzrange(starts_at, ends_at) with &&) where (cancelled_at is null)
  )`,
  `create index appointments_prison on appointments (prison, starts_at)`,
  `create index appointments_consultant on appointments (consultant, starts_at)`,
  `create index appointments_device on appointments (device, starts_at)`,
  `create table grants (
    id uuid primary key,
    device uuid not null references devices,
    appointment uuid not null references appointments,
    approved_by uuid not null references people,
    sequence integer not null,
    statement bytea not null,
    approval jsonb not null,
    open_until timestamptz not null,
    opened_at timestamptz,
    ended_at timestamptz,
    end_reason text,
    unique (device, sequence)
  )`,
  `create table orders (
    id uuid primary key,
    device uuid not null references devices,
    kind text not null check (kind in ('suspend', 'resume', 'brick')),
    reason text not null,
    sequence integer not null,
    approved jsonb not null,
    statement_digest text not null,
    approved_by jsonb not null,
    state text not null default 'queued' check (state in ('queued', 'delivered', 'executed', 'refused')),
    queued_at timestamptz not null default now(),
    delivered_at timestamptz,
    received_at timestamptz,
    receipt jsonb,
    unique (device, sequence),
    check ((state in ('executed', 'refused')) = (receipt is not null))
  )`,
  `create index orders_outbox on orders (device, sequence) where state in ('queued', 'delivered')`,
  `create table media_nodes (
    id uuid primary key,
    alive_until timestamptz not null
  )`,
  `create table rooms (
    id uuid primary key references appointments,
    phase text not null default 'waiting' check (phase in ('waiting', 'consult', 'debrief', 'ended')),
    node uuid not null,
    created_at timestamptz not null default now(),
    ended_at timestamptz,
    end_reason text
  )`,
  `create table seats (
    participant uuid primary key,
    kind text not null check (kind in ('device', 'consultant')),
    room uuid not null references rooms,
    taken_at timestamptz not null default now(),
    unique (room, kind)
  )`,
  `create table next_steps (
    appointment uuid primary key references appointments,
    steps jsonb not null,
    recorded_by uuid not null references people,
    recorded_at timestamptz not null default now(),
    acknowledged_by uuid references people,
    acknowledged_at timestamptz
  )`,
  `create table audit (
    number bigint primary key,
    at timestamptz not null,
    actor jsonb not null,
    action text not null,
    subject uuid,
    detail jsonb not null,
    previous text not null,
    hash text not null
  )`,
  `create function refuse_change() returns trigger language plpgsql as $$
    begin raise exception 'the audit chain is append only'; end $$`,
  `create trigger audit_append_only before update or delete or truncate on audit
    for each statement execute function refuse_change()`,
];
