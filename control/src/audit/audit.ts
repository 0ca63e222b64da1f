import { auditEntry, type AuditEntry } from '@sallyport/protocol';
import { sql, type Kysely, type Selectable, type Transaction } from 'kysely';
import type { AuditTable, Database } from '../db/schema.ts';
import type { Audit, Clock } from '../ports.ts';
import { genesis, hashOf, problemOf, type ChainProblem, type ChainState } from './chain.ts';
import { growTree } from './tree.ts';

/** One lock for the chain, held to the end of the appending transaction: entries are numbered one after the other. */
const chainLock = 7_265_110_001;
const batchSize = 1_000;

/** What a walk over the whole chain found. */
export type Verification =
  { intact: true; entries: number; head: string } | { intact: false; number: number; problem: ChainProblem };

/** The audit chain: appended with the acts it records, read by officers and trustees, verified by anybody. */
export interface AuditChain extends Audit {
  /** Entries below a number, newest first, at most `limit`. */
  entriesBefore(number: number | undefined, limit: number): Promise<AuditEntry[]>;
  /**
   * Walks the whole chain.
   * @param known an entry's number and hash that was kept elsewhere: reveals a chain cut short or rewritten
   */
  verify(known?: ChainState): Promise<Verification>;
}

/**
 * Creates the audit chain.
 * @param announce called inside the appending transaction, to tell consoles once it commits
 */
export function createAudit(deps: {
  db: Kysely<Database>;
  clock: Clock;
  announce: (trx: Transaction<Database>) => Promise<void>;
}): AuditChain {
  const { db, clock, announce } = deps;
  return {
    append: async (trx, entry) => {
      await sql`select pg_advisory_xact_lock(${chainLock})`.execute(trx);
      const last = await lastOf(trx);
      const hashed = { ...entry, number: last.number + 1, at: clock.now(), previous: last.hash };
      const whole = auditEntry.parse({ ...hashed, hash: hashOf(hashed) });
      await insert(trx, whole);
      await growTree(trx, whole.number, whole.hash);
      await announce(trx);
    },
    entriesBefore: async (number, limit) => {
      const all = db.selectFrom('audit').selectAll().orderBy('number', 'desc').limit(limit);
      const rows = await (number === undefined ? all : all.where('number', '<', number)).execute();
      return rows.map(toEntry);
    },
    verify: (known) => verifyChain(db, known),
  };
}

async function lastOf(trx: Transaction<Database>): Promise<ChainState> {
  const query = trx.selectFrom('audit').select(['number', 'hash']).orderBy('number', 'desc').limit(1);
  return (await query.executeTakeFirst()) ?? { number: 0, hash: genesis };
}

async function insert(trx: Transaction<Database>, entry: AuditEntry): Promise<void> {
  const { actor, detail, at, ...rest } = entry;
  const row = { ...rest, at: new Date(at), actor: JSON.stringify(actor), detail: JSON.stringify(detail) };
  await trx.insertInto('audit').values(row).execute();
}

function toEntry(row: Selectable<AuditTable>): AuditEntry {
  return { ...row, at: row.at.getTime() };
}

async function verifyChain(db: Kysely<Database>, known: ChainState | undefined): Promise<Verification> {
  let state: ChainState = { number: 0, hash: genesis };
  for (;;) {
    const query = db.selectFrom('audit').selectAll().where('number', '>', state.number);
    const rows = await query.orderBy('number').limit(batchSize).execute();
    for (const row of rows) {
      const entry = toEntry(row);
      const problem = problemOf(entry, state);
      if (problem !== undefined) return { intact: false, number: state.number + 1, problem };
      if (entry.number === known?.number && entry.hash !== known.hash) {
        return { intact: false, number: entry.number, problem: 'altered' };
      }
      state = { number: entry.number, hash: entry.hash };
    }
    if (rows.length < batchSize) break;
  }
  if (known !== undefined && known.number > state.number) {
    return { intact: false, number: state.number + 1, problem: 'removed' };
  }
  return { intact: true, entries: state.number, head: state.hash };
}
