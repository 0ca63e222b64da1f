// Officers at their consoles with passkeys in software, and laptops that obey or do not, for tests of orders.
import { fromBase64url } from '@sallyport/protocol';
import type { Approval, ApprovalTask, ApprovedStatement, ConsoleOrder, OrderKind } from '@sallyport/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import type { SampleFleet } from '../../test/harness/sample-fleet.ts';
import { createWorld } from './device-world-testing.ts';
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
  /** In the clear; null once destroyed. */
  shareOf: (laptop: Laptop) => Promise<Buffer | null>;
  /** Waits until an order is shown in a state. */
  reach: (id: string, state: ConsoleOrder['state']) => Promise<void>;
}

/** A world of a file's own, its laptops and its officer's desk; each test ends without a fault. */
export interface OrderTests extends OrderDesk {
  world: () => World;
  newLaptop: () => Promise<Laptop>;
  /** Cuts a laptop off when the test ends. */
  keep: (laptop: Laptop) => Laptop;
}

/** Sets a file of tests of orders up. */
export function setUpOrderTests(fleet: SampleFleet): OrderTests {
  const { officer, trustee, prisonManager } = fleet.people;
  const laptops: Laptop[] = [];
  let made: World | undefined;
  const world = (): World => {
    if (made === undefined) throw new Error('no world yet');
    return made;
  };
  const keep = (laptop: Laptop): Laptop => {
    laptops.push(laptop);
    return laptop;
  };
  beforeAll(async () => {
    const { manifest, roster } = fleet;
    made = await createWorld(fleet, {
      manifest: fleet.approved(manifest, trustee),
      roster: fleet.approved(roster, prisonManager),
    });
  });
  afterAll(() => made?.close());
  beforeEach(async () => {
    // Each test starts with an hour in which nobody has bricked anything.
    await world()
      .database.db.updateTable('orders')
      .set({ queued_at: new Date(Date.now() - 2 * 60 * 60_000) })
      .execute();
  });
  afterEach(() => {
    for (const laptop of laptops.splice(0)) laptop.cut();
    expect(world().faults).toEqual([]);
  });
  const newLaptop = async (): Promise<Laptop> => keep(await world().laptop());
  return { ...createOrderDesk(world, { place: fleet.place, officer }), world, keep, newLaptop };
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
    shareOf: (laptop) => worldOf().shares.read(laptop.id),
    reach: (id, state) => vi.waitFor(async () => expect((await desk.shown(id)).state).toBe(state), { timeout: 3000 }),
  };
  return desk;
}
