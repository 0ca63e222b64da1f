import type { Kysely, Transaction } from 'kysely';
import type { Logger } from 'pino';
import { orderAlarm } from '@sallyport/protocol';
import type { OrderAlarm } from '@sallyport/protocol';
import type { Database } from '../db/schema.ts';
import type { Audit, Changes, Clock } from '../ports.ts';
import { alarmOf, readAlarmFacts } from './order-alarms.ts';
import type { AlarmedOrder, AlarmLimits } from './order-alarms.ts';

/** How often orders are looked at, ms. */
const lookEvery = 30_000;

export interface AlarmWatchDeps {
  db: Kysely<Database>;
  audit: Audit;
  changes: Changes;
  clock: Clock;
  alarms: AlarmLimits;
  logger: Pick<Logger, 'warn'>;
  onFault(error: unknown): void;
}

/** How many orders are alarmed, of each kind of alarm. */
export type AlarmCounts = Readonly<Record<OrderAlarm, number>>;

/**
 * Looks at the orders now and then: an alarm that begins is put on the record once, whichever node sees it first and
 * however often control is started again meanwhile; one whose cause has ended ends.
 */
export class AlarmWatch {
  readonly #deps: AlarmWatchDeps;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #counts: AlarmCounts = countsOf([]);

  private constructor(deps: AlarmWatchDeps) {
    this.#deps = deps;
  }

  /** Looks at once, and from then on now and then. @throws when the first look fails */
  static async create(deps: AlarmWatchDeps): Promise<AlarmWatch> {
    const watch = new AlarmWatch(deps);
    await watch.look();
    watch.#timer = setInterval(() => void watch.look().catch((error: unknown) => deps.onFault(error)), lookEvery);
    return watch;
  }

  /** As of the last look. */
  counts(): AlarmCounts {
    return this.#counts;
  }

  /** Looks now, or waits for the look that is under way. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  /** Stops, and waits for a look that is under way. Idempotent. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking?.catch(() => undefined);
  }

  async #look(): Promise<void> {
    const { db, clock, alarms, changes } = this.#deps;
    const orders = await readAlarmFacts(db);
    const judged = orders.map((order) => ({ order, alarm: alarmOf(order, clock.now(), alarms) }));
    const changed = judged.filter(({ order, alarm }) => alarm !== order.recorded);
    for (const { order } of changed) {
      await db.transaction().execute((trx) => keepAlarm(this.#deps, trx, order.id));
    }
    this.#counts = countsOf(judged.map(({ alarm }) => alarm));
    if (changed.length > 0) await changes.publish('orders');
  }
}

/** Judged once more under the order's lock: a receipt may have come meanwhile, and another node looks as well. */
async function keepAlarm(deps: AlarmWatchDeps, trx: Transaction<Database>, id: string): Promise<void> {
  await trx.selectFrom('orders').select('id').where('id', '=', id).forUpdate().executeTakeFirst();
  const [order] = await readAlarmFacts(trx, [id]);
  const alarm = order === undefined ? null : alarmOf(order, deps.clock.now(), deps.alarms);
  if (order === undefined || alarm === order.recorded) return;
  await trx.updateTable('orders').set({ alarm }).where('id', '=', id).execute();
  if (alarm !== null) await record(deps, trx, order, alarm);
}

async function record(
  { audit, logger }: AlarmWatchDeps,
  trx: Transaction<Database>,
  { id, device, deviceName, kind, sequence }: AlarmedOrder,
  alarm: OrderAlarm,
): Promise<void> {
  logger.warn({ order: id, device, kind, alarm }, 'somebody must look after an order');
  await audit.append(trx, {
    actor: { kind: 'control', id: null, name: 'control' },
    action: 'order.alarm',
    subject: device,
    detail: { order: id, kind, sequence, device: deviceName, alarm },
  });
}

function countsOf(alarms: readonly (OrderAlarm | null)[]): AlarmCounts {
  const counts = { refused: 0, silent: 0, unfinished: 0, returned: 0 } satisfies Record<OrderAlarm, number>;
  for (const alarm of orderAlarm.options) counts[alarm] = alarms.filter((each) => each === alarm).length;
  return counts;
}
