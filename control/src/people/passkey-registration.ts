import {
  generateRegistrationOptions,
  verifyRegistrationResponse,
  type PublicKeyCredentialCreationOptionsJSON,
} from '@simplewebauthn/server';
import type { Credential } from '@sallyport/protocol';
import * as z from 'zod';
import { keepChallenge, takeChallenge } from './challenges.ts';
import type { SignInDeps } from './sign-in.ts';

/** COSE algorithms (RFC 9053) of passkeys, most wanted first: ES256, EdDSA, RS256. */
const algorithms = [-7, -8, -257];

const transport = z.enum(['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb']);

/** The members of a registration that are read (WebAuthn Level 3, 5.1.8.1); the rest is dropped. */
const registrationShape = z.object({
  id: z.string().max(1364),
  rawId: z.string().max(1364),
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: z.string().max(5462),
    attestationObject: z.string().max(16_384),
    transports: z.array(z.string().max(32)).max(16).default([]),
  }),
});

/** A passkey that was just made, as it is kept. */
export interface NewPasskey extends Credential {
  counter: number;
  transports: string[];
}

/** Options for a discoverable passkey with user verification for a person. */
export async function registrationOptions(
  deps: SignInDeps,
  person: { id: string; name: string },
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const options = await generateRegistrationOptions({
    rpName: 'Sallyport',
    rpID: deps.rpId,
    userID: new TextEncoder().encode(person.id),
    userName: person.name,
    userDisplayName: person.name,
    attestationType: 'none',
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    supportedAlgorithmIDs: algorithms,
  });
  await keepChallenge(deps, options.challenge, { purpose: 'register', person: person.id });
  return options;
}

/**
 * Checks a registration.
 * @param registration the browser's answer, unchecked
 * @returns the passkey, or why it is not one
 */
export async function verifyRegistration(
  deps: SignInDeps,
  person: string,
  registration: unknown,
): Promise<NewPasskey | 'malformed' | 'wrong-challenge' | 'not-verified'> {
  const parsed = registrationShape.safeParse(registration);
  if (!parsed.success) return 'malformed';
  const challenge = await takeChallenge(deps, registration, { purpose: 'register', person });
  if (challenge === undefined) return 'wrong-challenge';
  const transports = parsed.data.response.transports.filter((name) => transport.safeParse(name).success);
  const response = { ...parsed.data.response, transports: transport.array().parse(transports) };
  try {
    const result = await verifyRegistrationResponse({
      response: { ...parsed.data, clientExtensionResults: {}, response },
      expectedChallenge: challenge,
      expectedOrigin: deps.origin,
      expectedRPID: deps.rpId,
      requireUserVerification: true,
      supportedAlgorithmIDs: algorithms,
    });
    if (!result.verified) return 'not-verified';
    const { id, publicKey, counter } = result.registrationInfo.credential;
    return { id, publicKey: Buffer.from(publicKey).toString('base64url'), counter, transports };
  } catch {
    return 'not-verified';
  }
}
