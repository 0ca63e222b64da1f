// What concerns offer each other, in types only: they meet in app.ts.
import type { Refusal } from '@sallyport/protocol';

/** A part of the sealed record: durable once `update` returns. */
export interface Kept<T> {
  readonly value: T;
  /**
   * Replaces the part.
   * @throws when it could not be made durable; the part is unchanged then
   */
  update(change: (value: T) => T): void;
}

/** What a request came to: its result, or the closed reason against it. */
export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

/** The structured log. Facts are never a secret, a patient's name or media content. */
export interface Log {
  info(facts: Readonly<Record<string, unknown>>, message: string): void;
  warn(facts: Readonly<Record<string, unknown>>, message: string): void;
  error(facts: Readonly<Record<string, unknown>>, message: string): void;
}
