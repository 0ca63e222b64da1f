import type { Kysely, Transaction } from 'kysely';
import type { Logger } from 'pino';
import type { Database } from '../db/schema.ts';
import type { Audit, Changes, Clock } from '../ports.ts';

/** How often control looks for laptops that are not back, ms. */
const lookEvery = 30_000;

export interface CustodyWatchDeps {
  db: Kysely<Database>;
  audit: Audit;
  changes: Changes;
  clock: Clock;
  logger: Pick<Logger, 'warn'>;
  onFault(error: unknown): void;
}

/**
 * Looks now and then for laptops that should be back: each goes on the record once, whichever node sees it first and
 * however often control is started again meanwhile, and consoles are told.
 */
export class CustodyWatch {
  readonly #deps: CustodyWatchDeps;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #overdue = 0;

  private constructor(deps: CustodyWatchDeps) {
    this.#deps = deps;
  }

  /** Looks at once, and from then on now and then. @throws when the first look fails */
  static async create(deps: CustodyWatchDeps): Promise<CustodyWatch> {
    const watch = new CustodyWatch(deps);
    await watch.look();
    watch.#timer = setInterval(() => void watch.look().catch((error: unknown) => deps.onFault(error)), lookEvery);
    return watch;
  }

  /** How many laptops are overdue, as of the last look. */
  get overdue(): number {
    return this.#overdue;
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
    const { db, clock, changes } = this.#deps;
    const now = new Date(clock.now());
    const overdue = await db
      .selectFrom('custody')
      .select(['device', 'overdue_noted_at'])
      .where('due_at', '<=', now)
      .execute();
    this.#overdue = overdue.length;
    let noted = 0;
    for (const { device } of overdue.filter(({ overdue_noted_at: at }) => at === null)) {
      if (await db.transaction().execute((trx) => note(this.#deps, trx, device, now))) noted += 1;
    }
    if (noted > 0) await changes.publish('devices');
  }
}

/**
 * Puts it on the record that a laptop is overdue.
 * @returns false when it came back or got a later time meanwhile, or another node was first
 */
async function note(
  { audit, logger }: CustodyWatchDeps,
  trx: Transaction<Database>,
  device: string,
  now: Date,
): Promise<boolean> {
  const row = await trx
    .updateTable('custody')
    .from('devices')
    .set({ overdue_noted_at: now })
    .whereRef('devices.id', '=', 'custody.device')
    .where('custody.device', '=', device)
    .where('due_at', '<=', now)
    .where('overdue_noted_at', 'is', null)
    .returning(['holder', 'due_at', 'devices.name'])
    .executeTakeFirst();
  if (row === undefined) return false;
  logger.warn({ device }, 'a laptop that was taken is not back in time');
  // SECURITY: no laptop stays out longer than it was said without standing on the record (S44).
  await audit.append(trx, {
    actor: { kind: 'control', id: null, name: 'control' },
    action: 'custody.overdue',
    subject: device,
    detail: { device: row.name, holder: row.holder, dueAt: row.due_at.getTime() },
  });
  return true;
}
