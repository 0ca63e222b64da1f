import { describe, expect, test } from 'vitest';
import { onlyOpenable, openingOf } from './opening.ts';
import { appointmentWith, halfPastTwo } from './testing.ts';

const minute = 60_000;
const now = halfPastTwo;

describe('the laptop of an appointment', () => {
  test('can be opened from twenty minutes before its start until its room closes', () => {
    const appointment = appointmentWith();
    const at = (minutes: number) => openingOf(appointment, halfPastTwo + minutes * minute);
    expect([-21, -20, 0, 24].map(at)).toEqual(['early', 'now', 'now', 'now']);
    expect(at(25)).toBe('over');
  });

  test('is not opened for what is cancelled or has ended', () => {
    expect(openingOf(appointmentWith({ cancelledAt: now }), now)).toBe('over');
    expect(openingOf(appointmentWith({ phase: 'ended' }), now)).toBe('over');
    expect(openingOf(appointmentWith({ phase: 'consult' }), now)).toBe('now');
  });
});

describe('the nurse’s next action (S45)', () => {
  test('is the one appointment that can be opened', () => {
    const next = appointmentWith();
    const later = appointmentWith({ id: 'later' }, now + 180 * minute);
    const arrived = appointmentWith({ id: 'arrived', waitingSince: now });
    expect(onlyOpenable([later, next, arrived], now)).toBe(next);
  });

  test('is nobody’s guess where there are two, or none', () => {
    expect(onlyOpenable([appointmentWith(), appointmentWith({ id: 'other' })], now)).toBeUndefined();
    expect(onlyOpenable([appointmentWith({}, now + 180 * minute)], now)).toBeUndefined();
  });
});
