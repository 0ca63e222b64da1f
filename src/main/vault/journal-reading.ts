import type { Files } from '../platform/files.ts';
import { FileFault } from '../platform/plain-file.ts';
import { BATCH_SIZE_LIMIT, scanFrames } from './journal-frames.ts';
import type { JournalBinding } from './journal-header.ts';
import { openHeader } from './journal-header.ts';

/** Largest journal, in bytes; rotate before it is reached. */
export const JOURNAL_SIZE_LIMIT = 64 * 1024 * 1024;
/** Largest file, in bytes, that is taken for a journal: a full one, and a tail that a power cut spoilt. */
const FILE_SIZE_LIMIT = JOURNAL_SIZE_LIMIT + BATCH_SIZE_LIMIT;

/** How far a journal has come; later positions have a higher generation or, within it, more records. */
export interface JournalPosition {
  readonly generation: number;
  readonly records: number;
}

/** Says whether a journal has not come as far as it certainly had. */
export function isBefore(position: JournalPosition, floor: JournalPosition): boolean {
  if (position.generation !== floor.generation) return position.generation < floor.generation;
  return position.records < floor.records;
}

/** What stands in a journal's file. */
export interface LoadedJournal extends JournalPosition {
  readonly entries: readonly unknown[];
  /** Length of the torn tail behind the last whole record. */
  readonly droppedBytes: number;
}

/** Which journal is read. */
export interface JournalPlace {
  readonly files: Pick<Files, 'read'>;
  readonly path: string;
  readonly binding: JournalBinding;
}

/**
 * Reads a journal's file.
 * @param wrapKey 32 bytes
 * @param durable the generation that is being written, and how many bytes of it count: a failed write may have left more
 * @returns what stands in it; `missing`; `wrong-key`; `tampered`, also when it is not a plain file of ours
 * @throws the file system's error
 */
export function loadJournal(
  { files, path, binding }: JournalPlace,
  wrapKey: Uint8Array,
  durable?: { readonly generation: number; readonly length: number },
): LoadedJournal | 'missing' | 'tampered' | 'wrong-key' {
  const file = readPlain(files, path);
  if (typeof file !== 'object') return file ?? 'missing';
  const header = openHeader(wrapKey, binding, file);
  if (typeof header === 'string') return header;
  const { dataKey, generation, end } = header;
  const bytes = generation === durable?.generation ? file.subarray(0, durable.length) : file;
  const scanned = scanFrames({ dataKey, binding, generation }, bytes, end);
  if (scanned === 'tampered') return 'tampered';
  const { entries } = scanned;
  return { generation, entries, records: entries.length, droppedBytes: bytes.length - scanned.end };
}

/** What is not a plain file of ours is not what was written. */
function readPlain(files: Pick<Files, 'read'>, path: string): Uint8Array | undefined | 'tampered' {
  try {
    return files.read(path, FILE_SIZE_LIMIT);
  } catch (error) {
    if (error instanceof FileFault) return 'tampered';
    throw error;
  }
}
