import type { ApprovedStatement, JoinProof, Participant } from '@sallyport/protocol';
import { participantOf, verifyParticipant } from '@sallyport/protocol/participants';
import { describe, expect, test } from 'vitest';
import { samplePerson } from '../../test/harness/sample-fleet.ts';
import { consultantProof, participantWith } from '../../test/harness/sample-joins.ts';
import { laptopWith, openLaptop, sampleLaptop, sampleSeat, until } from './laptop-testing.ts';
import { following } from '../../test/harness/sample-trust.ts';
import { manualClock } from './platform/testing/manual-clock.ts';

const now = Date.UTC(2026, 10, 22, 9);
const laptop = await sampleLaptop(now);
const { fleet } = laptop;
const { people } = fleet;
const hospital1 = fleet.approved(fleet.hospitalRoster, people.hospitalManager);
const seat = sampleSeat(now + 30 * 60_000);

/** A laptop that a nurse has opened and that is in its room, and control's end of it. */
async function inRoom() {
  const running = laptopWith(laptop, {}, manualClock(now));
  const published: { version: number; approved: ApprovedStatement } = { version: 1, approved: hospital1 };
  const proofs: JoinProof[] = [];
  running.answers['trust.fetch'] = () => ({
    manifests: [],
    more: false,
    rosters: [{ site: fleet.hospital, version: published.version }],
  });
  running.answers['trust.roster'] = () => ({ roster: published.approved });
  running.answers['room.join'] = (params) => {
    proofs.push((params as { proof: JoinProof }).proof);
    return seat;
  };
  running.kiosk.start();
  const socket = running.connect();
  await openLaptop(laptop, running, socket);
  const { screen } = running.kiosk.snapshot;
  if (screen.screen !== 'open') throw new Error(`it is ${screen.screen}`);
  const { appointment } = screen;
  expect(await running.kiosk.handlers.join({})).toEqual({ ok: true, value: {} });
  const tell = (method: string, params: unknown) => socket.says({ kind: 'notification', method, params });
  const comes = (participant: Participant) => tell('room.participantJoined', { participant });
  /** Who the page is shown. */
  const shown = async (): Promise<string[]> => {
    const answer = await running.kiosk.handlers.room({ method: 'room.join', params: { room: appointment.id } });
    const { participants } = (answer as { value: { participants: Participant[] } }).value;
    return participants.map(({ name }) => name);
  };
  const isKeptOut = () => {
    const now = running.kiosk.snapshot.screen;
    return now.screen === 'inRoom' && now.keepsSomebodyOut;
  };
  return { ...running, socket, published, proofs, appointment, tell, comes, shown, isKeptOut };
}

const joins = (appointment: string, by = people.consultant): Participant => {
  const join = fleet.join(now, appointment);
  return participantWith(join, consultantProof(fleet, join, by));
};

describe('S25 a laptop in its room', () => {
  test('has proved itself by its own key and the grant that opened it', async () => {
    const { proofs, appointment } = await inRoom();
    const [proof] = proofs;
    const participant = proof && participantOf(proof);
    if (participant === undefined) throw new Error('no proof');
    const rosters = [fleet.roster, fleet.hospitalRoster];
    const verified = await verifyParticipant(participant, {
      appointment: appointment.id,
      device: { id: fleet.device.id, prison: fleet.prison },
      consultant: appointment.consultant,
      manifest: fleet.manifest,
      roster: (site) => rosters.find((each) => each.site === site),
      now,
    });
    expect(verified).toMatchObject({ accepted: true, vouchedBy: { name: 'Nia Nurse' } });
  });

  test('shows the consultant whom its people approved', async () => {
    const { comes, appointment, shown, isKeptOut } = await inRoom();
    comes(joins(appointment.id));
    await expect.poll(shown).toEqual(['Dr Rao']);
    expect(isKeptOut()).toBe(false);
  });

  test('T7 does not show somebody whom control puts there; says so, and keeps it on the record', async () => {
    const { comes, appointment, shown, isKeptOut, reported } = await inRoom();
    comes(joins(appointment.id, samplePerson('Dr Rao')));
    await until('it says so', isKeptOut);
    expect(await shown()).toEqual([]);
    await until('it is reported', () => reported().includes('participant-refused unknown-credential'));
  });

  test('shows a consultant with a new passkey once it has fetched the roster that names it', async () => {
    const { comes, appointment, shown, isKeptOut, published } = await inRoom();
    const { named } = people.consultant;
    const renewed = samplePerson('Dr Rao');
    const both = { ...named, credentials: [...named.credentials, ...renewed.named.credentials] };
    const next = await following(hospital1, fleet.hospitalRoster, { people: [both] });
    Object.assign(published, { version: 2, approved: fleet.approved(next, people.hospitalManager) });
    comes(joins(appointment.id, renewed));
    await expect.poll(shown).toEqual(['Dr Rao']);
    await until('nobody is kept out', () => !isKeptOut());
  });

  test('T9 puts a consultant out whose passkey is revoked while they are there', async () => {
    const { comes, appointment, shown, isKeptOut, published, tell } = await inRoom();
    comes(joins(appointment.id));
    await expect.poll(shown).toEqual(['Dr Rao']);
    const { credentials } = samplePerson('Dr Rao').named;
    const next = await following(hospital1, fleet.hospitalRoster, {
      people: [{ ...people.consultant.named, credentials }],
    });
    Object.assign(published, { version: 2, approved: fleet.approved(next, people.hospitalManager) });
    tell('trust.published', {});
    await until('somebody is kept out', isKeptOut);
    expect(await shown()).toEqual([]);
  });
});
