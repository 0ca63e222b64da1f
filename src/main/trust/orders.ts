import type { ApprovedStatement, Order, Receipt, SignedReceipt } from '@sallyport/protocol';
import { decodeStatement, fromBase64url, sha256, signedReceipt, toBase64url } from '@sallyport/protocol';
import type { Approver, Verification } from '@sallyport/protocol/verify';
import * as z from 'zod';
import type { Answer } from '../ports.ts';
import type { Trust } from './trust.ts';

/** How many receipts of obeyed orders are kept to answer repeated deliveries with. */
const keptReceiptLimit = 16;

/** A receipt as the record keeps it: durable before the order has any effect. */
export const keptReceipt = z.strictObject({
  /** SHA-256 of the order's exact bytes, base64url. */
  statement: z.string().length(43),
  order: z.enum(['suspend', 'resume', 'brick']),
  signed: signedReceipt,
});
export type KeptReceipt = z.infer<typeof keptReceipt>;

/** What came of an order: its receipt to answer with, and what to do after answering. */
export interface OrderOutcome {
  readonly receipt: SignedReceipt;
  /** Undefined when nothing is to be done: refused, or done before. */
  readonly obey: Order['order'] | undefined;
  readonly refused: string | undefined;
}

/** What {@link executeOrder} needs. */
export interface OrderParts {
  readonly trust: Trust;
  readonly device: string;
  readonly now: () => number;
  readonly receipts: () => readonly KeptReceipt[];
  /** Whether its store is damaged: then nothing resumes it. */
  readonly isDamaged: () => boolean;
  readonly sign: (receipt: Receipt) => Promise<SignedReceipt>;
  /** Makes sequence, signature counters, receipts and whether an order suspends the laptop durable, together. */
  readonly keep: (done: ObeyedOrder) => void;
}

/** An order that is obeyed, as far as it has to be durable before it has any effect. */
export interface ObeyedOrder {
  readonly order: Order['order'];
  readonly sequence: number;
  readonly approvers: readonly Approver[];
  readonly receipts: KeptReceipt[];
}

/**
 * Executes an order as far as the record: verifies it, signs the receipt and makes receipt and sequence durable. The
 * effect itself is the caller's, after the receipt has been sent. Answering a repeated delivery changes nothing.
 * @returns the receipt (of execution or of a refusal), or a refusal when it is no order for this device at all
 * @throws the record's fault when it could not be made durable; the order has no effect then and is delivered again
 */
export async function executeOrder(parts: OrderParts, approved: ApprovedStatement): Promise<Answer<OrderOutcome>> {
  const bytes = fromBase64url(approved.statement);
  const order = bytes && decodeStatement(bytes);
  if (bytes === undefined || order === undefined) return refuse('malformed');
  if (order.type !== 'order') return refuse('wrong-type');
  const sequence = parts.trust.sequenceOf(order);
  if (sequence === undefined) return refuse('wrong-device');
  const statement = toBase64url(await sha256(bytes));
  const earlier = parts.receipts().find((kept) => kept.statement === statement);
  if (earlier !== undefined) return done(earlier.signed);
  const verified = await judge(parts, order, bytes, approved.approvals);
  const facts = {
    sallyport: 1,
    type: 'receipt',
    device: parts.device,
    statement,
    order: order.order,
    sequence,
  } as const;
  const outcome = verified.accepted
    ? ({ result: 'executed' } as const)
    : ({ result: 'refused', reason: verified.reason } as const);
  const signed = await parts.sign({ ...facts, outcome, at: Math.trunc(parts.now()) });
  if (!verified.accepted) return done(signed, verified.reason);
  const receipts = keptWith(parts.receipts(), { statement, order: order.order, signed });
  parts.keep({ order: order.order, sequence, approvers: verified.approvers, receipts });
  return { ok: true, value: { receipt: signed, obey: order.order, refused: undefined } };
}

/** SECURITY: a laptop whose store is damaged is resumed by no order; that it is suspended or erased it obeys (S31). */
async function judge(
  { trust, isDamaged }: OrderParts,
  { order }: Order,
  bytes: Uint8Array<ArrayBuffer>,
  approvals: ApprovedStatement['approvals'],
): Promise<Verification<'order'>> {
  const verified = await trust.verifyOrder(bytes, approvals);
  return verified.accepted && order === 'resume' && isDamaged()
    ? { accepted: false, reason: 'store-damaged' }
    : verified;
}

/**
 * The receipts kept when there is one more.
 * SECURITY: whatever else is obeyed in between, a brick's receipt stays: it is what makes the next start carry it out (S9).
 */
function keptWith(receipts: readonly KeptReceipt[], added: KeptReceipt): KeptReceipt[] {
  const all = [...receipts, added];
  const newest = all.slice(-keptReceiptLimit);
  const brick = all.findLast(({ order }) => order === 'brick');
  return brick === undefined || newest.includes(brick) ? newest : [brick, ...newest.slice(1)];
}

function done(receipt: SignedReceipt, refused?: string): Answer<OrderOutcome> {
  return { ok: true, value: { receipt, obey: undefined, refused } };
}

function refuse(reason: 'malformed' | 'wrong-type' | 'wrong-device'): Answer<never> {
  return { ok: false, refusal: { reason } };
}
