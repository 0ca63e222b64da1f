import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { ByteRange, HeaderCopy, Luks2Header } from './luks2-header.ts';
import { FIXED_PART_BYTES, HEADER_SIZES, headerSize, luksVersion, readHeader } from './luks2-header.ts';

/** What a LUKS2 volume says of itself. A copy of its header that is damaged is undefined. */
export interface Luks2Volume {
  readonly first: Luks2Header | undefined;
  readonly second: Luks2Header | undefined;
}

/** Why a volume is none that may be erased, or cannot be read: no such path, neither device nor file, not LUKS2, cut off. */
export type Luks2FaultReason = 'missing' | 'not-a-volume' | 'not-luks2' | 'cut-off' | 'has-key-slots';

/** A path that leads to no volume this eraser touches, or one that is not in the state it must be in. */
export class Luks2Fault extends Error {
  readonly reason: Luks2FaultReason;

  constructor(reason: Luks2FaultReason) {
    super(`LUKS2 volume: ${reason}`);
    this.name = 'Luks2Fault';
    this.reason = reason;
  }
}

/** How much is read or written at once, bytes. */
const PIECE = 1024 * 1024;

/**
 * Reads both header copies of a volume; changes nothing, unlike cryptsetup, which repairs a damaged copy when it reads one.
 * @param path a block device or a container file
 * @throws Luks2Fault when neither copy is one of a LUKS2 header; the system's error when the disk fails
 */
export function readVolume(path: string): Promise<Luks2Volume> {
  return withVolume(path, constants.O_RDONLY, headersOf);
}

/**
 * Says whether nothing can open a volume any more: both header copies are whole and name no key slot, and where the slots'
 * bytes were everything reads back as zeros.
 * @throws as {@link readVolume}
 */
export function isKeyless(path: string): Promise<boolean> {
  return withVolume(path, constants.O_RDONLY, async (volume) => {
    const area = keylessArea(await headersOf(volume));
    return area !== undefined && (await isZero(volume, area));
  });
}

/**
 * Fills the area of a volume's key slots with zeros, durably. Erased slots leave random bytes there that nobody can tell
 * from a slot; zeros can be checked, now and at any later start.
 * @throws Luks2Fault when a header copy is damaged or names a key slot: then nothing is written; else as {@link readVolume}
 */
export function zeroKeyArea(path: string): Promise<void> {
  return withVolume(path, constants.O_RDWR, async (volume) => {
    // SECURITY: what is overwritten by ourselves is the key area of a whole LUKS2 volume without a key slot, and no byte else (S34).
    const area = keylessArea(await headersOf(volume));
    if (area === undefined) throw new Luks2Fault('has-key-slots');
    for (const { offset, length } of pieces(area)) await writeAll(volume, Buffer.alloc(length), offset);
    await volume.sync();
  });
}

async function withVolume<T>(path: string, mode: number, use: (volume: FileHandle) => Promise<T>): Promise<T> {
  const volume = await openVolume(path, mode);
  try {
    const found = await volume.stat();
    if (!found.isBlockDevice() && !found.isFile()) throw new Luks2Fault('not-a-volume');
    return await use(volume);
  } finally {
    await volume.close();
  }
}

async function openVolume(path: string, mode: number): Promise<FileHandle> {
  try {
    // Opening a FIFO would otherwise wait for its other end.
    return await open(path, mode | constants.O_NONBLOCK);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new Luks2Fault('missing');
    if (code === 'EISDIR') throw new Luks2Fault('not-a-volume');
    throw error;
  }
}

async function headersOf(volume: FileHandle): Promise<Luks2Volume> {
  const start = await readUpTo(volume, 0, FIXED_PART_BYTES);
  const version = start.length === FIXED_PART_BYTES ? luksVersion(start, 'first') : undefined;
  // SECURITY: a LUKS1 volume is left alone, whatever an earlier format has left behind its header (S34).
  if (version !== undefined && version !== 2) throw new Luks2Fault('not-luks2');
  const size = version === 2 ? headerSize(start) : undefined;
  if (size === undefined) return { first: undefined, second: await secondAnywhere(volume) };
  const headers = { first: await copyAt(volume, 'first', size), second: await copyAt(volume, 'second', size) };
  if (headers.first === undefined && headers.second === undefined) throw new Luks2Fault('not-luks2');
  return headers;
}

/** Where the second copy lies only the first one says; without it every place there can be is looked at. */
async function secondAnywhere(volume: FileHandle): Promise<Luks2Header> {
  for (const size of HEADER_SIZES) {
    const second = await copyAt(volume, 'second', size);
    if (second !== undefined) return second;
  }
  // SECURITY: plain devices and whatever else the path leads to are left alone (S34).
  throw new Luks2Fault('not-luks2');
}

async function copyAt(volume: FileHandle, copy: HeaderCopy, size: number): Promise<Luks2Header | undefined> {
  const bytes = await readUpTo(volume, copy === 'first' ? 0 : size, size);
  return bytes.length === size ? readHeader(bytes, copy) : undefined;
}

/** The area of the key slots, when both header copies agree on it and name no slot. */
function keylessArea({ first, second }: Luks2Volume): ByteRange | undefined {
  if (first === undefined || second === undefined) return undefined;
  if (first.keySlots.length > 0 || second.keySlots.length > 0) return undefined;
  const isSame = first.keyArea.offset === second.keyArea.offset && first.keyArea.length === second.keyArea.length;
  return isSame ? first.keyArea : undefined;
}

async function isZero(volume: FileHandle, area: ByteRange): Promise<boolean> {
  for (const { offset, length } of pieces(area)) {
    const bytes = await readUpTo(volume, offset, length);
    if (bytes.length !== length) throw new Luks2Fault('cut-off');
    if (bytes.some((byte) => byte !== 0)) return false;
  }
  return true;
}

function pieces({ offset, length }: ByteRange): ByteRange[] {
  const count = Math.ceil(length / PIECE);
  return Array.from({ length: count }, (_, index) => {
    const done = index * PIECE;
    return { offset: offset + done, length: Math.min(PIECE, length - done) };
  });
}

async function readUpTo(volume: FileHandle, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await volume.read(bytes, done, length - done, offset + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}

async function writeAll(volume: FileHandle, bytes: Buffer, offset: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await volume.write(bytes, done, bytes.length - done, offset + done);
    done += bytesWritten;
  }
}
