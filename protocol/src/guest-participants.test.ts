import { createECDH, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { effort, seed } from '../../test/harness/effort.ts';
import { sampleFleet, samplePerson } from '../../test/harness/sample-fleet.ts';
import { consultantProof, guestJoin, guestProof, participantWith } from '../../test/harness/sample-joins.ts';
import { approverOf, ParticipantGate, participantOf, verifyParticipant } from './participants.ts';
import type { KnownRoom } from './participants.ts';
import { fromBase64url, toBase64url } from './primitives.ts';
import type { JoinProof, Participant, RoomNotification } from './room.ts';
import type { Join } from './statements.ts';

const now = Date.UTC(2026, 10, 22, 9);
const fleet = sampleFleet(now);
const { people, manifest, roster, device } = fleet;
const appointment = randomUUID();
/** Another consultant of the same hospital. */
const locum = samplePerson('Dr Locum');
const hospitalRoster = { ...fleet.hospitalRoster, people: [...fleet.hospitalRoster.people, locum.named] };
const rosters = new Map([roster, hospitalRoster].map((each) => [each.site, each]));
const booked = people.consultant.named;
const room: KnownRoom = {
  appointment,
  device: { id: device.id, prison: fleet.prison },
  consultant: { id: booked.id, name: booked.name, hospital: { id: fleet.hospital, name: hospitalRoster.siteName } },
  manifest,
  roster: (site) => rosters.get(site),
  now,
};

const interpreter = { kind: 'interpreter', id: randomUUID(), name: 'Ines Interpreter' } as const;
const clinician = { kind: 'clinician', id: randomUUID(), name: 'Dr Second' } as const;
const joinOf = (changes: Partial<Join> = {}, guest: typeof interpreter | typeof clinician = interpreter): Join =>
  guestJoin(fleet, now, appointment, guest, changes);

function guest(join = joinOf(), approver = people.consultant): Participant {
  return participantWith(join, guestProof(fleet, join, approver));
}

async function judge(participant: Participant, known: Partial<KnownRoom> = {}): Promise<string> {
  const verified = await verifyParticipant(participant, { ...room, ...known });
  return verified.accepted ? `vouched for by ${verified.vouchedBy.name}` : verified.reason;
}

describe('S38 a guest’s place is proved by the approval of the room’s own consultant (P6.12)', () => {
  test.each([interpreter, clinician])('the $kind, by the key of this join', async (who) => {
    const join = joinOf({}, who);
    expect(await verifyParticipant(guest(join), room)).toEqual({
      accepted: true,
      mediaKey: fromBase64url(join.mediaKey),
      vouchedBy: { person: booked.id, name: 'Dr Rao' },
    });
  });

  test('not by another consultant of the same hospital, who may let somebody into their own rooms', async () => {
    expect(await judge(guest(joinOf(), locum))).toBe('unknown-credential');
    const own = { ...room.consultant, id: locum.named.id, name: locum.named.name };
    expect(await judge(guest(joinOf(), locum), { consultant: own })).toBe('vouched for by Dr Locum');
    expect(await judge(guest(), { consultant: own })).toBe('unknown-credential');
  });

  test.each(['trustee', 'officer', 'prisonManager', 'hospitalManager', 'nurse'] as const)(
    'not by the %s',
    async (who) => {
      expect(await judge(guest(joinOf(), people[who]))).toBe('unknown-credential');
    },
  );

  test('not by the guest themselves, whatever passkey they have', async () => {
    const own = samplePerson(interpreter.name);
    expect(await judge(guest(joinOf(), { ...own, named: { ...own.named, id: interpreter.id } }))).toBe(
      'unknown-credential',
    );
    const join = joinOf();
    const nobody: JoinProof = { kind: 'guest', join: { ...fleet.approved(join), approvals: [] } };
    expect(await judge(participantWith(join, nobody))).toBe('too-few-people');
  });

  test('not with a second approval behind the first', async () => {
    const join = joinOf();
    const proof: JoinProof = { kind: 'guest', join: fleet.approved(join, people.consultant, people.nurse) };
    expect(await judge(participantWith(join, proof))).toBe('malformed');
  });

  test('not in another room, with another laptop, or for another prison', async () => {
    expect(await judge(guest(), { appointment: randomUUID() })).toBe('wrong-device');
    expect(await judge(guest(), { device: { id: randomUUID(), prison: fleet.prison } })).toBe('wrong-device');
    expect(await judge(guest(), { device: { id: device.id, prison: fleet.hospital } })).toBe('wrong-site');
  });

  test('not under another site than the consultant’s hospital', async () => {
    const prison = { id: fleet.prison, name: roster.siteName };
    const renamed = { id: fleet.hospital, name: 'Other Infirmary' };
    for (const site of [prison, renamed]) {
      expect(await judge(guest(joinOf({ participant: { ...interpreter, site } })))).toBe('wrong-site');
    }
  });

  test('not under another name, number, kind or key than was approved', async () => {
    const honest = guest();
    for (const lie of [{ name: 'Dr Rao' }, { id: randomUUID() }, { kind: 'clinician' }, { kind: 'consultant' }]) {
      expect(await judge({ ...honest, ...lie } as Participant)).toBe('wrong-type');
    }
    // The same statement with another key is another statement, which nobody approved.
    const { proof } = honest;
    if (proof.kind !== 'guest') throw new Error('no guest');
    const other = joinOf({ mediaKey: createECDH('prime256v1').generateKeys('base64url') });
    const moved = { ...proof.join, statement: fleet.approved(other).statement };
    expect(await judge({ ...honest, proof: { kind: 'guest', join: moved } })).toBe('wrong-challenge');
  });

  test('not with the number of anybody whom the hospital’s roster names, themselves included', async () => {
    for (const { id } of hospitalRoster.people) {
      const { site } = joinOf().participant;
      expect(await judge(guest(joinOf({ participant: { ...interpreter, id, site } })))).toBe('wrong-type');
    }
  });

  test('not as the consultant: an interpreter’s proof shown as the clinician’s own', async () => {
    const join = joinOf();
    const asConsultant = participantWith(join, consultantProof(fleet, join));
    expect(await judge(asConsultant)).toBe('wrong-type');
    const own = fleet.join(now, appointment);
    expect(await judge(participantWith(own, guestProof(fleet, own)))).toBe('wrong-type');
    const laptop = joinOf({ participant: { ...joinOf().participant, kind: 'device', id: device.id } });
    expect(await judge(participantWith(laptop, guestProof(fleet, laptop)))).toBe('wrong-type');
  });

  test.each([
    ['before its time', { issuedAt: now + 6 * 60_000 }, 'not-yet-valid'],
    ['after its time', { issuedAt: now - 10_000, notAfter: now }, 'expired'],
    ['for longer than twelve hours', { notAfter: now + 12 * 3_600_000 + 1 }, 'lives-too-long'],
    ['under a manifest nobody here knows', { manifestVersion: 2 }, 'unknown-manifest'],
    ['of another fleet', { fleet: randomUUID() }, 'wrong-fleet'],
    ['with a key that is no point', { mediaKey: toBase64url(new Uint8Array(65).fill(4)) }, 'malformed'],
  ])('not %s', async (_case, changes, reason) => {
    expect(await judge(guest(joinOf(changes)))).toBe(reason);
  });

  test('not once the consultant was taken off the roster, or it is over', async () => {
    const off = { ...hospitalRoster, people: [locum.named] };
    expect(await judge(guest(), { roster: () => off })).toBe('unknown-credential');
    expect(await judge(guest(), { roster: () => ({ ...hospitalRoster, notAfter: now }) })).toBe('outdated');
    expect(await judge(guest(), { roster: () => undefined })).toBe('outdated');
  });

  test('is read from the proof, and refused without a throw whatever it holds', async () => {
    const honest = guest();
    expect(participantOf(honest.proof)).toEqual(honest);
    const texts = fc.oneof(fc.constant(fleet.approved(joinOf()).statement), fc.base64String(), fc.string());
    const approval = fc.record({
      credential: fc.constantFrom(...booked.credentials.map(({ id }) => id)),
      ...{ clientDataJSON: texts, authenticatorData: texts, signature: texts },
    });
    const approved = fc.record({ statement: texts, approvals: fc.array(approval, { maxLength: 2 }) });
    const proofs = fc.record({ kind: fc.constant('guest' as const), join: approved });
    await fc.assert(
      fc.asyncProperty(proofs, async (proof) => {
        expect(await judge({ ...honest, proof })).not.toMatch(/^vouched/);
      }),
      { numRuns: effort(200, 5000), ...seed() },
    );
  });
});

describe('S38 whose approval a guest brings', () => {
  test('is told by the passkey, on the roster of that hospital', () => {
    expect(approverOf(guestProof(fleet, joinOf()), hospitalRoster)).toEqual(room.consultant);
    expect(approverOf(guestProof(fleet, joinOf(), locum), hospitalRoster)?.name).toBe('Dr Locum');
    expect(approverOf(guestProof(fleet, joinOf(), people.nurse), hospitalRoster)).toBeUndefined();
    expect(approverOf({ kind: 'guest', join: { statement: 'AA', approvals: [] } }, hospitalRoster)).toBeUndefined();
    expect(approverOf(guestProof(fleet, joinOf()), undefined)).toBeUndefined();
  });
});

describe('S38 the gate', () => {
  test('lets through only kinds that are expected, however good their proof', async () => {
    const told: string[] = [];
    const refused: string[] = [];
    const gate = new ParticipantGate({
      verify: (participant) => verifyParticipant(participant, room),
      expects: ['device', 'interpreter'],
      tell: (notification) => void told.push(nameIn(notification)),
      onRefused: ({ name }, reason) => void refused.push(`${name} ${reason}`),
      onKeepingOut: () => undefined,
    });
    const both = [guest(), guest(joinOf({}, clinician))];
    const joined = await gate.request('room.join', { room: appointment, proof: both[0]?.proof ?? guest().proof }, () =>
      Promise.resolve({
        ok: true,
        value: {
          ...{ phase: 'consult', rtpCapabilities: {}, participants: both, producers: [], closesAt: now + 60_000 },
          progress: { present: [], nameChecked: { laptop: false, consultant: false }, staffConfirmed: false },
        },
      }),
    );
    expect(joined.ok && joined.value.participants.map(({ name }) => name)).toEqual(['Ines Interpreter']);
    expect(refused).toEqual(['Dr Second wrong-type']);
    expect(told).toEqual([]);
  });
});

function nameIn(notification: RoomNotification): string {
  return notification.method === 'room.participantJoined' ? notification.params.participant.name : notification.method;
}
