import { formatPairingCode, pairingCodeOf, toBase64url } from '@sallyport/protocol';
import type { Grant, Manifest, Order, Roster } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { describe as describeStatement, formatMoment, timeLeft, wordsOf } from './description.ts';
import type { Description } from './description.ts';

const id = (last: string) => `7f0c1f5e-9a8e-4c53-8d52-0b8c7d2e6a${last}`;
const noon = Date.UTC(2026, 6, 15, 11);
const place = { origin: 'https://approve.example', rpId: 'example' };
const nonce = new Uint8Array(16).fill(7);
const common = { sallyport: 1, fleet: id('10'), issuedAt: noon, notAfter: noon + 300_000 } as const;
const person = (name: string, last: string, passkeys = 1) => ({
  id: id(last),
  name,
  credentials: Array.from({ length: passkeys }, (_, index) => ({ id: `AAA${index}`, publicKey: 'BBBB' })),
});

const grant: Grant = {
  ...common,
  type: 'grant',
  manifestVersion: 1,
  device: { id: id('11'), name: 'HB-07', site: id('12') },
  sequence: 1,
  pairingNonce: toBase64url(nonce),
  appointment: {
    id: id('13'),
    consultant: { id: id('14'), name: 'Dr Rao' },
    opensAt: noon,
    closesAt: noon + 30 * 60_000,
  },
  openUntil: noon + 90 * 60_000,
};
const order: Order = {
  ...common,
  type: 'order',
  manifestVersion: 1,
  order: 'brick',
  devices: [{ id: id('11'), name: 'HB-07', sequence: 1 }],
  reason: 'Left on a train',
};
const manifest: Manifest = {
  ...common,
  type: 'manifest',
  version: 3,
  trustees: { threshold: 2, people: [person('Ada Trustee', '20'), person('Alan Trustee', '21', 2)] },
  fleetOfficers: [person('Ifor Officer', '22')],
  sites: [
    { id: id('12'), kind: 'prison', name: 'HMP Exemplar', managers: [person('Megan Manager', '23')], threshold: 1 },
  ],
  policy: {
    rpId: place.rpId,
    approverOrigin: place.origin,
    activationMinutes: 90,
    grantMinutes: 5,
    idleMinutes: 10,
    suspendAfterHours: 168,
    eraseAfterHours: 720,
  },
};
const roster: Roster = {
  ...common,
  type: 'roster',
  site: id('12'),
  siteName: 'HMP Exemplar',
  version: 2,
  people: [person('Nia Nurse', '24')],
};

/** Everything the person would read, line by line. */
function linesOf(description: Description | undefined): string[] {
  if (description === undefined) return [];
  const { title, lead, check, sections, warnings } = description;
  const checked = check === undefined ? [] : [check.instruction, check.code, check.otherwise];
  return [
    title,
    lead,
    ...checked,
    ...sections.flatMap(({ heading, note, items }) => [heading, note ?? '', ...items]),
    ...warnings,
  ];
}

describe.each(['en', 'cy'] as const)('S20 the approver in %s', (language) => {
  test('shows a grant with the pairing code derived from its nonce (P3.3)', async () => {
    const shown = await describeStatement(grant, language, place);
    expect(shown?.check?.code).toBe(formatPairingCode(await pairingCodeOf(nonce)));
    const lines = linesOf(shown).join('\n');
    for (const part of ['HB-07', 'Dr Rao', '12:00', '12:30', '13:30']) expect(lines).toContain(part);
  });

  test('names every laptop of an order, the reason and what follows', async () => {
    const two = { ...order, devices: [...order.devices, { id: id('15'), name: 'HB-08', sequence: 4 }] };
    const words = wordsOf(language).order;
    const one = linesOf(await describeStatement(order, language, place));
    const list = linesOf(await describeStatement(two, language, place));
    expect(one).toContain('HB-07');
    expect(one).toContain('Left on a train');
    for (const consequence of words.consequences.brick) expect(one).toContain(consequence);
    expect(one).not.toContain(words.secondPerson);
    expect(list).toEqual(expect.arrayContaining(['HB-07', 'HB-08', words.secondPerson]));
  });

  test('names everybody in a manifest, with the policy in words', async () => {
    const shown = await describeStatement(manifest, language, place);
    const lines = linesOf(shown).join('\n');
    for (const part of ['Ada Trustee', 'Alan Trustee (2 ', 'Ifor Officer', 'HMP Exemplar', 'Megan Manager', id('12')]) {
      expect(lines).toContain(part);
    }
    for (const number of ['90', '5', '10', '168', '720']) expect(lines).toMatch(new RegExp(`\\b${number}\\b`));
    expect(shown?.warnings).toEqual([]);
  });

  test('names the site and everybody in a roster', async () => {
    const lines = linesOf(await describeStatement(roster, language, place));
    expect(lines).toContain('Nia Nurse');
    expect(lines[0]).toContain('HMP Exemplar');
    const empty = linesOf(await describeStatement({ ...roster, people: [] }, language, place));
    expect(empty).toContain(wordsOf(language).roster.nobody);
  });

  test('warns of a manifest that moves approvals or passkeys elsewhere', async () => {
    const policy = { ...manifest.policy, approverOrigin: 'https://evil.example', rpId: 'evil.example' };
    const shown = await describeStatement({ ...manifest, policy }, language, place);
    expect(shown?.warnings).toEqual([
      wordsOf(language).manifest.otherApprover('https://evil.example'),
      wordsOf(language).manifest.otherRelyingParty('evil.example'),
    ]);
  });

  test('says something different for each kind of order', async () => {
    const kinds = ['suspend', 'resume', 'brick'] as const;
    const all = await Promise.all(kinds.map((kind) => describeStatement({ ...order, order: kind }, language, place)));
    expect(new Set(all.map((shown) => shown?.title)).size).toBe(3);
    expect(new Set(all.map((shown) => shown?.lead)).size).toBe(3);
    expect(all.map((shown) => shown?.grave)).toEqual([false, false, true]);
  });
});

describe('the approver', () => {
  test('describes no grant whose nonce is none', async () => {
    expect(await describeStatement({ ...grant, pairingNonce: 'AAAA' }, 'en', place)).toBeUndefined();
  });

  test('writes moments on London’s clock, in both languages', () => {
    expect(formatMoment(noon, 'en')).toBe('15 July 2026 at 12:00');
    expect(formatMoment(noon, 'cy')).toBe('15 Gorffennaf 2026 am 12:00');
  });

  test('is two languages', async () => {
    for (const statement of [grant, order, manifest, roster]) {
      const english = await describeStatement(statement, 'en', place);
      const welsh = await describeStatement(statement, 'cy', place);
      expect(english?.lead).not.toBe(welsh?.lead);
    }
  });

  test('shows the time left like a stopwatch', () => {
    expect([299_999, 3_600_000, 0, -5, 90_000_000].map(timeLeft)).toEqual([
      '04:59',
      '1:00:00',
      undefined,
      undefined,
      undefined,
    ]);
  });
});
