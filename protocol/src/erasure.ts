import * as z from 'zod';
import {
  base64url,
  digest,
  fromBase64url,
  identifier,
  instant,
  parseJson,
  sequence,
  sha256,
  toBase64url,
} from './primitives.ts';
import { signedReceipt } from './receipts.ts';
import { isSignedBy } from './signatures.ts';

/** What every erasure destroys, in this order: keys before what they protect. */
export const fixedErasureSteps = [
  'device-share',
  'record',
  'journal',
  'browser-profile',
  'logs',
  'caches',
  'crash-dumps',
] as const;

/** A step of an erasure: those of {@link fixedErasureSteps}, then the platform erasers that apply to the laptop. */
export const erasureStepName = z.enum([...fixedErasureSteps, 'luks2', 'bitlocker', 'mdm']);
export type ErasureStepName = z.infer<typeof erasureStepName>;

/** Why a laptop erases itself: an approved order, or too long out of contact. */
export const erasureCause = z.discriminatedUnion('kind', [
  /** SHA-256 of the order's exact bytes, and its sequence for this laptop. */
  z.strictObject({ kind: z.literal('order'), statement: digest, sequence }),
  z.strictObject({ kind: z.literal('lease') }),
]);
export type ErasureCause = z.infer<typeof erasureCause>;

/**
 * What a device says before it destroys anything, signed with its own key. It names a fresh key for the reports, because
 * the device's own is among what is erased; that key's private half stands beside the notice until the last report.
 */
export const erasureNotice = z.strictObject({
  sallyport: z.literal(1),
  type: z.literal('erasure-notice'),
  device: identifier,
  cause: erasureCause,
  /** P-256 SubjectPublicKeyInfo (RFC 5480), 91 bytes. */
  reportKey: base64url(91),
  /** SHA-256 of the installed software as the device measured it; null when it could not. */
  software: digest.nullable(),
  at: instant,
});
export type ErasureNotice = z.infer<typeof erasureNotice>;

export const erasureStep = z.strictObject({
  step: erasureStepName,
  /** `verified`: done, looked at again and found gone; `failed`: tried in vain so far; `pending`: not tried yet. */
  outcome: z.enum(['verified', 'failed', 'pending']),
  /** When it was last tried, by the device's clock; null when it was not. */
  at: instant.nullable(),
});
export type ErasureStep = z.infer<typeof erasureStep>;

/** How far an erasure has come, signed with the notice's report key. Later reports have higher numbers. */
export const erasureReport = z.strictObject({
  sallyport: z.literal(1),
  type: z.literal('erasure-report'),
  /** SHA-256 of the notice's exact bytes. */
  notice: digest,
  number: sequence,
  steps: z.array(erasureStep).min(fixedErasureSteps.length).max(erasureStepName.options.length),
  /** `dead`: every step has been verified and the device does nothing any more but deliver this. */
  phase: z.enum(['wiping', 'dead']),
  at: instant,
});
export type ErasureReport = z.infer<typeof erasureReport>;

const signature = base64url(64);
export const signedErasureNotice = z.strictObject({ notice: base64url(1024), signature });
export type SignedErasureNotice = z.infer<typeof signedErasureNotice>;
export const signedErasureReport = z.strictObject({ report: base64url(2048), signature });
export type SignedErasureReport = z.infer<typeof signedErasureReport>;

/** All that a device delivers of its erasure, over the link or, without an identity, over plain TLS; again until it is taken. */
export const erasureProof = z.strictObject({
  /** The order's receipt; null when the lease was the cause. */
  receipt: signedReceipt.nullable(),
  notice: signedErasureNotice,
  report: signedErasureReport.nullable(),
});
export type ErasureProof = z.infer<typeof erasureProof>;

/** How far a proof shows an erasure to have come. */
export const erasureStage = z.enum(['accepted', 'keys-destroyed', 'erased', 'attested']);
export type ErasureStage = z.infer<typeof erasureStage>;

/**
 * Says how far a report shows an erasure to have come: accepted (only the notice), keys-destroyed (the device's half of the
 * keys is gone), erased (and everything on the disk), attested (and what is below the files: nothing is left to do).
 */
export function stageOfErasure(report: ErasureReport | null): ErasureStage {
  if (report === null) return 'accepted';
  const isVerified = (name: ErasureStepName): boolean =>
    report.steps.some(({ step, outcome }) => step === name && outcome === 'verified');
  if (!isVerified('device-share')) return 'accepted';
  if (!fixedErasureSteps.every(isVerified)) return 'keys-destroyed';
  return report.phase === 'dead' ? 'attested' : 'erased';
}

/** Writes a notice as the exact bytes that are signed and never serialised again. @throws when it is none */
export function encodeErasureNotice(value: Omit<ErasureNotice, 'sallyport' | 'type'>): Uint8Array<ArrayBuffer> {
  const { device, cause, reportKey, software, at } = value;
  return encoded(erasureNotice.parse({ sallyport: 1, type: 'erasure-notice', device, cause, reportKey, software, at }));
}

/** Writes a report as the exact bytes that are signed and never serialised again. @throws when it is none */
export function encodeErasureReport(value: Omit<ErasureReport, 'sallyport' | 'type'>): Uint8Array<ArrayBuffer> {
  const { notice, number, steps, phase, at } = value;
  return encoded(erasureReport.parse({ sallyport: 1, type: 'erasure-report', notice, number, steps, phase, at }));
}

/** Why a proof is not believed. */
export type ErasureRefusal = 'malformed' | 'bad-signature';

/** A proof whose signatures hold and whose report makes sense. */
export interface VerifiedErasure {
  readonly notice: ErasureNotice;
  readonly report: ErasureReport | null;
}

/**
 * Verifies a proof of erasure: the notice by the device's key, the report by the key that the notice names (ECDSA P-256 with
 * SHA-256, FIPS 186-5). The receipt in it is the caller's to verify. Never throws on bad input.
 * @param deviceKey the device's SubjectPublicKeyInfo, DER
 */
export async function verifyErasure(
  proof: ErasureProof,
  deviceKey: Uint8Array<ArrayBuffer>,
): Promise<VerifiedErasure | ErasureRefusal> {
  const bytes = fromBase64url(proof.notice.notice);
  const notice = bytes && decodeErasureNotice(bytes);
  if (bytes === undefined || notice === undefined) return 'malformed';
  // SECURITY: an erasure is said by the laptop's own key, or it is not said (S33).
  if (!(await isSignedBy(deviceKey, bytes, proof.notice.signature))) return 'bad-signature';
  if (proof.report === null) return { notice, report: null };
  const report = await verifyReport(proof.report, notice, bytes);
  return typeof report === 'string' ? report : { notice, report };
}

async function verifyReport(
  { report: text, signature }: SignedErasureReport,
  notice: ErasureNotice,
  noticeBytes: Uint8Array<ArrayBuffer>,
): Promise<ErasureReport | ErasureRefusal> {
  const bytes = fromBase64url(text);
  const key = fromBase64url(notice.reportKey);
  const report = bytes && decodeErasureReport(bytes);
  if (bytes === undefined || key === undefined || report === undefined) return 'malformed';
  // SECURITY: a report counts for the one notice it follows, signed by the key that notice names (S33).
  if (report.notice !== toBase64url(await sha256(noticeBytes))) return 'malformed';
  return (await isSignedBy(key, bytes, signature)) ? report : 'bad-signature';
}

/** Reads a notice out of its bytes, or undefined when they are none. */
export function decodeErasureNotice(bytes: Uint8Array): ErasureNotice | undefined {
  return decoded(bytes, erasureNotice);
}

/** Reads a report out of its bytes, or undefined when they are none or it contradicts itself. */
export function decodeErasureReport(bytes: Uint8Array): ErasureReport | undefined {
  const report = decoded(bytes, erasureReport);
  return report !== undefined && isSound(report) ? report : undefined;
}

/** Every fixed step in its order, each platform step at most once after them, and nothing unverified in a dead device. */
function isSound({ steps, phase }: ErasureReport): boolean {
  const names = steps.map(({ step }) => step);
  if (fixedErasureSteps.some((name, index) => names[index] !== name)) return false;
  if (new Set(names).size !== names.length) return false;
  if (steps.some(({ outcome, at }) => (outcome === 'pending') !== (at === null))) return false;
  // SECURITY: "dead" is said only of an erasure in which nothing is left unverified (S33).
  return phase !== 'dead' || steps.every(({ outcome }) => outcome === 'verified');
}

function encoded(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}

function decoded<T>(bytes: Uint8Array, schema: z.ZodType<T>): T | undefined {
  const text = new TextDecoder().decode(bytes);
  const result = schema.safeParse(parseJson(text, 4096)?.value);
  // One text for one meaning: what is signed is never serialised in another way.
  return result.success && JSON.stringify(result.data) === text ? result.data : undefined;
}
