import { expect, test } from 'vitest';
import { throttle } from './throttle.ts';

test('the first touch is reported at once, the next only after the time between', () => {
  let now = 0;
  let reports = 0;
  const touch = throttle(
    10_000,
    () => now,
    () => (reports += 1),
  );
  touch();
  expect(reports).toBe(1);
  for (now = 1; now < 10_000; now += 333) touch();
  expect(reports).toBe(1);
  now = 10_000;
  touch();
  touch();
  expect(reports).toBe(2);
});
