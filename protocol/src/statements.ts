import * as z from 'zod';
import { person, siteKind } from './people.ts';
import { base64url, digest, identifier, instant, line, parseJson, sequence } from './primitives.ts';

/** Statements longer than this are malformed (a roster of 2,000 people fits). */
export const maxStatementBytes = 1024 * 1024;

const common = {
  sallyport: z.literal(1),
  fleet: identifier,
  issuedAt: instant,
  notAfter: instant,
};

/** An authenticator model's identifier (WebAuthn Level 3, 6.5.1): 16 bytes written as a UUID, of any version. */
export const aaguid = z.string().regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

/** What erases below the files; which of them a fleet uses is its policy. Each acts on its own platform only. */
export const platformEraser = z.enum(['luks2', 'bitlocker', 'mdm', 'power-off']);
export type PlatformEraser = z.infer<typeof platformEraser>;

/** The rules every device and console of a fleet obeys; changed only by a new manifest version. */
export const fleetPolicy = z.strictObject({
  /** WebAuthn relying party id of every passkey of the fleet. */
  rpId: z
    .string()
    .min(1)
    .max(253)
    .regex(/^[a-z0-9.-]+$/),
  /** The only origin whose assertions devices accept. */
  approverOrigin: z
    .string()
    .max(300)
    .regex(/^https?:\/\/[a-z0-9.-]+(:\d{1,5})?$/),
  /** How long an opened laptop may stay open, minutes. */
  activationMinutes: z.int().min(5).max(240),
  /** How long an approved grant may be used after it was issued, minutes. */
  grantMinutes: z.int().min(1).max(15),
  /** An open laptop outside a room that nobody touches becomes inert after this, minutes. */
  idleMinutes: z.int().min(1).max(60),
  /** Out of contact for this long: suspended, hours. */
  suspendAfterHours: z
    .int()
    .min(1)
    .max(24 * 366),
  /** Out of contact for this long: erases itself, hours. */
  eraseAfterHours: z
    .int()
    .min(1)
    .max(24 * 366),
  /** SHA-256 of the approver's build, as `control approver digest` computes it: what people compare the served page with. */
  approverBuild: digest,
  /** Control's key for audit checkpoints: P-256 SubjectPublicKeyInfo (RFC 5480), 91 bytes. */
  auditKey: base64url(91),
  /** Authenticator models (WebAuthn AAGUIDs) that new passkeys must prove by attestation; none named: any authenticator. */
  authenticators: z.array(aaguid).max(50),
  /** What a laptop erases below its files, each eraser where it applies; `power-off` comes last. None named: files and keys only. */
  platformErasers: z.array(platformEraser).max(4),
});
export type FleetPolicy = z.infer<typeof fleetPolicy>;

/** A site by number and by the name the manifest gives it. */
export const namedSite = z.strictObject({ id: identifier, name: line(80) });
export type NamedSite = z.infer<typeof namedSite>;

/** The consultant an appointment is with, and the hospital whose roster names them. */
export const appointedConsultant = z.strictObject({ id: identifier, name: line(80), hospital: namedSite });
export type AppointedConsultant = z.infer<typeof appointedConsultant>;

/** A prison or hospital as the manifest has it. */
export const site = z.strictObject({
  id: identifier,
  kind: siteKind,
  name: line(80),
  managers: z.array(person).min(1).max(20),
  /** How many different managers must approve this site's roster. */
  threshold: z.int().min(1).max(5),
});
export type Site = z.infer<typeof site>;

/** The trust manifest: who may say what, and the fleet's policy. TUF's root role. */
export const manifestStatement = z.strictObject({
  ...common,
  type: z.literal('manifest'),
  version: sequence,
  /** SHA-256 of the exact bytes of the version before; null in version 1. */
  previous: digest.nullable(),
  trustees: z.strictObject({ threshold: z.int().min(1).max(10), people: z.array(person).min(1).max(20) }),
  fleetOfficers: z.array(person).min(1).max(50),
  sites: z.array(site).min(1).max(500),
  policy: fleetPolicy,
});
export type Manifest = z.infer<typeof manifestStatement>;

/** A site's people: healthcare staff of a prison, consultants of a hospital. TUF's delegated targets role. */
export const rosterStatement = z.strictObject({
  ...common,
  type: z.literal('roster'),
  site: identifier,
  /** The site's name as the manifest has it, so that whoever approves reads a name and not a number. */
  siteName: line(80),
  version: sequence,
  /** SHA-256 of the exact bytes of this site's roster before, so that a shown difference is a true one; null in the first. */
  previous: digest.nullable(),
  people: z.array(person).max(2000),
});
export type Roster = z.infer<typeof rosterStatement>;

/** Permission to open one device once, for one appointment. */
export const grantStatement = z.strictObject({
  ...common,
  type: z.literal('grant'),
  manifestVersion: sequence,
  device: z.strictObject({
    id: identifier,
    name: line(40),
    site: identifier,
    /** SHA-256 of the device's signing key (SubjectPublicKeyInfo, DER): the approval vouches for this very laptop. */
    key: digest,
  }),
  sequence,
  /** The device's fresh nonce, 16 bytes; the pairing code on its screen is derived from it. */
  pairingNonce: base64url(16),
  appointment: z.strictObject({
    id: identifier,
    consultant: appointedConsultant,
    opensAt: instant,
    closesAt: instant,
  }),
  /** The moment at which the laptop becomes inert again whatever happens. */
  openUntil: instant,
});
export type Grant = z.infer<typeof grantStatement>;

export const orderKind = z.enum(['suspend', 'resume', 'brick']);
export type OrderKind = z.infer<typeof orderKind>;

/** An instruction to one device, or to several when two different people approve it. */
export const orderStatement = z.strictObject({
  ...common,
  type: z.literal('order'),
  manifestVersion: sequence,
  order: orderKind,
  devices: z
    .array(z.strictObject({ id: identifier, name: line(40), sequence }))
    .min(1)
    .max(50),
  reason: line(200),
});
export type Order = z.infer<typeof orderStatement>;

/**
 * Who joins a room: a laptop of a prison, a consultant of a hospital, or a guest whom that consultant lets in and vouches
 * for (an interpreter or a second clinician; their site is the consultant's hospital).
 */
export const joiner = z.strictObject({
  kind: z.enum(['device', 'consultant', 'interpreter', 'clinician']),
  id: identifier,
  name: line(80),
  site: namedSite,
});
export type Joiner = z.infer<typeof joiner>;

/** A participant's entry into one room with one fresh key: approved by the consultant's passkey, or signed by the laptop. */
export const joinStatement = z.strictObject({
  ...common,
  type: z.literal('join'),
  manifestVersion: sequence,
  /** The appointment, and so the room. */
  appointment: identifier,
  /** The laptop on the patient's side, for whoever approves to read. */
  device: z.strictObject({ id: identifier, name: line(40), prison: namedSite }),
  participant: joiner,
  /** The participant's ephemeral P-256 key (uncompressed point, 65 bytes), made for this join: media keys are sealed to it. */
  mediaKey: base64url(65),
});
export type Join = z.infer<typeof joinStatement>;

/** Everything that is approved or signed as a statement. */
export const statement = z.discriminatedUnion('type', [
  manifestStatement,
  rosterStatement,
  grantStatement,
  orderStatement,
  joinStatement,
]);
export type Statement = z.infer<typeof statement>;
export type StatementType = Statement['type'];

/** Writes a statement as the exact bytes that people approve and that are never serialised again. */
export function encodeStatement(value: Statement): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(statement.parse(value)));
}

/**
 * Reads a statement from its exact bytes.
 * @returns the statement, or undefined when the bytes are not strict UTF-8, not the one compact JSON text of their
 *   own value (so: no duplicate member, no white space, no alternative escape), or not a statement this version knows.
 */
export function decodeStatement(bytes: Uint8Array): Statement | undefined {
  if (bytes.byteLength > maxStatementBytes) return undefined;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
  const parsed = parseJson(text, maxStatementBytes);
  // SECURITY: one text for one meaning; a person and a device can never read the same bytes differently (S4).
  if (parsed === undefined || JSON.stringify(parsed.value) !== text) return undefined;
  const result = statement.safeParse(parsed.value);
  return result.success ? result.data : undefined;
}
