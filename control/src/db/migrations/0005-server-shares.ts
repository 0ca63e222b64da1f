import { sql, type Kysely } from 'kysely';

/**
 * Server shares in a table of their own, sealed. A migration has no key: shares that an older version kept as they were
 * stay in their column until the first start, which seals them and drops it before anything listens (`shares/plain-shares.ts`).
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table share_key (
    single boolean primary key default true check (single),
    id text not null unique,
    since timestamptz not null,
    shares_destroyed integer not null
  )`,
  `create table server_shares (
    device uuid primary key references devices,
    key text not null,
    nonce bytea not null check (octet_length(nonce) = 12),
    sealed bytea not null check (octet_length(sealed) = 48),
    sealed_at timestamptz not null,
    -- SECURITY: no share stands under any key but the one in force: once that was exchanged, the old one opens nothing (S35).
    constraint server_shares_key foreign key (key) references share_key (id) deferrable initially deferred
  )`,
  `create function refuse_destroyed_share() returns trigger language plpgsql as $$
    declare laptop uuid := to_jsonb(new) ->> tg_argv[0];
    begin
      if exists (
        select from devices join server_shares on device = id where id = laptop and share_destroyed_at is not null
      ) then
        raise exception 'the share of this laptop is destroyed';
      end if;
      return null;
    end $$`,
  // SECURITY: destroyed is destroyed: no transaction commits that calls a share so and keeps it, or makes it anew (S9, S35).
  `create constraint trigger server_shares_destroyed after insert or update on server_shares
    deferrable initially deferred for each row execute function refuse_destroyed_share('device')`,
  `create constraint trigger devices_share_destroyed after update of share_destroyed_at on devices
    deferrable initially deferred for each row when (new.share_destroyed_at is not null)
    execute function refuse_destroyed_share('id')`,
  `alter table devices drop constraint devices_check`,
  `do $$ begin
    if not exists (select from devices where server_share is not null) then
      alter table devices drop column server_share;
    end if;
  end $$`,
];
