import { describe, expect, test } from 'vitest';
import { translator } from '../ui/messages/catalogue.ts';
import { bookedOf, bookingFields, checkBooking, clashQuestion, lengths, newBooking } from './booking.ts';
import type { Booked, BookingDraft } from './booking.ts';
import { appointmentWith, halfPastTwo, ids } from './testing.ts';

const now = Date.UTC(2026, 6, 15, 8);
const draft: BookingDraft = {
  patientReference: ' A1234BC ',
  patientName: 'Alex Example',
  nhsNumber: '',
  consultant: ids.consultant,
  device: ids.device,
  day: '2026-07-15',
  time: '14:30',
  minutes: '20',
  interpreter: '',
  clinician: '',
};
const english = translator('en');

const problems = (changes: Partial<BookingDraft>, before?: Booked) => {
  const checked = checkBooking({ ...draft, ...changes }, now, before);
  return checked.ok ? [] : checked.problems.map(({ field, say }) => `${field}: ${say(english)}`);
};

describe('a booking', () => {
  test('is what control is asked for, on London’s clock', () => {
    const typed = { ...draft, nhsNumber: '943-476 5919', interpreter: ' Mair Interpreter ', clinician: 'Dr Two' };
    expect(checkBooking(typed, now)).toEqual({
      ok: true,
      value: {
        patientReference: 'A1234BC',
        patientName: 'Alex Example',
        nhsNumber: '9434765919',
        consultant: ids.consultant,
        device: ids.device,
        startsAt: halfPastTwo,
        minutes: 20,
        guests: [
          { kind: 'interpreter', name: 'Mair Interpreter' },
          { kind: 'clinician', name: 'Dr Two' },
        ],
      },
    });
  });

  test('without NHS number and guests is one all the same', () => {
    expect(checkBooking(draft, now)).toMatchObject({ ok: true, value: { nhsNumber: null, guests: [] } });
  });

  test('of each form is one appointment, however often it is sent: the id is made with the form (S37)', () => {
    const form = newBooking('2026-07-15');
    expect(form.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(newBooking('2026-07-15').id).not.toBe(form.id);
    expect(form.fields).toMatchObject({ day: '2026-07-15', patientName: '' });
  });

  test('that has begun can still be booked; one that is over cannot', () => {
    expect(problems({ time: '08:50' })).toEqual([]);
    expect(problems({ time: '08:30' })).toEqual(['time: That time is over. Choose a time from now on.']);
    expect(problems({ day: '2020-01-01' })).toEqual(['time: That time is over. Choose a time from now on.']);
  });

  test('says everything that is missing, in the order of the form (S45)', () => {
    const empty = Object.fromEntries(bookingFields.map((field) => [field, ' '])) as BookingDraft;
    expect(problems(empty)).toEqual([
      'patientReference: Enter the patient reference',
      'patientName: Enter the patient’s name',
      'consultant: Choose a consultant',
      'device: Choose a laptop',
      'day: Enter the day',
      'time: Enter the time, for example 14:30',
      'minutes: Choose how long it takes',
    ]);
  });

  test.each(['0', '4', '121', '-20', '1e9', 'NaN', ''])('of %s minutes is none', (minutes) => {
    expect(problems({ minutes })).toContain('minutes: Choose how long it takes');
  });

  test('can have every length that is offered', () => {
    for (const minutes of lengths) expect(problems({ minutes: String(minutes) })).toEqual([]);
  });
});

describe('what is typed into a booking (S45)', () => {
  test.each([
    ['943 476 5918', 'This is not an NHS number: its last digit does not fit the others. Compare it digit by digit.'],
    ['943 476 591', 'An NHS number has ten digits. You entered 9.'],
    ['943 476 59190', 'An NHS number has ten digits. You entered 11.'],
    ['943 476 591O', 'An NHS number is made of digits only'],
    ['\u202a943 476 5919\u202c', 'An NHS number is made of digits only'],
  ])('%s is no NHS number, and why is said', (nhsNumber, words) => {
    expect(problems({ nhsNumber })).toEqual([`nhsNumber: ${words}`]);
  });

  test.each(['patientReference', 'patientName', 'interpreter', 'clinician'] as const)(
    'as %s is kept to a line that can be read, and refused in words else',
    (field) => {
      const [tooLong = ''] = problems({ [field]: 'x'.repeat(10_000) });
      expect(tooLong).toMatch(/^\w+: .+: at most (40|80) characters\. You entered 10000\.$/);
      for (const hidden of ['Alex \u202Eelpmaxe', 'Alex\u200bExample', 'Alex\u2066', 'Alex\tExample', 'a\u0000b']) {
        expect(problems({ [field]: hidden })[0]).toMatch(/: it holds characters that cannot be seen/);
      }
      for (const kept of ['🙂', 'Siân Ó Brien-Ŵyn', 'أحمد', ' trimmed ']) {
        expect(problems({ [field]: kept })).toEqual([]);
      }
    },
  );

  test('a time that the clocks skip, or show twice, is said to be so', () => {
    const spring = { day: '2027-03-28', time: '01:30' };
    expect(problems(spring)).toEqual([
      'time: That time does not exist on that day, because the clocks go forward. Choose another time.',
    ]);
    const autumn = { day: '2026-10-25', time: '01:30' };
    expect(problems(autumn)).toEqual([
      'time: That time comes twice on that day, because the clocks go back. Choose a time before 01:00, or 02:00 or later.',
    ]);
    expect(problems({ ...autumn, time: '02:00' })).toEqual([]);
    expect(problems({ ...autumn, time: '00:59' })).toEqual([]);
  });

  test('a day that no calendar has is no day', () => {
    expect(problems({ day: '2026-02-30' })).toEqual(['day: Enter the day']);
    expect(problems({ day: '9999-12-31' })).toEqual(['day: An appointment can be made at most a year ahead']);
  });
});

describe('an appointment that is changed', () => {
  test('fills the form as it stands', () => {
    const guests = [{ id: ids.guest, kind: 'interpreter', name: 'Mair Interpreter', state: 'invited' } as const];
    expect(bookedOf(appointmentWith({ nhsNumber: '9434765919', guests, revision: 3 }))).toEqual({
      revision: 3,
      startsAt: halfPastTwo,
      fields: {
        ...draft,
        patientReference: 'A1234BC',
        nhsNumber: '943 476 5919',
        interpreter: 'Mair Interpreter',
      },
    });
  });

  test('keeps its start to the millisecond unless day or time are typed anew', () => {
    const startsAt = halfPastTwo + 12_345;
    const before = bookedOf(appointmentWith({}, startsAt));
    expect(checkBooking(before.fields, now, before)).toMatchObject({ ok: true, value: { startsAt } });
    const moved = checkBooking({ ...before.fields, time: '14:31' }, now, before);
    expect(moved).toMatchObject({ ok: true, value: { startsAt: halfPastTwo + 60_000 } });
  });

  test('in the hour that comes twice stays where it is', () => {
    const second = Date.UTC(2026, 9, 25, 1, 30);
    const before = bookedOf(appointmentWith({}, second));
    expect(checkBooking(before.fields, now, before)).toMatchObject({ ok: true, value: { startsAt: second } });
  });
});

describe('the question about clashes (S37)', () => {
  test('leaves out the appointment itself, and what the form does not say yet', () => {
    const question = { startsAt: halfPastTwo, minutes: 20, except: ids.appointment };
    expect(clashQuestion(draft, ids.appointment)).toEqual({
      ...question,
      device: ids.device,
      consultant: ids.consultant,
    });
    expect(clashQuestion({ ...draft, device: '' }, ids.appointment)).toEqual({
      ...question,
      consultant: ids.consultant,
    });
  });

  test('is not asked before there is something to ask', () => {
    expect(clashQuestion({ ...draft, device: '', consultant: '' }, ids.appointment)).toBeUndefined();
    expect(clashQuestion({ ...draft, time: '' }, ids.appointment)).toBeUndefined();
    expect(clashQuestion({ ...draft, minutes: '3' }, ids.appointment)).toBeUndefined();
    expect(clashQuestion({ ...draft, day: '2026-10-25', time: '01:30' }, ids.appointment)).toBeUndefined();
  });
});
