import { decodeReceipt, fromBase64url, toBase64url } from '@sallyport/protocol';
import type { ControlRequestParams, DeviceAppointment, Grant, Manifest, Receipt, Roster } from '@sallyport/protocol';
import { generateSealingKeyPair, sealShare } from '@sallyport/protocol/sealing';
import { describe, expect, test } from 'vitest';
import { sampleFleet, samplePerson } from '../../../test/harness/sample-fleet.ts';
import { systemRandom } from '../platform/random.ts';
import { manualClock } from '../platform/testing/manual-clock.ts';
import { takeGrant } from './grants.ts';
import { executeOrder } from './orders.ts';
import type { KeptReceipt } from './orders.ts';
import { noTries, Pairing } from './pairing.ts';
import type { KeptPairing } from './pairing.ts';
import { keptInMemory } from './testing/kept-in-memory.ts';
import type { KeptTrust } from './trust.ts';
import { Trust, TrustFault, verifyRoster } from './trust.ts';

const now = Date.UTC(2026, 10, 22, 9);
const fleet = sampleFleet(now);
const { people } = fleet;
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const firstTrust: KeptTrust = {
  manifest: fleet.approved(fleet.manifest, people.trustee),
  roster: fleet.approved(fleet.roster, people.prisonManager),
  grantSequence: 0,
  orderSequence: 0,
};

function trustOf(changes: Partial<KeptTrust> = {}) {
  const kept = keptInMemory<KeptTrust>({ ...firstTrust, ...changes });
  const subject = { device: fleet.device.id, site: fleet.prison };
  return { kept, trust: new Trust({ kept, subject, now: () => now, log }) };
}

const manifestAt = (version: number, changes: Partial<Manifest> = {}): Manifest => ({
  ...fleet.manifest,
  version,
  ...changes,
});
const rosterAt = (version: number, changes: Partial<Roster> = {}): Roster => ({ ...fleet.roster, version, ...changes });
const roster1 = fleet.approved(fleet.roster, people.prisonManager);

describe('S6 manifests and rosters', () => {
  test('the chain is walked, version by version, and the newest roster is taken', async () => {
    const { trust, kept } = trustOf();
    const manifests = [2, 3].map((version) => fleet.approved(manifestAt(version), people.trustee));
    const roster = fleet.approved(rosterAt(2), people.prisonManager);
    expect(await trust.update({ manifests, roster })).toBeUndefined();
    expect([trust.manifest.version, trust.rosterVersion]).toEqual([3, 2]);
    expect(kept.value).toMatchObject({ manifest: manifests[1], roster });
  });

  test.each([
    ['skips a version', manifestAt(3), people.trustee, 'unknown-manifest'],
    ['goes back', manifestAt(1), people.trustee, 'replayed'],
    ['no trustee approved', manifestAt(2), people.officer, 'unknown-credential'],
    ['is of another fleet', manifestAt(2, { fleet: fleet.prison }), people.trustee, 'wrong-fleet'],
  ])('a manifest that %s is refused and nothing changes', async (_name, manifest, approver, reason) => {
    const { trust, kept } = trustOf();
    const before = kept.value;
    expect(await trust.update({ manifests: [fleet.approved(manifest, approver)], roster: roster1 })).toBe(reason);
    expect(kept.value).toBe(before);
  });

  test('a new trustee takes over only with the old one’s approval and his own', async () => {
    const heir = samplePerson('New Trustee');
    const next = manifestAt(2, { trustees: { threshold: 1, people: [heir.named] } });
    const alone = trustOf();
    const byHeir = { manifests: [fleet.approved(next, heir)], roster: roster1 };
    expect(await alone.trust.update(byHeir)).toBe('unknown-credential');
    const both = { manifests: [fleet.approved(next, people.trustee, heir)], roster: roster1 };
    expect(await alone.trust.update(both)).toBeUndefined();
    expect(alone.trust.manifest.version).toBe(2);
  });

  test('T9 a roster falls with the manager who approved it, until a newer one comes', async () => {
    const successor = samplePerson('Next Manager');
    const sites = fleet.manifest.sites.map((site) =>
      site.id === fleet.prison ? { ...site, managers: [successor.named] } : site,
    );
    const manifests = [fleet.approved(manifestAt(2, { sites }), people.trustee)];
    const { trust, kept } = trustOf();
    expect(await trust.update({ manifests, roster: roster1 })).toBe('unknown-credential');
    expect([trust.rosterVersion, kept.value.roster]).toEqual([0, null]);
    const grant = fleet.approved(fleet.grant(now), people.nurse);
    const bytes = fromBase64url(grant.statement) ?? new Uint8Array();
    expect(await trust.takeGrant(bytes, grant.approvals)).toEqual({ accepted: false, reason: 'outdated' });
    expect(await trust.update({ manifests: [], roster: fleet.approved(rosterAt(2), successor) })).toBeUndefined();
    expect(trust.rosterVersion).toBe(2);
  });

  test('a roster of another site, or one that goes back, is refused', async () => {
    const { trust } = trustOf({ roster: fleet.approved(rosterAt(5), people.prisonManager) });
    const other = fleet.approved(rosterAt(6, { site: fleet.hospital }), people.hospitalManager);
    expect(await trust.update({ manifests: [], roster: other })).toBe('wrong-site');
    expect(await trust.update({ manifests: [], roster: roster1 })).toBe('replayed');
  });

  test('at enrolment a roster is verified for the site', async () => {
    const bounds = { site: fleet.prison, afterVersion: 0, now };
    expect((await verifyRoster(roster1, fleet.manifest, bounds)).accepted).toBe(true);
    expect(await verifyRoster(roster1, fleet.manifest, { ...bounds, site: fleet.hospital })).toMatchObject({
      reason: 'wrong-site',
    });
  });

  test('a kept manifest that is none is a fault', () => {
    expect(() => trustOf({ manifest: roster1 })).toThrow(TrustFault);
  });
});

async function granting() {
  const { trust, kept } = trustOf();
  const clock = manualClock(now);
  const pairing = new Pairing({
    kept: keptInMemory<KeptPairing>(noTries),
    clock,
    random: systemRandom,
    grantLifetime: () => 5 * 60_000,
    onChange: () => undefined,
  });
  await pairing.start();
  const { view } = pairing;
  const checked = pairing.check(view.state === 'shown' ? view.code : '');
  const keys = await generateSealingKeyPair();
  const share = new Uint8Array(32).fill(7);
  const offer = async (changes: Partial<Grant> = {}, sent: Partial<DeviceAppointment> = {}, by = people.nurse) => {
    const pairingNonce = checked.ok ? checked.value.nonce : '';
    const statement = fleet.grant(now, { pairingNonce, ...changes });
    const grant = fleet.approved(statement, by);
    const bytes = fromBase64url(grant.statement) ?? new Uint8Array();
    const { consultant, ...rest } = statement.appointment;
    const params: ControlRequestParams<'grant.open'> = {
      grant,
      share: await sealShare(share, keys.publicKey, bytes),
      appointment: {
        ...rest,
        consultant: { ...consultant, hospital: 'Example Infirmary' },
        patientReference: 'P 1',
        startsAt: now,
        endsAt: now + 1000,
        ...sent,
      },
    };
    return params;
  };
  const take = (params: ControlRequestParams<'grant.open'>) =>
    takeGrant({ trust, pairing, sealingKey: keys.privateKey }, params);
  return { kept, offer, take, share };
}

describe('S4 S5 a grant', () => {
  test('approved by a nurse of the site for the code on the screen gives the server share, once', async () => {
    const { kept, offer, take, share } = await granting();
    const params = await offer();
    const taken = await take(params);
    expect(taken.ok && taken.value.serverShare).toEqual(share);
    expect(kept.value.grantSequence).toBe(1);
    expect(await take(params)).toEqual({ ok: false, refusal: { reason: 'replayed' } });
  });

  test('two deliveries at once open once', async () => {
    const { offer, take } = await granting();
    const params = await offer();
    const both = await Promise.all([take(params), take(params)]);
    expect(both.filter(({ ok }) => ok)).toHaveLength(1);
  });

  test('for another pairing opens nothing', async () => {
    const { offer, take } = await granting();
    const params = await offer({ pairingNonce: toBase64url(new Uint8Array(16).fill(1)) });
    expect(await take(params)).toEqual({ ok: false, refusal: { reason: 'wrong-code' } });
  });

  test.each<[string, Partial<DeviceAppointment>]>([
    ['consultant', { consultant: { id: fleet.prison, name: 'Dr Rao', hospital: 'Example Infirmary' } }],
    ['time', { closesAt: now + 999_999 }],
    ['appointment', { id: fleet.prison }],
  ])('T7 with another %s than was approved opens nothing', async (_what, sent) => {
    const { offer, take } = await granting();
    expect(await take(await offer({}, sent))).toEqual({ ok: false, refusal: { reason: 'malformed' } });
  });

  test('a share sealed for another grant does not open', async () => {
    const { offer, take } = await granting();
    const [first, second] = [await offer(), await offer({ sequence: 2 })];
    expect(await take({ ...first, share: second.share })).toEqual({ ok: false, refusal: { reason: 'failed' } });
  });

  test('the sequence is durable before anything is opened: a disk that fails opens nothing', async () => {
    const { kept, offer, take } = await granting();
    kept.fault = new Error('disk');
    await expect(take(await offer())).rejects.toThrow('disk');
  });
});

function ordering() {
  const { trust, kept } = trustOf();
  let receipts: readonly KeptReceipt[] = [];
  const signed: Receipt[] = [];
  const parts: Parameters<typeof executeOrder>[0] = {
    trust,
    device: fleet.device.id,
    now: () => now,
    receipts: () => receipts,
    sign: async (receipt) => {
      signed.push(receipt);
      return { receipt: toBase64url(Buffer.from(JSON.stringify(receipt))), signature: 'AA' };
    },
    keep: (done) => {
      kept.update((value) => ({ ...value, orderSequence: done.sequence }));
      receipts = done.receipts;
    },
  };
  return { parts, kept, signed, receipts: () => receipts };
}

describe('S5 S7 an order', () => {
  const brick = fleet.approved(fleet.order(now), people.officer);

  test('of a fleet officer is executed: sequence and receipt are durable before it has any effect', async () => {
    const { parts, kept, receipts } = ordering();
    const done = await executeOrder(parts, brick);
    expect(done).toMatchObject({ ok: true, value: { obey: 'brick', refused: undefined } });
    expect([kept.value.orderSequence, receipts().length]).toEqual([1, 1]);
  });

  test('delivered again is answered with the same receipt and has no effect', async () => {
    const { parts, signed } = ordering();
    const first = await executeOrder(parts, brick);
    const again = await executeOrder(parts, brick);
    expect(again).toMatchObject({ ok: true, value: { obey: undefined } });
    expect(again.ok && again.value.receipt).toEqual(first.ok && first.value.receipt);
    expect(signed).toHaveLength(1);
  });

  test('has no effect when the receipt could not be kept', async () => {
    const { parts, kept, receipts } = ordering();
    kept.fault = new Error('disk');
    await expect(executeOrder(parts, brick)).rejects.toThrow('disk');
    expect([kept.value.orderSequence, receipts()]).toEqual([0, []]);
  });

  test.each([
    ['of somebody who is no officer', fleet.approved(fleet.order(now), people.nurse), 'unknown-credential'],
    ['of nobody', fleet.approved(fleet.order(now)), 'too-few-people'],
    ['that is out of date', fleet.approved(fleet.order(now, { issuedAt: now - 9, notAfter: now - 1 })), 'expired'],
  ])('%s is refused, with a signed receipt that says so', async (_who, order, reason) => {
    const { parts, kept } = ordering();
    const done = await executeOrder(parts, order);
    expect(done).toMatchObject({ ok: true, value: { obey: undefined, refused: reason } });
    const bytes = done.ok ? fromBase64url(done.value.receipt.receipt) : undefined;
    expect(decodeReceipt(bytes ?? new Uint8Array())?.outcome).toEqual({ result: 'refused', reason });
    expect(kept.value.orderSequence).toBe(0);
  });

  test('for several laptops takes two different officers', async () => {
    const devices = [
      { id: fleet.device.id, name: 'HB-07', sequence: 1 },
      { id: fleet.hospital, name: 'HB-08', sequence: 1 },
    ];
    const list = fleet.order(now, { devices });
    const one = await executeOrder(ordering().parts, fleet.approved(list, people.officer));
    expect(one).toMatchObject({ value: { refused: 'too-few-people' } });
    const two = await executeOrder(ordering().parts, fleet.approved(list, people.officer, people.otherOfficer));
    expect(two).toMatchObject({ value: { obey: 'brick' } });
  });

  test.each([
    [
      'for another laptop',
      fleet.order(now, { devices: [{ id: fleet.prison, name: 'X', sequence: 1 }] }),
      'wrong-device',
    ],
    ['that is a grant', fleet.grant(now), 'wrong-type'],
  ])('%s is refused outright', async (_what, statement, reason) => {
    const { parts, signed } = ordering();
    const done = await executeOrder(parts, fleet.approved(statement, people.officer));
    expect(done).toEqual({ ok: false, refusal: { reason } });
    expect(signed).toEqual([]);
  });
});
