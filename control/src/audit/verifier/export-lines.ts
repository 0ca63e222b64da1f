import {
  approvedStatement,
  auditEntry,
  base64url,
  digest,
  identifier,
  instant,
  joinProof,
  signedReceipt,
} from '@sallyport/protocol';
import * as z from 'zod';

/** No line is longer: the largest roster with all its approvals fits. */
export const longestLine = 4 * 1024 * 1024;

const count = z.int().min(0);
const signature = base64url(64);

/**
 * What an export holds, one JSON line each, kinds in this order. Everything is as it was signed or hashed; nothing is there
 * that no check needs.
 */
const kinds = [
  z.strictObject({
    kind: z.literal('header'),
    sallyport: z.literal(1),
    fleet: identifier,
    /** When it was written; control's word. */
    at: instant,
    entries: count,
  }),
  /** The chain of manifests, oldest first, and every roster. */
  z.strictObject({ kind: z.literal('manifest'), ...approvedStatement.shape }),
  z.strictObject({ kind: z.literal('roster'), ...approvedStatement.shape }),
  /** A laptop's signing key: SubjectPublicKeyInfo, DER. */
  z.strictObject({ kind: z.literal('device'), id: identifier, publicKey: base64url(91) }),
  /** A grant that was released. */
  z.strictObject({ kind: z.literal('grant'), id: identifier, ...approvedStatement.shape }),
  /** An order as it was queued for one laptop, and what the laptop signed that it did. */
  z.strictObject({
    kind: z.literal('order'),
    id: identifier,
    device: identifier,
    ...approvedStatement.shape,
    receipt: signedReceipt.nullable(),
  }),
  /** What a participant proved itself with who joined a room. */
  z.strictObject({ kind: z.literal('join'), proof: joinProof }),
  /** What a laptop signed of its own chain of events. */
  z.strictObject({ kind: z.literal('head'), device: identifier, number: z.int().min(1), hash: digest, signature }),
  /** What control signed of its tree of entries. */
  z.strictObject({ kind: z.literal('checkpoint'), checkpoint: base64url(1024), signature }),
  /** What a laptop countersigned of it. */
  z.strictObject({ kind: z.literal('countersignature'), device: identifier, checkpoint: base64url(1024), signature }),
  z.strictObject({ kind: z.literal('entry'), ...auditEntry.shape }),
  /** How many lines came before, SHA-256 of their bytes, and control's signature over `encodeEnd`. */
  z.strictObject({ kind: z.literal('end'), lines: count, digest, signature }),
] as const;

/** One line of an export. */
export const exportLine = z.discriminatedUnion('kind', kinds);
export type ExportLine = z.infer<typeof exportLine>;
export type LineKind = ExportLine['kind'];
export type LineOf<K extends LineKind> = Extract<ExportLine, { kind: K }>;

/** The kinds in the order in which they stand. */
export const lineKinds: readonly LineKind[] = kinds.map(({ shape }) => shape.kind.value);

/** The exact bytes that control signs at the end of an export. */
export function encodeEnd(end: { fleet: string; lines: number; digest: string }): Uint8Array<ArrayBuffer> {
  const { fleet, lines, digest: over } = end;
  return new TextEncoder().encode(JSON.stringify({ sallyport: 1, type: 'audit-export', fleet, lines, digest: over }));
}
