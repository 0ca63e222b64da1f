import type { Refusal } from '@sallyport/protocol';
import type { Answer } from '../ports.ts';

/**
 * An expected refusal.
 * @param retryAfter seconds after which the same request may succeed
 */
export function refused(reason: Refusal['reason'], retryAfter?: number): { ok: false; refusal: Refusal } {
  return { ok: false, refusal: retryAfter === undefined ? { reason } : { reason, retryAfter } };
}

/** An answer without contents. */
export function done(): Answer<Record<string, never>> & { ok: true } {
  return { ok: true, result: {} };
}
