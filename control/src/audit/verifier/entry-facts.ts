import type { AuditEntry } from '@sallyport/protocol';
import type { Approver } from '@sallyport/protocol/verify';

/** Control verifies before it writes the entry; so long may that have taken, ms. */
const writingTime = 30_000;

/** The time by which a statement is judged that an entry says was obeyed, ms since 1970. */
export function judgedAt({ at }: AuditEntry): number {
  return at - writingTime;
}

/** A text of an entry's detail. */
export function textOf({ detail }: AuditEntry, name: string): string | undefined {
  const value = detail[name];
  return typeof value === 'string' ? value : undefined;
}

/** What an entry must say, because somebody signed it. */
export interface SignedFacts {
  subject: string;
  detail: Readonly<Record<string, string | number>>;
}

/** The first fact of an entry that is not as it was signed, by its name; undefined when all are. */
export function differenceFrom(entry: AuditEntry, { subject, detail }: SignedFacts): string | undefined {
  if (entry.subject !== subject) return 'subject';
  return Object.keys(detail).find((name) => entry.detail[name] !== detail[name]);
}

/** Whether the person an entry names is one of those who approved. */
export function isByOneOf({ actor }: AuditEntry, approvers: readonly Approver[]): boolean {
  return actor.kind === 'person' && approvers.some(({ person, name }) => person === actor.id && name === actor.name);
}

/** Numbers in words: "3", "3 and 4", "3 to 5". */
export function rangeOf(first: number, last: number): string {
  if (last <= first) return String(first);
  return last === first + 1 ? `${first} and ${last}` : `${first} to ${last}`;
}
