import { pairingCodeOf, toBase64url } from '@sallyport/protocol';
import type { Refusal } from '@sallyport/protocol';
import type { Clock, Timer } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import type { Answer, Kept } from '../ports.ts';
import { isSameText, noTries, WrongTries } from './wrong-tries.ts';
import type { KeptTries } from './wrong-tries.ts';

const nonceBytes = 16;
const firstDelay = 500;
const longestDelay = 8000;

/** What {@link StaffCode} needs. */
export interface StaffCodeOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Lets control have the nonce, base64url, from which the staff's console derives the code. */
  readonly ask: (nonce: string) => Promise<Answer<unknown>>;
  /** Lets control know that the laptop has found the code right. */
  readonly confirm: () => Promise<Answer<unknown>>;
  /** A code can be typed. */
  readonly onAsked: () => void;
  /** Nobody may type one. @param left for how long, ms */
  readonly onLockedOut: (left: number) => void;
  readonly onConfirmed: () => void;
  /** A code was typed that is not the one; or too many of them. */
  readonly onRefused: (refusal: Refusal) => void;
}

/** One question to staff: valid until it is answered, until too many wrong answers, or until the room is left. */
interface Question {
  /** Undefined for the moment that it takes to make it. */
  code: string | undefined;
}

/**
 * The code by which staff show, in the debrief, that they are alone with the laptop: it reads in their console, and is
 * typed here. Wrong codes are counted for as long as the client runs, so that leaving the room buys no new tries.
 */
export class StaffCode {
  readonly #options: StaffCodeOptions;
  readonly #tries: WrongTries;
  #question: Question | undefined;
  #timer: Timer | undefined;

  constructor(options: StaffCodeOptions) {
    this.#options = options;
    this.#tries = new WrongTries(inMemory(noTries), options.clock);
  }

  /** Asks staff for a fresh code; when too many were wrong, as soon as somebody may try again. */
  start(): void {
    this.stop();
    const { clock, onLockedOut } = this.#options;
    const until = this.#tries.lockedUntil;
    if (until === undefined) {
      void this.#ask();
      return;
    }
    const left = until - clock.now();
    this.#timer = clock.setTimer(left, () => this.start());
    onLockedOut(left);
  }

  /** Nothing that was asked counts any more. Idempotent. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = this.#question = undefined;
  }

  /**
   * Compares a typed code with the laptop's own.
   * @param typed the code as the contract normalises it
   * @returns once control has taken it; `wrong-code`, `locked-out` (with seconds to wait), `wrong-state` while nothing is
   * asked, or why control could not be told: then the same code can be typed again
   */
  async confirm(typed: string): Promise<Answer<Record<string, never>>> {
    const until = this.#tries.lockedUntil;
    if (until !== undefined) return this.#tries.refusal(until);
    const question = this.#question;
    if (question?.code === undefined) return wrongState;
    // SECURITY: the laptop compares by itself, in constant time; control's word that staff are there counts for nothing (S39).
    if (!isSameText(question.code, typed)) return this.#wrong();
    this.#tries.right();
    const told = await this.#options.confirm();
    // SECURITY: a right code counts for the stay it was typed in, and once (S39).
    if (this.#question !== question) return wrongState;
    if (!told.ok) return told;
    this.stop();
    this.#options.onConfirmed();
    return { ok: true, value: {} };
  }

  /** SECURITY: five wrong codes shut the door for five minutes, and the code is not the right one any more then (S39). */
  #wrong(): Answer<never> {
    const answer = this.#tries.wrong();
    if (!answer.ok) this.#options.onRefused(answer.refusal);
    if (this.#tries.lockedUntil !== undefined) this.start();
    return answer;
  }

  /** Makes a fresh code, and lets control have its nonce, again until control has it. */
  async #ask(): Promise<void> {
    const { random, ask, onAsked } = this.#options;
    const question: Question = { code: undefined };
    this.#question = question;
    const nonce = Uint8Array.from(random.bytes(nonceBytes));
    const code = await pairingCodeOf(nonce);
    if (this.#question !== question) return;
    question.code = code;
    onAsked();
    for (let failures = 0; ; failures += 1) {
      const answer = await ask(toBase64url(nonce));
      if (answer.ok || this.#isWithdrawn(question)) return;
      await this.#pause(failures);
    }
  }

  /** Asked after every wait for control. */
  #isWithdrawn(question: Question): boolean {
    return this.#question !== question;
  }

  /** Waits longer after each failure; for ever when the question is withdrawn meanwhile. */
  #pause(failures: number): Promise<void> {
    const delay = Math.min(longestDelay, firstDelay * 2 ** failures);
    return new Promise((resolve) => (this.#timer = this.#options.clock.setTimer(delay, resolve)));
  }
}

const wrongState = { ok: false, refusal: { reason: 'wrong-state' } } as const;

function inMemory(initial: KeptTries): Kept<KeptTries> {
  let value = initial;
  return {
    get value() {
      return value;
    },
    update: (change) => void (value = change(value)),
  };
}
