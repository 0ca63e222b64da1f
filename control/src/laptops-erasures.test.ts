// What laptops prove of their erasure, on real parts: PostgreSQL, both ports, proofs signed with real keys.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { fixedErasureSteps } from '@sallyport/protocol';
import type { ConsoleDevice, ErasureProof } from '@sallyport/protocol';
import { sql } from 'kysely';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { sampleFleet } from '../../test/harness/sample-fleet.ts';
import type { World } from './device-world-testing.ts';
import { LaptopErasure, stepsUpTo } from './laptop-erasure-testing.ts';
import type { Laptop } from './laptop-testing.ts';
import { setUpOrderTests } from './order-desk-testing.ts';
import { must, reasonOf } from './trust-world-testing.ts';

const fleet = sampleFleet(Date.now() - 60_000);
const tests = setUpOrderTests(fleet);
const { draft, approve, order, shown, approvedOf, shareOf, reach, newLaptop } = tests;
let world: World;
beforeAll(() => {
  world = tests.world();
});

/** A laptop that has accepted a brick, and the erasure it began. */
async function bricked(): Promise<{ laptop: Laptop; id: string; erasure: LaptopErasure }> {
  const laptop = await newLaptop();
  const { id } = await order('brick', laptop);
  const receipt = await laptop.signReceipt(await approvedOf(id), { result: 'executed' });
  return { laptop, id, erasure: laptop.beginErasure(receipt) };
}

async function deviceOf({ id }: Laptop): Promise<ConsoleDevice> {
  const { devices } = must(await world.ask('fleetDevices', {}, world.caller(fleet.people.officer, 'fleetOfficer')));
  const found = devices.find((device) => device.id === id);
  if (found === undefined) throw new Error('not listed');
  return found;
}

async function entriesOf({ id }: Laptop): Promise<{ action: string; detail: Record<string, unknown> }[]> {
  const query = world.database.db.selectFrom('audit').select(['action', 'detail']).where('subject', '=', id);
  const entries = await query.orderBy('number').execute();
  return entries.filter(({ action }) => action.startsWith('erasure.') || action === 'device.returned');
}

async function deliver(laptop: Laptop, proof: ErasureProof): Promise<string> {
  const { status, value } = await laptop.deliverErasure(proof);
  return status === 200 ? 'ok' : (value as { reason: string }).reason;
}

describe('S33 a brick is shown as far as the laptop has proved it', () => {
  test('accepted, keys destroyed, erased, attested: each once on the record, with every step', async () => {
    const { laptop, id, erasure } = await bricked();
    const stages: (string | undefined)[] = [];
    const verified = [erasure.progress({ verified: 1 }), erasure.progress({ verified: 4 }), erasure.progress()];
    for (const proof of [erasure.accepted(), ...verified, erasure.dead()]) {
      expect(await deliver(laptop, proof)).toBe('ok');
      stages.push((await shown(id)).erasure?.stage);
    }
    expect(stages).toEqual(['accepted', 'keys-destroyed', 'keys-destroyed', 'erased', 'attested']);
    const { erasure: final, alarm } = await shown(id);
    expect(final).toMatchObject({ cause: 'order', software: 'S'.repeat(43) });
    expect(final?.steps.map(({ step, outcome }) => [step, outcome])).toEqual(
      fixedErasureSteps.map((step) => [step, 'verified']),
    );
    expect(alarm).toBeNull();
    expect(await deviceOf(laptop)).toMatchObject({ state: 'dead', erasure: final });
    const entries = await entriesOf(laptop);
    expect(entries.map(({ action }) => action)).toEqual([
      ...['erasure.accepted', 'erasure.keys-destroyed', 'erasure.erased', 'erasure.attested'],
    ]);
    expect(entries[1]?.detail).toMatchObject({ order: id, cause: 'order', number: 1 });
    expect(entries[1]?.detail['steps']).toMatch(/^device-share verified, record pending, /);
  });

  test('over the link, though control’s half is destroyed, and the receipt in it counts', async () => {
    const laptop = await newLaptop();
    laptop.instead.set('order.execute', () => new Promise(() => undefined));
    await laptop.connect();
    const { id } = await order('brick', laptop);
    const receipt = await laptop.signReceipt(await approvedOf(id), { result: 'executed' });
    const erasure = laptop.beginErasure(receipt);
    const published = world.published.length;
    expect(reasonOf(await laptop.request('erasure.report', erasure.progress({ verified: 1 })))).toBe('ok');
    expect(await shown(id)).toMatchObject({ state: 'executed', erasure: { stage: 'keys-destroyed' } });
    expect((await deviceOf(laptop)).state).toBe('wiping');
    expect(world.published.slice(published)).toEqual(expect.arrayContaining(['orders', 'devices']));
  });

  test('the same again, however often and at once, changes nothing', async () => {
    const { laptop, id, erasure } = await bricked();
    const proof = erasure.dead();
    const answers = await Promise.all(Array.from({ length: 8 }, () => deliver(laptop, proof)));
    expect(new Set(answers)).toEqual(new Set(['ok']));
    expect((await entriesOf(laptop)).map(({ action }) => action)).toEqual(['erasure.accepted', 'erasure.attested']);
    expect((await shown(id)).state).toBe('executed');
  });

  test('P9.2 an older report, or one of the same number, changes nothing', async () => {
    const { laptop, id, erasure } = await bricked();
    const early = erasure.progress({ number: 4, verified: 1 });
    const late = erasure.progress({ number: 5 });
    const contradicting = erasure.progress({ number: 5, verified: 0 });
    for (const proof of [late, early, contradicting, erasure.accepted()]) {
      expect(await deliver(laptop, proof)).toBe('ok');
    }
    expect((await shown(id)).erasure?.stage).toBe('erased');
  });

  test('a step that fails is shown as failed, and nothing more is claimed', async () => {
    const { laptop, id, erasure } = await bricked();
    const steps = stepsUpTo(7).map((step) =>
      step.step === 'device-share' ? { ...step, outcome: 'failed' as const } : step,
    );
    expect(await deliver(laptop, erasure.progress({ steps }))).toBe('ok');
    const { erasure: kept } = await shown(id);
    expect(kept).toMatchObject({
      stage: 'accepted',
      steps: [{ step: 'device-share', outcome: 'failed' }, {}, {}, {}, {}, {}, {}],
    });
  });
});

describe('S33 what no laptop proved is refused, and on the record', () => {
  test('a notice signed by another key, a report signed by another key, a report of another notice', async () => {
    const { laptop, id, erasure } = await bricked();
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    const { receipt } = erasure.accepted();
    const foreign = laptop.beginErasure(receipt, pem);
    expect(await deliver(laptop, foreign.dead())).toBe('bad-signature');
    expect(await deliver(laptop, { ...erasure.accepted(), report: foreign.dead().report })).toBe('malformed');
    const { report } = erasure.dead();
    const forged = { ...erasure.accepted(), report: report && { ...report, signature: 'A'.repeat(86) } };
    expect(await deliver(laptop, forged)).toBe('bad-signature');
    expect((await shown(id)).erasure).toBeNull();
    expect((await entriesOf(laptop)).map(({ action, detail }) => [action, detail['reason']])).toEqual([
      ['erasure.refused', 'bad-signature'],
      ['erasure.refused', 'malformed'],
      ['erasure.refused', 'bad-signature'],
    ]);
  });

  test('a cause that is not the order: no receipt, the receipt of another order, a receipt beside a lease', async () => {
    const { laptop, id, erasure } = await bricked();
    const { receipt } = erasure.accepted();
    expect(await deliver(laptop, { ...erasure.accepted(), receipt: null })).toBe('malformed');
    expect(await deliver(laptop, { ...laptop.beginErasure(null).accepted(), receipt })).toBe('malformed');
    const again = await order('brick', laptop);
    const other = await laptop.signReceipt(await approvedOf(again.id), { result: 'executed' });
    expect(await deliver(laptop, { ...erasure.accepted(), receipt: other })).toBe('malformed');
    expect((await shown(id)).erasure).toBeNull();
  });

  test('an order that is no brick, and an order that the laptop refused', async () => {
    const laptop = await newLaptop();
    const suspend = await order('suspend', laptop);
    const obeyed = await laptop.signReceipt(await approvedOf(suspend.id), { result: 'executed' });
    expect(await deliver(laptop, laptop.beginErasure(obeyed).accepted())).toBe('not-found');
    const brick = await order('brick', laptop);
    const approved = await approvedOf(brick.id);
    const refusal = await laptop.signReceipt(approved, { result: 'refused', reason: 'replayed' });
    expect(await deliver(laptop, laptop.beginErasure(refusal).accepted())).toBe('malformed');
    must(await world.receipts.accept(refusal));
    const late = await laptop.signReceipt(approved, { result: 'executed' });
    expect(await deliver(laptop, laptop.beginErasure(late).accepted())).toBe('wrong-state');
    expect((await deviceOf(laptop)).erasure).toBeNull();
  });

  test('a laptop that nobody enrolled', async () => {
    const laptop = await newLaptop();
    const { signingKey } = laptop.identity.keys;
    const erasure = new LaptopErasure({ device: randomUUID(), signingKey, cause: { kind: 'lease' }, receipt: null });
    expect(await deliver(laptop, erasure.accepted())).toBe('not-found');
    expect((await world.actions()).at(-1)).toBe('erasure.refused');
  });
});

describe('S33 a laptop that erased itself because its lease had run out', () => {
  test('is shown, and control’s half of its keys goes in the same transaction, or neither is kept (S9)', async () => {
    const laptop = await newLaptop();
    const erasure = laptop.beginErasure(null);
    expect(await shareOf(laptop)).toHaveLength(32);
    expect(await deliver(laptop, erasure.progress({ verified: 1 }))).toBe('ok');
    expect(await shareOf(laptop)).toBeNull();
    const device = await deviceOf(laptop);
    expect(device).toMatchObject({ state: 'wiping', erasure: { cause: 'lease', stage: 'keys-destroyed' } });
    expect(device.shareDestroyedAt).not.toBeNull();
    const moments = await sql<{ same: boolean }>`
      select e.xmin = d.xmin as same from erasures e join devices d on d.id = e.device where d.id = ${laptop.id}
    `.execute(world.database.db);
    expect(moments.rows).toEqual([{ same: true }]);
    expect((await entriesOf(laptop)).map(({ action, detail }) => [action, detail['order']])).toEqual([
      ['erasure.accepted', null],
      ['erasure.keys-destroyed', null],
    ]);
  });

  test('answers a brick that is still on its way', async () => {
    const laptop = await newLaptop();
    const { id } = await order('brick', laptop);
    expect(await deliver(laptop, laptop.beginErasure(null).dead())).toBe('ok');
    expect(await shown(id)).toMatchObject({
      ...{ state: 'queued', alarm: null },
      erasure: { cause: 'lease', stage: 'attested' },
    });
  });
});

describe('S33 a laptop ends once', () => {
  test('before anything is destroyed it may begin anew, by whatever cause; an older notice changes nothing', async () => {
    const { laptop, id, erasure } = await bricked();
    expect(await deliver(laptop, erasure.accepted())).toBe('ok');
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(erasure.at));
    const anew = laptop.beginErasure(null);
    expect(await deliver(laptop, anew.progress({ verified: 1 }))).toBe('ok');
    expect((await shown(id)).erasure).toMatchObject({ cause: 'lease', stage: 'keys-destroyed' });
    expect(await deliver(laptop, erasure.accepted())).toBe('replayed');
    expect((await shown(id)).alarm).toBeNull();
    expect(await deliver(laptop, anew.dead())).toBe('ok');
    expect((await shown(id)).erasure).toMatchObject({ cause: 'lease', stage: 'attested' });
  });

  test('after its key was proved destroyed, another notice by that key is the word of a copy: refused and alarmed', async () => {
    const { laptop, id, erasure } = await bricked();
    expect(await deliver(laptop, erasure.dead())).toBe('ok');
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(erasure.at));
    for (let round = 0; round < 2; round += 1) {
      expect(await deliver(laptop, laptop.beginErasure(null).dead())).toBe('replayed');
    }
    expect(await shown(id)).toMatchObject({ alarm: 'returned', erasure: { cause: 'order', stage: 'attested' } });
    expect((await entriesOf(laptop)).map(({ action }) => action)).toContain('device.returned');
  });
});

describe('S30 a laptop that comes back from its erasure', () => {
  async function returned(): Promise<{ laptop: Laptop; id: string; erasure: LaptopErasure }> {
    const { laptop, id, erasure } = await bricked();
    expect(await deliver(laptop, erasure.dead())).toBe('ok');
    await laptop.connect();
    return { laptop, id, erasure };
  }

  test('at work again after it accepted a brick, it is alarmed, once on the record', async () => {
    const { laptop, id } = await returned();
    expect((await shown(id)).alarm).toBe('returned');
    expect((await deviceOf(laptop)).rolledBackAt).not.toBeNull();
    laptop.cut();
    await laptop.connect();
    expect((await entriesOf(laptop)).filter(({ action }) => action === 'device.returned')).toMatchObject([
      { detail: { state: 'inert' } },
    ]);
  });

  test('S9 a copy that knows nothing of its brick is given it again, and obeys', async () => {
    const { laptop, id, erasure } = await bricked();
    expect(await deliver(laptop, erasure.accepted())).toBe('ok');
    const { receipts } = laptop;
    const obeyed = receipts.length;
    laptop.orderSequence = 0;
    await laptop.connect();
    await vi.waitFor(() => expect(receipts.length).toBe(obeyed + 1));
    expect((await shown(id)).state).toBe('executed');
  });

  test('wiping or dead it is what it said it would be', async () => {
    const { laptop, id, erasure } = await bricked();
    expect(await deliver(laptop, erasure.progress({ verified: 1 }))).toBe('ok');
    for (const state of ['wiping', 'dead'] as const) {
      laptop.state = state;
      await laptop.connect({ grantSequence: 0, orderSequence: 0, recordGeneration: 0 });
      laptop.cut();
    }
    expect((await shown(id)).alarm).toBeNull();
  });

  test('it can be bricked again, and then its new erasure counts', async () => {
    const { laptop, id } = await returned();
    const again = await draft('brick', laptop);
    const [second] = must(await approve(again, fleet.people.officer)).orders;
    if (second === undefined) throw new Error('nothing queued');
    await reach(second.id, 'executed');
    const receipt = laptop.receipts.at(-1) ?? null;
    expect(await deliver(laptop, laptop.beginErasure(receipt).dead())).toBe('ok');
    expect(await shown(second.id)).toMatchObject({ alarm: null, erasure: { stage: 'attested' } });
    expect(await shown(id)).toMatchObject({ alarm: null, erasure: null });
  });

  test('a laptop that has only been ordered, and knows nothing of it yet, is no copy', async () => {
    const laptop = await newLaptop();
    const { id } = await order('brick', laptop);
    laptop.instead.set('order.execute', () => new Promise(() => undefined));
    await laptop.connect();
    expect((await shown(id)).alarm).toBeNull();
    expect((await deviceOf(laptop)).rolledBackAt).toBeNull();
  });
});
