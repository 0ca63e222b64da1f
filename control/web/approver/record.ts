import type { Statement } from '@sallyport/protocol';
import type { Item, Section } from './description.ts';
import { formatMoment } from './moments.ts';
import type { RecordLabel, Words } from './words.ts';

/**
 * The numbers of a statement, so that two statements that differ never read the same.
 * @param numbers what else than fleet and times there is, in order
 */
export function recordOf(
  { fleet, issuedAt, notAfter }: Pick<Statement, 'fleet' | 'issuedAt' | 'notAfter'>,
  numbers: readonly Item[],
  words: Words,
): Section {
  const { record } = words;
  return {
    heading: record.heading,
    items: [
      { text: `${record.issued}: ${formatMoment(issuedAt, words)}` },
      { text: `${words.validUntil}: ${formatMoment(notAfter, words)}` },
      ...numbers,
      { text: `${record.fleet}: ${fleet}` },
    ],
  };
}

/** One number of a record. */
export function numbered(label: RecordLabel, value: string | number, { record }: Words): Item {
  return { text: `${record[label]}: ${String(value)}` };
}
