import {
  generateRegistrationOptions,
  verifyRegistrationResponse,
  type PublicKeyCredentialCreationOptionsJSON,
  type VerifiedRegistrationResponse,
} from '@simplewebauthn/server';
import type { Kysely } from 'kysely';
import * as z from 'zod';
import type { Database } from '../db/schema.ts';
import type { Clock, PasskeyRegistration, TrustDocuments } from '../ports.ts';
import { isAllowedModel } from './attestation.ts';
import { keepChallenge, takeChallenge } from './challenges.ts';

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
type Registration = z.output<typeof registrationShape>;

/** What registering passkeys needs to know of this control. */
export interface RegistrationDeps {
  db: Kysely<Database>;
  clock: Clock;
  rpId: string;
  /** The consoles' origin. */
  origin: string;
  /** Certificates of authenticator makers' roots, PEM; without them no model can be proved. */
  attestationRoots?: readonly string[];
}

/** Creates the registration of people whom an invitation names, under the policy of the manifest in force. */
export function createPasskeyRegistration(deps: RegistrationDeps & { trust: TrustDocuments }): PasskeyRegistration {
  const authenticators = async (): Promise<readonly string[]> =>
    (await deps.trust.manifest()).manifest.policy.authenticators;
  return {
    options: async (person) => ({ ...(await registrationOptions(deps, person, await authenticators())) }),
    verify: async (person, registration) => verifyRegistration(deps, person, registration, await authenticators()),
  };
}

/**
 * Options for a discoverable passkey with user verification for a person.
 * @param person as a manifest or roster names or will name them
 * @param authenticators the models that the policy in force names (AAGUIDs): the plan's at the founding, the manifest's
 *   afterwards; with any named the authenticator is asked to prove its model
 */
export async function registrationOptions(
  deps: RegistrationDeps,
  person: { id: string; name: string },
  authenticators: readonly string[],
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const options = await generateRegistrationOptions({
    rpName: 'Sallyport',
    rpID: deps.rpId,
    userID: new TextEncoder().encode(person.id),
    userName: person.name,
    userDisplayName: person.name,
    attestationType: authenticators.length > 0 ? 'direct' : 'none',
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    supportedAlgorithmIDs: algorithms,
  });
  await keepChallenge(deps, options.challenge, { purpose: 'register', person: person.id });
  return options;
}

/**
 * Checks a registration.
 * @param person the person's id
 * @param registration the browser's answer, unchecked
 * @param authenticators as for the options
 * @returns the passkey, or why it is not one
 */
export async function verifyRegistration(
  deps: RegistrationDeps,
  person: string,
  registration: unknown,
  authenticators: readonly string[],
): ReturnType<PasskeyRegistration['verify']> {
  const parsed = registrationShape.safeParse(registration);
  if (!parsed.success) return 'malformed';
  const challenge = await takeChallenge(deps, registration, { purpose: 'register', person });
  if (challenge === undefined) return 'wrong-challenge';
  const transports = parsed.data.response.transports.filter((name) => transport.safeParse(name).success);
  try {
    const result = await verified(deps, parsed.data, challenge, transport.array().parse(transports));
    if (!result.verified) return 'not-verified';
    const rule = { authenticators, roots: deps.attestationRoots ?? [] };
    if (!(await isAllowedModel(result.registrationInfo, rule, deps.clock.now()))) return 'authenticator-not-allowed';
    const { id, publicKey, counter } = result.registrationInfo.credential;
    return { id, publicKey: Buffer.from(publicKey).toString('base64url'), counter, transports };
  } catch {
    return 'not-verified';
  }
}

/** WebAuthn Level 3, 7.1, by the library; it throws for most of what speaks against a registration. */
function verified(
  { origin, rpId }: RegistrationDeps,
  registration: Registration,
  challenge: string,
  transports: z.output<typeof transport>[],
): Promise<VerifiedRegistrationResponse> {
  return verifyRegistrationResponse({
    response: { ...registration, clientExtensionResults: {}, response: { ...registration.response, transports } },
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: rpId,
    // SECURITY: a passkey that does not check its person is one factor only (S28).
    requireUserVerification: true,
    supportedAlgorithmIDs: algorithms,
  });
}
