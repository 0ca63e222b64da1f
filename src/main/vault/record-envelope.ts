import { z } from 'zod';
import type { Random } from '../platform/random.ts';
import { NONCE_LENGTH, openJson, seal } from './authenticated-cipher.ts';
import { recordDataKey, SALT_LENGTH, zero } from './keys.ts';

/** Largest file, in bytes, that is taken for a sealed record. */
export const RECORD_SIZE_LIMIT = 4 * 1024 * 1024;

/** What a sealed record is bound to: it opens for nothing else. */
export interface RecordBinding {
  /** What the record is for, such as `device`. */
  readonly purpose: string;
  /** Name of this installation, see `instanceName`. */
  readonly instance: string;
  /** Version of the contents' schema. */
  readonly schemaVersion: number;
}

/** What a sealed record says once it has been opened. */
export interface OpenedRecord {
  readonly value: unknown;
  /** Schema version it was sealed with. */
  readonly schemaVersion: number;
  /** Counts up with every writing; no number is given twice. */
  readonly generation: number;
}

const FORMAT = 2;

const envelopeSchema = z.strictObject({
  format: z.literal(FORMAT),
  schemaVersion: z.int().nonnegative(),
  generation: z.int().positive(),
  salt: z.base64().length(44),
  sealed: z.base64().max(RECORD_SIZE_LIMIT),
});
type Envelope = z.infer<typeof envelopeSchema>;
type Header = Pick<Envelope, 'schemaVersion' | 'generation'>;

function sealContext(binding: RecordBinding, header: Header): { nonce: Uint8Array; boundTo: (string | number)[] } {
  const { purpose, instance } = binding;
  // SECURITY: nonces never repeat: a data key seals one writing only, and even the generation in the nonce is new (S8).
  const nonce = Buffer.alloc(NONCE_LENGTH);
  nonce.writeBigUInt64BE(BigInt(header.generation), NONCE_LENGTH - 8);
  return { nonce, boundTo: ['sallyport/record', FORMAT, purpose, instance, header.schemaVersion, header.generation] };
}

/**
 * Seals a record's contents, format 2: UTF-8 JSON without white space, members in this order,
 * `{"format":2,"schemaVersion":…,"generation":…,"salt":…,"sealed":…}`. `salt` is 32 random bytes and `sealed` the
 * AES-256-GCM text of the contents' JSON with its 16-byte tag, both base64 with padding. The key is that of `recordDataKey`
 * and that salt; the nonce four zero bytes and the generation as a 64-bit big-endian number; the additional data the JSON
 * array `["sallyport/record",2,purpose,instance,schemaVersion,generation]`.
 * @param key 32 bytes from `recordKey`
 */
export function sealRecord(
  key: Uint8Array,
  binding: RecordBinding,
  { value, generation }: { value: unknown; generation: number },
  random: Random,
): string {
  const salt = random.bytes(SALT_LENGTH);
  const header: Header = { schemaVersion: binding.schemaVersion, generation };
  const plain = Buffer.from(JSON.stringify(value));
  const dataKey = recordDataKey(key, salt);
  try {
    return encodeEnvelope(header, salt, seal(dataKey, sealContext(binding, header), plain));
  } finally {
    zero(dataKey);
    zero(plain);
  }
}

/**
 * Opens what {@link sealRecord} made.
 * @returns the contents, or undefined when it is not authentic under this key and binding
 */
export function openRecord(key: Uint8Array, binding: RecordBinding, text: string): OpenedRecord | undefined {
  const envelope = envelopeSchema.safeParse(jsonOrUndefined(text)).data;
  if (envelope === undefined) return undefined;
  const { schemaVersion, generation } = envelope;
  const salt = Buffer.from(envelope.salt, 'base64');
  const sealed = Buffer.from(envelope.sealed, 'base64');
  // SECURITY: one spelling: base64 and JSON have many for the same bytes; only the one that is written is taken (S8).
  if (text !== encodeEnvelope({ schemaVersion, generation }, salt, sealed)) return undefined;
  const dataKey = recordDataKey(key, salt);
  try {
    const opened = openJson(dataKey, sealContext(binding, envelope), sealed);
    return opened && { value: opened.value, schemaVersion, generation };
  } finally {
    zero(dataKey);
  }
}

function encodeEnvelope({ schemaVersion, generation }: Header, salt: Uint8Array, sealed: Uint8Array): string {
  const envelope: Envelope = {
    format: FORMAT,
    schemaVersion,
    generation,
    salt: toBase64(salt),
    sealed: toBase64(sealed),
  };
  return JSON.stringify(envelope);
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
