import type { Kysely } from 'kysely';
import type { ApprovedStatement, OrderKind, Refusal } from '@sallyport/protocol';
import type { Notifications } from '../db/notifications.ts';
import type { Database } from '../db/schema.ts';
import type { Audit, Changes, Clock, DeviceLink, Rooms } from '../ports.ts';
import { ordersChannel } from './order-approval.ts';
import type { Receipts } from './receipts.ts';

export interface DeliveryDeps {
  db: Kysely<Database>;
  audit: Audit;
  changes: Changes;
  clock: Clock;
  link: Pick<DeviceLink, 'isConnected' | 'request'>;
  rooms: Pick<Rooms, 'leave'>;
  receipts: Receipts;
  notifications: Pick<Notifications, 'listen'>;
  onFault(error: unknown): void;
  /** Undelivered orders are tried again this often, ms; default 30 s. */
  retryEvery?: number;
}

interface Pending {
  id: string;
  kind: OrderKind;
  sequence: number;
  approved: ApprovedStatement;
  state: 'queued' | 'delivered' | 'executed' | 'refused';
  name: string;
}

/** Refusals that say nothing about whether the laptop got the order. */
const unanswered: readonly Refusal['reason'][] = ['not-connected', 'timed-out', 'too-many', 'too-large', 'failed'];

/**
 * The outbox of orders: at least once, oldest first for each laptop, until its signed receipt is kept. Woken when a
 * laptop connects, when anyone queues an order (NOTIFY), and now and then.
 */
export class OrderDelivery {
  readonly #deps: DeliveryDeps;
  readonly #running = new Map<string, { again: boolean; done: Promise<void> }>();
  #timer: NodeJS.Timeout | undefined;
  #stopListening: (() => void) | undefined;
  #closed = false;
  /** Ends the waiting for laptops' answers. */
  #stopWaiting: () => void = () => undefined;
  readonly #closing = new Promise<undefined>((resolve) => (this.#stopWaiting = () => resolve(undefined)));

  private constructor(deps: DeliveryDeps) {
    this.#deps = deps;
  }

  /** Begins to listen and to deliver. */
  static async create(deps: DeliveryDeps): Promise<OrderDelivery> {
    const delivery = new OrderDelivery(deps);
    const heard = (device: string): void => delivery.wake(device);
    const gap = (): void => void delivery.#wakeAll();
    delivery.#stopListening = await deps.notifications.listen(ordersChannel, heard, gap);
    delivery.#timer = setInterval(() => void delivery.#wakeAll(), deps.retryEvery ?? 30_000);
    return delivery;
  }

  /** Delivers what waits for a laptop: one run a laptop at a time, and one more when woken meanwhile. */
  wake(device: string): void {
    if (this.#closed) return;
    const running = this.#running.get(device);
    if (running === undefined) {
      this.#running.set(device, { again: false, done: this.#run(device) });
    } else {
      running.again = true;
    }
  }

  /** Stops and waits for runs in progress. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stopWaiting();
    clearInterval(this.#timer);
    this.#stopListening?.();
    await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  async #run(device: string): Promise<void> {
    try {
      await this.#deliverAll(device);
    } catch (error) {
      this.#deps.onFault(error);
    }
    const again = this.#running.get(device)?.again === true;
    this.#running.delete(device);
    if (again) this.wake(device);
  }

  async #wakeAll(): Promise<void> {
    try {
      const rows = await this.#deps.db
        .selectFrom('orders')
        .select('device')
        .distinct()
        .where('state', 'in', ['queued', 'delivered'])
        .execute();
      for (const { device } of rows) if (await this.#deps.link.isConnected(device)) this.wake(device);
    } catch (error) {
      this.#deps.onFault(error);
    }
  }

  async #deliverAll(device: string): Promise<void> {
    for (const order of await this.#pending(device)) {
      // A laptop told to stop gives up its seat now, whatever it makes of the order.
      if (order.kind !== 'resume') await this.#deps.rooms.leave({ kind: 'device', id: device }, 'device-locked');
      if (this.#closed || !(await this.#deliver(device, order))) return;
    }
  }

  /**
   * What the laptop is to be asked. SECURITY: one that is at work again after it accepted a brick, put back to a copy that
   * knows nothing of it, is asked once more (S9, S30).
   */
  #pending(device: string): Promise<Pending[]> {
    return this.#deps.db
      .selectFrom('orders')
      .innerJoin('devices', 'devices.id', 'orders.device')
      .select(['orders.id', 'kind', 'sequence', 'approved', 'orders.state', 'devices.name'])
      .where('orders.device', '=', device)
      .where((eb) =>
        eb.or([
          eb('orders.state', 'in', ['queued', 'delivered']),
          eb.and([
            eb('kind', '=', 'brick'),
            eb('orders.state', '=', 'executed'),
            eb('devices.rolled_back_at', '>', eb.ref('received_at')),
          ]),
        ]),
      )
      .orderBy('sequence')
      .limit(100)
      .execute();
  }

  /** @returns false when the laptop is gone: the others can wait as well */
  async #deliver(device: string, order: Pending): Promise<boolean> {
    const asked = this.#deps.link.request(device, 'order.execute', { order: order.approved });
    // Noted while the laptop works: nothing waits for it.
    const [answer] = await Promise.all([Promise.race([asked, this.#closing]), this.#noteAsked(device, order)]);
    if (answer === undefined) return false;
    if (!answer.ok && unanswered.includes(answer.refusal.reason)) return answer.refusal.reason !== 'not-connected';
    if (order.state === 'queued') await this.#markDelivered(device, order);
    if (answer.ok) await this.#deps.receipts.accept(answer.result);
    return true;
  }

  /** From the first time a connected laptop was asked on it is expected to answer. */
  async #noteAsked(device: string, { id }: Pending): Promise<void> {
    if (!(await this.#deps.link.isConnected(device))) return;
    await this.#deps.db
      .updateTable('orders')
      .set({ asked_at: new Date(this.#deps.clock.now()) })
      .where('id', '=', id)
      .where('asked_at', 'is', null)
      .execute();
  }

  async #markDelivered(device: string, order: Pending): Promise<void> {
    await this.#deps.db.transaction().execute(async (trx) => {
      const { numUpdatedRows } = await trx
        .updateTable('orders')
        .set({ state: 'delivered', delivered_at: new Date(this.#deps.clock.now()) })
        .where('id', '=', order.id)
        .where('state', '=', 'queued')
        .executeTakeFirst();
      if (numUpdatedRows === 0n) return;
      await this.#deps.audit.append(trx, {
        actor: { kind: 'control', id: null, name: 'control' },
        action: 'order.delivered',
        subject: device,
        detail: { order: order.id, kind: order.kind, sequence: order.sequence, device: order.name },
      });
    });
    await this.#deps.changes.publish('orders');
  }
}
