import { describe, expect, test } from 'vitest';
import {
  addDays,
  dayBounds,
  formatDate,
  formatDay,
  formatMoment,
  formatTime,
  formatWeekday,
  londonDay,
  londonInstant,
  londonInstants,
  weekOf,
} from './london-time.ts';

const hour = 3_600_000;

describe('London’s clock', () => {
  test('is Greenwich’s in winter and an hour ahead in summer', () => {
    expect(londonInstant('2026-01-15', '09:30')).toBe(Date.UTC(2026, 0, 15, 9, 30));
    expect(londonInstant('2026-07-15', '09:30')).toBe(Date.UTC(2026, 6, 15, 8, 30));
  });

  test('never shows the hour that summer time skips', () => {
    expect(londonInstant('2026-03-29', '00:59')).toBe(Date.UTC(2026, 2, 29, 0, 59));
    expect(londonInstant('2026-03-29', '01:30')).toBeUndefined();
    expect(londonInstant('2026-03-29', '02:00')).toBe(Date.UTC(2026, 2, 29, 1));
  });

  test('shows one hour twice in autumn: the first is meant', () => {
    expect(londonInstant('2026-10-25', '01:30')).toBe(Date.UTC(2026, 9, 25, 0, 30));
    expect(londonInstants('2026-10-25', '01:30')).toEqual([Date.UTC(2026, 9, 25, 0, 30), Date.UTC(2026, 9, 25, 1, 30)]);
    expect(londonInstants('2026-10-25', '02:00')).toEqual([Date.UTC(2026, 9, 25, 2)]);
    expect(londonInstants('2026-03-29', '01:30')).toEqual([]);
  });

  test('has weeks of seven days from Monday on, whatever the clocks do in them', () => {
    const spring = ['2026-03-23', '2026-03-24', '2026-03-25', '2026-03-26', '2026-03-27', '2026-03-28', '2026-03-29'];
    for (const day of spring) expect(weekOf(day)).toEqual(spring);
    expect(weekOf('2026-10-25').at(-1)).toBe('2026-10-25');
    expect(weekOf('2027-01-01')[0]).toBe('2026-12-28');
    const [monday = '', sunday = ''] = [weekOf('2026-10-25')[0], weekOf('2026-10-25').at(-1)];
    const bounds = [dayBounds(monday)?.from ?? 0, dayBounds(sunday)?.to ?? 0] as const;
    expect((bounds[1] + 1 - bounds[0]) / hour).toBe(7 * 24 + 1);
  });

  test.each([
    ['2026-02-30', '10:00'],
    ['2026-13-01', '10:00'],
    ['2026-05-04', '24:30'],
    ['4 May', '10:00'],
    ['2026-05-04', ''],
  ])('knows no %s %s', (day, time) => {
    expect(londonInstant(day, time)).toBeUndefined();
  });

  test('has days of 23 and of 25 hours', () => {
    const length = (day: string) => {
      const bounds = dayBounds(day);
      return bounds && (bounds.to + 1 - bounds.from) / hour;
    };
    expect(['2026-03-28', '2026-03-29', '2026-10-25'].map(length)).toEqual([24, 23, 25]);
    expect(dayBounds('2026-02-30')).toBeUndefined();
  });

  test('turns an instant into the day people are in', () => {
    expect(londonDay(Date.UTC(2026, 6, 15, 23, 30))).toBe('2026-07-16');
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
    expect(addDays('2026-03-30', -1)).toBe('2026-03-29');
  });

  test('is written in both languages', () => {
    const instant = Date.UTC(2026, 6, 15, 8, 5, 9);
    expect(formatTime(instant)).toBe('09:05');
    expect(formatMoment(instant, 'en')).toBe('15 Jul 2026, 09:05');
    expect(formatMoment(instant, 'cy', true)).toBe('15 Gor 2026, 09:05:09');
    expect(formatDay(instant, 'en')).toBe('Wednesday 15 July 2026');
    expect(formatWeekday(instant, 'en')).toBe('Wednesday');
    expect(formatDate(instant, 'cy')).toBe('15 Gorffennaf');
    expect(formatDay(instant, 'cy')).toBe('Dydd Mercher 15 Gorffennaf 2026');
    expect(formatDay(Date.UTC(2026, 6, 18, 23, 30), 'cy')).toBe('Dydd Sul 19 Gorffennaf 2026');
  });
});
