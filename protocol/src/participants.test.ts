import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { effort, seed, tried } from '../../test/harness/effort.ts';
import { sampleFleet, samplePerson } from '../../test/harness/sample-fleet.ts';
import {
  approvedGrant,
  consultantProof,
  deviceJoin,
  deviceProof,
  participantWith,
} from '../../test/harness/sample-joins.ts';
import { isMediaKey, participantOf, verifyParticipant } from './participants.ts';
import type { KnownRoom } from './participants.ts';
import { fromBase64url, toBase64url } from './primitives.ts';
import { joinProof, participant as participantSchema } from './room.ts';
import type { JoinProof, Participant } from './room.ts';
import type { Grant, Join, Roster } from './statements.ts';

const now = Date.UTC(2026, 10, 22, 9);
const fleet = sampleFleet(now);
const stranger = sampleFleet(now);
const { people, manifest, roster, hospitalRoster, device } = fleet;
const appointment = randomUUID();

/** A second hospital of the same fleet, whose roster names a consultant with the very same number and name. */
const otherHospital = { id: randomUUID(), name: 'Other Infirmary' };
const impostor = samplePerson('Dr Rao');
const otherRoster: Roster = {
  ...hospitalRoster,
  site: otherHospital.id,
  siteName: otherHospital.name,
  people: [{ ...impostor.named, id: people.consultant.named.id }],
};
const widened = {
  ...manifest,
  sites: [...manifest.sites, { ...otherHospital, kind: 'hospital' as const, managers: [], threshold: 1 }],
};

const rosters = new Map([roster, hospitalRoster, otherRoster].map((each) => [each.site, each]));
const room: KnownRoom = {
  appointment,
  device: { id: device.id, prison: fleet.prison },
  consultant: {
    id: people.consultant.named.id,
    name: people.consultant.named.name,
    hospital: { id: fleet.hospital, name: hospitalRoster.siteName },
  },
  manifest: widened,
  roster: (site) => rosters.get(site),
  now,
};

const consultantJoin = (changes: Partial<Join> = {}): Join => fleet.join(now, appointment, changes);
const laptopJoin = (changes: Partial<Join> = {}): Join => deviceJoin(fleet, now, appointment, changes);
const grantFor = (changes: Parameters<typeof approvedGrant>[3] = {}) =>
  approvedGrant(fleet, now, appointment, { openUntil: now + 60 * 60_000, ...changes });

function consultant(join = consultantJoin(), approver = people.consultant): Participant {
  return participantWith(join, consultantProof(fleet, join, approver));
}

function laptop(join = laptopJoin(), key = fleet.deviceKey, grant = grantFor()): Participant {
  return participantWith(join, deviceProof(join, key, grant));
}

async function judge(participant: Participant, known: Partial<KnownRoom> = {}): Promise<string> {
  const verified = await verifyParticipant(participant, { ...room, ...known });
  return verified.accepted ? `vouched for by ${verified.vouchedBy.name}` : verified.reason;
}

describe('S25 a consultant’s place is proved by their own passkey', () => {
  test('the booked consultant, by the key of this join', async () => {
    const join = consultantJoin();
    const verified = await verifyParticipant(consultant(join), room);
    expect(verified).toEqual({
      accepted: true,
      mediaKey: fromBase64url(join.mediaKey),
      vouchedBy: { person: people.consultant.named.id, name: 'Dr Rao' },
    });
  });

  test.each(['trustee', 'officer', 'prisonManager', 'hospitalManager', 'nurse'] as const)('not the %s', async (who) => {
    expect(await judge(consultant(consultantJoin(), people[who]))).toBe('unknown-credential');
  });

  test('not another consultant of the same hospital, and not by their approval', async () => {
    const other = samplePerson('Dr Jones');
    const both = { ...hospitalRoster, people: [...hospitalRoster.people, other.named] };
    const known = { roster: (site: string) => (site === both.site ? both : rosters.get(site)) };
    const { participant } = consultantJoin();
    const asOther = consultantJoin({ participant: { ...participant, id: other.named.id, name: other.named.name } });
    expect(await judge(consultant(asOther, other), known)).toBe('unknown-credential');
    expect(await judge(consultant(consultantJoin(), other), known)).toBe('unknown-credential');
    expect(await judge(consultant(), known)).toBe('vouched for by Dr Rao');
  });

  test('not by the roster of another hospital that lists the same number and name', async () => {
    const { participant } = consultantJoin();
    const elsewhere = consultantJoin({ participant: { ...participant, site: otherHospital } });
    expect(await judge(consultant(elsewhere, impostor))).toBe('wrong-site');
    expect(await judge(consultant(consultantJoin(), impostor))).toBe('unknown-credential');
    const named = { ...room.consultant, hospital: otherHospital };
    expect(await judge(consultant(), { consultant: named })).toBe('wrong-site');
  });

  test('not in another room, with another laptop, or for another prison: a join is not used again', async () => {
    expect(await judge(consultant(), { appointment: randomUUID() })).toBe('wrong-device');
    expect(await judge(consultant(), { device: { id: randomUUID(), prison: fleet.prison } })).toBe('wrong-device');
    expect(await judge(consultant(), { device: { id: device.id, prison: fleet.hospital } })).toBe('wrong-site');
  });

  test('not once they were taken off the roster, or it is over, or there is none', async () => {
    const off = { ...hospitalRoster, people: [impostor.named] };
    expect(await judge(consultant(), { roster: () => off })).toBe('unknown-credential');
    const ended = { ...hospitalRoster, notAfter: now };
    expect(await judge(consultant(), { roster: () => ended })).toBe('outdated');
    expect(await judge(consultant(), { roster: () => undefined })).toBe('outdated');
  });

  test('not by a roster that is of a prison', async () => {
    const sites = widened.sites.map((site) =>
      site.id === fleet.hospital ? { ...site, kind: 'prison' as const } : site,
    );
    expect(await judge(consultant(), { manifest: { ...widened, sites } })).toBe('unknown-credential');
  });

  test.each([
    ['before its time', { issuedAt: now + 6 * 60_000 }, 'not-yet-valid'],
    ['after its time', { issuedAt: now - 10_000, notAfter: now }, 'expired'],
    ['for longer than twelve hours', { notAfter: now + 12 * 3_600_000 + 1 }, 'lives-too-long'],
    ['under a manifest nobody here knows', { manifestVersion: 2 }, 'unknown-manifest'],
    ['of another fleet', { fleet: randomUUID() }, 'wrong-fleet'],
    ['with a key that is no point', { mediaKey: toBase64url(new Uint8Array(65).fill(4)) }, 'malformed'],
    ['with a short key', { mediaKey: toBase64url(new Uint8Array(33).fill(2)) }, 'malformed'],
  ])('not %s', async (_case, changes, reason) => {
    expect(await judge(consultant(consultantJoin(changes)))).toBe(reason);
  });

  test('not under a manifest whose time is over', async () => {
    expect(await judge(consultant(), { manifest: { ...widened, notAfter: now } })).toBe('outdated');
  });

  test('not with a second approval behind the first', async () => {
    const join = consultantJoin();
    const proof = { kind: 'consultant', join: fleet.approved(join, people.consultant, people.nurse) } as const;
    expect(await judge(participantWith(join, proof))).toBe('malformed');
  });

  test('not as a laptop, and a laptop not as a consultant', async () => {
    const join = consultantJoin();
    const signed = deviceProof(join, fleet.deviceKey, grantFor());
    expect(await judge({ ...join.participant, proof: signed })).toBe('wrong-type');
    expect(await judge({ ...join.participant, kind: 'device', proof: signed })).toBe('wrong-type');
    const own = laptopJoin();
    const approved = consultantProof(fleet, own);
    expect(await judge({ ...own.participant, proof: approved })).toBe('wrong-type');
    expect(await judge({ ...own.participant, kind: 'consultant', proof: approved })).toBe('wrong-type');
  });
});

describe('S25 a laptop’s place is proved by its key, which people approved when they opened it', () => {
  test('the booked laptop, vouched for by who opened it', async () => {
    const join = laptopJoin();
    expect(await verifyParticipant(laptop(join), room)).toEqual({
      accepted: true,
      mediaKey: fromBase64url(join.mediaKey),
      vouchedBy: { person: people.nurse.named.id, name: 'Nia Nurse' },
    });
  });

  test('not signed by another key, also when that key is sent along', async () => {
    const forged = laptop(laptopJoin(), stranger.deviceKey);
    expect(await judge(forged)).toBe('unknown-credential');
    const mixed = { ...(laptop().proof as Extract<JoinProof, { kind: 'device' }>) };
    expect(await judge({ ...forged, proof: { ...mixed, key: stranger.deviceKey.publicKey } })).toBe('bad-signature');
    const { signature } = forged.proof as Extract<JoinProof, { kind: 'device' }>;
    expect(await judge({ ...forged, proof: { ...mixed, signature } })).toBe('bad-signature');
  });

  test('not by the grant of another device key, another laptop, another name or another site', async () => {
    const grantWith = (changes: Partial<Grant['device']>) => grantFor({ device: { ...device, ...changes } });
    const judged = (changes: Partial<Grant['device']>) =>
      judge(laptop(laptopJoin(), fleet.deviceKey, grantWith(changes)));
    expect(await judged({ key: stranger.device.key })).toBe('unknown-credential');
    expect(await judged({ id: randomUUID() })).toBe('wrong-device');
    expect(await judged({ name: 'HB-08' })).toBe('wrong-device');
    expect(await judged({ site: fleet.hospital })).toBe('wrong-site');
  });

  test('not by the grant of another appointment, or for another consultant: a grant is not used again', async () => {
    const elsewhere = approvedGrant(fleet, now, randomUUID());
    expect(await judge(laptop(laptopJoin(), fleet.deviceKey, elsewhere))).toBe('wrong-device');
    const booked = fleet.grant(now).appointment;
    for (const other of [
      { ...booked.consultant, id: randomUUID() },
      { ...booked.consultant, hospital: otherHospital },
    ]) {
      const grant = grantFor({ appointment: { ...booked, consultant: other } });
      expect(await judge(laptop(laptopJoin(), fleet.deviceKey, grant))).toBe('wrong-device');
    }
  });

  test('not by a grant whose activation is over, nor one nobody of the staff approved', async () => {
    const ended = { ...room, now: now + 61 * 60_000 };
    const long = laptopJoin({ notAfter: now + 2 * 3_600_000 });
    expect(await judge(laptop(long), ended)).toBe('expired');
    const managed = grantFor({ approver: people.prisonManager });
    expect(await judge(laptop(laptopJoin(), fleet.deviceKey, managed))).toBe('unknown-credential');
    const nobody = { ...grantFor(), approvals: [] };
    expect(await judge(laptop(laptopJoin(), fleet.deviceKey, nobody))).toBe('too-few-people');
    const doubled = { ...grantFor(), approvals: [...grantFor().approvals, ...grantFor().approvals] };
    expect(await judge(laptop(laptopJoin(), fleet.deviceKey, doubled))).toBe('malformed');
  });

  test('not once the nurse who opened it was taken off the roster', async () => {
    const off = { ...roster, people: [samplePerson('New Nurse').named] };
    expect(await judge(laptop(), { roster: () => off })).toBe('unknown-credential');
    expect(await judge(laptop(), { roster: () => undefined })).toBe('outdated');
  });

  test.each([
    ['in another room', { appointment: randomUUID() }, 'wrong-device'],
    ['before its time', { issuedAt: now + 6 * 60_000 }, 'not-yet-valid'],
    ['after its time', { issuedAt: now - 10_000, notAfter: now }, 'expired'],
    ['with a life of no length', { issuedAt: now + 2000, notAfter: now + 1000 }, 'expired'],
    ['for longer than twelve hours', { notAfter: now + 12 * 3_600_000 + 1 }, 'lives-too-long'],
    ['under a manifest nobody here knows', { manifestVersion: 2 }, 'unknown-manifest'],
    ['of another fleet', { fleet: randomUUID() }, 'wrong-fleet'],
    ['with a key that is no point', { mediaKey: toBase64url(new Uint8Array(65).fill(4)) }, 'malformed'],
    ['about another laptop', { device: { ...laptopJoin().device, id: randomUUID() } }, 'wrong-device'],
    ['under another name than people approved', { device: { ...laptopJoin().device, name: 'HB-08' } }, 'wrong-device'],
  ])('not %s', async (_case, changes, reason) => {
    expect(await judge(laptop(laptopJoin(changes)))).toBe(reason);
  });

  test('not under a prison’s name that the manifest does not give it', async () => {
    const prison = { id: fleet.prison, name: 'HMP Elsewhere' };
    const { participant, device: named } = laptopJoin();
    const renamed = laptopJoin({ device: { ...named, prison }, participant: { ...participant, site: prison } });
    expect(await judge(laptop(renamed))).toBe('wrong-site');
    expect(await judge(laptop(laptopJoin({ participant: { ...participant, site: prison } })))).toBe('wrong-site');
  });

  test('not as a laptop of its own naming', async () => {
    const { participant } = laptopJoin();
    const other = laptopJoin({ participant: { ...participant, id: randomUUID() } });
    expect(await judge(laptop(other))).toBe('wrong-device');
    const known = { device: { id: randomUUID(), prison: fleet.prison } };
    expect(await judge(laptop(), known)).toBe('wrong-device');
  });
});

/** Every place in a JSON value that holds something. */
function leavesOf(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [[...path]];
  return Object.entries(value).flatMap(([name, member]) => leavesOf(member, [...path, name]));
}

/** The value with one leaf changed: another character in a text, another number. */
function changedAt(value: unknown, [name = '', ...rest]: readonly string[], where: number): unknown {
  if (typeof value === 'string') {
    const at = where % value.length;
    return value.slice(0, at) + (value[at] === 'A' ? 'B' : 'A') + value.slice(at + 1);
  }
  if (typeof value === 'number') return value + 1 + where;
  if (Array.isArray(value)) {
    return value.map((each, index) => (String(index) === name ? changedAt(each, rest, where) : (each as unknown)));
  }
  const record = value as Record<string, unknown>;
  return { ...record, [name]: changedAt(record[name], rest, where) };
}

describe('S25 what is said of a participant', () => {
  const honest = { consultant: consultant(), laptop: laptop() };

  test('with anything of it changed is refused: every member, any character', async () => {
    const cases = Object.values(honest).flatMap((each) => leavesOf(each).map((path) => ({ each, path })));
    const count = effort(400, 20_000);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...cases), fc.nat(4000), async ({ each, path }, where) => {
        const changed = participantSchema.safeParse(changedAt(each, path, where));
        // Another credential's number is as good as none; the schema takes most of the rest away.
        if (!changed.success) return;
        expect(await judge(changed.data)).not.toMatch(/^vouched/);
      }),
      { numRuns: count, ...seed() },
    );
    tried('altered participants', count);
  });

  test('is what the join says: no other number, name, role, site', async () => {
    for (const each of Object.values(honest)) {
      const other = each.kind === 'device' ? honest.consultant : honest.laptop;
      const lies: Partial<Participant>[] = [
        { id: randomUUID() },
        { name: 'Dr Rao (verified)' },
        { site: { ...each.site, id: randomUUID() } },
        { site: { ...each.site, name: 'Elsewhere' } },
        { kind: other.kind },
        { proof: other.proof },
      ];
      for (const lie of lies) expect(await judge({ ...each, ...lie })).toBe('wrong-type');
    }
  });

  test('is read from the proof, and nothing is read from what is no join', () => {
    expect(participantOf(honest.laptop.proof)).toEqual(honest.laptop);
    expect(participantOf(honest.consultant.proof)).toEqual(honest.consultant);
    const grant = { kind: 'consultant', join: grantFor() } as const;
    expect(participantOf(joinProof.parse(grant))).toBeUndefined();
    expect(participantOf({ kind: 'consultant', join: { statement: '_', approvals: [] } })).toBeUndefined();
  });

  test('is refused, and nothing thrown, whatever the proof holds', async () => {
    const texts = fc.oneof(fc.constant(grantFor().statement), fc.base64String(), fc.string());
    const approval = fc.record({
      credential: fc.constantFrom(...people.consultant.named.credentials.map(({ id }) => id)),
      clientDataJSON: texts,
      authenticatorData: texts,
      signature: texts,
    });
    const approved = fc.record({ statement: texts, approvals: fc.array(approval, { maxLength: 2 }) });
    const proofs: fc.Arbitrary<JoinProof> = fc.oneof(
      fc.record({ kind: fc.constant('consultant' as const), join: approved }),
      fc.record({
        kind: fc.constant('device' as const),
        statement: texts,
        signature: texts,
        key: texts,
        grant: approved,
      }),
    );
    await fc.assert(
      fc.asyncProperty(proofs, async (proof) => {
        for (const each of Object.values(honest)) expect(await judge({ ...each, proof })).not.toMatch(/^vouched/);
      }),
      { numRuns: effort(200, 5000), ...seed() },
    );
  });
});

test('a media key is an uncompressed point of P-256 and nothing else', async () => {
  const point = fromBase64url(consultantJoin().mediaKey) ?? new Uint8Array(65);
  expect(await isMediaKey(point)).toBe(true);
  const off = Uint8Array.from(point);
  off[64] = (off[64] ?? 0) ^ 1;
  const hybrid = Uint8Array.from(point);
  hybrid[0] = 6 + ((point[64] ?? 0) & 1);
  for (const bad of [off, hybrid, point.slice(0, 33), new Uint8Array(65), new Uint8Array(0)]) {
    expect(await isMediaKey(bad)).toBe(false);
  }
});
