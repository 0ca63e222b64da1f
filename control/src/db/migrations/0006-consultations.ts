import { sql, type Kysely } from 'kysely';

/** Consultations from calendar to next steps: who is booked, who is there, what was checked, and where laptops are. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `alter table appointments
    add column revision integer not null default 1,
    add column patient_name text,
    add column nhs_number text check (nhs_number ~ '^[0-9]{10}$'),
    add column extended_at timestamptz`,
  // Of an older version's appointments nobody knows more than the reference.
  `update appointments set patient_name = patient_reference`,
  `alter table appointments alter column patient_name set not null`,
  `alter table rooms
    add column present jsonb,
    add column laptop_checked_name_at timestamptz,
    add column consultant_checked_name_at timestamptz,
    add column admitted_at timestamptz,
    add column staff_nonce bytea,
    add column staff_confirmed_at timestamptz`,
  `alter table seats drop constraint seats_kind_check`,
  `alter table seats
    add constraint seats_kind_check check (kind in ('device', 'consultant', 'interpreter', 'clinician'))`,
  `create table guests (
    id uuid primary key,
    appointment uuid not null references appointments,
    kind text not null check (kind in ('interpreter', 'clinician')),
    name text not null,
    link bytea unique,
    code bytea,
    wrong_codes integer not null default 0,
    link_expires_at timestamptz,
    browser bytea unique,
    media_key text,
    entered_at timestamptz,
    proof jsonb,
    gone_at timestamptz,
    unique (appointment, kind)
  )`,
  `create table device_checks (
    appointment uuid primary key references appointments,
    device uuid not null references devices,
    report jsonb not null,
    at timestamptz not null
  )`,
  `create index device_checks_device on device_checks (device, at)`,
  `create table custody (
    device uuid primary key references devices,
    holder text not null,
    place text not null,
    taken_at timestamptz not null,
    due_at timestamptz not null check (due_at > taken_at),
    taken_by uuid not null references people,
    overdue_noted_at timestamptz
  )`,
  `create table api_clients (
    id uuid primary key,
    name text not null,
    site uuid not null references sites,
    token bytea not null unique,
    created_at timestamptz not null,
    revoked_at timestamptz
  )`,
  // When an appointment last changed is asked of the record: everything about it has its id as the subject.
  `create index audit_subject on audit (subject, at)`,
];
