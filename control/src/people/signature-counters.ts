import { sql, type Transaction } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { SignatureCounters } from '../ports.ts';

/** Creates the keeper of passkeys' signature counters: of those that are named, and of those made by invitation. */
export function createSignatureCounters(): SignatureCounters {
  return {
    keep: async (trx, { credential, counter }) => {
      const named = await keepIn(trx, 'credentials', 'id', credential, counter);
      const outcome = named === 'unknown' ? await keepIn(trx, 'invitations', 'credential', credential, counter) : named;
      return outcome === 'kept';
    },
  };
}

/** SECURITY: decided by the database: a copied passkey, or the same gesture twice at once, is refused (S26). */
async function keepIn(
  trx: Transaction<Database>,
  table: 'credentials' | 'invitations',
  column: 'id' | 'credential',
  credential: string,
  counter: number,
): Promise<'kept' | 'behind' | 'unknown'> {
  const { rows } = await sql<{ counter: number }>`
    select counter from ${sql.table(table)} where ${sql.ref(column)} = ${credential} for update
  `.execute(trx);
  const [seen] = rows;
  if (seen === undefined) return 'unknown';
  // Zero means that the authenticator does not count (WebAuthn Level 3, 6.1.1).
  if (counter <= seen.counter && (counter > 0 || seen.counter > 0)) return 'behind';
  await sql`update ${sql.table(table)} set counter = ${counter} where ${sql.ref(column)} = ${credential}`.execute(trx);
  return 'kept';
}
