import { sql, type Kysely } from 'kysely';

/** What laptops prove of their erasure, alarms over orders, and laptops whose record went back or was damaged. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table erasures (
    device uuid primary key references devices,
    caused_by uuid references orders,
    notice jsonb not null,
    report jsonb,
    report_number integer not null default 0 check (report_number >= 0),
    stage text not null check (stage in ('accepted', 'keys-destroyed', 'erased', 'attested')),
    noticed_at timestamptz not null,
    reported_at timestamptz not null,
    check ((report is null) = (report_number = 0))
  )`,
  `alter table devices
    add column record_generation bigint not null default 0,
    add column damaged_at timestamptz`,
  `alter table orders
    add column asked_at timestamptz,
    add column alarm text check (alarm in ('refused', 'silent', 'unfinished', 'returned'))`,
];
