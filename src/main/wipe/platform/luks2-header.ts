import { createHash } from 'node:crypto';
import * as z from 'zod';
import { parseJson } from '@sallyport/protocol';

/** One of a LUKS2 volume's two header copies, as far as an erasure needs it ("LUKS2 On-Disk Format Specification" 1.1). */
export interface Luks2Header {
  readonly uuid: string;
  readonly label: string;
  /** Names of the key slots: each holds the volume's key under a passphrase. */
  readonly keySlots: readonly string[];
  /** Where the bytes of all key slots lie, from the volume's start. */
  readonly keyArea: ByteRange;
}

/** A stretch of a volume, bytes. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** Which of the two copies: the second starts where the first ends. */
export type HeaderCopy = 'first' | 'second';

/** Size of a header's fixed part; its description in JSON follows. */
export const FIXED_PART_BYTES = 4096;

/** How large a header with its JSON may be by the specification, smallest first. */
export const HEADER_SIZES: readonly number[] = [16, 32, 64, 128, 256, 512, 1024, 2048, 4096].map((kib) => kib * 1024);

/** The largest area for key slots that the specification knows of, bytes. */
const LARGEST_KEY_AREA = 128 * 1024 * 1024;

const MAGIC: Readonly<Record<HeaderCopy, string>> = { first: '4c554b53babe', second: '534b554cbabe' };
const CHECKSUM = { offset: 448, length: 64 };

const decimal = z.string().regex(/^\d{1,15}$/);

/** What matters here of a header's JSON; cryptsetup's later versions may add to it. */
const description = z.looseObject({
  keyslots: z.record(z.string(), z.unknown()),
  segments: z.record(z.string(), z.looseObject({ offset: decimal })),
  config: z.looseObject({ keyslots_size: decimal }),
});

/** Says which version of LUKS a header copy is of that begins so; undefined when it is none. Version 1 has one copy. */
export function luksVersion(start: Buffer, copy: HeaderCopy): number | undefined {
  return start.subarray(0, 6).toString('hex') === MAGIC[copy] ? start.readUInt16BE(6) : undefined;
}

/** Reads how large the header is that begins so, bytes; undefined when no header is of that size. */
export function headerSize(start: Buffer): number | undefined {
  const size = Number(start.readBigUInt64BE(8));
  return HEADER_SIZES.includes(size) ? size : undefined;
}

/**
 * Reads a whole header copy.
 * @param bytes as many as {@link headerSize} says
 * @returns undefined when it is damaged: its checksum is another one, it lies elsewhere, or its description makes no sense
 */
export function readHeader(bytes: Buffer, copy: HeaderCopy): Luks2Header | undefined {
  const size = headerSize(bytes);
  if (luksVersion(bytes, copy) !== 2 || size !== bytes.length) return undefined;
  if (Number(bytes.readBigUInt64BE(256)) !== (copy === 'first' ? 0 : size)) return undefined;
  if (!hasItsChecksum(bytes)) return undefined;
  const json = text(bytes.subarray(FIXED_PART_BYTES));
  const parsed = description.safeParse(parseJson(json, json.length)?.value);
  const keyArea = parsed.success ? keyAreaOf(parsed.data, size) : undefined;
  if (!parsed.success || keyArea === undefined) return undefined;
  const keySlots = Object.keys(parsed.data.keyslots);
  return { uuid: text(bytes.subarray(168, 208)), label: text(bytes.subarray(24, 72)), keySlots, keyArea };
}

function hasItsChecksum(bytes: Buffer): boolean {
  if (text(bytes.subarray(72, 104)) !== 'sha256') return false;
  const [from, to] = [CHECKSUM.offset, CHECKSUM.offset + CHECKSUM.length];
  const hash = createHash('sha256').update(bytes.subarray(0, from)).update(Buffer.alloc(CHECKSUM.length));
  const checksum = hash.update(bytes.subarray(to)).digest();
  return checksum.equals(bytes.subarray(from, from + checksum.length));
}

/** The area follows the two header copies; what begins before its end is no layout of a volume that holds its own data. */
function keyAreaOf({ segments, config }: z.infer<typeof description>, size: number): ByteRange | undefined {
  const area = { offset: 2 * size, length: Number(config.keyslots_size) };
  const starts = Object.values(segments).map(({ offset }) => Number(offset));
  const isBeforeData = starts.length > 0 && Math.min(...starts) >= area.offset + area.length;
  return isBeforeData && area.length <= LARGEST_KEY_AREA ? area : undefined;
}

function text(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
}
