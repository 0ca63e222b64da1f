import { timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import type { Clock } from '../platform/clock.ts';
import type { Answer, Kept } from '../ports.ts';

/** Wrong codes in a row after which nobody may try for a while. */
export const allowedTries = 5;
/** How long nobody may try then, ms. */
export const lockOut = 5 * 60_000;

/** How often a wrong code was typed. */
export const keptTries = z.strictObject({
  wrongTries: z.int().min(0).max(allowedTries),
  /** Ms since 1970. */
  lockedUntil: z.int().nullable(),
});
export type KeptTries = z.infer<typeof keptTries>;

/** Nobody has tried yet. */
export const noTries: KeptTries = { wrongTries: 0, lockedUntil: null };

/** Counts wrong codes, and shuts the door for a while after too many of them. */
export class WrongTries {
  readonly #kept: Kept<KeptTries>;
  readonly #clock: Clock;

  constructor(kept: Kept<KeptTries>, clock: Clock) {
    this.#kept = kept;
    this.#clock = clock;
  }

  /** Until when nobody may try, ms since 1970; undefined when anybody may. */
  get lockedUntil(): number | undefined {
    const now = this.#clock.now();
    const until = this.#kept.value.lockedUntil;
    if (until === null || until <= now) return undefined;
    // A clock that was set back must not lock people out for years.
    return Math.min(until, Math.trunc(now + lockOut));
  }

  /**
   * Counts a wrong code; durable, as far as what it is kept in is, once this returns.
   * @returns `wrong-code`, or for the last one allowed `locked-out` with the seconds to wait
   * @throws the record's fault when the count could not be made durable
   */
  wrong(): Answer<never> {
    const wrongTries = this.#kept.value.wrongTries + 1;
    const isLast = wrongTries >= allowedTries;
    const lockedUntil = isLast ? Math.trunc(this.#clock.now() + lockOut) : null;
    this.#kept.update(() => ({ wrongTries: isLast ? 0 : wrongTries, lockedUntil }));
    return lockedUntil === null ? { ok: false, refusal: { reason: 'wrong-code' } } : this.refusal(lockedUntil);
  }

  /** A right code: what was counted before is forgotten. @throws the record's fault, as {@link wrong} */
  right(): void {
    const { wrongTries, lockedUntil } = this.#kept.value;
    if (wrongTries > 0 || lockedUntil !== null) this.#kept.update(() => noTries);
  }

  /** What whoever tries meanwhile is told. @param until ms since 1970 */
  refusal(until: number): Answer<never> {
    const retryAfter = Math.ceil((until - this.#clock.now()) / 1000);
    return { ok: false, refusal: { reason: 'locked-out', retryAfter } };
  }
}

/** Compares two texts in a time that does not depend on where they differ. */
export function isSameText(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
