import type { Clock } from '../ports.ts';

/** One timer a room, at the end of its window. */
export class WindowTimers {
  readonly #clock: Clock;
  readonly #onOver: (room: string) => void;
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(clock: Clock, onOver: (room: string) => void) {
    this.#clock = clock;
    this.#onOver = onOver;
  }

  /** Calls `onOver` once at `closesAt` (milliseconds since the epoch), or at once when that is past. */
  arm(room: string, closesAt: number): void {
    this.disarm(room);
    const due = (): void => {
      // A timer may fire early by the clock it is measured against.
      if (this.#clock.now() < closesAt) {
        this.arm(room, closesAt);
        return;
      }
      this.#timers.delete(room);
      this.#onOver(room);
    };
    this.#timers.set(room, setTimeout(due, Math.max(1, closesAt - this.#clock.now())));
  }

  disarm(room: string): void {
    clearTimeout(this.#timers.get(room));
    this.#timers.delete(room);
  }

  /** Disarms every timer. */
  close(): void {
    for (const room of [...this.#timers.keys()]) this.disarm(room);
  }
}
