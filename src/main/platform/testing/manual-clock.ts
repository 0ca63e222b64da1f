import type { Clock } from '../clock.ts';

/** A clock that stands still until a test moves it. */
export interface ManualClock extends Clock {
  /** Lets time pass, ms: every clock moves and timers that are due run, in order. */
  pass(ms: number): void;
  /** Lets the machine sleep, ms: its wall clock and its uptime go on, its monotonic clock and its timers do not. */
  sleep(ms: number): void;
  /** Sets the wall clock alone, as somebody with the laptop's settings would. */
  setWallClock(now: number): void;
}

/** Makes a clock that stands at `start`, ms since 1970, on a machine just switched on. */
export function manualClock(start: number): ManualClock {
  let wall = start;
  let monotonic = 0;
  let slept = 0;
  const timers = new Set<{ readonly at: number; readonly callback: () => void }>();
  const moveTo = (target: number): void => {
    wall += target - monotonic;
    monotonic = target;
  };
  return {
    now: () => wall,
    monotonic: () => monotonic,
    uptime: () => monotonic + slept,
    setTimer: (delayMs, callback) => {
      const timer = { at: monotonic + Math.max(0, delayMs), callback };
      timers.add(timer);
      return { cancel: () => void timers.delete(timer) };
    },
    pass: (ms) => {
      const end = monotonic + ms;
      for (;;) {
        const due = [...timers].filter(({ at }) => at <= end).sort((left, right) => left.at - right.at)[0];
        if (due === undefined) break;
        timers.delete(due);
        moveTo(due.at);
        due.callback();
      }
      moveTo(end);
    },
    sleep: (ms) => {
      wall += ms;
      slept += ms;
    },
    setWallClock: (now) => (wall = now),
  };
}
