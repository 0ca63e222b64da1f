import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from './clock.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

describe('the machine clock', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('keeps a wait of forty days, beyond the limit of a bare timer, to the millisecond', () => {
    const callback = vi.fn();
    systemClock.setTimer(40 * DAY_MS, callback);
    vi.advanceTimersByTime(40 * DAY_MS - 1);
    expect(callback).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(callback).toHaveBeenCalledTimes(1);
  });

  test('a timer called off in its second leg never fires', () => {
    const callback = vi.fn();
    const timer = systemClock.setTimer(40 * DAY_MS, callback);
    vi.advanceTimersByTime(30 * DAY_MS);
    timer.cancel();
    vi.advanceTimersByTime(30 * DAY_MS);
    expect(callback).not.toHaveBeenCalled();
  });

  test('a wait below zero ends at once', () => {
    const callback = vi.fn();
    systemClock.setTimer(-5, callback);
    vi.advanceTimersByTime(0);
    expect(callback).toHaveBeenCalledTimes(1);
  });
});

test('wall clock, monotonic clock and uptime move with the time that passes', async () => {
  const [wall, steady, up] = [systemClock.now(), systemClock.monotonic(), systemClock.uptime()];
  await new Promise((resolve) => systemClock.setTimer(20, () => resolve(undefined)));
  expect(systemClock.monotonic() - steady).toBeGreaterThanOrEqual(19);
  expect(systemClock.now() - wall).toBeGreaterThanOrEqual(19);
  // The system counts its uptime in hundredths of a second.
  expect(systemClock.uptime() - up).toBeGreaterThanOrEqual(10);
});
