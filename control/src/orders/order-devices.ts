import type { Transaction } from 'kysely';
import type { OrderKind } from '@sallyport/protocol';
import type { Database } from '../db/schema.ts';

/** A laptop that an order names. */
export interface OrderedDevice {
  id: string;
  name: string;
  /** The next number of its sequence of orders. */
  sequence: number;
}

/**
 * Locks the laptops of an order, one after the other in one order, so that two orders never wait for each other.
 * @returns them; or `not-found` for one that is not enrolled, `wrong-state` for one whose share is destroyed (suspend,
 *   resume) or that proved its own destruction (brick) and has not come back from it
 */
export async function lockDevices(
  trx: Transaction<Database>,
  order: OrderKind,
  devices: readonly string[],
): Promise<OrderedDevice[] | 'not-found' | 'wrong-state'> {
  const rows = await trx
    .selectFrom('devices')
    .select((eb) => [
      'id',
      'name',
      'share_destroyed_at',
      'next_order_sequence as sequence',
      eb
        .exists(
          eb
            .selectFrom('orders')
            .select('orders.id')
            .whereRef('orders.device', '=', 'devices.id')
            .where('orders.kind', '=', 'brick')
            .where('orders.state', '=', 'executed')
            // One that is at work again after its brick can be told again.
            .where((brick) =>
              brick.or([
                brick('devices.rolled_back_at', 'is', null),
                brick('devices.rolled_back_at', '<=', brick.ref('orders.received_at')),
              ]),
            ),
        )
        .as('executed'),
    ])
    .where('id', 'in', devices)
    .orderBy('id')
    .forUpdate()
    .execute();
  if (rows.length !== devices.length) return 'not-found';
  const impossible = rows.some((row) => (order === 'brick' ? row.executed === true : row.share_destroyed_at !== null));
  return impossible ? 'wrong-state' : rows.map(({ id, name, sequence }) => ({ id, name, sequence }));
}
