import type { ApprovedStatement, DeviceAppointment, JoinProof, Manifest } from '@sallyport/protocol';
import { encodeStatement, toBase64url } from '@sallyport/protocol';
import { longestJoin } from '@sallyport/protocol/participants';
import { generateSealingKeyPair } from '@sallyport/protocol/sealing';
import type { Answer } from '../ports.ts';

/** What people opened the laptop for, and the grant by which they did. */
export interface Opened {
  readonly appointment: DeviceAppointment;
  readonly approved: ApprovedStatement;
}

/** The laptop that joins, and what it speaks with. */
export interface JoiningDevice {
  readonly device: { readonly id: string; readonly name: string; readonly site: string };
  /** The manifest in force. */
  readonly manifest: Manifest;
  /** Its signing key: SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** Signs bytes with that key: ECDSA P-256 with SHA-256, r ‖ s, base64url. */
  readonly sign: (bytes: Uint8Array<ArrayBuffer>) => Promise<string>;
  /** Control's time, ms since 1970. */
  readonly now: number;
}

/** The laptop's join of one room, with the key that was made for it. */
export interface OwnJoin {
  readonly proof: JoinProof;
  /** The private scalar of the join's key (P-256, 32 bytes), to which others seal media keys; zeros once forgotten. */
  readonly privateKey: Uint8Array;
}

/**
 * Writes and signs the laptop's join of the room it was opened for, over a fresh key.
 * @returns `wrong-site` when the manifest in force no longer knows the laptop's prison
 * @throws when the device's key cannot be used
 */
export async function proveJoin(joining: JoiningDevice, { appointment, approved }: Opened): Promise<Answer<OwnJoin>> {
  const { manifest, publicKey, sign } = joining;
  const { id, name, site } = joining.device;
  const prison = manifest.sites.find((candidate) => candidate.id === site);
  if (prison === undefined) return { ok: false, refusal: { reason: 'wrong-site' } };
  // SECURITY: a key of its own for every join; what was sealed to an earlier one stays closed (S25).
  const keys = await generateSealingKeyPair();
  const named = { id: prison.id, name: prison.name };
  const issuedAt = Math.trunc(joining.now);
  const statement = encodeStatement({
    sallyport: 1,
    type: 'join',
    fleet: manifest.fleet,
    issuedAt,
    notAfter: Math.min(appointment.closesAt, issuedAt + longestJoin),
    manifestVersion: manifest.version,
    appointment: appointment.id,
    device: { id, name, prison: named },
    participant: { kind: 'device', id, name, site: named },
    mediaKey: toBase64url(keys.publicKey),
  });
  const proof: JoinProof = {
    kind: 'device',
    statement: toBase64url(statement),
    signature: await sign(statement),
    key: toBase64url(publicKey),
    grant: approved,
  };
  return { ok: true, value: { proof, privateKey: keys.privateKey } };
}

/** Forgets the key of a join: whatever is sealed to it can no longer be opened. */
export function forgetJoin({ privateKey }: OwnJoin): void {
  // SECURITY: the key does not outlive the stay in the room (S25).
  privateKey.fill(0);
}
