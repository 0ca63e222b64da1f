import { describe, expect, test } from 'vitest';
import {
  decodeErasureNotice,
  decodeErasureReport,
  encodeErasureNotice,
  encodeErasureReport,
  fixedErasureSteps,
  stageOfErasure,
  verifyErasure,
} from './erasure.ts';
import type { ErasureProof, ErasureReport, ErasureStep } from './erasure.ts';
import { sha256, toBase64url } from './primitives.ts';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const device = '7f0c1f5e-9a8e-4c53-8d52-0b8c7d2e6a01';
const now = Date.UTC(2026, 10, 22);

interface Keys {
  readonly pair: CryptoKeyPair;
  readonly spki: Uint8Array<ArrayBuffer>;
}
const makeKeys = async (): Promise<Keys> => {
  const pair = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  return { pair, spki: new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey)) };
};
const sign = async ({ pair }: Keys, bytes: Uint8Array<ArrayBuffer>): Promise<string> =>
  toBase64url(new Uint8Array(await crypto.subtle.sign(algorithm, pair.privateKey, bytes)));

const stepsUpTo = (verified: number): ErasureStep[] =>
  fixedErasureSteps.map((step, index) =>
    index < verified ? { step, outcome: 'verified', at: now } : { step, outcome: 'pending', at: null },
  );
const all = fixedErasureSteps.length;

interface Made {
  readonly proof: ErasureProof;
  readonly deviceKeys: Keys;
  readonly reportKeys: Keys;
  readonly notice: Uint8Array<ArrayBuffer>;
}
const make = async (change: Partial<ErasureReport> = {}): Promise<Made> => {
  const deviceKeys = await makeKeys();
  const reportKeys = await makeKeys();
  const reportKey = toBase64url(reportKeys.spki);
  const notice = encodeErasureNotice({ device, cause: { kind: 'lease' }, reportKey, software: null, at: now });
  const digest = toBase64url(await sha256(notice));
  const facts = { notice: digest, number: 3, steps: stepsUpTo(all), phase: 'dead', at: now, ...change } as const;
  const report = encodeErasureReport(facts);
  const proof: ErasureProof = {
    receipt: null,
    notice: { notice: toBase64url(notice), signature: await sign(deviceKeys, notice) },
    report: { report: toBase64url(report), signature: await sign(reportKeys, report) },
  };
  return { proof, deviceKeys, reportKeys, notice };
};

describe('S33 a proof of erasure', () => {
  test('holds by the device’s key and the key that its notice names', async () => {
    const { proof, deviceKeys } = await make();
    const verified = await verifyErasure(proof, deviceKeys.spki);
    expect(verified).toMatchObject({
      notice: { device, cause: { kind: 'lease' } },
      report: { number: 3, phase: 'dead' },
    });
    expect(await verifyErasure({ ...proof, report: null }, deviceKeys.spki)).toMatchObject({ report: null });
  });

  test('is not believed when another laptop signed the notice, or another key the report', async () => {
    const { proof, deviceKeys } = await make();
    const other = await make();
    expect(await verifyErasure(proof, other.deviceKeys.spki)).toBe('bad-signature');
    const { report } = proof;
    const forged = { ...proof, report: report && { ...report, signature: other.proof.report?.signature ?? '' } };
    expect(await verifyErasure(forged, deviceKeys.spki)).toBe('bad-signature');
  });

  test('takes no report that follows another notice, however well signed', async () => {
    const { proof, deviceKeys, reportKeys } = await make();
    const report = encodeErasureReport({
      notice: 'A'.repeat(43),
      number: 1,
      steps: stepsUpTo(all),
      phase: 'dead',
      at: now,
    });
    const stray = { report: toBase64url(report), signature: await sign(reportKeys, report) };
    expect(await verifyErasure({ ...proof, report: stray }, deviceKeys.spki)).toBe('malformed');
  });

  test.each([
    ['says dead with a step left', { steps: stepsUpTo(all - 1), phase: 'dead' }],
    ['has its steps out of order', { steps: stepsUpTo(all).toReversed() }],
    [
      'names a step twice',
      {
        steps: [
          ...stepsUpTo(all),
          { step: 'luks2', outcome: 'verified', at: now },
          { step: 'luks2', outcome: 'verified', at: now },
        ],
      },
    ],
    [
      'says when a step was done that was not tried',
      { steps: [{ step: 'device-share', outcome: 'pending', at: now }, ...stepsUpTo(all).slice(1)], phase: 'wiping' },
    ],
    ['leaves a step out', { steps: [...stepsUpTo(all).slice(1), { step: 'luks2', outcome: 'verified', at: now }] }],
  ] as [string, Partial<ErasureReport>][])('takes no report that %s', async (_, change) => {
    const { proof, deviceKeys } = await make(change);
    expect(await verifyErasure(proof, deviceKeys.spki)).toBe('malformed');
  });

  test('has one spelling only', async () => {
    const { notice } = await make();
    const text = new TextDecoder().decode(notice);
    expect(decodeErasureNotice(new TextEncoder().encode(text.replace(':', ': ')))).toBeUndefined();
    expect(decodeErasureNotice(new TextEncoder().encode(text.replace('}', ',"more":1}')))).toBeUndefined();
    expect(decodeErasureReport(notice)).toBeUndefined();
  });
});

describe('S33 how far an erasure has come', () => {
  const report = (steps: ErasureStep[], phase: ErasureReport['phase'] = 'wiping'): ErasureReport => ({
    ...{ sallyport: 1, type: 'erasure-report', notice: 'A'.repeat(43), number: 1, steps, phase, at: now },
  });

  test.each([
    ['nothing yet', null, 'accepted'],
    ['its first look', report(stepsUpTo(0)), 'accepted'],
    ['the device’s half gone', report(stepsUpTo(1)), 'keys-destroyed'],
    ['all but the last file', report(stepsUpTo(all - 1)), 'keys-destroyed'],
    [
      'the files gone before the keys',
      report(stepsUpTo(all).map((step, index) => (index === 0 ? { ...step, outcome: 'failed' as const } : step))),
      'accepted',
    ],
    ['everything on the disk', report(stepsUpTo(all)), 'erased'],
    ['everything', report(stepsUpTo(all), 'dead'), 'attested'],
  ])('%s', (_, said, stage) => {
    expect(stageOfErasure(said)).toBe(stage);
  });
});
