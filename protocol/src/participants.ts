import { clockTolerance, longestJoin } from './contents.ts';
import { fromBase64url, sha256, toBase64url } from './primitives.ts';
import type { StatementRefusal } from './refusals.ts';
import type { JoinProof, Participant } from './room.ts';
import { isSignedBy } from './signatures.ts';
import { decodeStatement } from './statements.ts';
import type { AppointedConsultant, Grant, Join, Manifest, Roster } from './statements.ts';
import { verifyStatement } from './verify.ts';

export { longestJoin } from './contents.ts';
export { ParticipantGate } from './participant-gate.ts';
export type { GateOptions } from './participant-gate.ts';
export type { ShownParticipant } from './participant-presence.ts';

/** What whoever is in a room knows of it, beside control's word. */
export interface KnownRoom {
  /** The appointment, and so the room. */
  appointment: string;
  /** The laptop on the patient's side and its prison, as the appointment has them. */
  device: { id: string; prison: string };
  consultant: AppointedConsultant;
  /** The verified manifest in force. */
  manifest: Manifest;
  /** The verified roster of a site; undefined when there is none. */
  roster: (site: string) => Roster | undefined;
  /** Ms since 1970. */
  now: number;
}

/** Somebody whose place in a room is proved. */
export type ParticipantVerification =
  | {
      accepted: true;
      /** The ephemeral P-256 key of this join, uncompressed point, 65 bytes. */
      mediaKey: Uint8Array<ArrayBuffer>;
      /** Who vouches: the consultant in person; the member of staff who opened the laptop. */
      vouchedBy: { person: string; name: string };
    }
  | { accepted: false; reason: StatementRefusal };

/**
 * Decides whether somebody in a room is who control says: the join statement is for this room and says what is said of the
 * participant, and it is approved by the booked consultant's own passkey, or signed by the laptop whose key the people
 * of its prison approved when they opened it.
 * @returns whose key the media keys may be sealed to, or the first reason against. Never throws on bad input.
 */
export async function verifyParticipant(participant: Participant, room: KnownRoom): Promise<ParticipantVerification> {
  const { proof } = participant;
  const read = readJoin(proof);
  if (read === undefined) return refuse('malformed');
  const { bytes, join } = read;
  if (!isSaidOf(participant, join) || proof.kind !== proofKindOf(participant)) return refuse('wrong-type');
  if (!isPrisonOf(room, join.device.prison)) return refuse('wrong-site');
  const mediaKey = fromBase64url(join.mediaKey);
  if (mediaKey === undefined || !(await isMediaKey(mediaKey))) return refuse('malformed');
  const vouched =
    proof.kind === 'device'
      ? await vouchForDevice(bytes, join, proof, room)
      : await vouchedByConsultant(bytes, proof, room);
  return typeof vouched === 'string' ? refuse(vouched) : { accepted: true, mediaKey, vouchedBy: vouched };
}

/**
 * What a proof says of its participant, before anything of it is verified.
 * @returns undefined when there is no join statement in it
 */
export function participantOf(proof: JoinProof): Participant | undefined {
  const read = readJoin(proof);
  return read && { ...read.join.participant, proof };
}

/**
 * Whose approval a guest brings, by its passkey, before anything of it is verified: the guest's own statement names no
 * consultant.
 * @param roster of the hospital that the statement names
 * @returns undefined when the roster names nobody with that passkey
 */
export function approverOf(
  { join }: Extract<JoinProof, { kind: 'guest' }>,
  roster: Roster | undefined,
): AppointedConsultant | undefined {
  const given = join.approvals[0]?.credential;
  const person = roster?.people.find(({ credentials }) => credentials.some(({ id }) => id === given));
  if (roster === undefined || person === undefined) return undefined;
  return { id: person.id, name: person.name, hospital: { id: roster.site, name: roster.siteName } };
}

function readJoin(proof: JoinProof): { bytes: Uint8Array<ArrayBuffer>; join: Join } | undefined {
  const bytes = fromBase64url(proof.kind === 'device' ? proof.statement : proof.join.statement);
  const join = bytes && decodeStatement(bytes);
  return bytes !== undefined && join?.type === 'join' ? { bytes, join } : undefined;
}

/** Whether bytes are a point of P-256, uncompressed (SEC 1, 2.3.3): a key that media keys can be sealed to. */
export async function isMediaKey(point: Uint8Array<ArrayBuffer>): Promise<boolean> {
  if (point.length !== 65 || point[0] !== 4) return false;
  try {
    await crypto.subtle.importKey('raw', point, { name: 'ECDH', namedCurve: 'P-256' }, false, []);
    return true;
  } catch {
    return false;
  }
}

/** SECURITY: name, role and site that people see are those of the statement (S25). */
function isSaidOf(said: Participant, { participant }: Join): boolean {
  return (
    said.kind === participant.kind &&
    said.id === participant.id &&
    said.name === participant.name &&
    said.site.id === participant.site.id &&
    said.site.name === participant.site.name
  );
}

/** The prison as the appointment has it, under the name that the manifest gives it. */
function isPrisonOf({ device, manifest }: KnownRoom, { id, name }: Join['participant']['site']): boolean {
  return id === device.prison && manifest.sites.some((site) => site.id === id && site.name === name);
}

interface Voucher {
  person: string;
  name: string;
}

/** How somebody of a kind proves their place. */
function proofKindOf({ kind }: Pick<Participant, 'kind'>): JoinProof['kind'] {
  return kind === 'interpreter' || kind === 'clinician' ? 'guest' : kind;
}

/** The consultant themselves, or a guest over whose name and key the very same consultant's passkey stands. */
async function vouchedByConsultant(
  bytes: Uint8Array<ArrayBuffer>,
  { join }: Exclude<JoinProof, { kind: 'device' }>,
  { appointment, device, consultant, manifest, roster, now }: KnownRoom,
): Promise<Voucher | StatementRefusal> {
  // One approval is what it takes; what is kept of a participant and sent to others stays small.
  if (join.approvals.length > 1) return 'malformed';
  const hospital = roster(consultant.hospital.id);
  if (hospital === undefined) return 'outdated';
  const expected = { appointment, device: device.id, consultant: consultant.id, roster: hospital };
  const verified = await verifyStatement(bytes, join.approvals, manifest, { type: 'join', now, ...expected });
  const [approver] = verified.accepted ? verified.approvers : [];
  if (!verified.accepted) return verified.reason;
  return approver === undefined ? 'too-few-people' : { person: approver.person, name: approver.name };
}

async function vouchForDevice(
  bytes: Uint8Array<ArrayBuffer>,
  join: Join,
  proof: Extract<JoinProof, { kind: 'device' }>,
  room: KnownRoom,
): Promise<Voucher | StatementRefusal> {
  const reason = refusalOfSignedJoin(join, room);
  if (reason !== undefined) return reason;
  const key = fromBase64url(proof.key);
  if (key === undefined || !(await isSignedBy(key, bytes, proof.signature))) return 'bad-signature';
  return vouchedByGrant(toBase64url(await sha256(key)), join, proof, room);
}

/** What speaks against a join that a laptop signed, before its signature is looked at. */
function refusalOfSignedJoin(join: Join, room: KnownRoom): StatementRefusal | undefined {
  const { participant, device, appointment } = join;
  if (join.fleet !== room.manifest.fleet) return 'wrong-fleet';
  if (join.manifestVersion > room.manifest.version) return 'unknown-manifest';
  // SECURITY: a laptop speaks for itself, in this room and no other (S25).
  if (participant.id !== room.device.id || device.id !== room.device.id) return 'wrong-device';
  if (device.name !== participant.name || appointment !== room.appointment) return 'wrong-device';
  const { site } = participant;
  if (site.id !== device.prison.id || site.name !== device.prison.name) return 'wrong-site';
  return refusalOfTimes(join, room.now);
}

function refusalOfTimes({ issuedAt, notAfter }: Join, now: number): StatementRefusal | undefined {
  if (issuedAt > now + clockTolerance) return 'not-yet-valid';
  if (notAfter <= issuedAt || notAfter <= now) return 'expired';
  return notAfter > issuedAt + longestJoin ? 'lives-too-long' : undefined;
}

/** The staff of the prison approved a grant for this appointment that names the laptop's key. */
async function vouchedByGrant(
  key: string,
  join: Join,
  { grant }: Extract<JoinProof, { kind: 'device' }>,
  room: KnownRoom,
): Promise<Voucher | StatementRefusal> {
  const bytes = fromBase64url(grant.statement);
  const roster = room.roster(room.device.prison);
  if (bytes === undefined || grant.approvals.length > 1) return 'malformed';
  if (roster === undefined) return 'outdated';
  const decoded = decodeStatement(bytes);
  const afterSequence = decoded?.type === 'grant' ? decoded.sequence - 1 : 0;
  const verified = await verifyStatement(bytes, grant.approvals, room.manifest, {
    type: 'grant',
    at: 'in-use',
    now: room.now,
    device: room.device.id,
    site: room.device.prison,
    // Which of its grants opened the laptop is the laptop's own affair; that it is for this appointment is checked here.
    afterSequence,
    roster,
  });
  if (!verified.accepted) return verified.reason;
  if (!isForRoom(verified.statement, join, room)) return 'wrong-device';
  // SECURITY: the laptop in the room is the one people opened, by its key (S25).
  if (verified.statement.device.key !== key) return 'unknown-credential';
  const [approver] = verified.approvers;
  return approver === undefined ? 'too-few-people' : { person: approver.person, name: approver.name };
}

/** SECURITY: people opened this laptop, under this name, for this appointment with this consultant (S25). */
function isForRoom({ device, appointment }: Grant, join: Join, { consultant, ...room }: KnownRoom): boolean {
  const approved = appointment.consultant;
  const isSameConsultant = approved.id === consultant.id && approved.hospital.id === consultant.hospital.id;
  return isSameConsultant && appointment.id === room.appointment && device.name === join.device.name;
}

function refuse(reason: StatementRefusal): ParticipantVerification {
  return { accepted: false, reason };
}
