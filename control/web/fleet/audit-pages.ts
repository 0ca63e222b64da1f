import { instant } from '@sallyport/protocol';
import type { AuditEntry } from '@sallyport/protocol';
import { formatMoment } from '../ui/london-time.ts';
import { auditEnglish } from '../ui/messages/audit-en.ts';
import type { Language, Translate } from '../ui/messages/catalogue.ts';

/** Joins pages of the record: each entry once, newest first. */
export function merged(known: readonly AuditEntry[], page: readonly AuditEntry[]): readonly AuditEntry[] {
  const byNumber = new Map([...known, ...page].map((entry) => [entry.number, entry]));
  return [...byNumber.values()].toSorted((one, other) => other.number - one.number);
}

/** What happened, in words; by the action's own name where there are none. */
export function wordsForAction(action: string, t: Translate): string {
  const key = `audit.action.${action}`;
  return isWorded(key) ? t(key) : action;
}

function isWorded(key: string): key is keyof typeof auditEnglish {
  return Object.hasOwn(auditEnglish, key);
}

/** An entry's detail as one line; moments as people write them. */
export function wordsForDetail(detail: AuditEntry['detail'], language: Language): string {
  return Object.entries(detail)
    .map(([name, value]) => `${name}: ${wordsForValue(name, value, language)}`)
    .join(', ');
}

function wordsForValue(name: string, value: AuditEntry['detail'][string], language: Language): string {
  const moment = /(?:at|notAfter)$/i.test(name) ? instant.safeParse(value) : undefined;
  if (moment?.success === true) return formatMoment(moment.data, language, true);
  return value === null || value === '' ? '–' : String(value);
}
