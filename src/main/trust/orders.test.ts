import type { Receipt } from '@sallyport/protocol';
import { decodeReceipt, fromBase64url, toBase64url } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { sampleFleet } from '../../../test/harness/sample-fleet.ts';
import { following, sampleTrust } from '../../../test/harness/sample-trust.ts';
import type { KeptTrust } from './kept-trust.ts';
import { executeOrder } from './orders.ts';
import type { KeptReceipt } from './orders.ts';

const now = Date.UTC(2026, 10, 22, 9);
const day = 86_400_000;
const fleet = sampleFleet(now);
const { people } = fleet;

async function ordering(changes: Partial<KeptTrust> = {}) {
  const { trust, kept } = await sampleTrust(fleet, now, changes);
  let receipts: readonly KeptReceipt[] = [];
  const signed: Receipt[] = [];
  const parts: Parameters<typeof executeOrder>[0] = {
    trust,
    device: fleet.device.id,
    now: () => now,
    receipts: () => receipts,
    isDamaged: () => false,
    sign: async (receipt) => {
      signed.push(receipt);
      return { receipt: toBase64url(Buffer.from(JSON.stringify(receipt))), signature: 'AA' };
    },
    keep: (done) => {
      kept.update((value) => trust.afterOrder(value, done.sequence, done.approvers));
      receipts = done.receipts;
    },
  };
  return { parts, kept, trust, signed, receipts: () => receipts };
}

const brick = fleet.approved(fleet.order(now), people.officer);
const devices = (sequence: number) => [{ id: fleet.device.id, name: 'HB-07', sequence }];

describe('S5 S7 an order', () => {
  test('of a fleet officer is executed: sequence and receipt are durable before it has any effect', async () => {
    const { parts, kept, receipts } = await ordering();
    const done = await executeOrder(parts, brick);
    expect(done).toMatchObject({ ok: true, value: { obey: 'brick', refused: undefined } });
    expect([kept.value.orderSequence, receipts().length]).toEqual([1, 1]);
  });

  test('delivered again is answered with the same receipt and has no effect', async () => {
    const { parts, signed } = await ordering();
    const first = await executeOrder(parts, brick);
    const again = await executeOrder(parts, brick);
    expect(again).toMatchObject({ ok: true, value: { obey: undefined } });
    expect(again.ok && again.value.receipt).toEqual(first.ok && first.value.receipt);
    expect(signed).toHaveLength(1);
  });

  test('has no effect when the receipt could not be kept', async () => {
    const { parts, kept, receipts } = await ordering();
    kept.fault = new Error('disk');
    await expect(executeOrder(parts, brick)).rejects.toThrow('disk');
    expect([kept.value.orderSequence, receipts()]).toEqual([0, []]);
  });

  test.each([
    ['of somebody who is no officer', fleet.approved(fleet.order(now), people.nurse), 'unknown-credential'],
    ['of nobody', fleet.approved(fleet.order(now)), 'too-few-people'],
    [
      'that is out of date',
      fleet.approved(fleet.order(now, { issuedAt: now - 9, notAfter: now - 1 }), people.officer),
      'expired',
    ],
    [
      'far ahead of the last',
      fleet.approved(fleet.order(now, { devices: devices(1001) }), people.officer),
      'too-far-ahead',
    ],
  ])('%s is refused, with a signed receipt that says so', async (_who, order, reason) => {
    const { parts, kept } = await ordering();
    const done = await executeOrder(parts, order);
    expect(done).toMatchObject({ ok: true, value: { obey: undefined, refused: reason } });
    const bytes = done.ok ? fromBase64url(done.value.receipt.receipt) : undefined;
    expect(decodeReceipt(bytes ?? new Uint8Array())?.outcome).toEqual({ result: 'refused', reason });
    expect(kept.value.orderSequence).toBe(0);
  });

  test('for several laptops takes two different officers', async () => {
    const list = fleet.order(now, {
      devices: [...devices(1), { id: fleet.hospital, name: 'HB-08', sequence: 1 }],
    });
    const one = await executeOrder((await ordering()).parts, fleet.approved(list, people.officer));
    expect(one).toMatchObject({ value: { refused: 'too-few-people' } });
    const twice = fleet.approved(list, people.officer, people.officer);
    expect(await executeOrder((await ordering()).parts, twice)).toMatchObject({ value: { refused: 'too-few-people' } });
    const two = fleet.approved(list, people.officer, people.otherOfficer);
    expect(await executeOrder((await ordering()).parts, two)).toMatchObject({ value: { obey: 'brick' } });
  });

  test.each([
    [
      'for another laptop',
      fleet.order(now, { devices: [{ id: fleet.prison, name: 'X', sequence: 1 }] }),
      'wrong-device',
    ],
    ['that is a grant', fleet.grant(now), 'wrong-type'],
  ])('%s is refused outright', async (_what, statement, reason) => {
    const { parts, signed } = await ordering();
    const done = await executeOrder(parts, fleet.approved(statement, people.officer));
    expect(done).toEqual({ ok: false, refusal: { reason } });
    expect(signed).toEqual([]);
  });
});

describe('S4 signature counters of orders', () => {
  const credential = people.officer.authenticator.credential.id;

  test('are kept with the sequence, and must be exceeded', async () => {
    const older = fleet.approved(fleet.order(now, { order: 'suspend', devices: devices(2) }), people.officer);
    const newer = fleet.approved(fleet.order(now, { order: 'resume' }), people.officer);
    const { parts, kept } = await ordering();
    await executeOrder(parts, newer);
    expect(kept.value.counters).toMatchObject([{ credential }]);
    expect(await executeOrder(parts, older)).toMatchObject({ value: { refused: 'counter-went-back' } });
    expect(kept.value.orderSequence).toBe(1);
  });

  test('those of the site’s people are not forgotten while its roster is not in force', async () => {
    const nurse = { credential: people.nurse.authenticator.credential.id, counter: 5 };
    const { parts, kept } = await ordering({ rosters: [], counters: [nurse] });
    await executeOrder(parts, fleet.approved(fleet.order(now), people.officer));
    expect(kept.value.counters).toContainEqual(nurse);
  });
});

describe('S6 S9 under a manifest whose time is over', () => {
  test.each([
    ['suspend', undefined],
    ['brick', undefined],
    ['resume', 'outdated'],
  ] as const)('%s: refused for %s', async (order, refused) => {
    const manifest = fleet.approved(
      { ...fleet.manifest, issuedAt: now - 9 * day, notAfter: now - day },
      people.trustee,
    );
    const { parts } = await ordering({ manifest });
    const done = await executeOrder(parts, fleet.approved(fleet.order(now, { order }), people.officer));
    expect(done).toMatchObject({ ok: true, value: { refused } });
  });
});

describe('S31 a laptop whose store is damaged', () => {
  test.each([
    ['resume', 'store-damaged', 0],
    ['suspend', undefined, 1],
    ['brick', undefined, 1],
  ] as const)('%s: refused for %s, in a signed receipt', async (order, refused, sequence) => {
    const { parts, kept } = await ordering();
    const damaged = { ...parts, isDamaged: () => true };
    const done = await executeOrder(damaged, fleet.approved(fleet.order(now, { order }), people.officer));
    expect(done).toMatchObject({ ok: true, value: { refused } });
    const bytes = done.ok ? fromBase64url(done.value.receipt.receipt) : undefined;
    const result = refused === undefined ? { result: 'executed' } : { result: 'refused', reason: refused };
    expect(decodeReceipt(bytes ?? new Uint8Array())?.outcome).toEqual(result);
    expect(kept.value.orderSequence).toBe(sequence);
  });

  test('what is no officer’s order is refused for that, not for the damage', async () => {
    const { parts } = await ordering();
    const resume = fleet.approved(fleet.order(now, { order: 'resume' }), people.nurse);
    const done = await executeOrder({ ...parts, isDamaged: () => true }, resume);
    expect(done).toMatchObject({ value: { refused: 'unknown-credential' } });
  });
});

test('T9 an officer whom a newer manifest leaves out is obeyed no more', async () => {
  const { parts, trust, kept } = await ordering();
  const next = await following(kept.value.manifest, fleet.manifest, { fleetOfficers: [people.otherOfficer.named] });
  await trust.takeManifest(fleet.approved(next, people.trustee));
  expect(await executeOrder(parts, brick)).toMatchObject({ value: { refused: 'unknown-credential' } });
});

test('S9 a brick is not forgotten, however many orders are kept after it and before it is carried out', async () => {
  const { parts, kept } = await ordering();
  await executeOrder(parts, fleet.approved(fleet.order(now, { devices: devices(1) }), people.officer));
  for (let sequence = 2; sequence <= 40; sequence += 1) {
    const order = sequence % 2 === 0 ? 'suspend' : 'resume';
    await executeOrder(parts, fleet.approved(fleet.order(now, { order, devices: devices(sequence) }), people.officer));
  }
  expect(kept.value.orderSequence).toBe(40);
  expect(parts.receipts().some((receipt) => receipt.order === 'brick')).toBe(true);
  expect(parts.receipts().length).toBeLessThanOrEqual(16);
});
