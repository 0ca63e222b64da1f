import { startAuthentication, startRegistration } from '@simplewebauthn/browser';
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser';
import type { PlainKey } from './messages/catalogue.ts';

/** What the browser answered, as the JSON that control verifies, or words for why it did not. */
export type PasskeyAnswer = { ok: true; answer: Record<string, unknown> } | { ok: false; words: PlainKey };

/**
 * Asks the browser for a passkey's assertion.
 * @param options control's options; the browser itself checks them, member by member
 */
export async function askForPasskey(options: Record<string, unknown>): Promise<PasskeyAnswer> {
  const optionsJSON = options as unknown as PublicKeyCredentialRequestOptionsJSON;
  try {
    return { ok: true, answer: { ...(await startAuthentication({ optionsJSON })) } };
  } catch (error) {
    return { ok: false, words: wordsForPasskeyError(error) };
  }
}

/** Asks the browser to make a passkey. */
export async function makePasskey(options: Record<string, unknown>): Promise<PasskeyAnswer> {
  const optionsJSON = options as unknown as PublicKeyCredentialCreationOptionsJSON;
  try {
    return { ok: true, answer: { ...(await startRegistration({ optionsJSON })) } };
  } catch (error) {
    return { ok: false, words: wordsForPasskeyError(error) };
  }
}

/** Words for what went wrong with a passkey, by the error's name (WebAuthn Level 3, 5.1.3 and 5.1.4). */
export function wordsForPasskeyError(error: unknown): PlainKey {
  switch (error instanceof Error ? error.name : '') {
    case 'NotAllowedError':
    case 'AbortError':
      return 'passkey.notFinished';
    case 'InvalidStateError':
      return 'passkey.alreadyRegistered';
    case 'SecurityError':
      return 'passkey.wrongAddress';
    case 'NotSupportedError':
    case 'ConstraintError':
      return 'passkey.notSupported';
    default:
      return 'passkey.failed';
  }
}
