import type { Kysely } from 'kysely';
import { decodeReceipt, fromBase64url } from '@sallyport/protocol';
import type { ConsoleOrder, SignedReceipt } from '@sallyport/protocol';
import type { Database } from '../db/schema.ts';
import type { Clock } from '../ports.ts';
import { keptErasures, shownErasure } from './kept-erasures.ts';
import type { KeptErasure } from './kept-erasures.ts';
import { alarmOf, readAlarmFacts } from './order-alarms.ts';
import type { AlarmLimits } from './order-alarms.ts';

export interface OrderListDeps {
  db: Kysely<Database>;
  clock: Clock;
  alarms: AlarmLimits;
}

/**
 * Lists orders as the fleet console shows them, newest first.
 * @param ids only these; undefined for the newest of all
 */
export async function listOrders(deps: OrderListDeps, ids?: string[]): Promise<ConsoleOrder[]> {
  if (ids?.length === 0) return [];
  const { db } = deps;
  let query = db
    .selectFrom('orders')
    .innerJoin('devices', 'devices.id', 'orders.device')
    .selectAll('orders')
    .select('devices.name as deviceName')
    .orderBy('queued_at', 'desc')
    .orderBy('orders.id')
    .limit(500);
  if (ids !== undefined) query = query.where('orders.id', 'in', ids);
  const rows = await query.execute();
  const names = await namesOf(db, [...new Set(rows.flatMap((row) => row.approved_by))]);
  const erasures = await keptErasures(db, [...new Set(rows.map((row) => row.device))]);
  const alarms = await alarmsOf(
    deps,
    rows.map((row) => row.id),
  );
  return rows.map((row) => ({
    id: row.id,
    device: { id: row.device, name: row.deviceName },
    order: row.kind,
    reason: row.reason,
    approvedBy: row.approved_by.map((person) => names.get(person) ?? person),
    state: row.state,
    queuedAt: row.queued_at.getTime(),
    deliveredAt: row.delivered_at?.getTime() ?? null,
    receivedAt: row.received_at?.getTime() ?? null,
    receipt: row.receipt && receiptOf(row.receipt),
    erasure: row.kind === 'brick' ? erasureOf(row.id, erasures.get(row.device)) : null,
    alarm: alarms.get(row.id) ?? null,
  }));
}

/** Of the laptop's erasure what belongs to a brick: not what an earlier one caused. */
function erasureOf(order: string, kept: KeptErasure | undefined): ConsoleOrder['erasure'] {
  if (kept === undefined) return null;
  return kept.caused_by === null || kept.caused_by === order ? shownErasure(kept) : null;
}

async function alarmsOf(
  { db, clock, alarms }: OrderListDeps,
  ids: string[],
): Promise<Map<string, ConsoleOrder['alarm']>> {
  if (ids.length === 0) return new Map();
  const now = clock.now();
  return new Map((await readAlarmFacts(db, ids)).map((facts) => [facts.id, alarmOf(facts, now, alarms)]));
}

async function namesOf(db: Kysely<Database>, people: string[]): Promise<Map<string, string>> {
  if (people.length === 0) return new Map();
  const rows = await db.selectFrom('people').select(['id', 'name']).where('id', 'in', people).execute();
  return new Map(rows.map(({ id, name }) => [id, name]));
}

function receiptOf(signed: SignedReceipt): ConsoleOrder['receipt'] {
  const bytes = fromBase64url(signed.receipt);
  const contents = bytes && decodeReceipt(bytes);
  if (contents === undefined) throw new Error('a kept receipt cannot be read');
  return { contents, signed };
}
