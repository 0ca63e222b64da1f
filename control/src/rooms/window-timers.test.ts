import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WindowTimers } from './window-timers.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('a room’s window is over once, at its time by control’s clock, not by the timer’s', async () => {
  let now = 1000;
  const over: string[] = [];
  const timers = new WindowTimers({ now: () => now }, (room) => over.push(room));
  timers.arm('a', 2000);
  // The clock was set back: the timer fires, the window is not over.
  now = 500;
  await vi.advanceTimersByTimeAsync(1000);
  expect(over).toEqual([]);
  now = 2000;
  await vi.advanceTimersByTimeAsync(1500);
  expect(over).toEqual(['a']);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(over).toEqual(['a']);
});

test('a disarmed or closed timer tells nothing; arming again replaces', async () => {
  const over: string[] = [];
  const timers = new WindowTimers({ now: () => Date.now() }, (room) => over.push(room));
  timers.arm('a', Date.now() + 100);
  timers.arm('a', Date.now() + 300);
  timers.arm('b', Date.now() + 100);
  timers.disarm('b');
  await vi.advanceTimersByTimeAsync(200);
  expect(over).toEqual([]);
  await vi.advanceTimersByTimeAsync(200);
  expect(over).toEqual(['a']);
  timers.arm('c', Date.now() + 100);
  timers.close();
  await vi.advanceTimersByTimeAsync(1000);
  expect(over).toEqual(['a']);
});
