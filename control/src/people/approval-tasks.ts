import { randomUUID } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { ApprovalTasks, Clock } from '../ports.ts';

/** Creates the keeper of statements that wait for a person's approval. */
export function createApprovalTasks({ db, clock }: { db: Kysely<Database>; clock: Clock }): ApprovalTasks {
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
    find: async (id, type) => {
      const row = await db
        .selectFrom('approval_tasks')
        .where('id', '=', id)
        .where('type', '=', type)
        .where('expires_at', '>', new Date(clock.now()))
        .select(['statement', 'approvals', 'requested_by'])
        .executeTakeFirst();
      if (row === undefined || row.requested_by === null) return undefined;
      const { approvals, requested_by: requestedBy } = row;
      return { statement: Uint8Array.from(row.statement), approvals, requestedBy };
    },
    addApproval: async (id, approval) => {
      await db
        .updateTable('approval_tasks')
        .where('id', '=', id)
        .set({ approvals: sql`approvals || ${JSON.stringify([approval])}::jsonb` })
        .execute();
    },
    close: async (trx, id) => {
      const closed = await trx.deleteFrom('approval_tasks').where('id', '=', id).returning('id').executeTakeFirst();
      return closed !== undefined;
    },
  };
}
