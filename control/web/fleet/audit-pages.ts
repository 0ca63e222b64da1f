import type { AuditEntry } from '@sallyport/protocol';

/** Joins pages of the record: each entry once, newest first. */
export function merged(known: readonly AuditEntry[], page: readonly AuditEntry[]): readonly AuditEntry[] {
  const byNumber = new Map([...known, ...page].map((entry) => [entry.number, entry]));
  return [...byNumber.values()].toSorted((one, other) => other.number - one.number);
}

/** An entry's detail as one line. */
export function wordsForDetail(detail: AuditEntry['detail']): string {
  return Object.entries(detail)
    .map(([name, value]) => `${name}: ${String(value ?? '–')}`)
    .join(', ');
}
