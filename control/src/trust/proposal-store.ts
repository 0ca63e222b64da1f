import { decodeStatement } from '@sallyport/protocol';
import type { Approval, Manifest, Order, Roster } from '@sallyport/protocol';
import type { Kysely, Selectable, Transaction } from 'kysely';
import { sql } from 'kysely';
import type { ApprovalTasksTable, Database } from '../db/schema.ts';

/** How long a proposed manifest or roster waits for its approvals, ms. */
export const proposalLife = 14 * 24 * 60 * 60_000;

/** A manifest, roster or order that waits for people's approvals. */
export interface StoredProposal<S extends Manifest | Roster | Order = Manifest | Roster | Order> {
  id: string;
  bytes: Uint8Array<ArrayBuffer>;
  statement: S;
  /** Each found good by itself before it was kept. */
  approvals: Approval[];
  proposedBy: { id: string; name: string };
  proposedAt: number;
  expiresAt: number;
}

/** Which proposals somebody has to do with. */
export type ProposalScope = { type: 'manifest' } | { type: 'roster'; site: string } | { type: 'order' };

/** SECURITY: two who change trust at once would found two futures: one after the other, on every node (S26). */
const trustLock = 7_265_110_003;

/** Waits until nobody else proposes, approves or publishes, until the transaction is over. */
export async function lockTrust(trx: Transaction<Database>): Promise<void> {
  await sql`select pg_advisory_xact_lock(${trustLock})`.execute(trx);
}

/** The unexpired proposals of a scope, oldest first. @param now milliseconds since the Unix epoch */
export async function readProposals(
  db: Kysely<Database>,
  scope: ProposalScope,
  now: number,
): Promise<StoredProposal[]> {
  const rows = await select(db, now)
    .where('type', '=', scope.type)
    .where('approval_tasks.site', 'is not distinct from', scope.type === 'roster' ? scope.site : null)
    .orderBy('created_at')
    .limit(100)
    .execute();
  return rows.map(toProposal);
}

/** One unexpired proposal of a scope. */
export async function findProposal(
  db: Kysely<Database>,
  id: string,
  scope: ProposalScope,
  now: number,
): Promise<StoredProposal | undefined> {
  const row = await select(db, now)
    .where('approval_tasks.id', '=', id)
    .where('type', '=', scope.type)
    .where('approval_tasks.site', 'is not distinct from', scope.type === 'roster' ? scope.site : null)
    .executeTakeFirst();
  return row && toProposal(row);
}

/** Every unexpired roster that is proposed, of whatever site. */
export async function readRosterProposals(db: Kysely<Database>, now: number): Promise<StoredProposal[]> {
  return (await select(db, now).where('type', '=', 'roster').execute()).map(toProposal);
}

function select(db: Kysely<Database>, now: number) {
  return db
    .selectFrom('approval_tasks')
    .innerJoin('people', 'people.id', 'approval_tasks.requested_by')
    .selectAll('approval_tasks')
    .select('people.name as proposer')
    .where('expires_at', '>', new Date(now));
}

/** Keeps a proposal; those whose time is over make room. */
export async function insertProposal(
  trx: Transaction<Database>,
  proposal: Pick<StoredProposal<Manifest | Roster>, 'id' | 'bytes' | 'statement' | 'proposedAt' | 'expiresAt'>,
  proposedBy: string,
): Promise<void> {
  const { id, bytes, statement, proposedAt, expiresAt } = proposal;
  await trx.deleteFrom('approval_tasks').where('expires_at', '<=', new Date(proposedAt)).execute();
  await trx
    .insertInto('approval_tasks')
    .values({
      ...{ id, type: statement.type, site: statement.type === 'roster' ? statement.site : null },
      ...{ statement: Buffer.from(bytes), approvals: '[]', requested_by: proposedBy },
      ...{ created_at: new Date(proposedAt), expires_at: new Date(expiresAt) },
    })
    .execute();
}

/** Keeps one more approval of a proposal. */
export async function keepApproval(trx: Transaction<Database>, id: string, approval: Approval): Promise<void> {
  await trx
    .updateTable('approval_tasks')
    .where('id', '=', id)
    .set({ approvals: sql`approvals || ${JSON.stringify([approval])}::jsonb` })
    .execute();
}

/** Ends a proposal. @returns false when somebody else ended it first */
export async function deleteProposal(trx: Transaction<Database>, id: string): Promise<boolean> {
  const deleted = await trx.deleteFrom('approval_tasks').where('id', '=', id).returning('id').executeTakeFirst();
  return deleted !== undefined;
}

function toProposal(row: Selectable<ApprovalTasksTable> & { proposer: string }): StoredProposal {
  const bytes = Uint8Array.from(row.statement);
  const statement = decodeStatement(bytes);
  if (statement?.type !== row.type || statement.type === 'grant') {
    throw new TypeError(`the ${row.type} that waits for approvals is none`);
  }
  return {
    id: row.id,
    bytes,
    statement,
    approvals: row.approvals,
    proposedBy: { id: row.requested_by ?? '', name: row.proposer },
    proposedAt: row.created_at.getTime(),
    expiresAt: row.expires_at?.getTime() ?? 0,
  };
}
