// Orders on real parts: approvals by passkeys in software, PostgreSQL, the link, laptops that sign receipts.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { fromBase64url, toBase64url } from '@sallyport/protocol';
import type { ApprovedStatement, SignedReceipt } from '@sallyport/protocol';
import { sql } from 'kysely';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { sampleFleet, samplePerson } from '../../test/harness/sample-fleet.ts';
import type { World } from './device-world-testing.ts';
import type { Laptop } from './laptop-testing.ts';
import { setUpOrderTests } from './order-desk-testing.ts';
import { OrderDelivery } from './orders/delivery.ts';
import { approveOrder } from './orders/order-approval.ts';
import { must } from './trust-world-testing.ts';

const fleet = sampleFleet(Date.now() - 60_000);
const { officer, otherOfficer, nurse } = fleet.people;
const tests = setUpOrderTests(fleet);
const { draft, approve, order, shown, approvedOf, shareOf, reach, newLaptop } = tests;
let world: World;
beforeAll(() => {
  world = tests.world();
});

describe('bricking', () => {
  test('a connected laptop: queued, delivered at once, executed by its signed receipt; the share is gone', async () => {
    const laptop = await newLaptop();
    await laptop.connect();
    const { id } = await order('brick', laptop);
    expect(await shareOf(laptop)).toBeNull();
    await reach(id, 'executed');
    const proof = await shown(id);
    expect(proof.receipt?.contents).toMatchObject({
      device: laptop.id,
      order: 'brick',
      outcome: { result: 'executed' },
    });
    expect(proof.receipt?.signed).toEqual(laptop.receipts[0]);
    expect(proof.deliveredAt).not.toBeNull();
    expect(world.left).toContainEqual({ id: laptop.id, reason: 'device-locked' });
    expect((await world.actions()).slice(-3)).toEqual(['order.queued', 'order.delivered', 'order.executed']);
  });

  test('the share is destroyed in the transaction that queues the order, or neither happens (S9, S35)', async () => {
    const laptop = await newLaptop();
    const task = await draft('brick', laptop);
    const bytes = fromBase64url(task.statement) ?? new Uint8Array();
    const failing = { append: () => Promise.reject(new Error('disk full')) };
    const { database, trust, tasks, counters, shares, clock } = world;
    const common = {
      db: database.db,
      trust,
      tasks,
      counters,
      shares,
      clock,
      bricksPerHour: 5,
      changes: { publish: async () => undefined },
    };
    const asked = { task: task.id, approval: officer.authenticator.approve(bytes, fleet.place) };
    const caller = world.caller(officer, 'fleetOfficer');
    await expect(approveOrder({ ...common, audit: failing }, asked, caller)).rejects.toThrow('disk full');
    expect(await shareOf(laptop)).toHaveLength(32);
    const orders = await database.db.selectFrom('orders').select('id').where('device', '=', laptop.id).execute();
    expect(orders).toEqual([]);
    must(await approve(task, officer));
    expect(await shareOf(laptop)).toBeNull();
    const moments = await sql<{ same: boolean }>`
      select o.xmin = d.xmin as same from orders o join devices d on d.id = o.device where d.id = ${laptop.id}
    `.execute(database.db);
    expect(moments.rows).toEqual([{ same: true }]);
  });

  test('an absent laptop gets the order when it comes back', async () => {
    const laptop = await newLaptop();
    const { id } = await order('brick', laptop);
    expect((await shown(id)).state).toBe('queued');
    await laptop.connect();
    await reach(id, 'executed');
  });

  test('by somebody who is no officer is refused, on the record, and changes nothing (S7)', async () => {
    const laptop = await newLaptop();
    const task = await draft('brick', laptop);
    expect(await approve(task, nurse)).toEqual({ ok: false, refusal: { reason: 'unknown-credential' } });
    expect(await approve(task, samplePerson('Nobody'))).toEqual({
      ok: false,
      refusal: { reason: 'unknown-credential' },
    });
    expect(await shareOf(laptop)).toHaveLength(32);
    expect((await world.actions()).at(-1)).toBe('order.approval-refused');
  });

  test('with one byte of the approved statement changed is refused (S4)', async () => {
    const laptop = await newLaptop();
    const task = await draft('brick', laptop);
    const tampered = await approve(task, officer, (bytes) => {
      const changed = Uint8Array.from(bytes);
      changed[40] = (changed[40] ?? 0) ^ 1;
      return changed;
    });
    expect(tampered).toEqual({ ok: false, refusal: { reason: 'wrong-challenge' } });
    expect(await shareOf(laptop)).toHaveLength(32);
  });

  test('twice with one approval is refused the second time (S5)', async () => {
    const laptop = await newLaptop();
    const task = await draft('brick', laptop);
    const outcomes = await Promise.all([approve(task, officer), approve(task, officer)]);
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await approve(task, officer)).toEqual({ ok: false, refusal: { reason: 'not-found' } });
  });

  test('a list takes two different people (S7)', async () => {
    const both = [await newLaptop(), await newLaptop()];
    const task = await draft('brick', ...both);
    expect(must(await approve(task, officer)).orders).toEqual([]);
    expect(must(await approve(task, officer)).orders).toEqual([]);
    expect(await Promise.all(both.map(shareOf))).not.toContain(null);
    expect(must(await approve(task, otherOfficer)).orders).toHaveLength(2);
    expect(await Promise.all(both.map(shareOf))).toEqual([null, null]);
  });

  test('above five an hour one person is not enough (S7)', async () => {
    for (let bricked = 0; bricked < 5; bricked += 1) await order('brick', await newLaptop());
    const sixth = await newLaptop();
    const task = await draft('brick', sixth);
    expect(must(await approve(task, officer)).orders).toEqual([]);
    expect(await shareOf(sixth)).toHaveLength(32);
    expect(must(await approve(task, otherOfficer)).orders).toHaveLength(1);
  });

  test('an expired draft, an unknown laptop and a laptop named twice are refused', async () => {
    const laptop = await newLaptop();
    const caller = world.caller(officer, 'fleetOfficer');
    const task = await draft('brick', laptop);
    world.clock.offset = 31 * 60_000;
    expect(await approve(task, officer)).toEqual({ ok: false, refusal: { reason: 'not-found' } });
    world.clock.offset = 0;
    const body = { order: 'brick' as const, reason: 'Lost' };
    const unknown = await world.ask('draftOrder', { body: { ...body, devices: [randomUUID()] } }, caller);
    const twice = await world.ask('draftOrder', { body: { ...body, devices: [laptop.id, laptop.id] } }, caller);
    expect([unknown, twice]).toEqual([
      { ok: false, refusal: { reason: 'not-found' } },
      { ok: false, refusal: { reason: 'malformed' } },
    ]);
  });

  test('an order older than one already queued is refused as the laptop would', async () => {
    const laptop = await newLaptop();
    const older = await draft('suspend', laptop);
    await order('resume', laptop);
    expect(await approve(older, officer)).toEqual({ ok: false, refusal: { reason: 'replayed' } });
  });
});

describe('S9 delivery', () => {
  test('oldest first, each once it is its turn', async () => {
    const laptop = await newLaptop();
    const ids = [];
    for (const kind of ['suspend', 'resume', 'suspend'] as const) ids.push((await order(kind, laptop)).id);
    await laptop.connect();
    for (const id of ids) await reach(id, 'executed');
    expect(laptop.asked).toEqual(['order.execute', 'order.execute', 'order.execute']);
    expect(laptop.orderSequence).toBe(3);
  });

  test('another process that queues an order wakes it by NOTIFY', async () => {
    const laptop = await newLaptop();
    const { id } = await order('suspend', laptop);
    await laptop.connect();
    await reach(id, 'executed');
    // What psql would do: a copy of the order's row as the next in the queue.
    await world.database.db.transaction().execute(async (trx) => {
      await sql`
        insert into orders (id, device, kind, reason, sequence, approved, statement_digest, approved_by)
        select gen_random_uuid(), device, kind, reason, 99, approved, statement_digest, approved_by
        from orders where id = ${id}
      `.execute(trx);
      await sql`select pg_notify('orders', ${laptop.id})`.execute(trx);
    });
    await vi.waitFor(() => expect(laptop.asked).toHaveLength(2));
  });

  test('an answer that never came is asked for again: at least once, and not delivered before', async () => {
    const laptop = await newLaptop();
    laptop.instead.set('order.execute', () => {
      laptop.instead.delete('order.execute');
      laptop.cut();
      return new Promise(() => undefined);
    });
    await laptop.connect();
    const { id } = await order('suspend', laptop);
    await vi.waitFor(async () => expect(await world.link.isConnected(laptop.id)).toBe(false));
    expect((await shown(id)).state).toBe('queued');
    await laptop.connect();
    await reach(id, 'executed');
    expect(laptop.asked).toEqual(['order.execute', 'order.execute']);
  });

  test('a laptop that refuses with words is not executed, and a later brick still reaches it', async () => {
    const laptop = await newLaptop();
    const suspend = await order('suspend', laptop);
    const { statement } = await approvedOf(suspend.id);
    laptop.instead.set('order.execute', (params) =>
      (params as { order: ApprovedStatement }).order.statement === statement
        ? Promise.resolve({ ok: false, refusal: { reason: 'wrong-state' } })
        : undefined,
    );
    const brick = await order('brick', laptop);
    laptop.orderSequence = 1;
    await laptop.connect();
    await reach(brick.id, 'executed');
    expect((await shown(suspend.id)).state).toBe('delivered');
  });

  test('is tried again now and then without anybody waking it', async () => {
    const laptop = await newLaptop();
    await laptop.connect();
    let refusals = 2;
    laptop.instead.set('order.execute', () =>
      refusals-- > 0 ? Promise.resolve({ ok: false, refusal: { reason: 'failed' } }) : undefined,
    );
    const { audit, changes } = world.activation;
    const { link, receipts, clock, services, database } = world;
    const delivery = await OrderDelivery.create({
      ...{ db: database.db, audit, changes, clock, link, receipts, rooms: services.rooms, retryEvery: 50 },
      notifications: { listen: async () => () => undefined },
      onFault: (error) => world.faults.push(error),
    });
    const { id } = await order('suspend', laptop);
    await reach(id, 'executed');
    await delivery.close();
    await delivery.close();
  });
});

describe('S9 receipts', () => {
  async function delivered(): Promise<{ laptop: Laptop; id: string; approved: ApprovedStatement }> {
    const laptop = await newLaptop();
    const { id } = await order('brick', laptop);
    return { laptop, id, approved: await approvedOf(id) };
  }

  const deliver = async (laptop: Laptop, receipt: SignedReceipt) =>
    laptop.deliverErasure(laptop.beginErasure(receipt).accepted());

  test('of a laptop that has no certificate any more arrive with its proof, once or ten times, with one effect', async () => {
    const { laptop, id, approved } = await delivered();
    const erasure = laptop.beginErasure(await laptop.signReceipt(approved, { result: 'executed' }));
    const before = (await world.actions()).length;
    const proof = erasure.accepted();
    const answers = await Promise.all(Array.from({ length: 10 }, () => laptop.deliverErasure(proof)));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect((await shown(id)).state).toBe('executed');
    expect((await world.actions()).slice(before)).toEqual(['order.executed', 'erasure.accepted']);
  });

  test('signed by another key are refused, on the record, and the order stays queued', async () => {
    const { laptop, id, approved } = await delivered();
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    const foreign = await laptop.signReceipt(approved, { result: 'executed' }, pem);
    expect(await deliver(laptop, foreign)).toEqual({ status: 403, value: { reason: 'bad-signature' } });
    expect((await shown(id)).state).toBe('queued');
    expect((await world.actions()).slice(-2)).toEqual(['receipt.refused', 'erasure.refused']);
  });

  test('with one byte changed, for another order, or for no order are refused', async () => {
    const { laptop, id, approved } = await delivered();
    const { receipt, signature } = await laptop.signReceipt(approved, { result: 'executed' });
    const text = Buffer.from(receipt, 'base64url').toString('utf8');
    const reworded = { receipt: toBase64url(Buffer.from(text.replace('"executed"', '"executed" '))), signature };
    expect(await deliver(laptop, reworded)).toMatchObject({ value: { reason: 'bad-signature' } });
    const suspend = fleet.order(Date.now(), {
      order: 'suspend',
      devices: [{ id: laptop.id, name: laptop.identity.name, sequence: 1 }],
    });
    const other = await laptop.signReceipt(fleet.approved(suspend, officer), { result: 'executed' });
    expect(await deliver(laptop, other)).toMatchObject({ status: 404 });
    const later = fleet.order(Date.now(), { devices: [{ id: laptop.id, name: laptop.identity.name, sequence: 7 }] });
    const none = await laptop.signReceipt(fleet.approved(later, officer), { result: 'executed' });
    expect(await deliver(laptop, none)).toMatchObject({ status: 404 });
    expect((await shown(id)).state).toBe('queued');
  });

  test('that say "refused" are never shown as executed, and a second word does not change the first', async () => {
    const { laptop, id, approved } = await delivered();
    const refusal = await laptop.signReceipt(approved, { result: 'refused', reason: 'replayed' });
    expect(await world.receipts.accept(refusal)).toEqual({ ok: true, result: {} });
    const second = await laptop.signReceipt(approved, { result: 'executed' });
    expect(await deliver(laptop, second)).toMatchObject({ value: { reason: 'wrong-state' } });
    const kept = await shown(id);
    expect(kept.state).toBe('refused');
    expect(kept.receipt?.contents.outcome).toEqual({ result: 'refused', reason: 'replayed' });
  });
});
