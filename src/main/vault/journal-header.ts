import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { Random } from '../platform/random.ts';
import { heldKey, NONCE_LENGTH, open, seal } from './authenticated-cipher.ts';
import { generationKey, KEY_LENGTH, SALT_LENGTH, zero } from './keys.ts';

/** What a journal is bound to: it opens for nothing else. */
export interface JournalBinding {
  /** Name of the device. */
  readonly device: string;
  /** Which of the device's journals this is, such as `consultations`. */
  readonly file: string;
  /** Version of the entries' schema. */
  readonly schemaVersion: number;
}

/** What the start of a journal's file says once its data key has been unwrapped. */
export interface JournalHeader {
  /** Seals the records of this generation. */
  readonly dataKey: KeyObject;
  /** 1 for a new journal, one more with every rewriting. */
  readonly generation: number;
  /** Where the records begin, in bytes from the start of the file. */
  readonly end: number;
}

const FORMAT = 2;
const PREFIX_LENGTH = 4;
const LENGTH_LIMIT = 4096;

const headerSchema = z.strictObject({
  format: z.literal(FORMAT),
  device: z.string(),
  file: z.string(),
  schemaVersion: z.int().nonnegative(),
  generation: z.int().positive(),
  salt: z.base64().length(44),
  wrappedKey: z.base64().length(64),
});

function sealContext(binding: JournalBinding, generation: number): { nonce: Uint8Array; boundTo: (string | number)[] } {
  const { device, file, schemaVersion } = binding;
  // SECURITY: nonces never repeat: a wrapping key wraps one data key only (S8).
  const nonce = Buffer.alloc(NONCE_LENGTH);
  return { nonce, boundTo: ['sallyport/journal-key', FORMAT, device, file, schemaVersion, generation] };
}

/**
 * Makes a generation: a fresh data key, and the bytes a file of that generation starts with. Format 2: the length of the
 * text that follows as a 32-bit big-endian number; then UTF-8 JSON without white space, members in this order,
 * `{"format":2,"device":…,"file":…,"schemaVersion":…,"generation":…,"salt":…,"wrappedKey":…}`. `salt` is 32 random bytes
 * and `wrappedKey` the AES-256-GCM text of the data key with its 16-byte tag, both base64 with padding. The key is that of
 * `generationKey` and that salt; the nonce twelve zero bytes; the additional data the JSON array
 * `["sallyport/journal-key",2,device,file,schemaVersion,generation]`.
 * @param wrapKey 32 bytes from `journalWrapKey` or `eventsWrapKey`
 * @returns the data key and the bytes
 */
export function newGeneration(
  wrapKey: Uint8Array,
  binding: JournalBinding,
  generation: number,
  random: Random,
): { dataKey: KeyObject; bytes: Uint8Array } {
  const salt = random.bytes(SALT_LENGTH);
  const dataKey = random.bytes(KEY_LENGTH);
  const key = generationKey(wrapKey, salt);
  try {
    const wrappedKey = seal(key, sealContext(binding, generation), dataKey);
    return { dataKey: heldKey(dataKey), bytes: encode(binding, generation, salt, wrappedKey) };
  } finally {
    zero(key);
    zero(dataKey);
  }
}

function encode(binding: JournalBinding, generation: number, salt: Uint8Array, wrappedKey: Uint8Array): Uint8Array {
  const header: z.infer<typeof headerSchema> = {
    format: FORMAT,
    device: binding.device,
    file: binding.file,
    schemaVersion: binding.schemaVersion,
    generation,
    salt: Buffer.from(salt).toString('base64'),
    wrappedKey: Buffer.from(wrappedKey).toString('base64'),
  };
  const text = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.alloc(PREFIX_LENGTH);
  prefix.writeUInt32BE(text.length);
  return Buffer.concat([prefix, text]);
}

/**
 * Reads the start of a journal's file. A file is put in place whole, so a header cut short is no accident.
 * @param wrapKey 32 bytes from `journalWrapKey` or `eventsWrapKey`
 * @returns the header; `tampered` when it is none of this journal's; `wrong-key` when its data key does not unwrap, which
 *   a changed wrapped key cannot be told from
 */
export function openHeader(
  wrapKey: Uint8Array,
  binding: JournalBinding,
  bytes: Uint8Array,
): JournalHeader | 'tampered' | 'wrong-key' {
  const text = headerText(bytes);
  const header = text && headerSchema.safeParse(jsonOrUndefined(text)).data;
  if (!header) return 'tampered';
  const { generation } = header;
  const salt = Buffer.from(header.salt, 'base64');
  const wrappedKey = Buffer.from(header.wrappedKey, 'base64');
  const end = PREFIX_LENGTH + text.length;
  // SECURITY: one spelling, and of this binding: base64 and JSON have many for the same bytes; only the one that would be
  // written for this device, file and schema is taken (S8).
  if (!encodesTo(bytes.subarray(0, end), encode(binding, generation, salt, wrappedKey))) return 'tampered';
  const key = generationKey(wrapKey, salt);
  const dataKey = open(key, sealContext(binding, generation), wrappedKey);
  zero(key);
  return dataKey === undefined ? 'wrong-key' : { dataKey: heldKey(dataKey), generation, end };
}

function encodesTo(bytes: Uint8Array, expected: Uint8Array): boolean {
  return Buffer.compare(bytes, expected) === 0;
}

function headerText(bytes: Uint8Array): Buffer | undefined {
  if (bytes.length < PREFIX_LENGTH) return undefined;
  const length = Buffer.from(bytes.subarray(0, PREFIX_LENGTH)).readUInt32BE();
  if (length > LENGTH_LIMIT || length > bytes.length - PREFIX_LENGTH) return undefined;
  return Buffer.from(bytes.subarray(PREFIX_LENGTH, PREFIX_LENGTH + length));
}

function jsonOrUndefined(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString('utf8'));
  } catch {
    return undefined;
  }
}
