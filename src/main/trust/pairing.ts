import { pairingCodeOf, toBase64url } from '@sallyport/protocol';
import type { Screen } from '@sallyport/protocol';
import type { Clock, Timer } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import type { Answer, Kept } from '../ports.ts';
import { isSameText, lockOut, WrongTries } from './wrong-tries.ts';
import type { KeptTries } from './wrong-tries.ts';

/** How long one pairing code is shown, ms. */
export const codeLifetime = 60_000;

const nonceBytes = 16;

type View = Extract<Screen, { screen: 'inert' }>['pairing'];

interface Code {
  readonly nonce: Uint8Array<ArrayBuffer>;
  readonly code: string;
  /** Monotonic ms until which the code can be typed or, once typed, its grant be used. */
  readonly validUntil: number;
}

/** What {@link Pairing} needs. */
export interface PairingOptions {
  /** What survives a restart: otherwise pulling the battery would buy new tries. */
  readonly kept: Kept<KeptTries>;
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
  readonly #tries: WrongTries;
  #current: Code | undefined;
  #previous: Code | undefined;
  /** Typed correctly, its grant not come yet. */
  #pending: Code | undefined;
  #timer: Timer | undefined;
  #generation = 0;

  constructor(options: PairingOptions) {
    this.#options = options;
    this.#tries = new WrongTries(options.kept, options.clock);
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
    const until = this.#tries.lockedUntil;
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
    const until = this.#tries.lockedUntil;
    if (until !== undefined) return this.#tries.refusal(until);
    const codes = [this.#livePending(), this.#current, this.#livePrevious()].filter((code) => code !== undefined);
    if (codes.length === 0) return { ok: false, refusal: { reason: 'wrong-state' } };
    // SECURITY: every candidate is compared, in constant time: nothing is learnt from how long it took (S17).
    const matching = codes.filter(({ code }) => isSameText(code, typed))[0];
    return matching === undefined ? this.#wrong() : this.#right(matching);
  }

  /**
   * Uses up the nonce of a grant.
   * @param nonce base64url, as the grant states it
   * @returns whether it is the one that was typed, still in time and never used before
   */
  redeem(nonce: string): boolean {
    const pending = this.#livePending();
    if (pending === undefined || !isSameText(toBase64url(pending.nonce), nonce)) return false;
    // SECURITY: single use: the nonce is gone before anything opens (S5).
    this.stop();
    // A grant may still come to nothing: then the laptop, inert as before, shows a fresh code.
    void this.start();
    return true;
  }

  #right(code: Code): Answer<{ nonce: string }> {
    const { clock, grantLifetime, onChange } = this.#options;
    this.#tries.right();
    const isAgain = code === this.#livePending();
    if (!isAgain) this.#pending = { ...code, validUntil: clock.monotonic() + grantLifetime() };
    onChange();
    return { ok: true, value: { nonce: toBase64url(code.nonce) } };
  }

  #wrong(): Answer<never> {
    const { clock, onChange } = this.#options;
    const answer = this.#tries.wrong();
    if (this.#tries.lockedUntil === undefined) return answer;
    this.#pending = undefined;
    clock.setTimer(lockOut, onChange);
    onChange();
    return answer;
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
