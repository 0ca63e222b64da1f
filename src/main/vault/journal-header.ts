import { z } from 'zod';
import type { Random } from '../platform/random.ts';
import { NONCE_LENGTH, open, seal } from './authenticated-cipher.ts';
import { KEY_LENGTH } from './keys.ts';

/** What a journal is bound to: it opens for nothing else. */
export interface JournalBinding {
  /** Name of the device. */
  readonly device: string;
  /** Which of the device's journals this is, such as `consultations`. */
  readonly file: string;
}

/** What the start of a journal's file says once its data key has been unwrapped. */
export interface JournalHeader {
  /** 32 bytes that seal the records of this generation. */
  readonly dataKey: Uint8Array;
  /** 1 for a new journal, one more with every rewriting. */
  readonly generation: number;
  /** Where the records begin, in bytes from the start of the file. */
  readonly end: number;
}

const FORMAT = 1;
const PREFIX_LENGTH = 4;
const LENGTH_LIMIT = 4096;

const headerSchema = z.strictObject({
  format: z.literal(FORMAT),
  device: z.string(),
  file: z.string(),
  generation: z.int().positive(),
  nonce: z.base64().length(16),
  wrappedKey: z.base64().length(64),
});

function boundTo({ device, file }: JournalBinding, generation: number): (string | number)[] {
  return ['sallyport/journal-key', FORMAT, device, file, generation];
}

/**
 * Makes a generation: a fresh data key, and the bytes a file of that generation starts with.
 * @param wrapKey 32 bytes from `journalWrapKey`
 */
export function newGeneration(
  wrapKey: Uint8Array,
  binding: JournalBinding,
  generation: number,
  random: Random,
): { dataKey: Uint8Array; bytes: Uint8Array } {
  const dataKey = random.bytes(KEY_LENGTH);
  const nonce = random.bytes(NONCE_LENGTH);
  const wrappedKey = seal(wrapKey, { nonce, boundTo: boundTo(binding, generation) }, dataKey);
  return { dataKey, bytes: encode(binding, generation, nonce, wrappedKey) };
}

function encode(binding: JournalBinding, generation: number, nonce: Uint8Array, wrappedKey: Uint8Array): Uint8Array {
  const header: z.infer<typeof headerSchema> = {
    format: FORMAT,
    device: binding.device,
    file: binding.file,
    generation,
    nonce: Buffer.from(nonce).toString('base64'),
    wrappedKey: Buffer.from(wrappedKey).toString('base64'),
  };
  const text = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.alloc(PREFIX_LENGTH);
  prefix.writeUInt32BE(text.length);
  return Buffer.concat([prefix, text]);
}

/**
 * Reads the start of a journal's file. A file is put in place whole, so a header cut short is no accident.
 * @param wrapKey 32 bytes from `journalWrapKey`
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
  if (!header || header.device !== binding.device || header.file !== binding.file) return 'tampered';
  const nonce = Buffer.from(header.nonce, 'base64');
  const wrappedKey = Buffer.from(header.wrappedKey, 'base64');
  const end = PREFIX_LENGTH + text.length;
  // SECURITY: one spelling: base64 and JSON have many for the same bytes; only the one that is written is taken (S8).
  if (!encodesTo(bytes.subarray(0, end), encode(binding, header.generation, nonce, wrappedKey))) return 'tampered';
  const dataKey = open(wrapKey, { nonce, boundTo: boundTo(binding, header.generation) }, wrappedKey);
  return dataKey === undefined ? 'wrong-key' : { dataKey, generation: header.generation, end };
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
