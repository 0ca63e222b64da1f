import { describe, expect, test } from 'vitest';
import { arrivedOf, newlyArrived } from './arrivals.ts';
import { testAppointment } from './room-testing.ts';

const minute = 60_000;
const noon = Date.UTC(2026, 0, 5, 12);
const early = testAppointment(noon, { id: 'early', waitingSince: noon - minute });
const late = testAppointment(noon + 30 * minute, { id: 'late', waitingSince: noon - 5 * minute });

describe('who waits', () => {
  test('is first who has waited longest, whenever they are booked for', () => {
    expect(arrivedOf([early, late], noon).map(({ id, since }) => [id, since])).toEqual([
      ['late', noon - 5 * minute],
      ['early', noon - minute],
    ]);
  });

  test('is nobody who is in the consultation, has gone, or was cancelled', () => {
    const others = [
      { ...early, phase: 'consult' as const },
      { ...early, waitingSince: null },
      { ...early, cancelledAt: noon },
    ];
    expect(arrivedOf(others, noon)).toEqual([]);
  });

  test('is news once', () => {
    const arrived = arrivedOf([early, late], noon);
    expect(newlyArrived(new Set(['late']), arrived).map(({ id }) => id)).toEqual(['early']);
    expect(newlyArrived(new Set(['late', 'early']), arrived)).toEqual([]);
  });
});
