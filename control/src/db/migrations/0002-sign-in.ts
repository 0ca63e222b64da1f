import { sql, type Kysely } from 'kysely';

/** Sessions that know their passkey and their last gesture, and challenges for step-up and for people not named yet. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  // A session without its passkey is one of an older version: nobody can tell whether it may go on.
  `delete from sessions`,
  `alter table sessions
    add column id uuid not null unique default gen_random_uuid(),
    add column credential text,
    add column gesture_at timestamptz not null default now()`,
  `create index sessions_person on sessions (person)`,
  // Whoever is invited is nobody yet.
  `alter table challenges drop constraint challenges_person_fkey`,
  `alter table challenges drop constraint challenges_purpose_check`,
  `alter table challenges
    add column session uuid,
    add constraint challenges_purpose_check check (purpose in ('sign-in', 'register', 'step-up'))`,
];
