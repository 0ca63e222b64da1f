import { join } from 'node:path';
import type { Files } from '../platform/files.ts';
import { FileFault } from '../platform/plain-file.ts';
import type { OpenedRecord, RecordBinding } from './record-envelope.ts';
import { openRecord, RECORD_SIZE_LIMIT } from './record-envelope.ts';

/** What is wrong with a generation: `tampered` (torn, changed, put back or not a plain file) or `missing`. */
export type RecordDamage = 'tampered' | 'missing';

/** Name of the record's file, as electron-store takes it. */
export const RECORD_NAME = 'record';
export const RECORD_EXTENSION = 'sealed';

/** Where the newest generation stands in a folder. */
export function newestPath(directory: string): string {
  return join(directory, `${RECORD_NAME}.${RECORD_EXTENSION}`);
}

/** Where the last good generation before it stands. */
export function previousPath(directory: string): string {
  return join(directory, `previous.${RECORD_EXTENSION}`);
}

/** Where a generation is written before it takes its place; what is left there means nothing. */
export function stagingPath(directory: string): string {
  return join(directory, 'staging');
}

/** Which record is read. */
export interface RecordPlace {
  readonly directory: string;
  readonly key: Uint8Array;
  readonly binding: RecordBinding;
  readonly files: Pick<Files, 'read'>;
}

/** The generations of a record on the disk. */
export interface FoundGenerations {
  readonly newest: OpenedRecord | RecordDamage;
  readonly previous: OpenedRecord | RecordDamage;
}

/**
 * Reads both generations.
 * @throws the file system's error
 */
export function findGenerations(place: RecordPlace): FoundGenerations {
  const previous = readGeneration(place, previousPath(place.directory));
  const newest = readGeneration(place, newestPath(place.directory));
  return { previous, newest: isPutBack(newest, previous) ? 'tampered' : newest };
}

// SECURITY: the newest is always younger than the one before; an equal or older one was put back (S31).
function isPutBack(newest: OpenedRecord | RecordDamage, previous: OpenedRecord | RecordDamage): boolean {
  if (typeof newest !== 'object' || typeof previous !== 'object') return false;
  return newest.generation <= previous.generation;
}

function readGeneration({ files, key, binding }: RecordPlace, path: string): OpenedRecord | RecordDamage {
  try {
    const text = files.read(path, RECORD_SIZE_LIMIT);
    if (text === undefined) return 'missing';
    return openRecord(key, binding, utf8(text)) ?? 'tampered';
  } catch (error) {
    if (error instanceof FileFault) return 'tampered';
    throw error;
  }
}

/** Reads bytes as text without copying them. */
export function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
