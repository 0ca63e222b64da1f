import { approval, sha256, toBase64url } from '@sallyport/protocol';
import type { Approval } from '@sallyport/protocol';

/** The browser's passkeys, injected so that tests can answer for them. */
export type CredentialsGet = (options: CredentialRequestOptions) => Promise<Credential | null>;

/** An approval, or why the passkey gave none. */
export type PasskeyResult = { ok: true; approval: Approval } | { ok: false; reason: 'not-used' | 'failed' };

const gestureMilliseconds = 120_000;

/**
 * Has a passkey approve exact bytes: its challenge is their SHA-256 (WebAuthn Level 3, 7.2).
 * @param bytes the statement
 * @param rpId the fleet's relying party
 * @param credentials the passkeys that may approve
 */
export async function approveWithPasskey(
  get: CredentialsGet,
  bytes: Uint8Array<ArrayBuffer>,
  rpId: string,
  credentials: readonly Uint8Array<ArrayBuffer>[],
): Promise<PasskeyResult> {
  try {
    const credential = await get({
      publicKey: {
        challenge: await sha256(bytes),
        rpId,
        allowCredentials: credentials.map((id) => ({ type: 'public-key', id })),
        // SECURITY: the person, not only the key, must be there (S4).
        userVerification: 'required',
        timeout: gestureMilliseconds,
      },
    });
    const given = readApproval(credential);
    return given === undefined ? { ok: false, reason: 'failed' } : { ok: true, approval: given };
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    return { ok: false, reason: name === 'NotAllowedError' || name === 'AbortError' ? 'not-used' : 'failed' };
  }
}

function readApproval(credential: Credential | null): Approval | undefined {
  if (credential === null || !('rawId' in credential) || !('response' in credential)) return undefined;
  const { rawId, response } = credential as PublicKeyCredential & { response: AuthenticatorAssertionResponse };
  const encode = (buffer: ArrayBuffer) => toBase64url(new Uint8Array(buffer));
  const given = approval.safeParse({
    credential: encode(rawId),
    clientDataJSON: encode(response.clientDataJSON),
    authenticatorData: encode(response.authenticatorData),
    signature: encode(response.signature),
  });
  return given.success ? given.data : undefined;
}
