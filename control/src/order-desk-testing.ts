// Officers at their consoles with passkeys in software, for tests of orders.
import { fromBase64url } from '@sallyport/protocol';
import type { Approval, ApprovalTask, ApprovedStatement, ConsoleOrder, OrderKind } from '@sallyport/protocol';
import type { World } from './device-world-testing.ts';
import type { Laptop } from './laptop-testing.ts';
import type { Answer } from './ports.ts';
import { must } from './trust-world-testing.ts';

/** Somebody with a passkey in software. */
interface Officer {
  authenticator: { approve(statement: Uint8Array, place: { rpId: string; origin: string }): Approval };
  named: { id: string; name: string };
}

export interface OrderDesk {
  draft: (order: OrderKind, ...named: Laptop[]) => Promise<ApprovalTask>;
  /** `tamper` changes the bytes that the passkey signs. */
  approve: (
    task: ApprovalTask,
    person: Officer,
    tamper?: (statement: Uint8Array) => Uint8Array,
  ) => Promise<Answer<{ orders: ConsoleOrder[] }>>;
  /** Drafts and approves an order for one laptop. */
  order: (kind: OrderKind, laptop: Laptop) => Promise<ConsoleOrder>;
  shown: (id: string) => Promise<ConsoleOrder>;
  approvedOf: (id: string) => Promise<ApprovedStatement>;
  shareOf: (laptop: Laptop) => Promise<Buffer | null>;
}

/** @param worldOf the world, once there is one */
export function createOrderDesk(
  worldOf: () => World,
  { place, officer }: { place: { rpId: string; origin: string }; officer: Officer },
): OrderDesk {
  const desk: OrderDesk = {
    draft: async (order, ...named) => {
      const world = worldOf();
      const body = { order, devices: named.map(({ id }) => id), reason: 'Left on a train' };
      return must(await world.ask('draftOrder', { body }, world.caller(officer, 'fleetOfficer')));
    },
    approve: (task, person, tamper) => {
      const world = worldOf();
      const bytes = fromBase64url(task.statement) ?? new Uint8Array();
      const approval = person.authenticator.approve(tamper?.(bytes) ?? bytes, place);
      const input = { params: { id: task.id }, body: { approval } };
      return world.ask('approveOrder', input, world.caller(person, 'fleetOfficer'));
    },
    order: async (kind, laptop) => {
      const { orders } = must(await desk.approve(await desk.draft(kind, laptop), officer));
      const [only] = orders;
      if (only === undefined) throw new Error('nothing queued');
      return only;
    },
    shown: async (id) => {
      const world = worldOf();
      const { orders } = must(await world.ask('fleetOrders', {}, world.caller(officer, 'fleetOfficer')));
      const found = orders.find((candidate) => candidate.id === id);
      if (found === undefined) throw new Error('not listed');
      return found;
    },
    approvedOf: async (id) => {
      const query = worldOf().database.db.selectFrom('orders').select('approved').where('id', '=', id);
      return (await query.executeTakeFirstOrThrow()).approved;
    },
    shareOf: async (laptop) => {
      const query = worldOf().database.db.selectFrom('devices').select('server_share').where('id', '=', laptop.id);
      return (await query.executeTakeFirstOrThrow()).server_share;
    },
  };
  return desk;
}
