import { expect, test } from 'vitest';
import { manualClock } from './platform/testing/manual-clock.ts';
import { RateLimit } from './rate-limit.ts';

test('S12 a burst of a second’s worth, then the steady rate', () => {
  const clock = manualClock(0);
  const limit = new RateLimit(clock, 10);
  const taken = (): number => Array.from({ length: 20 }, () => limit.take()).filter(Boolean).length;
  expect(taken()).toBe(10);
  clock.pass(500);
  expect(taken()).toBe(5);
  clock.pass(60_000);
  expect(taken()).toBe(10);
});

test('less than one a second still lets the first pass', () => {
  const clock = manualClock(0);
  const limit = new RateLimit(clock, 1 / 60);
  expect([limit.take(), limit.take()]).toEqual([true, false]);
  clock.pass(60_000);
  expect(limit.take()).toBe(true);
});
