import { createECDH, createHash, randomUUID } from 'node:crypto';
import { decodeStatement, fromBase64url, latestClose, toBase64url } from '@sallyport/protocol';
import type { JoinProof, Participant } from '@sallyport/protocol';
import { verifyParticipant } from '@sallyport/protocol/participants';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sampleDeviceKey, samplePerson } from '../../test/harness/sample-fleet.ts';
import { SampleRooms } from '../../test/harness/sample-rooms.ts';
import type { SampleConsultant, SampleLaptop } from '../../test/harness/sample-rooms.ts';
import { Refused } from './http/handlers.ts';
import type { Caller } from './http/handlers.ts';
import { roomRoutes } from './rooms/routes.ts';
import { minute, noon, RoomsWorld } from './rooms-world-testing.ts';
import type { Booked, Guest } from './rooms-world-testing.ts';

const fleet = new SampleRooms(noon);
let world: RoomsWorld<SampleLaptop, SampleConsultant>;
beforeAll(async () => {
  world = await RoomsWorld.create(fleet);
});
beforeEach(() => world.restart());
afterAll(() => world.close());

type Appointment = Booked<SampleLaptop, SampleConsultant>;

const joinWith = (guest: Guest, room: string, proof: JoinProof): Promise<string> =>
  world.refusalOf(guest, 'room.join', { room, proof });

/** What anybody who knows the appointment makes of a participant. */
async function judge(participant: Participant | undefined, { room, provable }: Appointment): Promise<string> {
  if (participant === undefined) return 'nobody';
  const { named } = provable.consultant;
  const verified = await verifyParticipant(participant, {
    appointment: room,
    device: { id: provable.laptop.id, prison: fleet.fleet.prison },
    consultant: { id: named.id, name: named.name, hospital: { id: fleet.fleet.hospital, name: 'Example Infirmary' } },
    manifest: fleet.manifest,
    roster: (site) => fleet.roster(site),
    now: world.now,
  });
  return verified.accepted ? verified.vouchedBy.name : verified.reason;
}

describe('S25 nobody takes a seat whose place is not proved', () => {
  test('both prove themselves, and each can judge the other by the proof that came along', async () => {
    const booked = await world.book();
    const { room, laptop, consultant } = booked;
    await world.join(laptop, room);
    const { participants } = await world.join(consultant, room);
    expect(await judge(participants[0], booked)).toBe('Nia Nurse');
    const [told] = laptop.heard;
    if (told?.method !== 'room.participantJoined') throw new Error('nobody came');
    expect(await judge(told.params.participant, booked)).toBe('Dr Jones');
  });

  test('who joined, by which key and on whose word, is on the record (S10)', async () => {
    const { room, laptop } = await world.book();
    const { proof } = world.joining(laptop, room);
    expect(await joinWith(laptop, room, proof)).toBe('granted');
    const bytes = proof.kind === 'device' ? fromBase64url(proof.statement) : undefined;
    const join = decodeStatement(bytes ?? new Uint8Array());
    const point = join?.type === 'join' ? fromBase64url(join.mediaKey) : undefined;
    const mediaKey = createHash('sha256')
      .update(point ?? '')
      .digest('base64url');
    const [entry] = await world.audit.entriesBefore(undefined, 1);
    expect(entry).toMatchObject({
      action: 'room.joined',
      actor: { kind: 'device', id: laptop.peer.id },
      detail: { phase: 'waiting', mediaKey, vouchedBy: fleet.fleet.people.nurse.named.id },
    });
  });

  test('a join is for one room: that of another appointment of the same two is refused', async () => {
    const { laptop, consultant, ...first } = await world.book();
    const second = await world.book({ laptop, consultant });
    for (const guest of [laptop, consultant]) {
      const { proof } = world.joining(guest, second.room);
      expect(await joinWith(guest, first.room, proof)).toBe('wrong-device');
      expect(await joinWith(guest, second.room, proof)).toBe('granted');
    }
  });

  test('somebody else’s proof is nobody’s: whose connection it is, is whose place is proved', async () => {
    const { room, laptop, consultant } = await world.book();
    const [ofLaptop, ofConsultant] = [world.joining(laptop, room).proof, world.joining(consultant, room).proof];
    expect(await joinWith(consultant, room, ofLaptop)).toBe('unverified');
    expect(await joinWith(laptop, room, ofConsultant)).toBe('unverified');
    const renamed = { ...consultant, peer: { ...consultant.peer, name: 'Dr Who' } };
    expect(await joinWith(renamed, room, ofConsultant)).toBe('unverified');
    const other = await world.book();
    expect(await joinWith(consultant, room, world.joining(other.consultant, room).proof)).toBe('unverified');
    const grant = { statement: ofLaptop.kind === 'device' ? ofLaptop.grant.statement : '', approvals: [] };
    expect(await joinWith(consultant, room, { kind: 'consultant', join: grant })).toBe('unverified');
    expect(await world.seats(room)).toEqual([]);
  });

  test('a consultant is proved by their own passkey alone', async () => {
    const { room, consultant, provable } = await world.book();
    const approvedBy = (approver: ReturnType<typeof samplePerson>) =>
      joinWith(consultant, room, fleet.consultantJoins(provable, noon, approver));
    expect(await approvedBy(samplePerson('Dr Jones'))).toBe('unknown-credential');
    expect(await approvedBy(fleet.fleet.people.nurse)).toBe('unknown-credential');
    expect(await approvedBy(provable.consultant.person)).toBe('granted');
  });

  test('a consultant who was taken off the roster stays out', async () => {
    const { room, consultant, provable } = await world.book();
    const { proof } = world.joining(consultant, room);
    fleet.removeConsultant(provable.consultant);
    expect(await joinWith(consultant, room, proof)).toBe('unknown-credential');
  });

  test('a laptop is proved by the key that people approved when they opened it', async () => {
    const { room, laptop, provable } = await world.book();
    const stolen = sampleDeviceKey();
    expect(await joinWith(laptop, room, fleet.laptopJoins(provable, noon, { signedBy: stolen }))).toBe(
      'unknown-credential',
    );
    const over = { openUntil: noon - minute };
    expect(await joinWith(laptop, room, fleet.laptopJoins(provable, noon, { grant: over }))).toBe('expired');
    expect(await world.refusalOfJoin(laptop, room)).toBe('granted');
  });

  test('a refusal says why on the record', async () => {
    const { room, consultant, provable } = await world.book();
    const forged = fleet.consultantJoins(provable, noon, samplePerson('Dr Jones'));
    await joinWith(consultant, room, forged);
    const [entry] = await world.audit.entriesBefore(undefined, 1);
    expect(entry).toMatchObject({
      action: 'room.refused',
      actor: { id: consultant.peer.id },
      subject: room,
      detail: { request: 'room.join', reason: 'unknown-credential' },
    });
  });
});

describe('the consultant’s join, as control drafts it', () => {
  const key = (): string => createECDH('prime256v1').generateKeys('base64url');
  const callerOf = ({ peer }: Guest): Caller => ({
    person: {
      id: peer.id,
      name: peer.name,
      role: 'consultant',
      site: { id: fleet.fleet.hospital, name: 'Example Infirmary', kind: 'hospital' },
    },
    session: 'test',
  });
  const draft = (guest: Guest, room: string, mediaKey = key()) => {
    const { database, audit, trust } = world;
    const routes = roomRoutes({ db: database.db, audit, trust, clock: { now: () => world.now } });
    return routes.draftJoin({ params: { id: room }, body: { mediaKey } }, callerOf(guest));
  };
  const refusalOf = async (...asked: Parameters<typeof draft>) => {
    const answer = await draft(...asked);
    return answer instanceof Refused ? answer.refusal : 'drafted';
  };

  test('with the consultant’s approval it is the proof they join with', async () => {
    const { room, consultant, provable } = await world.book();
    const task = await draft(consultant, room);
    if (task instanceof Refused) throw new Error(task.refusal.reason);
    const { person } = provable.consultant;
    expect(task.credentials).toEqual([person.authenticator.credential.id]);
    const bytes = fromBase64url(task.statement) ?? new Uint8Array();
    const approvals = [person.authenticator.approve(bytes, fleet.fleet.place)];
    const join = { statement: task.statement, approvals };
    expect(await joinWith(consultant, room, { kind: 'consultant', join })).toBe('granted');
  });

  test('says in the statement who, where, with which laptop, and for how long', async () => {
    const { room, consultant, provable } = await world.book();
    const mediaKey = key();
    const task = await draft(consultant, room, mediaKey);
    if (task instanceof Refused) throw new Error(task.refusal.reason);
    expect(decodeStatement(fromBase64url(task.statement) ?? new Uint8Array())).toEqual({
      sallyport: 1,
      type: 'join',
      fleet: fleet.manifest.fleet,
      issuedAt: noon,
      // Counts that the consultant may let the room close later.
      notAfter: latestClose(noon + 20 * minute),
      manifestVersion: 1,
      appointment: room,
      device: {
        id: provable.laptop.id,
        name: provable.laptop.name,
        prison: { id: fleet.fleet.prison, name: 'HMP Exemplar' },
      },
      participant: {
        kind: 'consultant',
        id: consultant.peer.id,
        name: 'Dr Jones',
        site: { id: fleet.fleet.hospital, name: 'Example Infirmary' },
      },
      mediaKey,
    });
  });

  test('is for the consultant of the appointment alone; who asks for another’s is on the record (S15)', async () => {
    const { room } = await world.book();
    const { consultant } = await world.book();
    expect(await refusalOf(consultant, room)).toEqual({ reason: 'not-found' });
    const [entry] = await world.audit.entriesBefore(undefined, 1);
    expect(entry).toMatchObject({ action: 'room.refused', subject: room, detail: { request: 'draftJoin' } });
    expect(await refusalOf(consultant, randomUUID())).toEqual({ reason: 'not-found' });
  });

  test('is within the window of an appointment that stands', async () => {
    const { room, consultant } = await world.book();
    world.now = noon - 11 * minute;
    expect(await refusalOf(consultant, room)).toEqual({ reason: 'too-early', retryAfter: 60 });
    world.now = noon + 25 * minute;
    expect(await refusalOf(consultant, room)).toEqual({ reason: 'too-late' });
    world.now = noon;
    const cancelled_at = new Date(noon);
    await world.database.db.updateTable('appointments').set({ cancelled_at }).where('id', '=', room).execute();
    expect(await refusalOf(consultant, room)).toEqual({ reason: 'not-found' });
  });

  test('is over a key that is one', async () => {
    const { room, consultant } = await world.book();
    const off = fromBase64url(key()) ?? new Uint8Array(65);
    off[40] = (off[40] ?? 0) ^ 1;
    expect(await refusalOf(consultant, room, toBase64url(off))).toEqual({ reason: 'malformed' });
    expect(await refusalOf(consultant, room, 'AAAA')).toEqual({ reason: 'malformed' });
  });

  test('is nothing for somebody whom no roster names', async () => {
    const { room, consultant, provable } = await world.book();
    fleet.removeConsultant(provable.consultant);
    expect(await refusalOf(consultant, room)).toEqual({ reason: 'not-allowed' });
  });
});
