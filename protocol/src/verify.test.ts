import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sampleFleet, samplePerson } from '../../test/harness/sample-fleet.ts';
import type { SamplePerson } from '../../test/harness/sample-fleet.ts';
import { fromBase64url, toBase64url } from './primitives.ts';
import { encodeStatement } from './statements.ts';
import type { Grant, Manifest, Order } from './statements.ts';
import { verifyStatement } from './verify.ts';

const now = Date.UTC(2026, 10, 22, 9);
const fleet = sampleFleet(now);
const { people, manifest, roster, device } = fleet;

const grantPolicy = {
  type: 'grant',
  at: 'opening',
  now,
  device: device.id,
  site: device.site,
  afterSequence: 0,
  roster,
} as const;
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
    ['kept for later', { notAfter: now + 6 * minute }, 'lives-too-long'],
    ['that opens for longer than the policy', { openUntil: now + 121 * minute }, 'lives-too-long'],
    ['whose time is over', { openUntil: now }, 'expired'],
  ])('a grant %s is refused', async (_, changes, reason) => {
    expect(await verifyGrant(changes)).toBe(reason);
  });

  test('a grant far ahead of its sequence is refused: it would use up the numbers of all that follow', async () => {
    expect(await verifyGrant({ sequence: 1000 })).toMatch('accepted');
    expect(await verifyGrant({ sequence: 1001 })).toBe('too-far-ahead');
    expect(await verifyGrant({ sequence: 2 ** 31 - 1 })).toBe('too-far-ahead');
  });

  test('a grant in use is judged until its laptop shuts, by whoever meets the laptop in a room', async () => {
    const used = { notAfter: now - minute, issuedAt: now - 5 * minute, openUntil: now + minute };
    expect(await verifyGrant(used)).toBe('expired');
    expect(await verifyGrant(used, [people.nurse], { at: 'in-use' } as never)).toMatch('accepted');
    expect(await verifyGrant({ ...used, openUntil: now }, [people.nurse], { at: 'in-use' } as never)).toBe('expired');
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

describe('S4 a signature counter only goes up', () => {
  const once = async (counters: ReadonlyMap<string, number>): Promise<string> => {
    const { statement, approvals } = fleet.approved(fleet.grant(now), people.nurse);
    const result = await verifyStatement(bytesOf(statement), approvals, manifest, grantPolicy, counters);
    return result.accepted ? 'accepted' : result.reason;
  };
  const credential = people.nurse.authenticator.credential.id;

  test('an approval counts when its counter is above the highest one seen', async () => {
    expect(await once(new Map())).toBe('accepted');
    expect(await once(new Map([[credential, 1]]))).toBe('accepted');
  });

  test.each([
    ['brick', 'accepted'],
    ['suspend', 'counter-went-back'],
    ['resume', 'counter-went-back'],
  ] as const)('S9 an order to %s that arrives after a later one was approved: %s', async (order, outcome) => {
    const { statement, approvals } = fleet.approved(fleet.order(now, { order }), people.officer);
    const seen = new Map([[people.officer.authenticator.credential.id, 2 ** 31]]);
    const result = await verifyStatement(bytesOf(statement), approvals, manifest, orderPolicy, seen);
    expect(result.accepted ? 'accepted' : result.reason).toBe(outcome);
  });

  test('a counter that went back, or stands still, is a copied passkey', async () => {
    expect(await once(new Map([[credential, 2 ** 31]]))).toBe('counter-went-back');
    const { statement, approvals } = fleet.approved(fleet.grant(now), people.nurse);
    const first = await verifyStatement(bytesOf(statement), approvals, manifest, grantPolicy);
    if (!first.accepted) throw new Error(first.reason);
    const seen = new Map(first.approvers.map((approver) => [approver.credential, approver.counter]));
    expect(await verifyStatement(bytesOf(statement), approvals, manifest, grantPolicy, seen)).toEqual({
      accepted: false,
      reason: 'counter-went-back',
    });
  });
});

describe('P2.15 S6 under a manifest whose time is over', () => {
  const late = now + 366 * 86_400_000;
  const lateRoster = { ...roster, issuedAt: late, notAfter: late + 86_400_000 };

  test('nothing opens', async () => {
    const { statement, approvals } = fleet.approved(fleet.grant(late), people.nurse);
    const policy = { ...grantPolicy, now: late, roster: lateRoster };
    expect(await verifyStatement(bytesOf(statement), approvals, manifest, policy)).toMatchObject({
      reason: 'outdated',
    });
  });

  test.each([
    ['suspend', 'accepted'],
    ['brick', 'accepted'],
    ['resume', 'outdated'],
  ] as const)('an order to %s is %s', async (order, outcome) => {
    const { statement, approvals } = fleet.approved(
      fleet.order(late, { order, notAfter: late + 86_400_000 }),
      people.officer,
    );
    const result = await verifyStatement(bytesOf(statement), approvals, manifest, { ...orderPolicy, now: late });
    expect(result.accepted ? 'accepted' : result.reason).toBe(outcome);
  });
});

describe('P2.14 S25 a consultant joins one room as themselves', () => {
  const appointment = '5b0e7a52-6f2b-4a0e-9e0b-3f1f5d0a7c11';
  const policy = {
    type: 'join',
    now,
    appointment,
    device: device.id,
    consultant: people.consultant.named.id,
    roster: fleet.hospitalRoster,
  } as const;
  const verify = async (
    changes: Parameters<typeof fleet.join>[2],
    by: SamplePerson = people.consultant,
    other: Partial<typeof policy> = {},
  ): Promise<string> => {
    const { statement, approvals } = fleet.approved(fleet.join(now, appointment, changes), by);
    const result = await verifyStatement(bytesOf(statement), approvals, manifest, { ...policy, ...other });
    return result.accepted ? 'accepted' : result.reason;
  };
  const joined = fleet.join(now, appointment);

  test('the booked consultant with their own passkey', async () => {
    expect(await verify({})).toBe('accepted');
  });

  test.each<[string, Parameters<typeof fleet.join>[2], string]>([
    ['of another room', { appointment: '5b0e7a52-6f2b-4a0e-9e0b-3f1f5d0a7c12' }, 'wrong-device'],
    ['with another laptop', { device: { ...joined.device, id: fleet.prison } }, 'wrong-device'],
    ['as somebody else', { participant: { ...joined.participant, id: fleet.prison } }, 'unknown-credential'],
    ['under another name', { participant: { ...joined.participant, name: 'Dr Other' } }, 'unknown-credential'],
    [
      'of another hospital',
      { participant: { ...joined.participant, site: { id: fleet.prison, name: 'HMP Exemplar' } } },
      'wrong-site',
    ],
    ['for longer than half a day', { notAfter: now + 13 * 3_600_000 }, 'lives-too-long'],
    ['that is over', { issuedAt: now - 1000, notAfter: now }, 'expired'],
  ])('a join %s is refused', async (_, changes, reason) => {
    expect(await verify(changes)).toBe(reason);
  });

  test('nobody else approves it for them', async () => {
    for (const who of ['nurse', 'hospitalManager', 'officer', 'trustee'] as const) {
      expect(await verify({}, people[who])).toBe('unknown-credential');
    }
    const colleague = samplePerson('Dr Colleague');
    const both = { ...fleet.hospitalRoster, people: [...fleet.hospitalRoster.people, colleague.named] };
    expect(await verify({}, colleague, { roster: both })).toBe('unknown-credential');
  });

  test('a roster that a prison’s managers approved names no consultant', async () => {
    const disguised = { ...fleet.hospitalRoster, site: fleet.prison, siteName: 'HMP Exemplar' };
    const changes = { participant: { ...joined.participant, site: { id: fleet.prison, name: 'HMP Exemplar' } } };
    expect(await verify(changes, people.consultant, { roster: disguised })).toBe('unknown-credential');
  });
});
