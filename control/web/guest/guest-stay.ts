import { pairingCode } from '@sallyport/protocol';
import type { GuestView, JoinProof, RoomEnd } from '@sallyport/protocol';
import type { RoomSession } from '../clinic/room-session.ts';
import type { RoomState } from '../clinic/room-state.ts';
import type { Api, Trouble } from '../ui/api.ts';
import type { OwnKey } from './own-key.ts';
import type { UsedLink } from './used-link.ts';

/** Why there is nothing more for a guest to do. Closed; every one has words in the catalogues. */
export type GuestEnd =
  | RoomEnd
  /** The link was used, replaced, or never given. */
  | 'void'
  | 'too-late'
  | 'cancelled'
  /** A newer link was given out, and this browser is the guest's no more. */
  | 'replaced'
  /** It was over before the consultant let them in. */
  | 'not-let-in'
  /** It is over, or they have left. */
  | 'gone';

/** What is wrong with a code. */
export type CodeProblem =
  { kind: 'bad' } | { kind: 'wrong'; triesLeft: number | undefined } | { kind: 'trouble'; trouble: Trouble };

/** Ends of a stay in the room after which it goes on without the guest. */
const comesBack = ['connection-lost', 'server', 'elsewhere', 'device-locked'] as const;
type ComesBack = (typeof comesBack)[number];

/** Why a guest is out of the room though it goes on. */
export type AwayReason =
  { kind: 'left'; reason: ComesBack } | { kind: 'failed'; room: Extract<RoomState, { state: 'failed' }> };

/** What of the room's session a stay needs. */
export type StayRoom = Pick<RoomSession, 'join' | 'leave' | 'snapshot' | 'subscribe'>;

/**
 * ```
 * opening → noLink
 *    │    → code ⇄ early                (the link is here; its code is asked for)
 *    │        ↓
 *    └────→ waiting → room ⇄ away       (at the door; let in; out of it for the moment)
 *               └───────┴──────┴──→ ended
 * ```
 * `trouble`: control could not be asked where this browser stands.
 */
export type GuestState<R> =
  | { state: 'opening' }
  | { state: 'noLink' }
  | { state: 'code'; problem: CodeProblem | undefined; busy: boolean }
  /** @property opensAt milliseconds since the epoch, by this computer's clock; undefined when it is more than a day away */
  | { state: 'early'; opensAt: number | undefined }
  | { state: 'waiting'; view: GuestView; reachable: boolean }
  | { state: 'room'; view: GuestView; room: R }
  | { state: 'away'; view: GuestView; why: AwayReason }
  | { state: 'ended'; reason: GuestEnd }
  | { state: 'trouble'; trouble: Trouble };

export interface GuestStayOptions<R extends StayRoom> {
  api: Pick<Api, 'call'>;
  /** The link's token; undefined when the address carries none. */
  token: string | undefined;
  key: Pick<OwnKey, 'publicKey'>;
  usedLink: Pick<UsedLink, 'isThis' | 'remember'>;
  /** Makes the way into the room of a guest who was let in. */
  makeRoom: (view: GuestView, proof: JoinProof) => Promise<R>;
  /** Waits, milliseconds. */
  wait: (milliseconds: number) => Promise<void>;
  /** This computer's clock, milliseconds since the epoch. */
  now: () => number;
}

/** How often somebody at the door asks whether they were let in, milliseconds. */
const lookEvery = 3000;

/** A refusal names no longer wait, seconds: whatever is this long is longer. */
const longestWait = 86_400;
/** Refusals of a link and code after which nothing can be tried again. */
const endsOfEntering: Partial<Record<Trouble['reason'], GuestEnd>> = {
  'too-late': 'too-late',
  'not-found': 'cancelled',
};

/** A guest's way from the link to the end, as the page shows it. */
export class GuestStay<R extends StayRoom> {
  readonly #options: GuestStayOptions<R>;
  readonly #listeners = new Set<() => void>();
  #state: GuestState<R> = { state: 'opening' };
  #stopFollowing: () => void = () => undefined;
  /** Goes up with every change of the state's kind, so that what waited for an earlier one comes to nothing. */
  #turn = 0;

  constructor(options: GuestStayOptions<R>) {
    this.#options = options;
  }

  readonly snapshot = (): GuestState<R> => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  /** Finds out where this browser stands: by the link it was opened with, or by its cookie. */
  async start(): Promise<void> {
    const { token, usedLink } = this.#options;
    this.#set({ state: 'opening' });
    if (token !== undefined && !(await usedLink.isThis(token))) this.#askForCode();
    else await this.look();
  }

  /** Asks control where the guest of this browser stands, and shows that. */
  async look(): Promise<void> {
    const turn = this.#turn;
    const answer = await this.#options.api.call('guestView', {});
    if (turn !== this.#turn) return;
    if (answer.ok) await this.#follow(answer.value.view, answer.value.proof);
    else this.#notSeen(answer.trouble);
  }

  /** Goes in with the code that the guest typed. */
  async enter(typed: string): Promise<void> {
    const { api, token, key, usedLink } = this.#options;
    if (this.#state.state !== 'code' || this.#state.busy || token === undefined) return;
    const code = pairingCode.safeParse(typed);
    if (!code.success) {
      this.#askForCode({ kind: 'bad' });
      return;
    }
    this.#set({ state: 'code', problem: undefined, busy: true });
    const turn = this.#turn;
    const mediaKey = await key.publicKey();
    const answer = await api.call('enterAsGuest', { body: { token, code: code.data, mediaKey } });
    if (turn !== this.#turn) return;
    if (!answer.ok) {
      await this.#notEntered(answer.trouble);
      return;
    }
    await usedLink.remember(token);
    await this.#follow(answer.value, null);
  }

  /** Goes back into the room. */
  async comeBack(): Promise<void> {
    if (this.#state.state !== 'away') return;
    this.#set({ state: 'opening' });
    await this.look();
  }

  /** Leaves for good; camera and microphone are off before this returns. */
  async leave(): Promise<void> {
    if (this.#state.state === 'room') {
      this.#stopFollowing();
      this.#state.room.leave();
    }
    this.#set({ state: 'ended', reason: 'left' });
    await this.#options.api.call('leaveAsGuest', { body: {} });
  }

  /** The page goes: the others are told at once, and the guest may come back by the cookie. */
  pause(): void {
    this.#stopFollowing();
    if (this.#state.state === 'room') this.#state.room.leave();
    this.#turn += 1;
  }

  #askForCode(problem?: CodeProblem): void {
    this.#set({ state: 'code', problem, busy: false });
  }

  async #notEntered(trouble: Trouble): Promise<void> {
    const end = endsOfEntering[trouble.reason];
    if (end !== undefined) {
      this.#set({ state: 'ended', reason: end });
    } else if (trouble.reason === 'link-void') {
      // The browser may have come in by it before, and not remember.
      await this.look();
    } else if (trouble.reason === 'too-early') {
      await this.#waitToOpen(secondsIn(trouble));
    } else if (trouble.reason === 'wrong-code') {
      this.#askForCode({ kind: 'wrong', triesLeft: 'triesLeft' in trouble ? trouble.triesLeft : undefined });
    } else {
      this.#askForCode({ kind: 'trouble', trouble });
    }
  }

  async #waitToOpen(seconds: number): Promise<void> {
    const opensAt = seconds < longestWait ? this.#options.now() + seconds * 1000 : undefined;
    this.#set({ state: 'early', opensAt });
    const turn = this.#turn;
    await this.#options.wait(seconds * 1000);
    if (turn === this.#turn) this.#askForCode();
  }

  /** Control gave no view: nobody's cookie, a cancelled consultation, or no answer. */
  #notSeen(trouble: Trouble): void {
    const before = this.#state;
    if (trouble.reason === 'not-signed-in') {
      const isNew = before.state === 'opening' && this.#options.token === undefined;
      if (isNew) this.#set({ state: 'noLink' });
      else this.#set({ state: 'ended', reason: 'view' in before ? 'replaced' : 'void' });
    } else if (trouble.reason === 'not-found') {
      this.#set({ state: 'ended', reason: 'cancelled' });
    } else if (before.state === 'waiting') {
      this.#set({ ...before, reachable: false });
      void this.#lookLater(lookEvery);
    } else {
      this.#set({ state: 'trouble', trouble });
    }
  }

  async #follow(view: GuestView, proof: JoinProof | null): Promise<void> {
    const { state } = view.guest;
    if (state === 'admitted' && proof !== null) {
      await this.#goIn(view, proof);
    } else if (state === 'gone') {
      this.#set({ state: 'ended', reason: this.#state.state === 'waiting' ? 'not-let-in' : 'gone' });
    } else {
      this.#set({ state: 'waiting', view, reachable: true });
      void this.#lookLater(lookEvery);
    }
  }

  async #lookLater(milliseconds: number): Promise<void> {
    const turn = this.#turn;
    await this.#options.wait(milliseconds);
    if (turn === this.#turn) await this.look();
  }

  async #goIn(view: GuestView, proof: JoinProof): Promise<void> {
    const turn = this.#turn;
    const before = this.#state;
    const room = before.state === 'room' ? before.room : await this.#options.makeRoom(view, proof);
    if (turn !== this.#turn) return;
    this.#set({ state: 'room', view, room });
    this.#stopFollowing();
    this.#stopFollowing = room.subscribe(() => {
      this.#heard(view, room);
    });
    await room.join();
  }

  /** The room's own state changed: when the guest is out of it, this says why and what can be done. */
  #heard(view: GuestView, room: R): void {
    const now = room.snapshot();
    if (now.state === 'left') {
      this.#stopFollowing();
      const { reason } = now;
      if (isComingBack(reason)) this.#set({ state: 'away', view, why: { kind: 'left', reason } });
      else this.#set({ state: 'ended', reason });
    } else if (now.state === 'failed') {
      this.#notIn(view, room, now);
    } else if (now.state === 'lost') {
      void this.#doubt(room);
    }
  }

  /** The connection is lost: perhaps because there is no place any more, which the room cannot say then. */
  async #doubt(room: R): Promise<void> {
    const turn = this.#turn;
    const answer = await this.#options.api.call('guestView', {});
    if (turn !== this.#turn) return;
    const isOver = answer.ok ? answer.value.view.guest.state === 'gone' : isNobodys(answer.trouble);
    if (!isOver) return;
    this.#stopFollowing();
    room.leave();
    if (answer.ok) this.#set({ state: 'ended', reason: 'gone' });
    else this.#notSeen(answer.trouble);
  }

  #notIn(view: GuestView, room: R, failed: Extract<RoomState, { state: 'failed' }>): void {
    const { trouble } = failed;
    const refusal = trouble.kind === 'trouble' && 'retryAfter' in trouble.trouble ? trouble.trouble : undefined;
    // Let in before it has begun: the room says when to ask again, and meanwhile it may be over.
    if (refusal?.reason === 'wrong-state' && refusal.retryAfter !== undefined) {
      this.#set({ state: 'room', view, room });
      void this.#lookLater(refusal.retryAfter * 1000);
      return;
    }
    this.#stopFollowing();
    this.#set({ state: 'away', view, why: { kind: 'failed', room: failed } });
  }

  #set(state: GuestState<R>): void {
    this.#turn += 1;
    this.#state = state;
    for (const listener of [...this.#listeners]) listener();
  }
}

function isComingBack(reason: RoomEnd | 'elsewhere'): reason is ComesBack {
  return comesBack.some((each) => each === reason);
}

/** Control knows no guest of this browser, or no consultation of the guest's. */
function isNobodys({ reason }: Trouble): boolean {
  return reason === 'not-signed-in' || reason === 'not-found';
}

/** How long a refusal asks to wait, seconds. */
function secondsIn(trouble: Trouble): number {
  return ('retryAfter' in trouble ? trouble.retryAfter : undefined) ?? 60;
}
