import { describe, expect, test } from 'vitest';
import { closingOf } from './closing.ts';
import { testAppointment } from './room-testing.ts';

const minute = 60_000;
const noon = Date.UTC(2026, 0, 5, 12);
const appointment = testAppointment(noon);
/** 20 minutes, and 5 of grace. */
const closesAt = noon + 25 * minute;

describe('S41 when a room closes', () => {
  test('is said plainly in its last five minutes', () => {
    expect(closingOf(appointment, closesAt, closesAt - 5 * minute - 1).soon).toBe(false);
    expect(closingOf(appointment, closesAt, closesAt - 5 * minute)).toMatchObject({ soon: true, minutesLeft: 5 });
    expect(closingOf(appointment, closesAt, closesAt - 61_000).minutesLeft).toBe(2);
    expect(closingOf(appointment, closesAt, closesAt + minute).minutesLeft).toBe(1);
  });

  test('can be put off once, by a quarter of an hour', () => {
    const { laterAt } = closingOf(appointment, closesAt, noon);
    expect(laterAt).toBe(closesAt + 15 * minute);
    expect(closingOf(appointment, closesAt + 15 * minute, noon).laterAt).toBeUndefined();
    expect(closingOf({ ...appointment, extended: true }, closesAt, noon).laterAt).toBeUndefined();
  });
});
