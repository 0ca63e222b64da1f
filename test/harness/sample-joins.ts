import type { ApprovedStatement, Grant, Join, JoinProof, Participant } from '@sallyport/protocol';
import { encodeStatement, toBase64url } from '@sallyport/protocol';
import type { SampleFleet, SamplePerson } from './sample-fleet.ts';

/** A join as its consultant proves it: the statement with the approval of whoever approves. */
export function consultantProof(
  fleet: SampleFleet,
  join: Join,
  approver: SamplePerson = fleet.people.consultant,
): Extract<JoinProof, { kind: 'consultant' }> {
  return { kind: 'consultant', join: fleet.approved(join, approver) };
}

/** A guest's join as the room's consultant lets them in: over the guest's name and key. */
export function guestJoin(
  fleet: SampleFleet,
  now: number,
  appointment: string,
  { kind, id, name }: Pick<Participant, 'kind' | 'id' | 'name'>,
  changes?: Partial<Join>,
): Join {
  const site = { id: fleet.hospital, name: fleet.hospitalRoster.siteName };
  return fleet.join(now, appointment, { participant: { kind, id, name, site }, ...changes });
}

/** A guest's join with the approval of whoever lets them in. */
export function guestProof(
  fleet: SampleFleet,
  join: Join,
  approver: SamplePerson = fleet.people.consultant,
): Extract<JoinProof, { kind: 'guest' }> {
  return { kind: 'guest', join: fleet.approved(join, approver) };
}

/** The laptop's own join of an appointment's room. */
export function deviceJoin(fleet: SampleFleet, now: number, appointment: string, changes?: Partial<Join>): Join {
  const { id, name } = fleet.device;
  const site = { id: fleet.prison, name: fleet.roster.siteName };
  return fleet.join(now, appointment, { participant: { kind: 'device', id, name, site }, ...changes });
}

/** A join as its laptop proves it: signed by its key, with the grant that names the key. */
export function deviceProof(
  join: Join,
  key: SampleFleet['deviceKey'],
  grant: ApprovedStatement,
): Extract<JoinProof, { kind: 'device' }> {
  const bytes = encodeStatement(join);
  return { kind: 'device', statement: toBase64url(bytes), signature: key.sign(bytes), key: key.publicKey, grant };
}

/** The grant by which a nurse opened the laptop for an appointment. */
export function approvedGrant(
  fleet: SampleFleet,
  now: number,
  appointment: string,
  { approver = fleet.people.nurse, ...changes }: Partial<Grant> & { approver?: SamplePerson } = {},
): ApprovedStatement {
  const grant = fleet.grant(now, changes);
  return fleet.approved({ ...grant, appointment: { ...grant.appointment, id: appointment } }, approver);
}

/** Somebody in a room as control would describe them, with whatever proof. */
export function participantWith(join: Join, proof: JoinProof): Participant {
  return { ...join.participant, proof };
}
