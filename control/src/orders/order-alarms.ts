import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { ErasureStage, OrderAlarm, OrderKind } from '@sallyport/protocol';
import type { Database } from '../db/schema.ts';

const minute = 60_000;
const hour = 60 * minute;

/** After how long somebody is told, from the configuration. */
export interface AlarmLimits {
  /** A laptop that was asked to execute an order should have answered within so many minutes. */
  answerMinutes: number;
  /** A laptop that an order waits for should have been seen within so many hours. */
  contactHours: number;
  /** A laptop that accepted a brick should have proved its end within so many minutes. */
  erasureMinutes: number;
}

/** What decides whether an order is alarmed; moments in milliseconds since the Unix epoch. */
export interface AlarmFacts {
  kind: OrderKind;
  state: 'queued' | 'delivered' | 'executed' | 'refused';
  queuedAt: number;
  /** When the laptop was first asked to execute it. */
  askedAt: number | null;
  receivedAt: number | null;
  /** Whether the laptop has answered a later order: then that one tells how it is. */
  isSuperseded: boolean;
  /** The laptop's erasure by this order or by its lease. */
  erasure: { noticedAt: number; stage: ErasureStage } | null;
  lastSeenAt: number | null;
  rolledBackAt: number | null;
}

/**
 * Why somebody must look after an order, or null.
 * SECURITY: no laptop refuses, stays silent or half finishes without somebody being told (S33).
 * @param now milliseconds since the Unix epoch
 */
export function alarmOf(facts: AlarmFacts, now: number, limits: AlarmLimits): OrderAlarm | null {
  if (facts.isSuperseded) return null;
  const begun = beginOfErasure(facts);
  if (begun !== null) return alarmOfErasure(facts, { begun, now, limits });
  switch (facts.state) {
    case 'refused':
      return 'refused';
    case 'executed':
      return null;
    case 'queued':
    case 'delivered':
      return isSilent(facts, now, limits) ? 'silent' : null;
    default:
      return facts.state satisfies never;
  }
}

/** Since when the laptop is known to erase itself; its answer to any other order then matters no more. */
function beginOfErasure({ kind, state, receivedAt, erasure }: AlarmFacts): number | null {
  const accepted = kind === 'brick' && state === 'executed' ? receivedAt : null;
  const known = [accepted, erasure?.noticedAt ?? null].filter((moment) => moment !== null);
  return known.length === 0 ? null : Math.max(...known);
}

interface Judging {
  begun: number;
  now: number;
  limits: AlarmLimits;
}

function alarmOfErasure(
  { kind, erasure, rolledBackAt }: AlarmFacts,
  { begun, now, limits }: Judging,
): OrderAlarm | null {
  if (kind !== 'brick') return null;
  if (rolledBackAt !== null && rolledBackAt > begun) return 'returned';
  if (erasure?.stage === 'attested') return null;
  return now - begun > limits.erasureMinutes * minute ? 'unfinished' : null;
}

function isSilent({ queuedAt, askedAt, lastSeenAt }: AlarmFacts, now: number, limits: AlarmLimits): boolean {
  if (askedAt !== null && now - askedAt > limits.answerMinutes * minute) return true;
  return now - Math.max(queuedAt, lastSeenAt ?? 0) > limits.contactHours * hour;
}

/** What the database says of orders' alarms: those that decide, and the one that is on the record. */
export interface AlarmedOrder extends AlarmFacts {
  id: string;
  device: string;
  deviceName: string;
  sequence: number;
  recorded: OrderAlarm | null;
}

const isSuperseded: RawBuilder<boolean> = sql`exists (
  select from orders later
  where later.device = orders.device and later.sequence > orders.sequence and later.state in ('executed', 'refused')
)`;

/** Those of which an alarm is on the record, or may have to be. */
const mayBeAlarmed: RawBuilder<boolean> = sql`(
  orders.alarm is not null
  or orders.state <> 'executed'
  or (orders.kind = 'brick' and (erasures.stage is distinct from 'attested' or devices.rolled_back_at is not null))
)`;

/** Reads the facts of orders. @param ids only these; undefined for all that may be alarmed */
export async function readAlarmFacts(db: Kysely<Database>, ids?: string[]): Promise<AlarmedOrder[]> {
  const query = db
    .selectFrom('orders')
    .innerJoin('devices', 'devices.id', 'orders.device')
    .leftJoin('erasures', (join) =>
      join
        .onRef('erasures.device', '=', 'orders.device')
        // The erasure that an earlier brick caused says nothing of a later one.
        .on((eb) => eb.or([eb('caused_by', 'is', null), eb('caused_by', '=', eb.ref('orders.id'))])),
    )
    .select(['orders.id', 'orders.device', 'devices.name as deviceName', 'sequence', 'kind', 'orders.state'])
    .select(['queued_at', 'asked_at', 'received_at', 'alarm', 'noticed_at', 'stage', 'last_seen_at', 'rolled_back_at'])
    .select(isSuperseded.as('isSuperseded'));
  const chosen = ids === undefined ? query.where(mayBeAlarmed) : query.where('orders.id', 'in', ids);
  return (await chosen.execute()).map((row) => ({
    ...{ id: row.id, device: row.device, deviceName: row.deviceName, sequence: row.sequence },
    ...{ kind: row.kind, state: row.state, isSuperseded: row.isSuperseded, recorded: row.alarm },
    queuedAt: row.queued_at.getTime(),
    askedAt: momentOf(row.asked_at),
    receivedAt: momentOf(row.received_at),
    erasure:
      row.noticed_at === null || row.stage === null ? null : { noticedAt: row.noticed_at.getTime(), stage: row.stage },
    lastSeenAt: momentOf(row.last_seen_at),
    rolledBackAt: momentOf(row.rolled_back_at),
  }));
}

function momentOf(date: Date | null): number | null {
  return date?.getTime() ?? null;
}
