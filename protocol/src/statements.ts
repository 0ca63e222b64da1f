import * as z from 'zod';
import { person, siteKind } from './people.ts';
import { base64url, identifier, instant, line, parseJson, sequence } from './primitives.ts';

/** Statements longer than this are malformed (a roster of 2,000 people fits). */
export const maxStatementBytes = 1024 * 1024;

const common = {
  sallyport: z.literal(1),
  fleet: identifier,
  issuedAt: instant,
  notAfter: instant,
};

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
});
export type FleetPolicy = z.infer<typeof fleetPolicy>;

const site = z.strictObject({
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
  people: z.array(person).max(2000),
});
export type Roster = z.infer<typeof rosterStatement>;

/** Permission to open one device once, for one appointment. */
export const grantStatement = z.strictObject({
  ...common,
  type: z.literal('grant'),
  manifestVersion: sequence,
  device: z.strictObject({ id: identifier, name: line(40), site: identifier }),
  sequence,
  /** The device's fresh nonce, 16 bytes; the pairing code on its screen is derived from it. */
  pairingNonce: base64url(16),
  appointment: z.strictObject({
    id: identifier,
    consultant: z.strictObject({ id: identifier, name: line(80) }),
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

/** Everything a person can approve. */
export const statement = z.discriminatedUnion('type', [
  manifestStatement,
  rosterStatement,
  grantStatement,
  orderStatement,
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
