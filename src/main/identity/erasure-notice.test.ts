import { createHash } from 'node:crypto';
import type { Receipt } from '@sallyport/protocol';
import { encodeErasureReport, fixedErasureSteps, toBase64url, verifyErasure } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { makeSigningKey, publicKeyOf, signBytes } from './signing-keys.ts';
import { makeErasureNotice } from './erasure-notice.ts';
import { signReceipt } from './receipt-signing.ts';

const device = { id: '7f0c1f5e-9a8e-4c53-8d52-0b8c7d2e6a01', name: 'HB-07', site: 's', siteName: 'HMP Exemplar' };
const at = Date.UTC(2026, 10, 22);
const signingKey = await makeSigningKey();
const identity = { device, signingKey };
const deviceKey = Uint8Array.from(publicKeyOf(signingKey));
const brick: Receipt = {
  sallyport: 1,
  type: 'receipt',
  device: device.id,
  statement: 'A'.repeat(43),
  order: 'brick',
  sequence: 7,
  outcome: { result: 'executed' },
  at,
};

describe('S33 the notice of an erasure', () => {
  test('is signed by the device’s own key and says which order, which software and which key signs the reports', async () => {
    const receipt = await signReceipt(signingKey, brick);
    const { notice, reportKey } = await makeErasureNotice({ identity, receipt, software: 'B'.repeat(43), at });
    const outcome = await verifyErasure({ receipt, notice, report: null }, deviceKey);
    expect(outcome).toMatchObject({
      notice: {
        device: device.id,
        cause: { kind: 'order', statement: 'A'.repeat(43), sequence: 7 },
        reportKey: toBase64url(publicKeyOf(reportKey)),
        software: 'B'.repeat(43),
        at,
      },
    });
  });

  test('of a lease that ran out has no receipt, and each its own report key', async () => {
    const [one, other] = await Promise.all(
      [1, 2].map(() => makeErasureNotice({ identity, receipt: null, software: null, at })),
    );
    if (one === undefined || other === undefined) throw new Error('none was made');
    expect(one.reportKey).not.toBe(other.reportKey);
    const said = await verifyErasure({ receipt: null, notice: one.notice, report: null }, deviceKey);
    expect(said).toMatchObject({ notice: { cause: { kind: 'lease' }, software: null } });
  });

  test('is followed by what its report key signs, and by nothing else', async () => {
    const { notice, reportKey } = await makeErasureNotice({ identity, receipt: null, software: null, at });
    const report = encodeErasureReport({
      notice: createHash('sha256').update(Buffer.from(notice.notice, 'base64url')).digest('base64url'),
      number: 1,
      steps: fixedErasureSteps.map((step) => ({ step, outcome: 'verified', at })),
      phase: 'dead',
      at,
    });
    const signedWith = async (key: string) => ({
      report: toBase64url(report),
      signature: await signBytes(key, report),
    });
    const proof = { receipt: null, notice };
    expect(await verifyErasure({ ...proof, report: await signedWith(reportKey) }, deviceKey)).toMatchObject({
      report: { phase: 'dead' },
    });
    expect(await verifyErasure({ ...proof, report: await signedWith(signingKey) }, deviceKey)).toBe('bad-signature');
  });

  test('is refused for a receipt that is none', async () => {
    const receipt = { receipt: 'bm9uZQ', signature: 'c2ln' };
    await expect(makeErasureNotice({ identity, receipt, software: null, at })).rejects.toThrow('does not decode');
  });
});
