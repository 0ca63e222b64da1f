import { noProgress } from '@sallyport/protocol';
import type { Progress } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { translator } from '../ui/messages/catalogue.ts';
import { closingOf } from './closing.ts';
import { freshRoom } from './room-state.ts';
import type { InRoom } from './room-state.ts';
import { testAppointment, testGuest, testLaptop } from './room-testing.ts';
import { newlySaid, spokenRoom } from './spoken-room.ts';

const t = translator('en');
const minute = 60_000;
const noon = Date.UTC(2026, 0, 5, 12);
const appointment = testAppointment(noon);
const prepared: Progress = { ...noProgress, present: [] };
const checked: Progress = { ...prepared, nameChecked: { laptop: true, consultant: true } };

const said = (room: Partial<InRoom>, now = noon) =>
  spokenRoom(
    { ...freshRoom, participants: [testLaptop], ...room },
    closingOf(appointment, appointment.closesAt, now),
    t,
  );

describe('S45 the room for somebody who does not see it', () => {
  test('says what is new, and only that', () => {
    const before = said({ progress: noProgress, participants: [] });
    expect(newlySaid(before, said({}))).toBe('The laptop is in the room.');
    expect(newlySaid(said({}), said({ progress: prepared }))).toBe('The patient’s consent is recorded.');
    expect(newlySaid(said({}), said({}))).toBe('');
  });

  test('says the name check and each side’s part in it', () => {
    const half = { ...prepared, nameChecked: { laptop: true, consultant: false } };
    const before = said({ phase: 'consult', progress: prepared });
    expect(before).toContain('Ask the patient to say their name.');
    expect(newlySaid(before, said({ phase: 'consult', progress: half }))).toBe(
      'Staff at the laptop have confirmed it.',
    );
    expect(newlySaid(before, said({ phase: 'consult', progress: checked }))).toMatch(/confirmed by both sides/);
  });

  test('says who comes in, that the room closes soon, and that staff have confirmed', () => {
    const before = said({ phase: 'consult', progress: checked });
    const with_ = said({ phase: 'consult', progress: checked, participants: [testLaptop, testGuest] });
    expect(newlySaid(before, with_)).toBe('Ana Interpreter is in the room.');
    const late = said({ phase: 'consult', progress: checked }, appointment.closesAt - 4 * minute);
    expect(newlySaid(before, late)).toBe('The room closes soon: at 12:25.');
    const dark = said({ phase: 'debrief', progress: checked });
    const light = said({ phase: 'debrief', progress: { ...checked, staffConfirmed: true } });
    expect(newlySaid(dark, light)).toMatch(/^Staff have confirmed/);
  });
});
