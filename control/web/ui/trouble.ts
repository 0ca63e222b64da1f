import type { ApprovalOutcome } from './approve.ts';
import type { Trouble } from './api.ts';
import type { MessageKey, PlainKey, Translate } from './messages/catalogue.ts';

/**
 * Words for why a call brought no answer; people never see a raw reason.
 * @param own the words of this very act for reasons that mean something particular in it
 */
export function wordsForTrouble(
  trouble: Trouble,
  t: Translate,
  own: Partial<Record<Trouble['reason'], PlainKey>> = {},
): string {
  const key = own[trouble.reason] ?? (`refusal.${trouble.reason}` as const satisfies MessageKey);
  const words = t(key);
  const seconds = 'retryAfter' in trouble ? trouble.retryAfter : undefined;
  return seconds === undefined ? words : `${words} ${t('refusal.retry', { seconds })}`;
}

/** Words for an approval that ended without one. */
export function wordsForOutcome(result: Exclude<ApprovalOutcome['result'], 'approved'>): PlainKey {
  return `approval.${result}`;
}
