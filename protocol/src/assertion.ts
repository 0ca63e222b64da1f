import { verifyAuthenticationResponse } from '@simplewebauthn/server';
import { cose, decodeCredentialPublicKey } from '@simplewebauthn/server/helpers';
import type { Approval } from './approvals.ts';
import type { Credential } from './people.ts';
import { fromBase64url, parseJson, sha256 } from './primitives.ts';
import type { StatementRefusal } from './refusals.ts';
import type { FleetPolicy } from './statements.ts';

/** Where an approval must have been given. */
export type ApprovalPlace = Pick<FleetPolicy, 'rpId' | 'approverOrigin'>;

/**
 * Decides whether an approval is a WebAuthn assertion (W3C WebAuthn Level 3, 7.2) of a passkey over a challenge, given on the
 * approver's origin for the fleet's relying party with user presence and user verification.
 * @param challenge SHA-256 of the statement's bytes, base64url
 * @returns the authenticator's signature counter (0: it keeps none), or the first reason against. Never throws on bad input.
 */
export async function checkAssertion(
  approval: Approval,
  credential: Credential,
  challenge: string,
  place: ApprovalPlace,
): Promise<{ counter: number } | StatementRefusal> {
  const publicKey = fromBase64url(credential.publicKey);
  if (publicKey === undefined) return 'unknown-credential';
  const signature = fromBase64url(approval.signature);
  // SECURITY: one text for one signature; variants in unused base64url bits would be a second approval (S4).
  if (signature === undefined) return 'malformed';
  if (isElliptic(publicKey) && !isStrictSignature(signature)) return 'bad-signature';
  const reason = refusalOfClientData(approval, challenge, place) ?? (await refusalOfAuthenticator(approval, place));
  if (reason !== undefined) return reason;
  try {
    const result = await verifyAuthenticationResponse({
      response: {
        id: approval.credential,
        rawId: approval.credential,
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON: approval.clientDataJSON,
          authenticatorData: approval.authenticatorData,
          signature: approval.signature,
        },
      },
      expectedChallenge: challenge,
      expectedOrigin: place.approverOrigin,
      expectedRPID: place.rpId,
      // The counter is the caller's to compare, after the signature that covers it.
      credential: { id: approval.credential, publicKey, counter: 0 },
      requireUserVerification: true,
    });
    return result.verified ? { counter: result.authenticationInfo.newCounter } : 'bad-signature';
  } catch {
    return 'bad-signature';
  }
}

/** The client data (WebAuthn Level 3, 5.8.1): what was signed, and on whose page. */
function refusalOfClientData(
  approval: Approval,
  challenge: string,
  place: ApprovalPlace,
): StatementRefusal | undefined {
  const bytes = fromBase64url(approval.clientDataJSON);
  const parsed = bytes && parseJson(new TextDecoder().decode(bytes), 8192)?.value;
  if (typeof parsed !== 'object' || parsed === null) return 'malformed';
  const { challenge: signed, origin, crossOrigin } = parsed as Record<string, unknown>;
  if (signed !== challenge) return 'wrong-challenge';
  // SECURITY: exact origin, never embedded elsewhere: whoever serves another page cannot collect approvals (S4).
  return origin !== place.approverOrigin || crossOrigin === true ? 'wrong-origin' : undefined;
}

/** Authenticator data (WebAuthn Level 3, 6.1): 32 bytes SHA-256 of the relying party id, then the flags. */
async function refusalOfAuthenticator(approval: Approval, place: ApprovalPlace): Promise<StatementRefusal | undefined> {
  const data = fromBase64url(approval.authenticatorData);
  const flags = data?.[32];
  if (data === undefined || flags === undefined) return 'malformed';
  const relyingParty = await sha256(new TextEncoder().encode(place.rpId));
  if (relyingParty.some((byte, index) => byte !== data[index])) return 'wrong-relying-party';
  const userPresentAndVerified = 0x05;
  // SECURITY: without user verification a stolen key alone would open a laptop (S4).
  return (flags & userPresentAndVerified) === userPresentAndVerified ? undefined : 'not-verified';
}

/** Whether a COSE key (RFC 9053, 7.1) is an elliptic curve's with x and y, whose signatures are DER (WebAuthn Level 3, 6.5.5). */
function isElliptic(publicKey: Uint8Array<ArrayBuffer>): boolean {
  try {
    const type: unknown = decodeCredentialPublicKey(publicKey).get(cose.COSEKEYS.kty);
    return type === cose.COSEKTY.EC2;
  } catch {
    return false;
  }
}

/**
 * Whether bytes are the one DER encoding (X.690, 10 and 8.3.2) of two positive integers.
 * SECURITY: the library reads lax encodings as well, which strict verifiers elsewhere would refuse (S4).
 */
export function isStrictSignature(bytes: Uint8Array): boolean {
  const [sequence, length] = bytes;
  if (sequence !== 0x30 || length !== bytes.length - 2) return false;
  const end = endOfInteger(bytes, 2);
  return end !== undefined && endOfInteger(bytes, end) === bytes.length;
}

/** Where a positive DER integer of at most 33 bytes ends, or undefined when there is none at `at`. */
function endOfInteger(bytes: Uint8Array, at: number): number | undefined {
  const [tag, length] = bytes.subarray(at, at + 2);
  if (tag !== 0x02 || length === undefined || length < 1 || length > 33) return undefined;
  return isShortest(bytes.subarray(at + 2, at + 2 + length)) ? at + 2 + length : undefined;
}

/** Whether an integer's bytes are positive and none of them could be left out (X.690, 8.3.2). */
function isShortest(integer: Uint8Array): boolean {
  const [first = 0x80, second = 0x80] = integer;
  return first < 0x80 && (first > 0 || integer.length === 1 || second >= 0x80);
}
