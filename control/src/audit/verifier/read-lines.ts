import { createHash } from 'node:crypto';
import { longestLine } from './export-lines.ts';

/** A line of a file, without its line feed. */
export interface FileLine {
  /** From 1. */
  number: number;
  /** Undefined when it is too long, or not UTF-8. */
  text: string | undefined;
  /** Whether a line feed ends it. */
  isEnded: boolean;
  /** SHA-256 of all lines before this one, base64url. */
  before: () => string;
}

/** Reads lines one at a time, so that a record of any length fits. */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<FileLine> {
  const hash = createHash('sha256');
  let rest: Buffer = Buffer.alloc(0);
  let number = 0;
  const lineOf = (bytes: Buffer, isEnded: boolean): FileLine => {
    number += 1;
    const digest = hash.copy();
    hash.update(bytes).update(isEnded ? '\n' : '');
    return { number, text: textOf(bytes), isEnded, before: () => digest.digest('base64url') };
  };
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      yield lineOf(bytes.subarray(start, end), true);
      start = end + 1;
    }
    rest = bytes.subarray(start);
    // What is longer than any line is read no further.
    if (rest.length > longestLine) break;
  }
  if (rest.length > 0) yield lineOf(rest, false);
}

function textOf(bytes: Buffer): string | undefined {
  if (bytes.length > longestLine) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
