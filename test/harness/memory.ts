import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

/** Something to look for in memory or in a file, in every way it may be written down there. */
export interface Needle {
  /** What it is, for a person who reads a failure. */
  readonly name: string;
  readonly spellings: readonly Buffer[];
}

/** A text: as programs keep it, one or two bytes a letter. */
export function textNeedle(name: string, text: string): Needle {
  return { name, spellings: [Buffer.from(text, 'utf8'), Buffer.from(text, 'utf16le')] };
}

/** Bytes: as they are, and written in the alphabets in which programs hand them on. */
export function bytesNeedle(name: string, bytes: Uint8Array): Needle {
  const written = (['base64', 'base64url', 'hex'] as const).map((alphabet) =>
    Buffer.from(bytes).toString(alphabet).replaceAll('=', ''),
  );
  const texts = [...new Set(written)].flatMap((text) => textNeedle(name, text).spellings);
  return { name, spellings: [Buffer.from(bytes), ...texts] };
}

/** A spelling to be looked for, found by two of its bytes that stand side by side. */
interface Clue {
  readonly name: string;
  readonly bytes: Buffer;
  /** Where in it the two bytes are. */
  readonly at: number;
}

/** Looks for many needles at once: memory is large, and each of them has many spellings. */
export class NeedleSearch {
  /** Bytes of the longest spelling. */
  readonly longest: number;
  readonly #clues = new Map<number, Clue[]>();
  /** For each two bytes whether any clue has them: asked for every byte there is. */
  readonly #isClue = new Uint8Array(0x10000);

  constructor(needles: readonly Needle[]) {
    const all = needles.flatMap(({ name, spellings }) => spellings.map((bytes) => ({ name, bytes })));
    this.longest = Math.max(...all.map(({ bytes }) => bytes.length));
    for (const { name, bytes } of all) this.#add({ name, bytes, at: rarestPair(bytes) });
  }

  #add(clue: Clue): void {
    const pair = clue.bytes.readUInt16LE(clue.at);
    this.#isClue[pair] = 1;
    this.#clues.set(pair, [...(this.#clues.get(pair) ?? []), clue]);
  }

  /** The names of the needles that are in a stretch of bytes. */
  in(bytes: Buffer): Set<string> {
    const found = new Set<string>();
    const isClue = this.#isClue;
    let last = bytes[0] ?? 0;
    for (let index = 1; index < bytes.length; index += 1) {
      const next = bytes[index] ?? 0;
      if (isClue[last | (next << 8)] === 1) this.#look(bytes, index - 1, found);
      last = next;
    }
    return found;
  }

  #look(bytes: Buffer, index: number, found: Set<string>): void {
    for (const { name, bytes: spelling, at } of this.#clues.get(bytes.readUInt16LE(index)) ?? []) {
      const start = index - at;
      if (start < 0 || found.has(name)) continue;
      if (bytes.subarray(start, start + spelling.length).equals(spelling)) found.add(name);
    }
  }
}

/** Zeros and letters are everywhere in memory; the pair furthest from both is looked for. */
function rarestPair(bytes: Buffer): number {
  const commonness = (byte = 0): number => (byte === 0 ? 2 : byte >= 0x20 && byte < 0x80 ? 1 : 0);
  const pairs = Array.from({ length: bytes.length - 1 }, (_, at) => commonness(bytes[at]) + commonness(bytes[at + 1]));
  return pairs.indexOf(Math.min(...pairs));
}

/** A stretch of a process' memory. */
interface Region {
  readonly start: bigint;
  readonly end: bigint;
}

/** How much is read at once, bytes. */
const window = 32 * 1024 * 1024;
const pageSize = 4096;

/**
 * Looks for needles in all of a process' memory that a core dump of it would hold: whatever is readable and in use, shared or
 * not, except the code and the data of files that nobody has changed.
 * @returns the names of those found
 * @throws when this process may not look (it has to be the superuser, or the process' own user where that is allowed)
 */
export function needlesInMemory(pid: number, search: NeedleSearch): Set<string> {
  const found = new Set<string>();
  for (const bytes of windowsOf(pid, search.longest)) {
    for (const name of search.in(bytes)) found.add(name);
  }
  return found;
}

function regionsOf(pid: number): Region[] {
  const blocks = readFileSync(`/proc/${pid}/smaps`, 'utf8').split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m);
  return blocks.filter(isHeld).flatMap((block) => {
    const [, start, end] = /^([0-9a-f]+)-([0-9a-f]+) r/.exec(block) ?? [];
    return start && end ? [{ start: BigInt(`0x${start}`), end: BigInt(`0x${end}`) }] : [];
  });
}

/** Says whether a region has pages in memory or swapped out; for one of a file, pages that are not the file's own. */
function isHeld(block: string): boolean {
  const file = block.split('\n')[0]?.split(/ +/)[5] ?? '';
  if (file.startsWith('[v')) return false;
  const isPlainFile = file.startsWith('/') && !/^\/(dev\/shm|memfd)/.test(file);
  const counted = isPlainFile ? /^(Private_Dirty|Shared_Dirty|Anonymous|Swap): +[1-9]/m : /^(Rss|Swap): +[1-9]/m;
  return counted.test(block);
}

function* windowsOf(pid: number, overlap: number): Generator<Buffer> {
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  const pages = openSync(`/proc/${pid}/pagemap`, 'r');
  try {
    for (const region of regionsOf(pid)) {
      for (const part of heldParts(pages, region)) yield* windowsOfPart(memory, part, overlap);
    }
  } finally {
    closeSync(pages);
    closeSync(memory);
  }
}

function* windowsOfPart(memory: number, { start, end }: Region, overlap: number): Generator<Buffer> {
  for (let from = start; from < end; from += BigInt(window)) {
    const length = Number(end - from < BigInt(window + overlap) ? end - from : BigInt(window + overlap));
    yield readMemory(memory, from, length);
  }
}

/** The stretches of a region whose pages are in memory or swapped out: most of what a browser reserves is neither. */
function heldParts(pages: number, { start, end }: Region): Region[] {
  const count = Number(end - start) / pageSize;
  const map = Buffer.alloc(count * 8);
  readSync(pages, map, 0, map.length, (start / BigInt(pageSize)) * 8n);
  const parts: Region[] = [];
  for (let page = 0; page < count; page += 1) {
    // Bits 63 and 62 of an entry: present, swapped (Linux, pagemap.rst).
    if (((map[page * 8 + 7] ?? 0) & 0xc0) === 0) continue;
    const [from, to] = [start + BigInt(page * pageSize), start + BigInt((page + 1) * pageSize)];
    const last = parts.at(-1);
    if (last?.end === from) parts[parts.length - 1] = { start: last.start, end: to };
    else parts.push({ start: from, end: to });
  }
  return parts;
}

/** What could be read: a region may go away while it is looked at. */
function readMemory(memory: number, from: bigint, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  try {
    while (done < length) {
      const got = readSync(memory, bytes, done, length - done, from + BigInt(done));
      if (got === 0) break;
      done += got;
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'EIO' && code !== 'EFAULT' && code !== 'ESRCH') throw error;
  }
  return bytes.subarray(0, done);
}
