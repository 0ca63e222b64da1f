import { expect, test } from 'vitest';
import { wordsOf } from './languages.ts';
import { formatMoment, timeLeft } from './moments.ts';
import { noon } from './testing.ts';

test('moments are written on London’s clock, in both languages', () => {
  expect(formatMoment(noon, wordsOf('en'))).toBe('15 July 2026 at 12:00');
  expect(formatMoment(noon, wordsOf('cy'))).toBe('15 Gorffennaf 2026 am 12:00');
});

test('the time left is shown like a stopwatch', () => {
  expect([299_999, 3_600_000, 0, -5, 90_000_000].map(timeLeft)).toEqual([
    '04:59',
    '1:00:00',
    undefined,
    undefined,
    undefined,
  ]);
});
