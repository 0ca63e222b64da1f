import { z } from 'zod';
import type { Random } from '../platform/random.ts';
import { NONCE_LENGTH, open, seal } from './authenticated-cipher.ts';
import { zero } from './keys.ts';

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
  /** How many times the record had been written. */
  readonly generation: number;
}

const FORMAT = 1;

const envelopeSchema = z.strictObject({
  format: z.literal(FORMAT),
  schemaVersion: z.int().nonnegative(),
  generation: z.int().positive(),
  nonce: z.base64().length(16),
  sealed: z.base64().max(RECORD_SIZE_LIMIT),
});
type Envelope = z.infer<typeof envelopeSchema>;
type Header = Pick<Envelope, 'schemaVersion' | 'generation'>;

function boundTo(binding: RecordBinding, header: Header): (string | number)[] {
  const { purpose, instance } = binding;
  return ['sallyport/record', FORMAT, purpose, instance, header.schemaVersion, header.generation];
}

/**
 * Seals a record's contents: AES-256-GCM under a random 96-bit nonce, bound to purpose, installation, schema version and
 * generation, in a JSON envelope.
 * @param key 32 bytes
 */
export function sealRecord(
  key: Uint8Array,
  binding: RecordBinding,
  { value, generation }: { value: unknown; generation: number },
  random: Random,
): string {
  const nonce = random.bytes(NONCE_LENGTH);
  const header: Header = { schemaVersion: binding.schemaVersion, generation };
  const plain = Buffer.from(JSON.stringify(value));
  const sealed = seal(key, { nonce, boundTo: boundTo(binding, header) }, plain);
  zero(plain);
  return encodeEnvelope(header, nonce, sealed);
}

/**
 * Opens what {@link sealRecord} made.
 * @returns the contents, or undefined when it is not authentic under this key and binding
 */
export function openRecord(key: Uint8Array, binding: RecordBinding, text: string): OpenedRecord | undefined {
  const envelope = envelopeSchema.safeParse(jsonOrUndefined(text)).data;
  if (envelope === undefined) return undefined;
  const { schemaVersion, generation } = envelope;
  const nonce = Buffer.from(envelope.nonce, 'base64');
  const sealed = Buffer.from(envelope.sealed, 'base64');
  // SECURITY: one spelling: base64 and JSON have many for the same bytes; only the one that is written is taken (S8).
  if (text !== encodeEnvelope({ schemaVersion, generation }, nonce, sealed)) return undefined;
  const plain = open(key, { nonce, boundTo: boundTo(binding, envelope) }, sealed);
  if (plain === undefined) return undefined;
  const value: unknown = JSON.parse(Buffer.from(plain).toString('utf8'));
  zero(plain);
  return { value, schemaVersion, generation };
}

function encodeEnvelope({ schemaVersion, generation }: Header, nonce: Uint8Array, sealed: Uint8Array): string {
  const envelope: Envelope = {
    format: FORMAT,
    schemaVersion,
    generation,
    nonce: toBase64(nonce),
    sealed: toBase64(sealed),
  };
  return JSON.stringify(envelope);
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
