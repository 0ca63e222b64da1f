import type { Monotonic } from './control-clock.ts';

/**
 * Makes an action that happens at once when called, and then not again before some time has passed.
 * @param milliseconds the least time between two actions
 */
export function throttle(milliseconds: number, monotonic: Monotonic, action: () => void): () => void {
  let last = Number.NEGATIVE_INFINITY;
  return () => {
    const now = monotonic();
    if (now - last < milliseconds) return;
    last = now;
    action();
  };
}
