import type { DocumentStanding } from '../ports.ts';

const day = 24 * 60 * 60_000;
/** People are warned this long before a document's time is over, or in the last third of a shorter life, ms. */
const warningPeriod = 30 * day;

/** How a trust document stands in its own time. @param now milliseconds since the Unix epoch */
export function standingOf(document: { issuedAt: number; notAfter: number }, now: number): DocumentStanding {
  const { issuedAt, notAfter } = document;
  if (now >= notAfter) return 'expired';
  return notAfter - now <= Math.min(warningPeriod, (notAfter - issuedAt) / 3) ? 'warning' : 'held';
}
