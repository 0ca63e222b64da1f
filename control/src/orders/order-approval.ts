import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Kysely, Transaction } from 'kysely';
import { decodeStatement, sha256, toBase64url } from '@sallyport/protocol';
import type { Approval, Manifest, Order, Refusal, StatementRefusal } from '@sallyport/protocol';
import { verifyStatement } from '@sallyport/protocol/verify';
import type { Approver } from '@sallyport/protocol/verify';
import type { Database } from '../db/schema.ts';
import type { Caller } from '../http/handlers.ts';
import type { Answer, ApprovalTasks, Audit, Changes, Clock, TrustDocuments } from '../ports.ts';

const hour = 60 * 60_000;

/** The PostgreSQL notification channel that wakes delivery; its payload is the device's id. */
export const ordersChannel = 'orders';

export interface ApprovalDeps {
  db: Kysely<Database>;
  audit: Audit;
  changes: Changes;
  trust: TrustDocuments;
  tasks: ApprovalTasks;
  clock: Clock;
  /** Laptops one person alone may brick in an hour; above it a second person must approve. */
  bricksPerHour: number;
}

/** An order with all its approvals, ready to be queued. */
interface ApprovedOrder {
  task: string;
  bytes: Uint8Array<ArrayBuffer>;
  order: Order;
  approvals: Approval[];
  approvers: Approver[];
}

/**
 * Takes one person's approval of a drafted order. When enough people approved, the order is queued for every laptop it
 * names and, for `brick`, control's shares of their keys are destroyed, in one transaction with the record of it.
 * @returns the ids of the queued orders, none while another person must approve; or why the approval was refused
 */
export async function approveOrder(
  deps: ApprovalDeps,
  asked: { task: string; approval: Approval },
  caller: Caller,
): Promise<Answer<string[]>> {
  const task = await deps.tasks.find(asked.task, 'order');
  if (task === undefined) return refused('not-found');
  const { manifest } = await deps.trust.manifest();
  const bytes = task.statement;
  // SECURITY: each approval is good by itself or is not kept at all (S7).
  const alone = await verifyOrder(deps, bytes, [asked.approval], manifest);
  if (typeof alone === 'string' && alone !== 'too-few-people') return refuse(deps, asked.task, caller, alone);
  const given = new Map([...task.approvals, asked.approval].map((approval) => [approval.credential, approval]));
  const approvals = [...given.values()];
  const verified = approvals.length > 1 ? await verifyOrder(deps, bytes, approvals, manifest) : alone;
  if (verified === 'too-few-people') return waitForAnother(deps, asked);
  if (typeof verified === 'string') return refuse(deps, asked.task, caller, verified);
  const approved = { task: asked.task, bytes, approvals, ...verified };
  const outcome = await deps.db.transaction().execute((trx) => queue(deps, trx, approved));
  if (outcome === 'too-few-people') return waitForAnother(deps, asked);
  if (typeof outcome === 'string') return refuse(deps, asked.task, caller, outcome);
  await deps.changes.publish('orders');
  await deps.changes.publish('devices');
  return { ok: true, result: outcome };
}

/** Verifies an order as every laptop it names will. */
async function verifyOrder(
  deps: ApprovalDeps,
  bytes: Uint8Array<ArrayBuffer>,
  approvals: Approval[],
  manifest: Manifest,
): Promise<{ order: Order; approvers: Approver[] } | StatementRefusal> {
  const statement = decodeStatement(bytes);
  if (statement?.type !== 'order') return statement === undefined ? 'malformed' : 'wrong-type';
  let accepted: { order: Order; approvers: Approver[] } | undefined;
  for (const { id } of statement.devices) {
    const afterSequence = await lastSequence(deps.db, id);
    const now = deps.clock.now();
    const result = await verifyStatement(bytes, approvals, manifest, { type: 'order', now, device: id, afterSequence });
    if (!result.accepted) return result.reason;
    accepted = { order: result.statement, approvers: result.approvers };
  }
  return accepted ?? 'malformed';
}

async function lastSequence(db: Kysely<Database>, device: string): Promise<number> {
  const row = await db
    .selectFrom('orders')
    .select((eb) => eb.fn.max('sequence').as('last'))
    .where('device', '=', device)
    .executeTakeFirst();
  return row?.last ?? 0;
}

async function waitForAnother(
  deps: ApprovalDeps,
  asked: { task: string; approval: Approval },
): Promise<Answer<string[]>> {
  const task = await deps.tasks.find(asked.task, 'order');
  const isKept = task?.approvals.some(({ credential }) => credential === asked.approval.credential) === true;
  if (!isKept) await deps.tasks.addApproval(asked.task, asked.approval);
  return { ok: true, result: [] };
}

async function queue(
  deps: ApprovalDeps,
  trx: Transaction<Database>,
  approved: ApprovedOrder,
): Promise<string[] | 'too-few-people' | 'replayed'> {
  if (await isAboveCap(deps, trx, approved)) return 'too-few-people';
  // SECURITY: whoever ends the task queues the order; the same approval again finds nothing (S5).
  if (!(await deps.tasks.close(trx, approved.task))) return 'replayed';
  const { order } = approved;
  const devices = order.devices.map(({ id }) => id);
  await trx.selectFrom('devices').select('id').where('id', 'in', devices).orderBy('id').forUpdate().execute();
  if (order.order === 'brick') await destroyShares(deps, trx, devices);
  const digest = toBase64url(await sha256(approved.bytes));
  const rows = order.devices.map((device) => rowOf(deps, approved, device, digest));
  await trx.insertInto('orders').values(rows).execute();
  for (const row of rows) {
    await sql`select pg_notify(${ordersChannel}, ${row.device})`.execute(trx);
    await record(deps, trx, approved, row);
  }
  return rows.map(({ id }) => id);
}

/** SECURITY: the server's half goes first and in the same transaction as the order: no moment between (S9). */
async function destroyShares(deps: ApprovalDeps, trx: Transaction<Database>, devices: string[]): Promise<void> {
  await trx
    .updateTable('devices')
    .set({ server_share: null, share_destroyed_at: new Date(deps.clock.now()) })
    .where('id', 'in', devices)
    .where('server_share', 'is not', null)
    .execute();
}

/** SECURITY: one person alone bricks a few laptops an hour, not the fleet; counted under the person's lock (S7). */
async function isAboveCap(deps: ApprovalDeps, trx: Transaction<Database>, approved: ApprovedOrder): Promise<boolean> {
  const [only, ...others] = approved.approvers;
  if (approved.order.order !== 'brick' || only === undefined || others.length > 0) return false;
  await trx.selectFrom('people').select('id').where('id', '=', only.person).forUpdate().execute();
  const row = await trx
    .selectFrom('orders')
    .select((eb) => eb.fn.countAll<number>().as('bricks'))
    .where('kind', '=', 'brick')
    .where('queued_at', '>', new Date(deps.clock.now() - hour))
    .where(sql<boolean>`approved_by = ${JSON.stringify([only.person])}::jsonb`)
    .executeTakeFirstOrThrow();
  return row.bricks >= deps.bricksPerHour;
}

function rowOf(
  deps: ApprovalDeps,
  approved: ApprovedOrder,
  device: Order['devices'][number],
  digest: string,
): OrderInsert {
  const { bytes, order, approvals, approvers } = approved;
  return {
    id: randomUUID(),
    device: device.id,
    kind: order.order,
    reason: order.reason,
    sequence: device.sequence,
    approved: JSON.stringify({ statement: toBase64url(bytes), approvals }),
    statement_digest: digest,
    approved_by: JSON.stringify(approvers.map(({ person }) => person)),
    queued_at: new Date(deps.clock.now()),
    delivered_at: null,
    received_at: null,
    receipt: null,
  };
}

interface OrderInsert {
  id: string;
  device: string;
  kind: Order['order'];
  reason: string;
  sequence: number;
  approved: string;
  statement_digest: string;
  approved_by: string;
  queued_at: Date;
  delivered_at: null;
  received_at: null;
  receipt: null;
}

async function record(
  deps: ApprovalDeps,
  trx: Transaction<Database>,
  approved: ApprovedOrder,
  row: OrderInsert,
): Promise<void> {
  const [first, ...others] = approved.approvers;
  if (first === undefined) throw new Error('an order without an approver');
  await deps.audit.append(trx, {
    actor: { kind: 'person', id: first.person, name: first.name },
    action: 'order.queued',
    subject: row.device,
    detail: {
      order: row.id,
      kind: row.kind,
      sequence: row.sequence,
      reason: row.reason,
      statement: row.statement_digest,
      alsoApprovedBy: others
        .map(({ name }) => name)
        .join(', ')
        .slice(0, 400),
      shareDestroyed: row.kind === 'brick',
    },
  });
}

async function refuse(
  deps: ApprovalDeps,
  task: string,
  caller: Caller,
  reason: Refusal['reason'],
): Promise<Answer<never>> {
  await deps.db.transaction().execute((trx) =>
    deps.audit.append(trx, {
      actor: { kind: 'person', id: caller.person.id, name: caller.person.name },
      action: 'order.approval-refused',
      subject: task,
      detail: { reason },
    }),
  );
  return refused(reason);
}

function refused(reason: Refusal['reason']): Answer<never> {
  return { ok: false, refusal: { reason } };
}
