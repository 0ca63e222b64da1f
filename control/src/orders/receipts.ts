import { createPublicKey, verify } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import { decodeReceipt, fromBase64url } from '@sallyport/protocol';
import type { Receipt, Refusal, SignedReceipt } from '@sallyport/protocol';
import type { Database } from '../db/schema.ts';
import type { Answer, Audit, Changes, Clock } from '../ports.ts';

export interface ReceiptDeps {
  db: Kysely<Database>;
  audit: Audit;
  changes: Changes;
  clock: Clock;
}

/** Takes laptops' signed receipts, however they arrive: as an order's answer, over the link, or over plain TLS. */
export interface Receipts {
  /**
   * Checks a receipt and makes it durable. Idempotent: the same outcome again is accepted and changes nothing.
   * @returns accepted; or `malformed`, `not-found` (no such order), `bad-signature`, `wrong-state` (the order has
   *   another receipt)
   */
  accept(signed: SignedReceipt): Promise<Answer<Record<string, never>>>;
  /** The same inside the caller's transaction, which publishes after it. @returns why it is refused, or undefined */
  keep(trx: Transaction<Database>, signed: SignedReceipt): Promise<Refusal['reason'] | undefined>;
}

interface OrderRow {
  id: string;
  device: string;
  name: string;
  public_key: Buffer;
  kind: string;
  statement_digest: string;
  state: 'queued' | 'delivered' | 'executed' | 'refused';
}

/** @returns the receipts of a fleet's orders */
export function createReceipts(deps: ReceiptDeps): Receipts {
  const keepSigned: Receipts['keep'] = async (trx, signed) => {
    const bytes = fromBase64url(signed.receipt);
    const receipt = bytes && decodeReceipt(bytes);
    if (bytes === undefined || receipt === undefined) return 'malformed';
    return keep(deps, trx, { signed, bytes, receipt });
  };
  return {
    keep: keepSigned,
    accept: async (signed) => {
      const reason = await deps.db.transaction().execute((trx) => keepSigned(trx, signed));
      if (reason !== undefined) return refused(reason);
      await deps.changes.publish('orders');
      return { ok: true, result: {} };
    },
  };
}

interface Delivered {
  signed: SignedReceipt;
  bytes: Uint8Array;
  receipt: Receipt;
}

async function keep(
  deps: ReceiptDeps,
  trx: Transaction<Database>,
  delivered: Delivered,
): Promise<Refusal['reason'] | undefined> {
  const { receipt } = delivered;
  const order = await lockOrder(trx, receipt);
  const reason = order === undefined ? 'not-found' : refusalOf(order, delivered);
  if (order === undefined || reason !== undefined) return refuse(deps, trx, order, reason ?? 'not-found');
  const { result } = receipt.outcome;
  if (order.state === result) return undefined;
  if (order.state === 'executed' || order.state === 'refused') return refuse(deps, trx, order, 'wrong-state');
  const now = new Date(deps.clock.now());
  await trx
    .updateTable('orders')
    .set((eb) => ({
      state: result,
      received_at: now,
      delivered_at: eb.fn.coalesce('delivered_at', eb.val(now)),
      receipt: JSON.stringify(delivered.signed),
    }))
    .where('id', '=', order.id)
    .execute();
  if (result === 'executed') await noteObeyed(trx, receipt);
  await deps.audit.append(trx, {
    actor: { kind: 'device', id: order.device, name: order.name },
    action: `order.${result}`,
    subject: order.device,
    detail: {
      order: order.id,
      kind: receipt.order,
      sequence: receipt.sequence,
      reason: receipt.outcome.result === 'refused' ? receipt.outcome.reason : null,
      signedAt: receipt.at,
      signature: delivered.signed.signature,
    },
  });
  return undefined;
}

/** SECURITY: a laptop that later says less has been put back to a copy (S30). */
async function noteObeyed(trx: Transaction<Database>, { device, sequence }: Receipt): Promise<void> {
  await trx
    .updateTable('devices')
    .set((eb) => ({ highest_order: eb.fn('greatest', ['highest_order', eb.val(sequence)]) }))
    .where('id', '=', device)
    .execute();
}

function lockOrder(trx: Transaction<Database>, receipt: Receipt): Promise<OrderRow | undefined> {
  return trx
    .selectFrom('orders')
    .innerJoin('devices', 'devices.id', 'orders.device')
    .select(['orders.id', 'orders.device', 'devices.name', 'public_key', 'kind', 'statement_digest', 'orders.state'])
    .where('orders.device', '=', receipt.device)
    .where('orders.sequence', '=', receipt.sequence)
    .forUpdate('orders')
    .executeTakeFirst();
}

function refusalOf(order: OrderRow, { receipt, bytes, signed }: Delivered): Refusal['reason'] | undefined {
  const signature = fromBase64url(signed.signature);
  // SECURITY: "executed" is said by the laptop's own key about these exact order bytes, or it is not said (S9).
  if (signature?.length !== 64 || !isSignedBy(order.public_key, bytes, signature)) return 'bad-signature';
  return receipt.statement === order.statement_digest && receipt.order === order.kind ? undefined : 'not-found';
}

function isSignedBy(publicKey: Buffer, bytes: Uint8Array, signature: Uint8Array): boolean {
  const key = createPublicKey({ key: publicKey, format: 'der', type: 'spki' });
  return verify('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }, signature);
}

async function refuse(
  deps: ReceiptDeps,
  trx: Transaction<Database>,
  order: OrderRow | undefined,
  reason: Refusal['reason'],
): Promise<Refusal['reason']> {
  await deps.audit.append(trx, {
    actor: { kind: 'control', id: null, name: 'control' },
    action: 'receipt.refused',
    subject: order?.device ?? null,
    detail: { reason, order: order?.id ?? null },
  });
  return reason;
}

function refused(reason: Refusal['reason']): Answer<never> {
  return { ok: false, refusal: { reason } };
}
