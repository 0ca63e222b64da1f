import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sampleFleet, samplePerson } from '../../test/harness/sample-fleet.ts';
import type { SamplePerson } from '../../test/harness/sample-fleet.ts';
import { fromBase64url, toBase64url } from './primitives.ts';
import { encodeStatement } from './statements.ts';
import type { Grant, Manifest, Order, Roster, Statement } from './statements.ts';
import { verifyStatement } from './verify.ts';

const now = Date.UTC(2026, 10, 22, 9);
const fleet = sampleFleet(now);
const { people, manifest, roster, device } = fleet;

const grantPolicy = { type: 'grant', now, device: device.id, site: device.site, afterSequence: 0, roster } as const;
const orderPolicy = { type: 'order', now, device: device.id, afterSequence: 0 } as const;

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = fromBase64url(text);
  if (bytes === undefined) throw new Error('not base64url');
  return bytes;
}

async function verifyGrant(
  changes: Partial<Grant>,
  approvers: SamplePerson[] = [people.nurse],
  policy: Partial<typeof grantPolicy> = {},
): Promise<string> {
  const { statement, approvals } = fleet.approved(fleet.grant(now, changes), ...approvers);
  const result = await verifyStatement(bytesOf(statement), approvals, manifest, { ...grantPolicy, ...policy });
  return result.accepted ? `accepted from ${result.approvers.map(({ name }) => name).join()}` : result.reason;
}

async function verifyOrder(
  changes: Partial<Order>,
  approvers: SamplePerson[],
  policy: Partial<typeof orderPolicy> = {},
): Promise<string> {
  const { statement, approvals } = fleet.approved(fleet.order(now, changes), ...approvers);
  const result = await verifyStatement(bytesOf(statement), approvals, manifest, { ...orderPolicy, ...policy });
  return result.accepted ? 'accepted' : result.reason;
}

describe('P2.5 S1 a grant opens a laptop only by one of the healthcare staff of its site', () => {
  test('a nurse of the site is enough', async () => {
    expect(await verifyGrant({})).toBe('accepted from Nia Nurse');
  });

  test.each(['trustee', 'officer', 'prisonManager', 'hospitalManager', 'consultant'] as const)(
    'not the %s',
    async (who) => {
      expect(await verifyGrant({}, [people[who]])).toBe('unknown-credential');
    },
  );

  test('not nobody', async () => {
    expect(await verifyGrant({}, [])).toBe('too-few-people');
  });

  test('not a stranger with a passkey for the right page', async () => {
    expect(await verifyGrant({}, [samplePerson('Mallory')])).toBe('unknown-credential');
  });

  test('not with the roster of another site', async () => {
    expect(await verifyGrant({}, [people.nurse], { roster: { ...roster, site: fleet.hospital } })).toBe('wrong-site');
  });

  test('not with an expired roster', async () => {
    expect(await verifyGrant({}, [people.nurse], { roster: { ...roster, notAfter: now } })).toBe('outdated');
  });

  test('not at a site that the manifest does not call a prison', async () => {
    const changed: Manifest = {
      ...manifest,
      sites: manifest.sites.map((site) => ({ ...site, kind: 'hospital' as const })),
    };
    const { statement, approvals } = fleet.approved(fleet.grant(now), people.nurse);
    expect(await verifyStatement(bytesOf(statement), approvals, changed, grantPolicy)).toEqual({
      accepted: false,
      reason: 'unknown-credential',
    });
  });
});

describe('P2.9 P2.10 P2.11 S5 a grant opens one laptop, once, shortly', () => {
  const minute = 60_000;
  test.each<[string, Partial<Grant>, string]>([
    ['of another fleet', { fleet: '00000000-0000-4000-8000-000000000000' }, 'wrong-fleet'],
    ['for another laptop', { device: { ...device, id: '00000000-0000-4000-8000-000000000000' } }, 'wrong-device'],
    ['for another site', { device: { ...device, site: fleet.hospital } }, 'wrong-site'],
    ['of a manifest not seen yet', { manifestVersion: 2 }, 'unknown-manifest'],
    ['issued in the future', { issuedAt: now + 6 * minute, notAfter: now + 10 * minute }, 'not-yet-valid'],
    ['that has expired', { issuedAt: now - 10 * minute, notAfter: now }, 'expired'],
    ['that ended before it began', { notAfter: now + minute, issuedAt: now + 2 * minute }, 'expired'],
    ['kept for later', { notAfter: now + 6 * minute }, 'malformed'],
    ['that opens for longer than the policy', { openUntil: now + 121 * minute }, 'malformed'],
    ['whose time is over', { openUntil: now }, 'expired'],
  ])('a grant %s is refused', async (_, changes, reason) => {
    expect(await verifyGrant(changes)).toBe(reason);
  });

  test('a grant whose sequence was seen is a replay', async () => {
    expect(await verifyGrant({ sequence: 7 }, [people.nurse], { afterSequence: 7 } as never)).toBe('replayed');
    expect(await verifyGrant({ sequence: 8 }, [people.nurse], { afterSequence: 7 } as never)).toMatch('accepted');
  });
});

describe('P2.1 P2.2 S4 an approval is for exact bytes', () => {
  const { statement, approvals } = fleet.approved(fleet.grant(now), people.nurse);
  const bytes = bytesOf(statement);

  test('any one byte changed is refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const changed = Uint8Array.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ flip;
        expect((await verifyStatement(changed, approvals, manifest, grantPolicy)).accepted).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  test('any one character of the approval changed is refused', async () => {
    const [approval] = approvals;
    if (approval === undefined) throw new Error('no approval');
    const member = fc.constantFrom('clientDataJSON', 'authenticatorData', 'signature', 'credential' as const);
    await fc.assert(
      fc.asyncProperty(member, fc.nat(5000), async (name, at) => {
        const text = approval[name];
        // Of the signature only its numbers: ECDSA is malleable, so its DER framing proves nothing and nothing relies on it.
        const index = name === 'signature' ? 8 + (at % 32) : at % text.length;
        const other = text.charAt(index) === 'A' ? 'B' : 'A';
        const changed = { ...approval, [name]: text.slice(0, index) + other + text.slice(index + 1) };
        expect((await verifyStatement(bytes, [changed], manifest, grantPolicy)).accepted).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['white space', (text: string) => text.replace(':', ': ')],
    ['a duplicate member', (text: string) => text.replace('{', '{"type":"grant",')],
    ['another escape', (text: string) => text.replace('Rao', '\\u0052ao')],
    ['a byte order mark', (text: string) => `\ufeff${text}`],
    ['an unknown member', (text: string) => text.replace('{', '{"more":1,')],
    ['__proto__', (text: string) => text.replace('{', '{"__proto__":{},')],
  ])('bytes with %s are malformed even when a nurse approved them', async (_, change) => {
    const changed = new TextEncoder().encode(change(new TextDecoder().decode(bytes)));
    const approved = people.nurse.authenticator.approve(changed, fleet.place);
    expect(await verifyStatement(changed, [approved], manifest, grantPolicy)).toEqual({
      accepted: false,
      reason: 'malformed',
    });
  });

  test('an approval of other bytes does not count', async () => {
    const other = fleet.approved(fleet.grant(now, { sequence: 2 }), people.nurse);
    expect(await verifyStatement(bytes, other.approvals, manifest, grantPolicy)).toMatchObject({
      reason: 'wrong-challenge',
    });
  });

  test('a statement of another type is not taken for a grant', async () => {
    const order = fleet.approved(fleet.order(now), people.officer);
    expect(await verifyStatement(bytesOf(order.statement), order.approvals, manifest, grantPolicy)).toMatchObject({
      reason: 'wrong-type',
    });
  });
});

describe('P2.3 S4 an approval counts only where and how it must be given', () => {
  const bytes = encodeStatement(fleet.grant(now));
  test.each([
    ['on the console instead of the approver', { origin: 'https://localhost:8441' }, 'wrong-origin'],
    ['on a look-alike origin', { origin: 'https://localhost:8442.example' }, 'wrong-origin'],
    ['embedded in another page', { crossOrigin: true }, 'wrong-origin'],
    ['for another relying party', { rpId: 'example.com' }, 'wrong-relying-party'],
    ['without verifying the person', { userVerified: false }, 'not-verified'],
  ])('given %s: refused', async (_, changes, reason) => {
    const approval = people.nurse.authenticator.approve(bytes, { ...fleet.place, ...changes });
    expect(await verifyStatement(bytes, [approval], manifest, grantPolicy)).toEqual({ accepted: false, reason });
  });
});

describe('P2.4 P2.6 S7 one tricked person costs one laptop', () => {
  const second = { id: '00000000-0000-4000-8000-000000000001', name: 'HB-08', sequence: 1 };
  const both = { devices: [{ id: device.id, name: device.name, sequence: 1 }, second] };

  test('one officer bricks the one laptop named', async () => {
    expect(await verifyOrder({}, [people.officer])).toBe('accepted');
  });

  test('a list needs two different officers', async () => {
    expect(await verifyOrder(both, [people.officer])).toBe('too-few-people');
    expect(await verifyOrder(both, [people.officer, people.officer])).toBe('too-few-people');
    expect(await verifyOrder(both, [people.officer, people.otherOfficer])).toBe('accepted');
  });

  test('two passkeys of one person are one approval', async () => {
    const spare = samplePerson('Ifor Officer');
    const officer = {
      ...people.officer.named,
      credentials: [...people.officer.named.credentials, ...spare.named.credentials],
    };
    const changed: Manifest = { ...manifest, fleetOfficers: [officer, people.otherOfficer.named] };
    const { statement, approvals } = fleet.approved(fleet.order(now, both), people.officer, spare);
    expect(await verifyStatement(bytesOf(statement), approvals, changed, orderPolicy)).toMatchObject({
      reason: 'too-few-people',
    });
  });

  test.each(['nurse', 'trustee', 'prisonManager', 'consultant'] as const)('the %s cannot order', async (who) => {
    expect(await verifyOrder({}, [people[who]])).toBe('unknown-credential');
  });

  test('an order for other laptops, a replay, or a laptop named twice is refused', async () => {
    expect(await verifyOrder({ devices: [second] }, [people.officer])).toBe('wrong-device');
    expect(await verifyOrder({}, [people.officer], { afterSequence: 1 } as never)).toBe('replayed');
    const [first] = both.devices;
    const twice = first === undefined ? [] : [first, { ...first, sequence: 2 }];
    expect(await verifyOrder({ devices: twice }, [people.officer, people.otherOfficer])).toBe('malformed');
  });
});

describe('P2.7 P2.8 S6 trust only goes up', () => {
  async function verify(statement: Statement, by: Manifest, approvers: SamplePerson[], extra: object): Promise<string> {
    const approved = fleet.approved(statement, ...approvers);
    const policy = { type: statement.type, now, ...extra } as never;
    const result = await verifyStatement(bytesOf(approved.statement), approved.approvals, by, policy);
    return result.accepted ? 'accepted' : result.reason;
  }

  const founding = { anchored: true };
  const next: Manifest = { ...manifest, version: 2 };

  test('the first manifest needs its own trustees', async () => {
    expect(await verify(manifest, manifest, [people.trustee], founding)).toBe('accepted');
    expect(await verify(manifest, manifest, [people.officer], founding)).toBe('unknown-credential');
  });

  test('the next needs the trustees of both versions', async () => {
    const heir = samplePerson('Heir');
    const handed: Manifest = { ...next, trustees: { threshold: 1, people: [heir.named] } };
    expect(await verify(next, manifest, [people.trustee], { anchored: false })).toBe('accepted');
    expect(await verify(handed, manifest, [heir], { anchored: false })).toBe('unknown-credential');
    expect(await verify(handed, manifest, [people.trustee], { anchored: false })).toBe('unknown-credential');
    expect(await verify(handed, manifest, [people.trustee, heir], { anchored: false })).toBe('accepted');
  });

  test('no going back, no repeating, no skipping', async () => {
    expect(await verify(manifest, next, [people.trustee], { anchored: false })).toBe('replayed');
    expect(await verify(manifest, manifest, [people.trustee], { anchored: false })).toBe('replayed');
    expect(await verify({ ...manifest, version: 3 }, manifest, [people.trustee], { anchored: false })).toBe(
      'unknown-manifest',
    );
  });

  test('a manifest that nobody could follow is malformed', async () => {
    const impossible = { ...next, trustees: { ...manifest.trustees, threshold: 2 } };
    expect(await verify(impossible, manifest, [people.trustee], { anchored: false })).toBe('malformed');
    const twice = { ...next, fleetOfficers: [people.officer.named, people.officer.named] };
    expect(await verify(twice, manifest, [people.trustee], { anchored: false })).toBe('malformed');
  });

  test('a roster needs its own site’s manager and a higher version', async () => {
    const raised: Roster = { ...roster, version: 2 };
    expect(await verify(raised, manifest, [people.prisonManager], { afterVersion: 1 })).toBe('accepted');
    expect(await verify(raised, manifest, [people.hospitalManager], { afterVersion: 1 })).toBe('unknown-credential');
    expect(await verify(roster, manifest, [people.prisonManager], { afterVersion: 1 })).toBe('replayed');
    const disguised: Roster = { ...raised, siteName: 'HMP Elsewhere' };
    expect(await verify(disguised, manifest, [people.prisonManager], { afterVersion: 1 })).toBe('wrong-site');
    expect(
      await verify({ ...raised, site: '00000000-0000-4000-8000-000000000002' }, manifest, [people.prisonManager], {
        afterVersion: 1,
      }),
    ).toBe('wrong-site');
  });
});

test('P2.12 verification never throws, whatever it is given', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.string({ maxLength: 80 }), async (bytes, text) => {
      const approval = {
        credential: text,
        clientDataJSON: toBase64url(bytes),
        authenticatorData: text,
        signature: text,
      };
      const result = await verifyStatement(Uint8Array.from(bytes), [approval], manifest, grantPolicy);
      expect(result.accepted).toBe(false);
      const grant = encodeStatement(fleet.grant(now));
      expect((await verifyStatement(grant, [approval], manifest, grantPolicy)).accepted).toBe(false);
    }),
    { numRuns: 200 },
  );
});
