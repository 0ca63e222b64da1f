import { uptime } from 'node:os';

/** A timer that was set and can still be called off. */
export interface Timer {
  /** Calls the timer off; does nothing when it has run or was called off already. */
  cancel(): void;
}

/** Time as the main process sees it; injected so that tests own it. */
export interface Clock {
  /** Wall clock in milliseconds since 1970-01-01 UTC; may jump. */
  now(): number;
  /** Milliseconds since an arbitrary start; never goes back. */
  monotonic(): number;
  /** Milliseconds since the machine was switched on; never goes back, and goes on while it sleeps. */
  uptime(): number;
  /**
   * Calls `callback` once after `delayMs` milliseconds (values below zero count as zero).
   * Waits longer than 24.8 days, the limit of a bare timer, are kept too.
   */
  setTimer(delayMs: number, callback: () => void): Timer;
}

/** `setTimeout` fires at once when asked for more than this. */
const LONGEST_BARE_TIMER_MS = 2 ** 31 - 1;

function setLongTimer(delayMs: number, callback: () => void): Timer {
  let handle: NodeJS.Timeout;
  const arm = (remainingMs: number): void => {
    const leg = Math.min(Math.max(remainingMs, 0), LONGEST_BARE_TIMER_MS);
    handle = setTimeout(() => {
      if (remainingMs > leg) arm(remainingMs - leg);
      else callback();
    }, leg);
  };
  arm(delayMs);
  return { cancel: () => clearTimeout(handle) };
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  uptime: () => uptime() * 1000,
  setTimer: setLongTimer,
};
