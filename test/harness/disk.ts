import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Every file below a folder, absolute. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/**
 * The files below a folder that hold one of the words readably: in UTF-8, UTF-16 or base64.
 * @param words canaries, such as a patient's reference
 */
export function filesThatHold(folder: string, words: readonly string[]): string[] {
  const needles = words.flatMap((word) => [Buffer.from(word), Buffer.from(word, 'utf16le'), ...base64Of(word)]);
  return filesBelow(folder).filter((file) => {
    const bytes = readable(file);
    return needles.some((needle) => bytes.includes(needle));
  });
}

/** Base64 has three alignments; the first and last characters depend on the neighbours and are left out. */
function base64Of(word: string): Buffer[] {
  return [0, 1, 2].map((shift) => {
    const text = Buffer.from('\0'.repeat(shift) + word)
      .toString('base64')
      .replaceAll('=', '');
    return Buffer.from(text.slice(shift === 0 ? 0 : 4, -2));
  });
}

/** A file's bytes; none when it vanished meanwhile or is no ordinary file. */
function readable(file: string): Buffer {
  try {
    return statSync(file).isFile() ? readFileSync(file) : Buffer.alloc(0);
  } catch {
    return Buffer.alloc(0);
  }
}
