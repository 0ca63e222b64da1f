import { randomUUID } from 'node:crypto';
import type { Participant } from '@sallyport/protocol';
import { verifyParticipant } from '@sallyport/protocol/participants';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { samplePerson } from '../../test/harness/sample-fleet.ts';
import { SampleRooms } from '../../test/harness/sample-rooms.ts';
import type { SampleConsultant, SampleLaptop } from '../../test/harness/sample-rooms.ts';
import { minute, noon, RoomsWorld } from './rooms-world-testing.ts';
import type { Booked, Guest } from './rooms-world-testing.ts';
import { simulcastParameters } from './sfu/testing.ts';

type Appointment = Booked<SampleLaptop, SampleConsultant>;

const fleet = new SampleRooms(noon);
let world: RoomsWorld<SampleLaptop, SampleConsultant>;
beforeAll(async () => {
  world = await RoomsWorld.create(fleet);
});
beforeEach(() => world.restart());
afterAll(() => world.close());

const setGuest = ({ peer }: Guest, change: { proof?: string | null; gone_at?: Date }) =>
  world.database.db.updateTable('guests').set(change).where('id', '=', peer.id).execute();

const sweepAtTheEnd = (): Promise<void> => {
  world.now = noon + 25 * minute;
  return world.rooms.sweep();
};

/** What laptop and consultant make of somebody of whom control tells them. */
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

describe('a guest whom the consultant let in', () => {
  test('joins the consultation under the name approved; everybody can judge it, and the record can (S38)', async () => {
    const booked = await world.book();
    const { room, laptop, consultant } = booked;
    await world.admitted(booked);
    const interpreter = await world.addGuest(booked, 'interpreter', 'Ines Interpreter');
    const joined = await world.join(interpreter, room);
    expect(joined).toMatchObject({ phase: 'consult', closesAt: noon + 25 * minute });
    expect(joined.participants.map(({ kind }) => kind).sort()).toEqual(['consultant', 'device']);
    for (const { heard } of [laptop, consultant]) {
      const told = heard.at(-1);
      if (told?.method !== 'room.participantJoined') throw new Error('nobody came');
      expect(told.params.participant).toMatchObject({ kind: 'interpreter', name: 'Ines Interpreter' });
      expect(await judge(told.params.participant, booked)).toBe('Dr Jones');
    }
    const [entry] = await world.audit.entriesBefore(undefined, 1);
    expect(entry).toMatchObject({
      action: 'room.joined',
      actor: { kind: 'person', id: interpreter.peer.id, name: 'Ines Interpreter' },
      detail: { phase: 'consult', vouchedBy: consultant.peer.id },
    });
    const kept = await world.database.db.selectFrom('joins').select('proof').where('room', '=', room).execute();
    expect(kept.map(({ proof }) => proof.kind)).toContain('guest');
  });

  test('sends camera and microphone and receives; shows no screen, and steers nothing (S38)', async () => {
    const booked = await world.book();
    await world.named(booked);
    const clinician = await world.addGuest(booked, 'clinician', 'Dr Second');
    await world.join(clinician, booked.room);
    const { transport } = await world.publish(clinician);
    const producer = await world.speak(booked.consultant);
    expect(await world.hear(clinician, producer)).toBe('granted');
    const screen = { transport, kind: 'video', source: 'screen', rtpParameters: simulcastParameters(1) } as const;
    expect(await world.refusalOf(clinician, 'room.produce', screen)).toBe('not-allowed');
    const steering = ['room.admit', 'room.startDebrief', 'room.extend', 'room.end', 'room.checkName'] as const;
    for (const method of steering) expect(await world.refusalOf(clinician, method, {})).toBe('not-allowed');
    expect(await world.refusalOf(clinician, 'room.message', { message: 'soon' })).toBe('not-allowed');
    expect(await world.refusalOf(clinician, 'room.decline', { reason: 'rebook' })).toBe('not-allowed');
    expect(await world.refusalOf(clinician, 'room.prepare', { consent: true, present: [] })).toBe('not-allowed');
  });

  test.each(['interpreter', 'clinician'] as const)(
    'as %s does not wait in the room, and opens none (S38)',
    async (kind) => {
      const booked = await world.book();
      const { room, laptop, consultant } = booked;
      const guest = await world.addGuest(booked, kind);
      const join = () => world.rooms.handle(guest.peer, 'room.join', world.joining(guest, room));
      const waiting = { ok: false, refusal: { reason: 'wrong-state', retryAfter: 5 } };
      expect(await join()).toEqual(waiting);
      expect(await world.database.db.selectFrom('rooms').select('id').where('id', '=', room).execute()).toEqual([]);
      await world.join(laptop, room);
      await world.join(consultant, room);
      expect(await join()).toEqual(waiting);
      await world.ask(laptop, 'room.prepare', { consent: true, present: [] });
      await world.ask(consultant, 'room.admit', {});
      expect((await join()).ok).toBe(true);
    },
  );

  test('keeps the room’s hours (S38, S41)', async () => {
    const booked = await world.book();
    await world.admitted(booked);
    const guest = await world.addGuest(booked, 'interpreter');
    world.now = noon - 11 * minute;
    expect(await world.refusalOfJoin(guest, booked.room)).toBe('too-early');
    world.now = noon + 25 * minute;
    expect(await world.refusalOfJoin(guest, booked.room)).toBe('too-late');
  });

  test('loses the place with the room, whoever ends it (S38)', async () => {
    const ends = [
      ['consultant-ended', ({ consultant }: Appointment) => world.ask(consultant, 'room.end', {})],
      ['window-over', () => sweepAtTheEnd()],
    ] as const;
    for (const [reason, end] of ends) {
      const booked = await world.book();
      await world.admitted(booked);
      const guest = await world.addGuest(booked, 'interpreter');
      await world.join(guest, booked.room);
      await end(booked);
      expect(guest.heard.at(-1)).toEqual({ method: 'room.ended', params: { reason } });
      expect(await world.seats(booked.room)).toEqual([]);
      expect(await world.refusalOfJoin(guest, booked.room)).not.toBe('granted');
    }
  });

  test('who is gone is put out, at the sweep at the latest, and does not come back (S38)', async () => {
    const booked = await world.book();
    await world.admitted(booked);
    const guest = await world.addGuest(booked, 'interpreter');
    await world.join(guest, booked.room);
    await setGuest(guest, { gone_at: new Date(noon) });
    await world.rooms.sweep();
    expect(await world.seats(booked.room)).toHaveLength(2);
    expect(booked.consultant.heard.at(-1)).toEqual({
      method: 'room.participantLeft',
      params: { participant: guest.peer.id },
    });
    expect(await world.refusalOfJoin(guest, booked.room)).toBe('not-allowed');
  });
});

describe('nobody else joins as a guest', () => {
  test('not without the consultant’s word, not of another appointment or kind, and not by being named alone (S38)', async () => {
    const [booked, other] = [await world.book(), await world.book()];
    await world.admitted(booked);
    await world.admitted(other);
    const guest = await world.addGuest(booked, 'interpreter');
    expect(await world.refusalOfJoin(guest, other.room)).toBe('not-allowed');
    const clinician = { ...guest, peer: { ...guest.peer, kind: 'clinician' as const } };
    expect(await world.refusalOfJoin(clinician, booked.room)).toBe('not-allowed');
    const stranger = { ...guest, peer: { ...guest.peer, id: randomUUID() } };
    expect(await world.rooms.handle(stranger.peer, 'room.join', world.joining(guest, booked.room))).toMatchObject({
      refusal: { reason: 'not-allowed' },
    });
    await setGuest(guest, { proof: null });
    expect(await world.refusalOfJoin(guest, booked.room)).toBe('not-allowed');
  });

  test('not with a place that was approved before: the last approval is the one that counts (S38)', async () => {
    const booked = await world.book();
    await world.admitted(booked);
    const guest = await world.addGuest(booked, 'interpreter');
    const before = world.joining(guest, booked.room);
    const { id, name } = guest.peer;
    const again = fleet.guestJoins(booked.provable, { kind: 'interpreter', id, name }, noon);
    await setGuest(guest, { proof: JSON.stringify(again) });
    expect(await world.refusalOf(guest, 'room.join', before)).toBe('unverified');
    expect(await world.refusalOf(guest, 'room.join', { room: booked.room, proof: again })).toBe('granted');
  });

  test('not by somebody else’s approval, though the database says so (S38, S25)', async () => {
    const booked = await world.book();
    await world.admitted(booked);
    const guest = await world.addGuest(booked, 'interpreter');
    const { id, name } = guest.peer;
    for (const approver of [samplePerson('Dr Jones'), fleet.fleet.people.nurse]) {
      const proof = fleet.guestJoins(booked.provable, { kind: 'interpreter', id, name }, noon, approver);
      await setGuest(guest, { proof: JSON.stringify(proof) });
      expect(await world.refusalOf(guest, 'room.join', { room: booked.room, proof })).toBe('unknown-credential');
    }
  });

  test('not twice at once: one interpreter has one place', async () => {
    const booked = await world.book();
    await world.admitted(booked);
    const guest = await world.addGuest(booked, 'interpreter');
    const joins = await Promise.all([1, 2, 3].map(() => world.refusalOfJoin(guest, booked.room)));
    expect(joins.sort()).toEqual(['granted', 'seat-taken', 'seat-taken']);
  });
});
