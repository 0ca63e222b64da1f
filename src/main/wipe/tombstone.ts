import { z } from 'zod';
import type { Files } from '../platform/files.ts';
import { replaceFile } from '../platform/replace-file.ts';

/** Largest file, in bytes, that is taken for a tombstone. */
const SIZE_LIMIT = 256 * 1024;

const tombstoneSchema = z.strictObject({
  version: z.literal(1),
  /** `wiping` until every step has been verified, `dead` for ever after. */
  phase: z.enum(['wiping', 'dead']),
  /** When the wipe began, in ms since 1970 by the device's clock. */
  startedAt: z.int(),
  /** The signed receipt, base64; null when the device could not sign one. Signed, not secret. */
  receipt: z
    .base64()
    .max(64 * 1024)
    .nullable(),
  /** Set once control has acknowledged the receipt. */
  receiptDelivered: z.boolean(),
  /** How a device without an identity still reaches control to post its receipt; null when it is not known. */
  control: z
    .strictObject({
      /** Base address of control's enrolment port. */
      address: z.url({ protocol: /^https$/ }).max(2048),
      /** The only certificate authority to trust there, PEM. */
      caCertificatePem: z.string().max(32 * 1024),
    })
    .nullable(),
});

/** What a wipe leaves behind: that it happened, and the proof of it. Nothing in it is secret. */
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

/**
 * Reads the tombstone. Never throws: a tombstone that cannot be read may be one.
 * @param path where the tombstone stands, outside everything a wipe erases
 */
export function readTombstone(files: Pick<Files, 'read'>, path: string): TombstoneReading {
  try {
    const bytes = files.read(path);
    if (bytes === undefined) return { state: 'absent' };
    if (bytes.length > SIZE_LIMIT) return { state: 'unreadable' };
    const content: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return { state: 'present', tombstone: tombstoneSchema.parse(content) };
  } catch {
    return { state: 'unreadable' };
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

/**
 * Leaves out what a tombstone cannot hold (an address that is none, an oversized receipt): evidence that does not fit must
 * not stand in the way of the wipe.
 */
export function fittingTombstone(tombstone: Tombstone): Tombstone {
  if (tombstoneSchema.safeParse(tombstone).success) return tombstone;
  const withoutControl: Tombstone = { ...tombstone, control: null };
  if (tombstoneSchema.safeParse(withoutControl).success) return withoutControl;
  return { ...withoutControl, receipt: null };
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
 * The receipt that control has not acknowledged yet.
 * @returns the receipt and, when known, how to post it; undefined when there is nothing to deliver
 */
export function undeliveredReceipt(
  reading: TombstoneReading,
): { readonly receipt: Uint8Array; readonly control: ControlContact | null } | undefined {
  if (reading.state !== 'present') return undefined;
  const { receipt, receiptDelivered, control } = reading.tombstone;
  if (receipt === null || receiptDelivered) return undefined;
  return { receipt: Buffer.from(receipt, 'base64'), control };
}

/**
 * Notes that control acknowledged the receipt. Does nothing when there is no tombstone to note it in.
 * @throws TombstoneFault or the file system's error when it could not be noted; the receipt may then be sent again
 */
export function markReceiptDelivered(files: Files, path: string): void {
  const reading = readTombstone(files, path);
  if (reading.state !== 'present' || reading.tombstone.receiptDelivered) return;
  writeTombstone(files, path, { ...reading.tombstone, receiptDelivered: true });
}
