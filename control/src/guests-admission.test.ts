import { createHash, randomUUID } from 'node:crypto';
import {
  decodeStatement,
  encodeStatement,
  fromBase64url,
  latestClose,
  toBase64url,
  type ApprovalTask,
  type ConsoleAnswer,
  type ConsoleAppointment,
  type Join,
  type JoinProof,
  type Phase,
} from '@sallyport/protocol';
import { participantOf, verifyParticipant } from '@sallyport/protocol/participants';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sampleFleet, samplePerson } from '../../test/harness/sample-fleet.ts';
import { createGuestsWorld, type GuestOf, type GuestsWorld } from './guests-world-testing.ts';
import { insertPerson, type TestBrowser } from './staff-world-testing.ts';

const minute = 60_000;
const fleet = sampleFleet(Date.now() - minute);
const locum = samplePerson('Dr Locum');
const hospitalRoster = { ...fleet.hospitalRoster, people: [...fleet.hospitalRoster.people, locum.named] };

let world: GuestsWorld;
beforeAll(async () => {
  world = await createGuestsWorld(
    { ...fleet, hospitalRoster },
    {
      manifest: fleet.approved(fleet.manifest, fleet.people.trustee),
      roster: fleet.approved(fleet.roster, fleet.people.prisonManager),
      hospitalRoster: fleet.approved(hospitalRoster, fleet.people.hospitalManager),
    },
  );
  await insertPerson(world.staff.database.db, locum.named, 'consultant', fleet.hospital);
});
afterAll(() => world.close());

type Place = ConsoleAnswer<'guestView'>;
const placeOf = async (browser: TestBrowser): Promise<Place> => (await browser.ask('GET', '/api/guest')).json<Place>();
const taskOf = async (of: GuestOf): Promise<ApprovalTask> => (await world.draft(of)).json<ApprovalTask>();
const joinIn = ({ statement }: { statement: string }): Join => {
  const join = decodeStatement(fromBase64url(statement) ?? new Uint8Array());
  if (join?.type !== 'join') throw new Error('no join');
  return join;
};
const refusal = async (asked: ReturnType<GuestsWorld['draft']>): Promise<string> =>
  (await asked).json<{ reason?: string }>().reason ?? 'granted';
/** The task's statement, changed after it was drafted. */
const changed = (task: ApprovalTask, change: Partial<Join>): ApprovalTask => ({
  ...task,
  statement: toBase64url(encodeStatement({ ...joinIn(task), ...change })),
});
/** Somebody has been in the room, and it stands there now. */
const putRoom = (id: string, phase: Phase) =>
  world.staff.database.db.insertInto('rooms').values({ id, node: randomUUID(), phase }).execute();
/** What a laptop or consultant that knows the appointment makes of a proof. */
async function judge(proof: JoinProof | null, { appointment }: GuestOf): Promise<string> {
  const participant = proof && participantOf(proof);
  if (!participant) return 'nobody';
  const { id, name } = fleet.people.consultant.named;
  const rosters = new Map([fleet.roster, hospitalRoster].map((roster) => [roster.site, roster]));
  const verified = await verifyParticipant(participant, {
    appointment,
    device: { id: fleet.device.id, prison: fleet.prison },
    consultant: { id, name, hospital: { id: fleet.hospital, name: hospitalRoster.siteName } },
    manifest: fleet.manifest,
    roster: (site) => rosters.get(site),
    now: Date.now(),
  });
  return verified.accepted ? `${participant.kind} ${participant.name}, by ${verified.vouchedBy.name}` : verified.reason;
}

describe('S38 the booked consultant lets a guest in', () => {
  test('over the guest’s own name and key, by their passkey: the guest gets the proof that everybody can judge', async () => {
    const of = await world.book();
    const mediaKey = world.mediaKey();
    const browser = await world.waiting(of, mediaKey);
    expect(await placeOf(browser)).toMatchObject({ view: { guest: { state: 'waiting' } }, proof: null });
    const task = await taskOf(of);
    const { credentials } = fleet.people.consultant.named;
    expect(task.credentials).toEqual(credentials.map(({ id }) => id));
    const site = { id: fleet.hospital, name: 'Example Infirmary' };
    expect(joinIn(task)).toMatchObject({
      appointment: of.appointment,
      participant: { kind: 'interpreter', id: of.guest, name: 'Ines Interpreter', site },
      device: { id: fleet.device.id, name: 'HB-07', prison: { id: fleet.prison, name: 'HMP Exemplar' } },
      mediaKey,
    });
    const answer = await world.admit(of, world.approved(task, fleet.people.consultant));
    expect(answer.json<ConsoleAppointment>().guests).toEqual([
      { id: of.guest, kind: 'interpreter', name: 'Ines Interpreter', state: 'admitted' },
    ]);
    const { view, proof } = await placeOf(browser);
    expect(view.guest.state).toBe('admitted');
    expect(await judge(proof, of)).toBe('interpreter Ines Interpreter, by Dr Rao');
  });

  test('until the room can close at the latest, and no longer', async () => {
    const of = await world.book();
    await world.waiting(of);
    const { db } = world.staff.database;
    const row = await db
      .selectFrom('appointments')
      .select('ends_at')
      .where('id', '=', of.appointment)
      .executeTakeFirstOrThrow();
    expect(joinIn(await taskOf(of)).notAfter).toBe(latestClose(row.ends_at.getTime()));
  });

  test('which is on the record, with the digest of the key', async () => {
    const of = await world.book();
    const mediaKey = world.mediaKey();
    await world.waiting(of, mediaKey);
    await world.letIn(of);
    const digest = createHash('sha256')
      .update(fromBase64url(mediaKey) ?? '')
      .digest('base64url');
    const [entry] = (await world.staff.entries('guest.admitted')).slice(-1);
    expect(entry).toMatchObject({
      actor: { kind: 'person', name: 'Dr Rao' },
      subject: of.appointment,
      detail: { guest: of.guest, kind: 'interpreter', name: 'Ines Interpreter', mediaKey: digest },
    });
  });

  test('only while the guest waits: not before, not twice, not after they have gone', async () => {
    const of = await world.book();
    expect(await refusal(world.draft(of))).toBe('wrong-state');
    await world.invite(of);
    expect(await refusal(world.draft(of))).toBe('wrong-state');
    const browser = await world.waiting(of);
    const task = await taskOf(of);
    const join = world.approved(task, fleet.people.consultant);
    expect(await refusal(world.admit(of, join))).toBe('granted');
    expect(await refusal(world.admit(of, join))).toBe('wrong-state');
    expect(await refusal(world.draft(of))).toBe('wrong-state');
    const gone = await world.book();
    const leaving = await world.waiting(gone);
    const drafted = world.approved(await taskOf(gone), fleet.people.consultant);
    expect((await leaving.ask('POST', '/api/guest/leave', {})).statusCode).toBe(200);
    expect(await refusal(world.admit(gone, drafted))).toBe('wrong-state');
    expect((await placeOf(browser)).view.guest.state).toBe('admitted');
  });

  test('in their own appointment and no other’s, and nobody else does', async () => {
    const of = await world.book({ consultant: locum.named.id });
    const entered = await world.waiting(of);
    expect(await refusal(world.draft(of))).toBe('not-found');
    const own = await world.book();
    await world.waiting(own);
    const join = world.approved(await taskOf(own), fleet.people.consultant);
    expect(await refusal(world.admit({ ...own, appointment: of.appointment, guest: of.guest }, join))).toBe(
      'not-found',
    );
    expect(await refusal(world.admit({ ...own, guest: of.guest }, join))).toBe('not-found');
    const path = `/api/appointments/${own.appointment}/guests/${own.guest}`;
    for (const other of [world.signedIn.nurse, entered, world.browser()]) {
      expect([401, 403]).toContain((await other.ask('POST', `${path}/join`, {})).statusCode);
      expect([401, 403]).toContain((await other.ask('POST', `${path}/admit`, { join })).statusCode);
    }
  });

  test.each([
    ['another consultant of the hospital', () => locum],
    ['a nurse', () => fleet.people.nurse],
    ['the hospital’s manager', () => fleet.people.hospitalManager],
    ['somebody on no list', () => samplePerson('Ines Interpreter')],
  ])('not by the approval of %s, which is on the record', async (_who, approver) => {
    const of = await world.book();
    const browser = await world.waiting(of);
    expect(await refusal(world.admit(of, world.approved(await taskOf(of), approver())))).toBe('unknown-credential');
    expect((await placeOf(browser)).proof).toBeNull();
    const [entry] = (await world.staff.entries('room.refused')).slice(-1);
    expect(entry).toMatchObject({
      subject: of.appointment,
      detail: { request: 'admitGuest', reason: 'unknown-credential' },
    });
  });

  test('not by a join that was drafted for another guest, though the consultant approved it', async () => {
    const [one, other] = [await world.book(), await world.book({ kind: 'clinician', name: 'Dr Second' })];
    await Promise.all([world.waiting(one), world.waiting(other)]);
    const ofOther = world.approved(await taskOf(other), fleet.people.consultant);
    expect(await refusal(world.admit(one, ofOther))).toBe('wrong-device');
    // The same room, another guest.
    for (const change of [{ id: randomUUID() }, { name: 'Ian Impostor' }, { kind: 'clinician' as const }]) {
      const task = await taskOf(one);
      const { participant } = joinIn(task);
      const lie = changed(task, { participant: { ...participant, ...change } });
      expect(await refusal(world.admit(one, world.approved(lie, fleet.people.consultant)))).toBe('unverified');
    }
  });

  test('not by a join over another key: of an earlier browser, or of nobody', async () => {
    const of = await world.book();
    await world.waiting(of);
    const ofEarlier = world.approved(await taskOf(of), fleet.people.consultant);
    const browser = await world.waiting(of);
    expect(await refusal(world.admit(of, ofEarlier))).toBe('unverified');
    const swapped = changed(await taskOf(of), { mediaKey: world.mediaKey() });
    expect(await refusal(world.admit(of, world.approved(swapped, fleet.people.consultant)))).toBe('unverified');
    expect((await placeOf(browser)).view.guest.state).toBe('waiting');
  });

  test('not by what is no join, or is changed after the approval', async () => {
    const of = await world.book();
    await world.waiting(of);
    const task = await taskOf(of);
    const { approvals } = world.approved(task, fleet.people.consultant);
    expect(await refusal(world.admit(of, { statement: 'AAAA', approvals }))).toBe('malformed');
    const { statement } = changed(task, { notAfter: joinIn(task).notAfter + 1 });
    expect(await refusal(world.admit(of, { statement, approvals }))).toBe('wrong-challenge');
    const own = { ...joinIn(task), participant: fleet.join(Date.now(), of.appointment).participant };
    const asConsultant = fleet.approved({ ...joinIn(task), ...own }, fleet.people.consultant);
    expect(await refusal(world.admit(of, asConsultant))).toBe('wrong-type');
  });

  test('not too late, and not in a consultation that was cancelled or has ended', async () => {
    const of = await world.book();
    await world.waiting(of);
    const { db } = world.staff.database;
    const times = ['opens_at', 'starts_at', 'ends_at', 'closes_at'] as const;
    const moved = times.map((time) => sql`${sql.ref(time)} = ${sql.ref(time)} - interval '1 hour'`);
    await sql`update appointments set ${sql.join(moved)} where id = ${of.appointment}`.execute(db);
    expect(await refusal(world.draft(of))).toBe('too-late');
    await sql`update appointments set cancelled_at = now() where id = ${of.appointment}`.execute(db);
    expect(await refusal(world.draft(of))).toBe('not-found');
    const ended = await world.book();
    await world.waiting(ended);
    await putRoom(ended.appointment, 'ended');
    expect(await refusal(world.draft(ended))).toBe('wrong-state');
  });
});

describe('S38 the debrief', () => {
  test('is none for an interpreter, who is gone from it and cannot be let in; a second clinician can (S39)', async () => {
    const [one, other] = [await world.book(), await world.book({ kind: 'clinician', name: 'Dr Second' })];
    const early = [await world.waiting(one), await world.waiting(other)];
    for (const { appointment } of [one, other]) await putRoom(appointment, 'debrief');
    expect(await Promise.all(early.map(async (browser) => (await placeOf(browser)).view.guest.state))).toEqual([
      'gone',
      'waiting',
    ]);
    expect(await refusal(world.draft(one))).toBe('wrong-state');
    expect((await world.letIn(other)).guests).toMatchObject([{ state: 'admitted' }]);
  });
});

describe('S38 a newer link', () => {
  test('puts out whoever was let in by an earlier one', async () => {
    const of = await world.book();
    const first = await world.waiting(of);
    await world.letIn(of);
    await world.invite(of);
    expect((await first.ask('GET', '/api/guest')).json()).toEqual({ reason: 'not-signed-in' });
    expect(await world.row(of)).toMatchObject({ proof: null, browser: null, media_key: null });
  });
});
