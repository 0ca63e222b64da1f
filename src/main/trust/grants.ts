import type { ApprovedStatement, ControlRequestParams, DeviceAppointment, Grant } from '@sallyport/protocol';
import { fromBase64url } from '@sallyport/protocol';
import { openShare } from '@sallyport/protocol/sealing';
import type { Answer } from '../ports.ts';
import type { Pairing } from './pairing.ts';
import type { Trust } from './trust.ts';

/** What a verified grant gives. */
export interface OpenedGrant {
  /** As it was approved. */
  readonly approved: ApprovedStatement;
  readonly grant: Grant;
  /** Who approved it, with which passkey. */
  readonly approver: { readonly person: string; readonly credential: string };
  readonly appointment: DeviceAppointment;
  /** 32 bytes, the caller's to zero. */
  readonly serverShare: Uint8Array;
}

/** What {@link takeGrant} needs. */
export interface GrantParts {
  readonly trust: Trust;
  readonly pairing: Pairing;
  /** The device's private sealing key, 32 bytes. */
  readonly sealingKey: Uint8Array<ArrayBuffer>;
}

/**
 * Takes a grant: verifies it, uses up its sequence and its pairing nonce, and opens the server share sealed for exactly it.
 * @returns what it gives, or why it is refused; a refused grant has opened nothing
 * @throws the record's fault when the sequence could not be made durable
 */
export async function takeGrant(
  { trust, pairing, sealingKey }: GrantParts,
  { grant, share, appointment }: ControlRequestParams<'grant.open'>,
): Promise<Answer<OpenedGrant>> {
  const bytes = fromBase64url(grant.statement);
  if (bytes === undefined) return { ok: false, refusal: { reason: 'malformed' } };
  const taken = await trust.takeGrant(bytes, grant.approvals);
  if (!taken.accepted) return { ok: false, refusal: { reason: taken.reason } };
  // SECURITY: who approved stood at this laptop: the nonce is of the code that was typed from its screen (S5).
  if (!pairing.redeem(taken.statement.pairingNonce)) return { ok: false, refusal: { reason: 'wrong-code' } };
  if (!isApproved(appointment, taken.statement)) return { ok: false, refusal: { reason: 'malformed' } };
  const serverShare = await openShare(share, sealingKey, bytes);
  if (serverShare === undefined) return { ok: false, refusal: { reason: 'failed' } };
  const { person, credential } = taken.approver;
  const approver = { person, credential };
  return { ok: true, value: { approved: grant, grant: taken.statement, approver, appointment, serverShare } };
}

/** SECURITY: control cannot put another consultant, hospital or time on an approved appointment (S4). */
function isApproved(sent: DeviceAppointment, { appointment }: Grant): boolean {
  return (
    sent.id === appointment.id &&
    sent.opensAt === appointment.opensAt &&
    sent.closesAt === appointment.closesAt &&
    sent.consultant.id === appointment.consultant.id &&
    sent.consultant.name === appointment.consultant.name &&
    sent.consultant.hospital.id === appointment.consultant.hospital.id &&
    sent.consultant.hospital.name === appointment.consultant.hospital.name
  );
}
