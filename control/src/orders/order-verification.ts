import type { Kysely, Transaction } from 'kysely';
import { decodeStatement } from '@sallyport/protocol';
import type { Approval, Credential, Manifest, Order, Refusal, StatementRefusal } from '@sallyport/protocol';
import { checkAssertion } from '@sallyport/protocol/assertion';
import { digestOf, verifyStatement } from '@sallyport/protocol/verify';
import type { Approver } from '@sallyport/protocol/verify';
import type { Database } from '../db/schema.ts';
import { lockDevices } from './order-devices.ts';

/** What an order is judged by. `now`: ms since the Unix epoch. */
interface Judging {
  manifest: Manifest;
  now: number;
}

/** What speaks against an order whoever approves it: of the laptops it names, and of its place in their sequences. */
export async function refusalOfOrder(
  trx: Transaction<Database>,
  bytes: Uint8Array<ArrayBuffer>,
  judging: Judging,
): Promise<Refusal['reason'] | undefined> {
  const statement = decodeStatement(bytes);
  if (statement?.type !== 'order') return statement === undefined ? 'malformed' : 'wrong-type';
  const named = statement.devices.map(({ id }) => id);
  // SECURITY: an order for what a laptop was before it was wiped goes nowhere (S5).
  const devices = await lockDevices(trx, statement.order, named);
  if (typeof devices === 'string') return devices;
  const contents = await verifyOrder(trx, { bytes, approvals: [] }, judging);
  return typeof contents === 'string' && contents !== 'too-few-people' ? contents : undefined;
}

/** One approval, as an officer's passkey gave it for these very bytes. */
export async function checkAlone(
  bytes: Uint8Array<ArrayBuffer>,
  approval: Approval,
  manifest: Manifest,
): Promise<{ credential: string; counter: number } | StatementRefusal> {
  const passkey = passkeyOf(approval.credential, manifest);
  if (passkey === undefined) return 'unknown-credential';
  const checked = await checkAssertion(approval, passkey, await digestOf(bytes), manifest.policy);
  return typeof checked === 'string' ? checked : { credential: approval.credential, counter: checked.counter };
}

/** Verifies an order as every laptop it names will. */
export async function verifyOrder(
  db: Kysely<Database>,
  { bytes, approvals }: { bytes: Uint8Array<ArrayBuffer>; approvals: Approval[] },
  { manifest, now }: Judging,
): Promise<{ order: Order; approvers: Approver[] } | StatementRefusal> {
  const statement = decodeStatement(bytes);
  if (statement?.type !== 'order') return statement === undefined ? 'malformed' : 'wrong-type';
  let accepted: { order: Order; approvers: Approver[] } | undefined;
  for (const { id } of statement.devices) {
    const afterSequence = await lastSequence(db, id);
    const result = await verifyStatement(bytes, approvals, manifest, { type: 'order', now, device: id, afterSequence });
    if (!result.accepted) return result.reason;
    accepted = { order: result.statement, approvers: result.approvers };
  }
  return accepted ?? 'malformed';
}

/** The approvals that count: one a passkey, of those who are still officers. */
export function officersOnly(all: readonly Approval[], manifest: Manifest): Approval[] {
  const given = new Map(all.map((approval) => [approval.credential, approval]));
  return [...given.values()].filter(({ credential }) => passkeyOf(credential, manifest) !== undefined);
}

function passkeyOf(id: string, { fleetOfficers }: Manifest): Credential | undefined {
  return fleetOfficers.flatMap(({ credentials }) => credentials).find((passkey) => passkey.id === id);
}

async function lastSequence(db: Kysely<Database>, device: string): Promise<number> {
  const row = await db
    .selectFrom('orders')
    .select((eb) => eb.fn.max('sequence').as('last'))
    .where('device', '=', device)
    .executeTakeFirst();
  return row?.last ?? 0;
}
