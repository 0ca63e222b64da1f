import { describe, expect, test } from 'vitest';
import { doorOf } from './door.ts';
import { testAppointment } from './room-testing.ts';

const minute = 60_000;
const noon = Date.UTC(2026, 0, 5, 12);
const appointment = testAppointment(noon);

describe('the door of a room', () => {
  test('opens ten minutes before', () => {
    expect(doorOf(appointment, noon - 10 * minute - 1)).toEqual({ state: 'early', opensAt: noon - 10 * minute });
    expect(doorOf(appointment, noon - 10 * minute)).toEqual({ state: 'open' });
  });

  test('stays open for whoever comes back, in every phase', () => {
    for (const phase of ['waiting', 'consult', 'debrief'] as const) {
      expect(doorOf({ ...appointment, phase }, noon)).toEqual({ state: 'open' });
    }
  });

  test('is closed for a reason', () => {
    expect(doorOf(appointment, noon + 60 * minute)).toEqual({ state: 'closed', why: 'over' });
    expect(doorOf({ ...appointment, phase: 'ended' }, noon)).toEqual({ state: 'closed', why: 'ended' });
    expect(doorOf({ ...appointment, cancelledAt: noon }, noon)).toEqual({ state: 'closed', why: 'cancelled' });
  });
});
