import type { Translate } from '../ui/messages/catalogue.ts';

const day = 86_400_000;

/** People are warned this long before a list ends, or in the last third of one that lives less. */
const warningPeriod = 30 * day;

/** How a list stands in its time: good, about to end, or over. */
export type Validity = { name: 'good' } | { name: 'ending'; days: number } | { name: 'over' };

/**
 * How a list stands in its time; control judges it in the same way.
 * @param now control's time, milliseconds since the epoch
 */
export function validityOf({ issuedAt, notAfter }: { issuedAt: number; notAfter: number }, now: number): Validity {
  if (notAfter <= now) return { name: 'over' };
  const isEnding = notAfter - now <= Math.min(warningPeriod, (notAfter - issuedAt) / 3);
  return isEnding ? { name: 'ending', days: Math.floor((notAfter - now) / day) } : { name: 'good' };
}

/** What a list's time means for people, and what to do; undefined while there is nothing to do. */
export function wordsForValidity(validity: Validity, kind: 'manifest' | 'roster', t: Translate): string | undefined {
  switch (validity.name) {
    case 'good':
      return undefined;
    case 'ending': {
      const { days } = validity;
      if (days > 1) return t(`trust.ending.${kind}`, { days });
      return t(`trust.endingNow.${kind}`);
    }
    case 'over':
      return t(`trust.over.${kind}`);
    default:
      return validity satisfies never;
  }
}
