/** Decides how long to wait before the next attempt to connect. */
export interface RetryPolicy {
  /**
   * @param attempt how many attempts have failed in a row, from 1
   * @returns ms to wait
   */
  delay(attempt: number): number;
}

const firstDelay = 500;
const longestDelay = 30_000;

/**
 * Doubles the wait from half a second up to half a minute, and spreads it over the upper half so that a fleet does not come
 * back all at once.
 * @param random a number from 0 up to, not including, 1
 */
export function exponentialRetry(random: () => number): RetryPolicy {
  return {
    delay: (attempt) => {
      const whole = Math.min(longestDelay, firstDelay * 2 ** Math.min(attempt - 1, 10));
      return Math.round(whole * (0.5 + random() / 2));
    },
  };
}
