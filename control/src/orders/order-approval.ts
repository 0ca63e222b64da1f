import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Kysely, Transaction } from 'kysely';
import { toBase64url } from '@sallyport/protocol';
import type { Approval, Manifest, Order, Refusal } from '@sallyport/protocol';
import { digestOf } from '@sallyport/protocol/verify';
import type { Approver } from '@sallyport/protocol/verify';
import type { Database } from '../db/schema.ts';
import type { Caller } from '../http/handlers.ts';
import type {
  Answer,
  ApprovalTasks,
  Audit,
  Changes,
  Clock,
  PendingTask,
  ServerShares,
  SignatureCounters,
  TrustDocuments,
} from '../ports.ts';
import { checkAlone, officersOnly, refusalOfOrder, verifyOrder } from './order-verification.ts';

const hour = 60 * 60_000;

/** The PostgreSQL notification channel that wakes delivery; its payload is the device's id. */
export const ordersChannel = 'orders';

/** How long an order that has one approval waits for another person's, ms. */
const secondLife = 24 * hour;

export interface ApprovalDeps {
  db: Kysely<Database>;
  audit: Audit;
  changes: Changes;
  trust: TrustDocuments;
  tasks: ApprovalTasks;
  counters: SignatureCounters;
  shares: Pick<ServerShares, 'destroy'>;
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

/** What became of an approval: the order is queued, or it waits for another person. */
type Outcome = { queued: string[] } | 'waits';

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
  const { manifest } = await deps.trust.manifest();
  const outcome = await deps.db.transaction().execute((trx) => approve(deps, trx, asked, manifest));
  if (outcome === 'not-found') return refused('not-found');
  if (typeof outcome === 'string' && outcome !== 'waits') return refuse(deps, asked.task, caller, outcome);
  await deps.changes.publish('orders');
  if (outcome === 'waits') return { ok: true, result: [] };
  await deps.changes.publish('devices');
  return { ok: true, result: outcome.queued };
}

/** SECURITY: decided under the task's lock, so that two approvals at once both count, and neither twice (S7). */
async function approve(
  deps: ApprovalDeps,
  trx: Transaction<Database>,
  asked: { task: string; approval: Approval },
  manifest: Manifest,
): Promise<Outcome | Refusal['reason']> {
  const task = await deps.tasks.lock(trx, asked.task, 'order');
  if (task === undefined) return 'not-found';
  const now = deps.clock.now();
  const unfit = await refusalOfOrder(trx, task.statement, { manifest, now });
  if (unfit !== undefined) return unfit;
  // SECURITY: each approval is good by itself or is not kept at all (S7).
  const good = await checkAlone(task.statement, asked.approval, manifest);
  if (typeof good === 'string') return good;
  if (!(await deps.counters.keep(trx, good))) return 'counter-went-back';
  return together(deps, trx, { ...asked, kept: task }, manifest);
}

/** Queues the order when its approvals are enough together; otherwise keeps this one for later. */
async function together(
  deps: ApprovalDeps,
  trx: Transaction<Database>,
  { task, approval, kept }: { task: string; approval: Approval; kept: PendingTask },
  manifest: Manifest,
): Promise<Outcome | Refusal['reason']> {
  const { statement: bytes } = kept;
  const now = deps.clock.now();
  const approvals = officersOnly([...kept.approvals, approval], manifest);
  const verified = await verifyOrder(trx, { bytes, approvals }, { manifest, now });
  if (typeof verified === 'string' && verified !== 'too-few-people') return verified;
  const approved = typeof verified === 'string' ? undefined : { task, bytes, approvals, ...verified };
  if (approved !== undefined && !(await isAboveCap(deps, trx, approved))) {
    return { queued: await queue(deps, trx, approved) };
  }
  if (!kept.approvals.some(({ credential }) => credential === approval.credential)) {
    await deps.tasks.addApproval(trx, task, approval, now + secondLife);
  }
  return 'waits';
}

async function queue(deps: ApprovalDeps, trx: Transaction<Database>, approved: ApprovedOrder): Promise<string[]> {
  // SECURITY: the same approval again finds nothing (S5).
  await deps.tasks.close(trx, approved.task);
  const { order } = approved;
  const devices = order.devices.map(({ id }) => id);
  if (order.order === 'brick') await destroyShares(deps, trx, devices);
  const digest = await digestOf(approved.bytes);
  const rows = order.devices.map((device) => rowOf(deps, approved, device, digest));
  await trx.insertInto('orders').values(rows).execute();
  for (const row of rows) {
    await sql`select pg_notify(${ordersChannel}, ${row.device})`.execute(trx);
    await record(deps, trx, approved, row);
  }
  return rows.map(({ id }) => id);
}

/** SECURITY: the server's half goes first and in the same transaction as the order: no moment between (S9, S35). */
export async function destroyShares(
  { shares, clock }: Pick<ApprovalDeps, 'shares' | 'clock'>,
  trx: Transaction<Database>,
  devices: string[],
): Promise<void> {
  await shares.destroy(trx, devices, clock.now());
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
    asked_at: null,
    received_at: null,
    receipt: null,
    alarm: null,
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
  asked_at: null;
  received_at: null;
  receipt: null;
  alarm: null;
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
