import { randomUUID } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { ApprovalTasks, Clock, PendingTask } from '../ports.ts';

/** Creates the keeper of statements that wait for a person's approval. */
export function createApprovalTasks({ db, clock }: { db: Kysely<Database>; clock: Clock }): ApprovalTasks {
  const pending = (from: Kysely<Database>, id: string, type: 'grant' | 'order') =>
    from
      .selectFrom('approval_tasks')
      .where('id', '=', id)
      .where('type', '=', type)
      .where('expires_at', '>', new Date(clock.now()))
      .select(['statement', 'approvals', 'requested_by']);
  return {
    create: async ({ type, statement, requestedBy, expiresAt }) => {
      const id = randomUUID();
      const now = new Date(clock.now());
      // Tasks nobody ended in time are of no use to anybody.
      await db.deleteFrom('approval_tasks').where('expires_at', '<=', now).execute();
      const bytes = Buffer.from(statement);
      const row = { id, type, statement: bytes, approvals: '[]', requested_by: requestedBy, created_at: now };
      await db
        .insertInto('approval_tasks')
        .values({ ...row, expires_at: new Date(expiresAt) })
        .execute();
      return id;
    },
    find: async (id, type) => toTask(await pending(db, id, type).executeTakeFirst()),
    lock: async (trx, id, type) => toTask(await pending(trx, id, type).forUpdate().executeTakeFirst()),
    addApproval: async (trx, id, approval, expiresAt) => {
      await trx
        .updateTable('approval_tasks')
        .where('id', '=', id)
        .set({
          approvals: sql`approvals || ${JSON.stringify([approval])}::jsonb`,
          expires_at: new Date(expiresAt),
        })
        .execute();
    },
    close: async (trx, id) => {
      const closed = await trx.deleteFrom('approval_tasks').where('id', '=', id).returning('id').executeTakeFirst();
      return closed !== undefined;
    },
  };
}

function toTask(
  row: { statement: Buffer; approvals: PendingTask['approvals']; requested_by: string | null } | undefined,
): PendingTask | undefined {
  if (row === undefined || row.requested_by === null) return undefined;
  return { statement: Uint8Array.from(row.statement), approvals: row.approvals, requestedBy: row.requested_by };
}
