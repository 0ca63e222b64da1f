import type { KeyObject } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Sealer } from './authenticated-cipher.ts';
import { NONCE_LENGTH, openJson, sealer, TAG_LENGTH } from './authenticated-cipher.ts';
import type { JournalBinding } from './journal-header.ts';

/** Largest entry, in bytes of JSON. */
export const ENTRY_SIZE_LIMIT = 256 * 1024;
/** Most bytes that are written between two flushes, hence the longest tail a power cut can spoil. */
export const BATCH_SIZE_LIMIT = 1024 * 1024;

/** First and last byte of a frame: not zero, so that a written frame never looks like an unwritten sector. */
const MARK = 0x53;
const MARK_LENGTH = 1;
/** Mark; then length of the sealed body, record number and CRC-32 of all before, each a 32-bit big-endian number. */
const HEAD_LENGTH = MARK_LENGTH + 12;
/** Bytes a frame adds to the entry in it. */
export const FRAME_OVERHEAD = HEAD_LENGTH + TAG_LENGTH + MARK_LENGTH;
/** Disks store whole sectors; a write cut short leaves some of them unwritten, which read as zeros. */
const SECTOR_LENGTH = 512;

/** The generation that frames belong to. */
export interface FrameContext {
  /** Used for this generation and by one run of the program only. */
  readonly dataKey: KeyObject;
  readonly binding: JournalBinding;
  readonly generation: number;
}

/** What a journal's records hold. */
export interface ScannedFrames {
  /** The entries' JSON, oldest first. */
  readonly entries: readonly unknown[];
  /** Where the last whole record ends, in bytes from the start of the file; what follows is a torn tail. */
  readonly end: number;
}

function sealContext(context: FrameContext, number: number): { nonce: Uint8Array; boundTo: (string | number)[] } {
  const { binding, generation } = context;
  // SECURITY: nonces never repeat: the record number counts up and a data key lives for one generation of one run (S8).
  const nonce = Buffer.alloc(NONCE_LENGTH);
  nonce.writeUInt32BE(number, NONCE_LENGTH - 4);
  const { device, file, schemaVersion } = binding;
  return { nonce, boundTo: ['sallyport/journal-record', device, file, schemaVersion, generation, number] };
}

/** Length in bytes of the frames of these entries. */
export function framesLength(plain: readonly Uint8Array[]): number {
  return plain.reduce((length, entry) => length + entry.length + FRAME_OVERHEAD, 0);
}

/**
 * Seals the records of one generation, one after the other. A frame: 0x53; three 32-bit big-endian numbers, which are the
 * length of the body, the record's number and the CRC-32 of the nine bytes before; the body, which is the AES-256-GCM text
 * of the entry's JSON and its 16-byte tag; 0x53. The key is the generation's data key, the nonce eight zero bytes and the
 * record's number, the additional data the JSON array
 * `["sallyport/journal-record",device,file,schemaVersion,generation,number]`.
 */
export class FrameSealer {
  readonly #context: FrameContext;
  /** Number of the next record. */
  #next = 0;
  #prepared: Sealer | undefined;

  constructor(context: FrameContext) {
    this.#context = context;
  }

  /**
   * Seals entries as the next records.
   * @param plain the entries' JSON
   * @returns their frames
   */
  seal(plain: readonly Uint8Array[]): Buffer {
    // Every byte of it is written below; clearing it first would cost as much as all the rest but the cipher.
    const bytes = Buffer.allocUnsafe(framesLength(plain));
    let start = 0;
    for (const entry of plain) {
      const end = start + entry.length + FRAME_OVERHEAD;
      this.#sealInto(bytes.subarray(start, end), entry);
      start = end;
    }
    return bytes;
  }

  /** Makes the next record's sealing quicker; for while the disk is busy. */
  prepare(): void {
    this.#prepared ??= this.#sealerOfNext();
  }

  #sealerOfNext(): Sealer {
    return sealer(this.#context.dataKey, sealContext(this.#context, this.#next));
  }

  #sealInto(frame: Buffer, plain: Uint8Array): void {
    const sealBody = this.#prepared ?? this.#sealerOfNext();
    const end = frame.length - MARK_LENGTH;
    writeHead(frame, plain.length + TAG_LENGTH, this.#next);
    // SECURITY: nonces never repeat: whatever becomes of this record, its number is used up (S8).
    this.#prepared = undefined;
    this.#next += 1;
    sealBody(frame.subarray(HEAD_LENGTH, end), plain);
    frame.writeUInt8(MARK, end);
  }
}

function writeHead(head: Buffer, length: number, number: number): void {
  head.writeUInt8(MARK);
  head.writeUInt32BE(length, 1);
  head.writeUInt32BE(number, 5);
  // Tells a damaged length, which would swallow the records behind it, from a record cut short.
  head.writeUInt32BE(crc32(head.subarray(0, 9)), 9);
}

function headOf(length: number, number: number): Buffer {
  const head = Buffer.alloc(HEAD_LENGTH);
  writeHead(head, length, number);
  return head;
}

type Frame = { readonly entry: unknown; readonly end: number } | 'cut' | 'bad';

/**
 * Reads all records.
 * @param start where the first record begins
 * @returns the entries before a torn tail, or `tampered` when a record is not the one that belongs there: a tail counts as
 *   torn only when it ends early or has a hole, and is no longer than one flush writes
 */
export function scanFrames(context: FrameContext, file: Uint8Array, start: number): ScannedFrames | 'tampered' {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const entries: unknown[] = [];
  let end = start;
  while (end < bytes.length) {
    const frame = readFrame(context, bytes, end, entries.length);
    if (frame === 'bad' && !isUnwritten(bytes, end)) return 'tampered';
    if (frame === 'bad' || frame === 'cut') return { entries, end };
    entries.push(frame.entry);
    end = frame.end;
  }
  return { entries, end };
}

function readFrame(context: FrameContext, bytes: Buffer, start: number, number: number): Frame {
  const bodyStart = start + HEAD_LENGTH;
  if (bodyStart > bytes.length) return 'cut';
  const length = bytes.readUInt32BE(start + 1);
  const isHeadOfNext = bytes.subarray(start, bodyStart).equals(headOf(length, number));
  if (!isHeadOfNext || length > ENTRY_SIZE_LIMIT + TAG_LENGTH) return 'bad';
  const bodyEnd = bodyStart + length;
  const end = bodyEnd + MARK_LENGTH;
  if (end > bytes.length) return 'cut';
  if (bytes.readUInt8(bodyEnd) !== MARK) return 'bad';
  const opened = openJson(context.dataKey, sealContext(context, number), bytes.subarray(bodyStart, bodyEnd));
  return opened === undefined ? 'bad' : { entry: opened.value, end };
}

/** Says whether the bytes from `start` on can be one unfinished flush: short, and with a sector that never got written. */
function isUnwritten(bytes: Buffer, start: number): boolean {
  if (bytes.length - start > BATCH_SIZE_LIMIT) return false;
  let from = start;
  while (from < bytes.length) {
    const to = Math.min(from - (from % SECTOR_LENGTH) + SECTOR_LENGTH, bytes.length);
    if (bytes.subarray(from, to).every((byte) => byte === 0)) return true;
    from = to;
  }
  return false;
}
