import type { Kysely, Transaction } from 'kysely';
import { decodeErasureNotice, decodeReceipt, fromBase64url, verifyErasure } from '@sallyport/protocol';
import type { ErasureNotice, ErasureProof, Refusal, SignedReceipt } from '@sallyport/protocol';
import type { Database } from '../db/schema.ts';
import type { Changes, DeviceMarks, Erasures } from '../ports.ts';
import { judgeErasure } from './erasure-judgement.ts';
import { keepErasure, refuseErasure } from './erasure-record.ts';
import type { ErasureRecordDeps, ProvedErasure } from './erasure-record.ts';
import { keptErasures, shownErasure } from './kept-erasures.ts';
import type { Receipts } from './receipts.ts';

type Reason = Refusal['reason'];

export type ErasureDeps = ErasureRecordDeps & {
  db: Kysely<Database>;
  changes: Changes;
  receipts: Pick<Receipts, 'keep'>;
  marks: Pick<DeviceMarks, 'returned'>;
};

/** A proof whose signatures hold; whether the order it names is one of control's is not known yet. */
type Signed = Omit<ProvedErasure, 'order'>;

/** @returns what laptops prove of their erasure, however the proof arrives: over the link, or over plain TLS */
export function createErasures(deps: ErasureDeps): Erasures {
  return {
    accept: async (proof) => {
      const signed = await verify(deps, proof);
      if (typeof signed === 'string') return { ok: false, refusal: { reason: signed } };
      const outcome = await deps.db.transaction().execute((trx) => keep(deps, trx, signed));
      if (outcome !== 'known') await Promise.all([deps.changes.publish('orders'), deps.changes.publish('devices')]);
      if (outcome === 'known' || outcome === 'kept') return { ok: true, result: {} };
      return { ok: false, refusal: { reason: outcome } };
    },
    shown: async () => {
      const kept = await keptErasures(deps.db);
      return new Map([...kept].map(([device, erasure]) => [device, shownErasure(erasure)]));
    },
  };
}

async function verify(deps: ErasureDeps, proof: ErasureProof): Promise<Signed | Reason> {
  const bytes = fromBase64url(proof.notice.notice);
  const named = bytes && decodeErasureNotice(bytes)?.device;
  if (named === undefined) return 'malformed';
  const query = deps.db.selectFrom('devices').select(['id', 'name', 'public_key']).where('id', '=', named);
  const device = await query.executeTakeFirst();
  if (device === undefined) return refuseAlone(deps, null, 'not-found');
  const { id, name, public_key: key } = device;
  // SECURITY: an erasure is said by the key that the laptop was enrolled with, or it is not said (S33).
  const verified = await verifyErasure(proof, Uint8Array.from(key));
  if (typeof verified === 'string') return refuseAlone(deps, id, verified);
  return { ...verified, device: { id, name }, proof };
}

function refuseAlone(deps: ErasureDeps, device: string | null, reason: Reason): Promise<Reason> {
  return deps.db.transaction().execute((trx) => refuseErasure(deps, trx, device, reason));
}

/** Takes the receipt, keeps what is new, destroys control's half of the keys and writes the record in one transaction. */
async function keep(deps: ErasureDeps, trx: Transaction<Database>, signed: Signed): Promise<'kept' | 'known' | Reason> {
  const { device, proof } = signed;
  // The order's row first and then the laptop's, as receipts do, so that nobody waits for each other.
  const order = await orderOf(deps, trx, signed);
  if (typeof order === 'string') return refuseErasure(deps, trx, device.id, order);
  await trx.selectFrom('devices').select('id').where('id', '=', device.id).forUpdate().executeTakeFirst();
  const before = (await keptErasures(trx, [device.id])).get(device.id);
  const proved = { ...signed, order };
  const judged = judgeErasure(before, { ...proved, noticeBytes: proof.notice.notice });
  switch (judged.news) {
    case 'none':
      return 'known';
    case 'begins':
    case 'goes-on':
      await keepErasure(deps, trx, proved, judged.news === 'begins' ? undefined : before);
      return 'kept';
    case 'another':
      if (judged.isNewer) await deps.marks.returned(trx, device, { acceptedAt: before?.noticed_at.getTime() ?? null });
      return refuseErasure(deps, trx, device.id, 'replayed');
    default:
      return judged satisfies never;
  }
}

/** The order that an erasure obeys, its receipt taken; null when the lease is the cause; or why they do not belong together. */
async function orderOf(
  { receipts }: ErasureDeps,
  trx: Transaction<Database>,
  { notice, proof: { receipt } }: Signed,
): Promise<ProvedErasure['order'] | Reason> {
  const { cause, device } = notice;
  if (cause.kind === 'lease') return receipt === null ? null : 'malformed';
  if (receipt === null || !isReceiptOf(receipt, notice)) return 'malformed';
  const reason = await receipts.keep(trx, receipt);
  if (reason !== undefined) return reason;
  const order = await trx
    .selectFrom('orders')
    .select(['id', 'queued_at as queuedAt'])
    .where('device', '=', device)
    .where('sequence', '=', cause.sequence)
    .where('statement_digest', '=', cause.statement)
    .where('kind', '=', 'brick')
    .executeTakeFirst();
  return order ?? 'not-found';
}

/** SECURITY: a laptop that says which order it erases itself by has signed that very order's receipt (S33). */
function isReceiptOf(signed: SignedReceipt, { device, cause }: ErasureNotice): boolean {
  const bytes = fromBase64url(signed.receipt);
  const receipt = bytes && decodeReceipt(bytes);
  if (receipt === undefined || cause.kind !== 'order') return false;
  const isSameOrder = receipt.sequence === cause.sequence && receipt.statement === cause.statement;
  return isSameOrder && receipt.device === device && receipt.outcome.result === 'executed';
}
