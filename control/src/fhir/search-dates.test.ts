import { describe, expect, test } from 'vitest';
import { boundOf } from './search-dates.ts';

const at = (from: string, lasts: number): object => ({ from: Date.parse(from), to: Date.parse(from) + lasts });

describe('a date search parameter', () => {
  test.each([
    ['2026-03-29', 'eq', { day: '2026-03-29' }],
    ['ge2028-02-29', 'ge', { day: '2028-02-29' }],
    ['lt2026-03-29T09:00Z', 'lt', at('2026-03-29T09:00Z', 60_000)],
    ['gt2026-03-29T09:00:30+01:00', 'gt', at('2026-03-29T08:00:30Z', 1000)],
    ['le2026-03-29T09:00:30.123Z', 'le', at('2026-03-29T09:00:30.123Z', 1)],
    ['2026-03-29T09:00:00 01:00', 'eq', at('2026-03-29T08:00:00Z', 1000)],
  ])('%s', (value, comparison, moment) => {
    expect(boundOf(value)).toEqual({ comparison, moment });
  });

  test.each([
    ...['', 'today', '2026', '2026-03', '2026-13-01', '2026-02-30', '0000-01-01', 'ap2026-03-29', 'ge'],
    ...['2026-03-29T09:00', '2026-03-29T25:00Z', '2026-03-29T09:00:00.1234Z', '2026-03-29T09:00:00Z; drop table'],
  ])('%s is none', (value) => {
    expect(boundOf(value)).toBeUndefined();
  });
});
