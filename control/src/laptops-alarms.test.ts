// Alarms over orders, on real parts: laptops that refuse, stay silent or half finish, and who is told of it.
import { Registry } from 'prom-client';
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { sampleFleet } from '../../test/harness/sample-fleet.ts';
import { alarmLimits } from './device-world-testing.ts';
import type { World } from './device-world-testing.ts';
import { addFamily } from './metrics.ts';
import { setUpOrderTests } from './order-desk-testing.ts';
import { AlarmWatch } from './orders/alarm-watch.ts';
import type { AlarmCounts } from './orders/alarm-watch.ts';

const minute = 60_000;
const hour = 60 * minute;
const fleet = sampleFleet(Date.now() - minute);
const tests = setUpOrderTests(fleet);
const { order, shown, approvedOf, reach, newLaptop } = tests;
let world: World;
beforeAll(() => {
  world = tests.world();
});
beforeEach(async () => {
  world.clock.offset = 0;
  // Nobody looks after the orders of earlier tests.
  await world.database.db.deleteFrom('erasures').execute();
  await world.database.db.deleteFrom('orders').execute();
});

const said: object[] = [];

/** A control that looks once, as one that has just started does. */
async function look(): Promise<AlarmCounts> {
  const { audit, changes } = world.activation;
  const logger = { warn: (line: object) => void said.push(line) };
  const { clock, faults, database } = world;
  const watch = await AlarmWatch.create({
    ...{ db: database.db, audit, changes, clock, alarms: alarmLimits, logger },
    onFault: (fault) => faults.push(fault),
  });
  await watch.close();
  return watch.counts();
}

async function alarmsOnRecord(order: string): Promise<unknown[]> {
  const query = world.database.db.selectFrom('audit').select('detail').where('action', '=', 'order.alarm');
  const entries = await query.orderBy('number').execute();
  return entries.filter(({ detail }) => detail['order'] === order).map(({ detail }) => detail['alarm']);
}

const none: AlarmCounts = { refused: 0, silent: 0, unfinished: 0, returned: 0 };

describe('S33 an alarm', () => {
  test('begins once, whoever looks and however often control is started again, and ends with its cause', async () => {
    const laptop = await newLaptop();
    laptop.instead.set('order.execute', () => new Promise(() => undefined));
    await laptop.connect();
    const { id } = await order('suspend', laptop);
    await vi.waitFor(async () => {
      const query = world.database.db.selectFrom('orders').select('asked_at').where('id', '=', id);
      expect((await query.executeTakeFirstOrThrow()).asked_at).not.toBeNull();
    });
    expect(await look()).toEqual(none);
    world.clock.offset = 6 * minute;
    expect((await shown(id)).alarm).toBe('silent');
    expect(await Promise.all([look(), look(), look()])).toEqual(Array(3).fill({ ...none, silent: 1 }));
    expect(await look()).toEqual({ ...none, silent: 1 });
    expect(await alarmsOnRecord(id)).toEqual(['silent']);
    expect(said.at(-1)).toEqual({ order: id, device: laptop.id, kind: 'suspend', alarm: 'silent' });
    laptop.cut();
    laptop.instead.delete('order.execute');
    await laptop.connect();
    await reach(id, 'executed');
    expect((await shown(id)).alarm).toBeNull();
    const published = world.published.length;
    expect(await look()).toEqual(none);
    expect(world.published.slice(published)).toEqual(['orders']);
    expect(await alarmsOnRecord(id)).toEqual(['silent']);
  });

  test('over a laptop that nobody sees begins a day after the order, and not while it is seen', async () => {
    const laptop = await newLaptop();
    const { id } = await order('brick', laptop);
    const seen = { last_seen_at: new Date(Date.now() + 20 * hour) };
    await world.database.db.updateTable('devices').set(seen).where('id', '=', laptop.id).execute();
    world.clock.offset = 40 * hour;
    expect((await shown(id)).alarm).toBeNull();
    world.clock.offset = 45 * hour;
    expect(await look()).toEqual({ ...none, silent: 1 });
    expect(await alarmsOnRecord(id)).toEqual(['silent']);
  });

  test('over a refusal ends when the laptop obeys the next order', async () => {
    const laptop = await newLaptop();
    laptop.orderSequence = 5;
    await laptop.connect({ orderSequence: 0 });
    const refused = await order('suspend', laptop);
    await reach(refused.id, 'refused');
    expect(await look()).toEqual({ ...none, refused: 1 });
    laptop.orderSequence = 1;
    const next = await order('suspend', laptop);
    await reach(next.id, 'executed');
    expect(await look()).toEqual(none);
    expect((await shown(refused.id)).alarm).toBeNull();
  });

  test('that becomes another is a new one: refused, then bricked and unfinished, then done', async () => {
    const laptop = await newLaptop();
    const { id } = await order('brick', laptop);
    const receipt = await laptop.signReceipt(await approvedOf(id), { result: 'executed' });
    world.clock.offset = 25 * hour;
    expect(await look()).toEqual({ ...none, silent: 1 });
    const erasure = laptop.beginErasure(receipt);
    await laptop.deliverErasure(erasure.progress({ verified: 1 }));
    expect(await look()).toEqual(none);
    world.clock.offset += 31 * minute;
    expect(await look()).toEqual({ ...none, unfinished: 1 });
    await laptop.connect({ state: 'inert' });
    expect(await look()).toEqual({ ...none, returned: 1 });
    expect(await alarmsOnRecord(id)).toEqual(['silent', 'unfinished', 'returned']);
  });

  test('is a figure of the metrics, told apart by its kind', async () => {
    const registry = new Registry();
    const read = () => ({ ...none, unfinished: 2 });
    addFamily(registry, { name: 'sallyport_order_alarms', help: 'Orders', label: 'alarm', read });
    const text = await registry.metrics();
    expect(text).toContain('sallyport_order_alarms{alarm="unfinished"} 2');
    expect(text).toContain('sallyport_order_alarms{alarm="silent"} 0');
  });
});
