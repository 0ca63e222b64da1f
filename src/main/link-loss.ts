import type { LifecycleEvent } from './lifecycle/lifecycle.ts';
import type { Clock, Timer } from './platform/clock.ts';

/** How long an open laptop may be without its link before it becomes inert, ms. */
const grace = 15_000;

/** What {@link LinkLoss} needs. */
export interface LinkLossParts {
  readonly clock: Clock;
  readonly dispatch: (event: LifecycleEvent) => void;
}

/** What the loss of its link means to an open laptop: out of the room at once, and inert unless the link comes back soon. */
export class LinkLoss {
  readonly #parts: LinkLossParts;
  /** Monotonic ms at which the link was lost. */
  #since: number | undefined;
  #timer: Timer | undefined;

  constructor(parts: LinkLossParts) {
    this.#parts = parts;
  }

  /** The link is not there; called again while it is not, the time goes on. */
  lost(): void {
    const { clock, dispatch } = this.#parts;
    this.#timer?.cancel();
    // SECURITY: a laptop out of reach cannot be locked from afar: without its link it becomes inert (S1).
    dispatch({ type: 'room-left', reason: 'connection-lost' });
    const since = (this.#since ??= clock.monotonic());
    const left = Math.max(0, since + grace - clock.monotonic());
    this.#timer = clock.setTimer(left, () => dispatch({ type: 'deactivated', reason: 'link-lost' }));
  }

  /** The link is back. */
  regained(): void {
    this.#timer?.cancel();
    this.#since = undefined;
  }

  /** Nothing comes of it any more. */
  stop(): void {
    this.#timer?.cancel();
  }
}
