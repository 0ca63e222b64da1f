import { sql, type Kysely } from 'kysely';

/** What an outsider needs to check the record: the tree over its entries, and what control and laptops signed of it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const tables = ['audit_nodes', 'audit_checkpoints', 'device_heads', 'countersignatures', 'joins'];

const statements = [
  // Complete subtrees of the tree of RFC 9162, 2.1; level 0 are the leaves.
  `create table audit_nodes (
    level smallint not null check (level >= 0),
    position bigint not null check (position >= 0),
    hash bytea not null check (octet_length(hash) = 32),
    primary key (level, position)
  )`,
  `create table audit_checkpoints (
    size bigint primary key,
    checkpoint bytea not null,
    signature bytea not null,
    made_at timestamptz not null
  )`,
  `create table device_heads (
    device uuid not null references devices,
    number bigint not null check (number >= 1),
    hash text not null,
    signature bytea not null,
    received_at timestamptz not null,
    primary key (device, number)
  )`,
  `create table countersignatures (
    device uuid not null references devices,
    size bigint not null references audit_checkpoints,
    signature bytea not null,
    received_at timestamptz not null,
    primary key (device, size)
  )`,
  `create table joins (
    media_key text collate "C" primary key,
    room uuid not null references rooms,
    proof jsonb not null,
    joined_at timestamptz not null
  )`,
  // The tree of the entries there are already.
  `do $$ declare this smallint := 0; begin
    insert into audit_nodes
      select 0, number - 1, sha256('\\x00'::bytea || decode(translate(hash, '-_', '+/') || '=', 'base64')) from audit;
    loop
      insert into audit_nodes
        select this + 1, a.position / 2, sha256('\\x01'::bytea || a.hash || b.hash)
        from audit_nodes a join audit_nodes b on b.level = a.level and b.position = a.position + 1
        where a.level = this and a.position % 2 = 0;
      exit when not found;
      this := this + 1;
    end loop;
  end $$`,
  // SECURITY: what was signed and hashed only grows, as the entries do (S27).
  ...tables.map(
    (table) => `create trigger ${table}_append_only before update or delete or truncate on ${table}
      for each statement execute function refuse_change()`,
  ),
];
