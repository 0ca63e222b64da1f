import { describe, expect, test } from 'vitest';
import { checkBooking, readTime } from './booking.ts';
import type { BookingDraft } from './booking.ts';

const id = '7f0c1f5e-9a8e-4c53-8d52-0b8c7d2e6a11';
const now = Date.UTC(2026, 6, 15, 8);
const draft: BookingDraft = {
  patientReference: ' A1234BC ',
  consultant: id,
  device: id,
  day: '2026-07-15',
  time: '14:30',
  minutes: '20',
};

const problems = (changes: Partial<BookingDraft>) => {
  const checked = checkBooking({ ...draft, ...changes }, now);
  return checked.ok ? [] : checked.errors.map(({ field, words }) => `${field}: ${words}`);
};

describe('a booking', () => {
  test('is what control is asked for, on London’s clock', () => {
    expect(checkBooking(draft, now)).toEqual({
      ok: true,
      value: {
        patientReference: 'A1234BC',
        consultant: id,
        device: id,
        startsAt: Date.UTC(2026, 6, 15, 13, 30),
        minutes: 20,
      },
    });
  });

  test('that has begun can still be booked; one that is over cannot', () => {
    expect(problems({ time: '08:50' })).toEqual([]);
    expect(problems({ time: '08:30' })).toEqual(['time: book.past']);
  });

  test('says everything that is missing, in the order of the form', () => {
    const empty = { patientReference: ' ', consultant: '', device: '', day: '', time: '', minutes: '' };
    expect(problems(empty)).toEqual([
      'patientReference: book.needPatient',
      'consultant: book.needConsultant',
      'device: book.needLaptop',
      'day: book.needDay',
      'time: book.needTime',
      'minutes: book.needLength',
    ]);
  });

  test('takes times as people type them', () => {
    expect(['9:30', '09.30', ' 0930 ', '930', '23:59'].map(readTime)).toEqual([
      '09:30',
      '09:30',
      '09:30',
      '09:30',
      '23:59',
    ]);
    expect(['24:00', '12:60', '9', 'half past', ''].map(readTime)).toEqual(Array.from({ length: 5 }));
  });

  test('needs a time that the clock shows and a reference of one line', () => {
    expect(problems({ day: '2027-03-28', time: '01:30' })).toEqual(['time: book.noSuchTime']);
    expect(problems({ patientReference: 'x'.repeat(41) })).toEqual(['patientReference: book.badPatient']);
    expect(problems({ patientReference: 'A\u202e1' })).toEqual(['patientReference: book.badPatient']);
  });
});
