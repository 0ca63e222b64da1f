import { timingSafeEqual } from 'node:crypto';
import { pairingCodeOf, toBase64url } from '@sallyport/protocol';
import type { Screen } from '@sallyport/protocol';
import * as z from 'zod';
import type { Clock, Timer } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import type { Answer, Kept } from '../ports.ts';

/** How long one pairing code is shown, ms. */
export const codeLifetime = 60_000;
/** Wrong codes in a row after which nobody may try for a while. */
export const allowedTries = 5;
/** How long nobody may try then, ms. */
export const lockOut = 5 * 60_000;

const nonceBytes = 16;

/** What survives a restart: otherwise pulling the battery would buy new tries. */
export const keptPairing = z.strictObject({
  wrongTries: z.int().min(0).max(allowedTries),
  /** Ms since 1970. */
  lockedUntil: z.int().nullable(),
});
export type KeptPairing = z.infer<typeof keptPairing>;

/** Nobody has tried yet. */
export const noTries: KeptPairing = { wrongTries: 0, lockedUntil: null };

type View = Extract<Screen, { screen: 'inert' }>['pairing'];

interface Code {
  readonly nonce: Uint8Array<ArrayBuffer>;
  readonly code: string;
  /** Monotonic ms until which the code can be typed or, once typed, its grant be used. */
  readonly validUntil: number;
}

/** What {@link Pairing} needs. */
export interface PairingOptions {
  readonly kept: Kept<KeptPairing>;
  readonly clock: Clock;
  readonly random: Random;
  /** How long a grant may be pending approval, ms. */
  readonly grantLifetime: () => number;
  /** Called when what the screen shows has changed. */
  readonly onChange: () => void;
}

/**
 * The pairing codes of an inert laptop: they prove that who opens it stands in front of it. A fresh nonce every minute; the
 * one before may still be typed; once typed correctly, its code stays on the screen and its grant may come for as long as
 * the policy gives an approval. Every nonce opens at most once.
 */
export class Pairing {
  readonly #options: PairingOptions;
  #current: Code | undefined;
  #previous: Code | undefined;
  /** Typed correctly, its grant not come yet. */
  #pending: Code | undefined;
  #timer: Timer | undefined;
  #generation = 0;

  constructor(options: PairingOptions) {
    this.#options = options;
  }

  /** Starts showing codes; does nothing when they are shown. */
  async start(): Promise<void> {
    if (this.#timer === undefined) await this.#rotate(++this.#generation);
  }

  /** Forgets every code at once, the typed one too. */
  stop(): void {
    this.#generation += 1;
    this.#timer?.cancel();
    this.#timer = this.#current = this.#previous = this.#pending = undefined;
  }

  /** What the screen shows. */
  get view(): View {
    const until = this.#lockedUntil();
    if (until !== undefined) return { state: 'locked-out', until };
    const { clock } = this.#options;
    const shown = this.#livePending() ?? this.#current;
    if (shown === undefined) return { state: 'unavailable' };
    const changesAt = Math.trunc(clock.now() + Math.max(shown.validUntil - clock.monotonic(), 0));
    return { state: 'shown', code: shown.code, changesAt };
  }

  /**
   * Compares a typed code with the laptop's. A wrong one counts, durably, before it is answered.
   * @param typed the code as the contract normalises it
   * @returns the nonce for the grant, or `wrong-code`, `locked-out` (with seconds to wait), `wrong-state`
   * @throws the record's fault when the count could not be made durable; nothing is given away then
   */
  check(typed: string): Answer<{ nonce: string }> {
    const until = this.#lockedUntil();
    if (until !== undefined) return this.#lockedOut(until);
    const codes = [this.#livePending(), this.#current, this.#livePrevious()].filter((code) => code !== undefined);
    if (codes.length === 0) return { ok: false, refusal: { reason: 'wrong-state' } };
    // SECURITY: every candidate is compared, in constant time: nothing is learnt from how long it took (S17).
    const matching = codes.filter(({ code }) => isSame(code, typed))[0];
    return matching === undefined ? this.#wrong() : this.#right(matching);
  }

  /**
   * Uses up the nonce of a grant.
   * @param nonce base64url, as the grant states it
   * @returns whether it is the one that was typed, still in time and never used before
   */
  redeem(nonce: string): boolean {
    const pending = this.#livePending();
    if (pending === undefined || !isSame(toBase64url(pending.nonce), nonce)) return false;
    // SECURITY: single use: the nonce is gone before anything opens (S5).
    this.stop();
    // A grant may still come to nothing: then the laptop, inert as before, shows a fresh code.
    void this.start();
    return true;
  }

  #right(code: Code): Answer<{ nonce: string }> {
    const { kept, clock, grantLifetime, onChange } = this.#options;
    if (kept.value.wrongTries > 0 || kept.value.lockedUntil !== null) kept.update(() => noTries);
    const isAgain = code === this.#livePending();
    if (!isAgain) this.#pending = { ...code, validUntil: clock.monotonic() + grantLifetime() };
    onChange();
    return { ok: true, value: { nonce: toBase64url(code.nonce) } };
  }

  #wrong(): Answer<never> {
    const { kept, clock, onChange } = this.#options;
    const wrongTries = kept.value.wrongTries + 1;
    const isLast = wrongTries >= allowedTries;
    const lockedUntil = isLast ? Math.trunc(clock.now() + lockOut) : null;
    kept.update(() => ({ wrongTries: isLast ? 0 : wrongTries, lockedUntil }));
    if (lockedUntil === null) return { ok: false, refusal: { reason: 'wrong-code' } };
    this.#pending = undefined;
    clock.setTimer(lockOut, onChange);
    onChange();
    return this.#lockedOut(lockedUntil);
  }

  #lockedOut(until: number): Answer<never> {
    const retryAfter = Math.ceil((until - this.#options.clock.now()) / 1000);
    return { ok: false, refusal: { reason: 'locked-out', retryAfter } };
  }

  #lockedUntil(): number | undefined {
    const { kept, clock } = this.#options;
    const until = kept.value.lockedUntil;
    if (until === null || until <= clock.now()) return undefined;
    // A clock that was set back must not lock people out for years.
    return Math.min(until, Math.trunc(clock.now() + lockOut));
  }

  #livePending(): Code | undefined {
    return this.#live(this.#pending);
  }

  #livePrevious(): Code | undefined {
    return this.#live(this.#previous);
  }

  #live(code: Code | undefined): Code | undefined {
    return code !== undefined && code.validUntil > this.#options.clock.monotonic() ? code : undefined;
  }

  async #rotate(generation: number): Promise<void> {
    const { clock, random, onChange } = this.#options;
    this.#timer = clock.setTimer(codeLifetime, () => void this.#rotate(generation));
    const nonce = Uint8Array.from(random.bytes(nonceBytes));
    const code = await pairingCodeOf(nonce);
    if (generation !== this.#generation) return;
    const now = clock.monotonic();
    this.#previous = this.#current && { ...this.#current, validUntil: now + codeLifetime };
    this.#current = { nonce, code, validUntil: now + codeLifetime };
    onChange();
  }
}

function isSame(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
