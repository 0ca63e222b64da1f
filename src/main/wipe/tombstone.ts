import type { ErasureProof } from '@sallyport/protocol';
import {
  erasureStep,
  erasureStepName,
  fixedErasureSteps,
  instant,
  platformEraser,
  sequence,
  signedErasureNotice,
  signedErasureReport,
  signedReceipt,
} from '@sallyport/protocol';
import { z } from 'zod';
import type { Files } from '../platform/files.ts';
import { replaceFile } from '../platform/replace-file.ts';

/** Largest file, in bytes, that is taken for a tombstone. */
const sizeLimit = 64 * 1024;

const tombstoneSchema = z.strictObject({
  version: z.literal(2),
  /** `wiping` until every step has been verified in one round, `dead` for ever after. */
  phase: z.enum(['wiping', 'dead']),
  /** When the wipe began, ms since 1970 by the device's clock. */
  startedAt: instant,
  /** The brick order's receipt; null when the lease ran out, or nothing could be signed. */
  receipt: signedReceipt.nullable(),
  /** What the device signed with its own key before anything was destroyed; null when its record did not open. */
  notice: signedErasureNotice.nullable(),
  /**
   * The private half of the notice's report key (P-256, PKCS #8, PEM); null once the last report is signed.
   *
   * What it protects: a report is by whoever held this laptop's disk while it was being wiped, and by nobody else; neither
   * control nor the network can make one up. What it does not protect: it lies readable in this file, as it must, because
   * every key that could seal it is being destroyed. Whoever takes the disk out in the middle of a wipe can sign that the
   * rest was done. It opens nothing, signs for this one notice only, and what it can lie about is worthless without
   * control's half of the keys, which was destroyed first. After the last report the file no longer holds it; a flash
   * disk may keep the old block, with which only reports of an erasure that is over could be signed again.
   */
  reportKey: z.string().max(1024).nullable(),
  /** Every step of this wipe, also those a later start no longer knows how to do: none is forgotten. */
  steps: z.array(erasureStep).min(fixedErasureSteps.length).max(erasureStepName.options.length),
  /** The newest signed report, durable before it is sent: its number is never used for another. */
  reported: z.strictObject({ number: sequence, report: signedErasureReport }).nullable(),
  /** What the policy chose to do below the files; the record that said so is gone at the next start. */
  erasers: z.array(platformEraser).max(platformEraser.options.length),
  /** The encrypted data volume, absolute path, as the machine's description named it when the wipe began. */
  dataVolume: z.string().min(1).max(1024).nullable(),
  /** Set once control has acknowledged the last report. */
  delivered: z.boolean(),
  /** How a device without an identity still reaches control; null when it is not known. */
  control: z
    .strictObject({
      /** host:port of control's enrolment port. */
      address: z.string().max(300),
      /** The only certificate authority to trust there, PEM. */
      caCertificate: z.string().max(8192),
    })
    .nullable(),
});

/** What a wipe leaves behind: that it happened, how far it came, and the proof of it. No patient's data, no store key. */
export type Tombstone = z.infer<typeof tombstoneSchema>;

/** How to reach control without an identity. */
export type ControlContact = NonNullable<Tombstone['control']>;

/** What the disk says about a wipe. */
export type TombstoneReading =
  | { readonly state: 'absent' }
  | { readonly state: 'unreadable' }
  | { readonly state: 'present'; readonly tombstone: Tombstone };

/** Whether this device is alive, is being wiped, or has been. */
export type WipeStatus = 'none' | 'wiping' | 'dead';

/** How often a disk that answers with an error is asked for the tombstone before that counts as one. */
const readAttempts = 3;

/**
 * Reads the tombstone. Never throws: a tombstone that cannot be read may be one.
 * @param path where the tombstone stands, outside everything a wipe erases
 */
export function readTombstone(files: Pick<Files, 'read'>, path: string): TombstoneReading {
  try {
    const bytes = readPatiently(files, path);
    if (bytes === undefined) return { state: 'absent' };
    const content: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return { state: 'present', tombstone: tombstoneSchema.parse(content) };
  } catch {
    return { state: 'unreadable' };
  }
}

/** One failure of the disk, or a moment without descriptors, must not make a healthy laptop erase itself. */
function readPatiently(files: Pick<Files, 'read'>, path: string): Uint8Array | undefined {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return files.read(path, sizeLimit);
    } catch (error) {
      if (attempt === readAttempts) throw error;
    }
  }
}

/**
 * Says at every start, before anything else, what this device may be.
 * @returns `none` only when there is certainly no tombstone; an unreadable one counts as `wiping`
 */
export function wipeStatus(reading: TombstoneReading): WipeStatus {
  switch (reading.state) {
    case 'absent':
      return 'none';
    // SECURITY: fail closed: damaging the tombstone must not bring a wiped laptop back (S9).
    case 'unreadable':
      return 'wiping';
    case 'present':
      return reading.tombstone.phase;
    default:
      return reading satisfies never;
  }
}

/** Leaves out what a tombstone cannot hold: evidence that does not fit must not stand in the way of the wipe. */
export function fittingTombstone(tombstone: Tombstone): Tombstone {
  const withoutControl: Tombstone = { ...tombstone, control: null };
  const bare: Tombstone = { ...withoutControl, receipt: null, notice: null, reportKey: null, dataVolume: null };
  return [tombstone, withoutControl].find((fits) => tombstoneSchema.safeParse(fits).success) ?? bare;
}

/** The tombstone could not be written so that it reads back the same. */
export class TombstoneFault extends Error {
  constructor() {
    super('tombstone: not durable');
    this.name = 'TombstoneFault';
  }
}

/**
 * Writes the tombstone: replaced in one step, flushed, and read back.
 * @throws TombstoneFault when it does not read back; the file system's error when the disk fails
 */
export function writeTombstone(files: Files, path: string, tombstone: Tombstone): void {
  const bytes = Buffer.from(JSON.stringify(tombstoneSchema.parse(tombstone)));
  replaceFile(files, path, bytes);
  const written = files.read(path);
  if (written === undefined || Buffer.compare(written, bytes) !== 0) throw new TombstoneFault();
}

/**
 * What the device can prove of its erasure so far.
 * @returns undefined without a notice: then nobody would have a reason to believe anything
 */
export function proofOf({ receipt, notice, reported }: Tombstone): ErasureProof | undefined {
  return notice === null ? undefined : { receipt, notice, report: reported?.report ?? null };
}

/** The proof that control has not acknowledged to its end yet, and how to post it, when that is known. */
export function undeliveredProof(
  reading: TombstoneReading,
): { readonly proof: ErasureProof; readonly control: ControlContact | null } | undefined {
  if (reading.state !== 'present' || reading.tombstone.delivered) return undefined;
  const proof = proofOf(reading.tombstone);
  return proof && { proof, control: reading.tombstone.control };
}

/**
 * Notes that control acknowledged a dead device's last report. Does nothing for any other: those are followed by more.
 * @throws TombstoneFault or the file system's error when it could not be noted; the proof may then be sent again
 */
export function markDelivered(files: Files, path: string): void {
  const reading = readTombstone(files, path);
  if (reading.state !== 'present' || reading.tombstone.phase !== 'dead' || reading.tombstone.delivered) return;
  writeTombstone(files, path, { ...reading.tombstone, delivered: true });
}
