import { describe, expect, test } from 'vitest';
import { cy } from './cy.ts';
import { en } from './en.ts';
import { clockTime, dayInWords, durationInWords, sameDay } from './time.ts';

const summer = Date.UTC(2026, 5, 1, 9, 5);
const winter = Date.UTC(2026, 0, 12, 9, 5);

describe('times', () => {
  test('are those of the United Kingdom, summer and winter', () => {
    expect(clockTime(summer, 'en')).toBe('10:05');
    expect(clockTime(winter, 'en')).toBe('09:05');
    expect(clockTime(winter, 'cy')).toBe('09:05');
  });

  test('midnight is shown as 00:00', () => {
    expect(clockTime(Date.UTC(2026, 0, 12), 'en')).toBe('00:00');
  });

  test('days are in words of the language', () => {
    expect(dayInWords(winter, 'en')).toBe('Monday 12 January');
    expect(dayInWords(winter, 'cy')).toMatch(/Llun.*12 Ionawr/);
  });

  test('a day ends at midnight in the United Kingdom', () => {
    expect(sameDay(Date.UTC(2026, 5, 1, 22, 59), Date.UTC(2026, 5, 1, 8))).toBe(true);
    expect(sameDay(Date.UTC(2026, 5, 1, 23, 0), Date.UTC(2026, 5, 1, 8))).toBe(false);
  });
});

describe('a length of time', () => {
  test.each([
    [0, '0 seconds'],
    [-5000, '0 seconds'],
    [1, '1 second'],
    [59_000, '59 seconds'],
    [59_001, '1 minute'],
    [60_000, '1 minute'],
    [60_001, '2 minutes'],
    [3_600_000, '1 hour'],
    [5_400_000, '1 hour 30 minutes'],
  ])('of %i ms is %s', (milliseconds, words) => {
    expect(durationInWords(milliseconds, en)).toBe(words);
  });

  test('counts seconds when asked to', () => {
    expect(durationInWords(272_000, en, true)).toBe('4 minutes 32 seconds');
    expect(durationInWords(240_000, en, true)).toBe('4 minutes');
  });

  test('counts the Welsh way in Welsh', () => {
    expect(durationInWords(120_000, cy)).toBe('2 funud');
    expect(durationInWords(300_000, cy)).toBe('5 munud');
  });
});
